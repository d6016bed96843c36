import type { ToolName } from "./history.ts";

/** What a row of a source tool's own table amounts to now. */
export type AppliedState =
  /** Its migration counts as applied. */
  | "applied"
  /** It was tried outside of a transaction and broke off. */
  | "failed"
  /** A later run of the same repeatable counts. */
  | "superseded"
  /** A later row takes it back. */
  | "undone"
  | "deleted"
  /** No migration: what the tool notes for itself (schema creation, a baseline, an undo, a deletion). */
  | "marker";

/** One row of a source tool's own table. */
export interface AppliedMigration {
  /** The migration of the history that it is of; `null` where the history has none. */
  readonly migration: string | null;
  /** The order in which they were applied, from the table. */
  readonly rank: number;
  /** As the tool writes it; `null` for what has none. */
  readonly version: string | null;
  readonly description: string;
  /** The tool's own word: `SQL`, `JDBC`, `BASELINE`, … */
  readonly type: string;
  readonly script: string;
  readonly checksum: string | null;
  readonly installedBy: string;
  /** ISO 8601; a time without zone is taken to be UTC. */
  readonly installedOn: string;
  readonly executionMs: number;
  readonly state: AppliedState;
}

/** A source tool's own table in a target. */
export interface AppliedHistory {
  readonly kind: "applied-history";
  readonly tool: ToolName;
  /** Quoted and schema-qualified, as SQL takes it. */
  readonly table: string;
  /** All rows by rank. */
  readonly rows: readonly AppliedMigration[];
  /** Migrations that count as applied although no row is theirs: those up to a baseline. */
  readonly covered: readonly string[];
  /** The version of the last baseline. */
  readonly baseline: string | null;
}
