import { findingsOf } from "../../src/script/notes.ts";
import type { Inspector, Migration, MigrationFile, Observed, Step } from "../../src/model/history.ts";
import { produce } from "../../src/script/produce.ts";
import type { Stuck } from "../../src/script/stuck.ts";
import type { Value } from "../../src/script/value.ts";
import { keyOf, type Node } from "./graph.ts";
import type { CodeRunner, Operation } from "./operations/operation.ts";
import { runMigration } from "./run-migration.ts";
import type { ProjectState } from "./state/project-state.ts";
import type { ModelSettings } from "./state/view.ts";

/** What all migrations of a history share. */
export interface Shared {
  /** Major and minor of the Django that runs them, as 4.2. */
  readonly version: number;
  readonly settings: ModelSettings;
}

/** One migration file, read. */
export interface MigrationSource extends Node {
  readonly id: string;
  readonly title: string;
  readonly files: readonly MigrationFile[];
  readonly isAtomic: boolean;
  /** What the file said when it was read. */
  readonly operations: readonly Operation[];
  /** The same again in an interpreter of its own, whose problems go to `told`: functions of a migration run once for each database. */
  again(told: (problem: Stuck, statement: string) => Promise<void>): Promise<Reread>;
  /** The lines from one on, for what is shown to a person. */
  textAt(line: number): string;
}

export interface Reread {
  readonly operations: readonly Operation[];
  /** What functions of the project are run with. */
  readonly code: (execute: (sql: string) => Promise<void>) => CodeRunner;
  call(callee: Value): Promise<Value>;
}

/** A migration file as a migration: what it sends is found out when it runs, for it may ask the database. */
export function toMigration(file: MigrationSource, states: readonly ProjectState[], shared: Shared): Migration {
  let observed: Observed = { findings: [], edgeCases: [] };
  const run = (at: Inspector, direction: "up" | "down"): AsyncGenerator<Step> =>
    produce(async (emit) => {
      const outcome = await runMigration(file, { states, shared }, { at, direction, emit });
      // Kept as a whole: the same migration may be running on another shadow.
      if (direction === "up") observed = { findings: findingsOf(outcome, file.id), edgeCases: outcome.edgeCases };
    });
  const written = file.operations.some(
    ({ name, canGoBack }) => canGoBack && (name === "RunSQL" || name === "RunPython" || name === "SeparateDatabaseAndState"),
  );
  return {
    kind: "migration",
    id: file.id,
    type: "versioned",
    version: file.name,
    name: file.title,
    author: null,
    date: null,
    files: file.files,
    checksum: null,
    entry: {
      app: file.app,
      version: file.name,
      name: file.name,
      ...(file.replaces.length === 0 ? {} : { replaces: file.replaces.map(keyOf).join(" ") }),
    },
    transaction: file.isAtomic ? "one" : "none",
    environment: null,
    assumptions: [],
    edgeCases: [],
    up: (at) => run(at, "up"),
    ...(file.operations.every(({ canGoBack }) => canGoBack) && file.operations.length > 0
      ? { down: (at: Inspector) => run(at, "down") }
      : {}),
    ...(written ? {} : { downOrigin: "tool" as const }),
    observed: () => observed,
  };
}
