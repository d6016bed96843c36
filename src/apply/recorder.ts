import type { RunnableMigration } from "./runnable.ts";

/** How far a migration is that runs in several units. */
export interface UnitEntry {
  /** From 0. */
  readonly position: number;
  readonly finished: boolean;
}

/** What a run of a migration looked like. */
export interface Execution {
  readonly seconds: number;
  /** Rows that PostgreSQL counted. */
  readonly rows: number;
}

/** What keeps the record in the target, as far as running migrations needs it. Everything is written by the session of the run. */
export interface Recorder {
  /** Within the transaction of the migration's last unit: its record, and its entry in the source tool's table. */
  migrated(migration: RunnableMigration, execution: Execution): Promise<void>;
  /** Within the transaction that takes a migration back. */
  takenBack(migration: RunnableMigration): Promise<void>;
  /** What is known of units of a migration that has no record yet. */
  units(id: string, direction: Direction): Promise<readonly UnitEntry[]>;
  /** In a transaction of its own, before a statement that knows none. */
  unitBegun(id: string, direction: Direction, unit: UnitNote): Promise<void>;
  /** After it, or within the transaction of a unit. */
  unitFinished(id: string, direction: Direction, unit: UnitNote): Promise<void>;
  /** Runs DDL that the pgGit extension would else record a second time. */
  unobserved(work: () => Promise<void>): Promise<void>;
}

export type Direction = "up" | "down";

export interface UnitNote {
  readonly position: number;
  readonly sql: string;
}
