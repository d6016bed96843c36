import { findingsOf } from "../../src/script/notes.ts";
import type { Inspector, Migration, MigrationFile, Observed, Step } from "../../src/model/history.ts";
import { produce } from "../../src/script/produce.ts";
import type { ParseRuby, RubySource } from "../../src/script/ruby/parse.ts";
import type { Inflector } from "./inflector.ts";
import type { FileShape } from "./inspect-file.ts";
import type { ProjectFiles } from "./project-files.ts";
import { runMigration } from "./run-migration.ts";

/** What all migrations of a history share. */
export interface Shared {
  readonly parse: ParseRuby;
  /** A Ruby file of the project, parsed once for all migrations; `null` where it is none. */
  readonly sourceOf: (path: string) => RubySource | null;
  readonly files: ProjectFiles;
  readonly inflect: Inflector;
  /** Major and minor of the Rails that runs them, as 7.2. */
  readonly railsVersion: number;
  readonly datetimeType: string;
  readonly schemaPlus: boolean;
  /** Of all migrations of the history. */
  readonly versions: readonly string[];
  readonly assumptions: Readonly<Record<string, string>>;
}

/** One migration file, parsed. */
export interface MigrationSource {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly date: string | null;
  readonly files: readonly MigrationFile[];
  readonly source: RubySource;
  readonly shape: FileShape;
}

/** A migration file as a migration: what it sends is found out when it runs, for it may ask the database. */
export function toMigration(file: MigrationSource, shared: Shared): Migration {
  let observed: Observed = { findings: [], edgeCases: [] };
  const run = (at: Inspector, direction: "up" | "down"): AsyncGenerator<Step> =>
    produce(async (emit) => {
      const outcome = await runMigration(file, shared, { at, direction, emit });
      // Kept as a whole: the same migration may be running on another shadow.
      if (direction === "up") observed = { findings: findingsOf(outcome, file.id), edgeCases: outcome.edgeCases };
    });
  const { shape } = file;
  return {
    kind: "migration",
    id: file.id,
    type: "versioned",
    version: file.version,
    name: file.name,
    author: null,
    date: file.date,
    files: file.files,
    checksum: null,
    entry: { version: file.version },
    transaction: shape.transaction,
    environment: null,
    assumptions: [],
    edgeCases: [],
    up: (at) => run(at, "up"),
    ...(shape.back === "none" ? {} : { down: (at: Inspector) => run(at, "down") }),
    ...(shape.back === "change" ? { downOrigin: "tool" as const } : {}),
    observed: () => observed,
  };
}
