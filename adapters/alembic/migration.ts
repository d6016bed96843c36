import { findingsOf } from "../../src/script/notes.ts";
import type { Inspector, Migration, MigrationFile, Observed, Step, TransactionMode } from "../../src/model/history.ts";
import { produce } from "../../src/script/produce.ts";
import type { PythonSource } from "../../src/script/python/parse.ts";
import type { Files } from "../project-files.ts";
import type { EnvironmentSettings } from "./environment-settings.ts";
import type { ModuleFinder } from "./project/modules.ts";
import type { Revision } from "./revision.ts";
import { runMigration } from "./run-migration.ts";

/** What all migrations of a history share. */
export interface Shared {
  readonly files: Files;
  readonly modules: ModuleFinder;
  readonly settings: EnvironmentSettings;
  /** Major and minor of SQLAlchemy, as 1.4. */
  readonly sqlalchemy: number;
  readonly assumptions: Readonly<Record<string, string>>;
}

/** One revision file, parsed. */
export interface MigrationSource {
  readonly id: string;
  readonly path: string;
  readonly said: Revision;
  readonly files: readonly MigrationFile[];
  readonly source: PythonSource;
  readonly transaction: TransactionMode;
}

/** A revision file as a migration: what it sends is found out when it runs, for it may ask the database. `entry`: what Alembic's table needs to know. */
export function toMigration(file: MigrationSource, shared: Shared, entry: NonNullable<Migration["entry"]>): Migration {
  let observed: Observed = { findings: [], edgeCases: [] };
  const run = (at: Inspector, direction: "up" | "down"): AsyncGenerator<Step> =>
    produce(async (emit) => {
      const outcome = await runMigration(file, shared, { at, direction, emit });
      // Kept as a whole: the same migration may be running on another shadow.
      if (direction === "up") observed = { findings: findingsOf(outcome, file.id), edgeCases: outcome.edgeCases };
    });
  const { said } = file;
  return {
    kind: "migration",
    id: file.id,
    type: "versioned",
    version: said.revision,
    name: said.message ?? said.revision,
    author: null,
    date: said.date,
    files: file.files,
    checksum: null,
    entry: { version: said.revision, ...entry },
    transaction: file.transaction,
    environment: null,
    assumptions: [],
    edgeCases: [],
    up: (at) => run(at, "up"),
    ...(said.back === "none" ? {} : { down: (at: Inspector) => run(at, "down") }),
    observed: () => observed,
  };
}
