import type { CatalogDifference } from "./catalog.ts";
import type { SourceLocation } from "./source.ts";
import type { Step } from "./history.ts";
import type { ParsedStatement } from "./sql.ts";

/** What the squash starts from: every statement that was executed, in order, with what the replay knows about it. */
export interface SquashInput {
  readonly migration: string;
  readonly step: Exclude<Step, { readonly kind: "custom-code" }>;
  readonly parsed: ParsedStatement;
  /** Rows it wrote in the replay from empty; `null` where PostgreSQL counted none. */
  readonly rows: number | null;
  /** The `search_path` under which its unqualified names were resolved, first schema first. */
  readonly searchPath: readonly string[];
}

export type MergeRule =
  | "column-into-create"
  | "default-into-create"
  | "not-null-into-create"
  | "constraint-into-create"
  | "comment-after-create"
  | "index-after-create"
  | "create-drop-pair"
  | "rename-followed"
  | "replace-keeps-last"
  | "alter-combined"
  | "drop-column-into-create"
  | "type-into-create"
  | "enum-value-into-create"
  | "dead-backfill-elided"
  | "session-setting-elided"
  /** A statement that changes nothing on the way from empty: DROP IF EXISTS of nothing, ANALYZE, LOCK. */
  | "no-op-elided";

/** The merges of one rule into one statement. Its id is stable for the same input, so that a merge can be taken back. */
export interface Merge {
  readonly id: string;
  readonly rule: MergeRule;
  readonly migrations: readonly string[];
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface SquashedStatement {
  readonly sql: string;
  /** COPY data without the closing `\.`. */
  readonly data: string | null;
  /** Where its parts came from. */
  readonly origins: readonly { readonly migration: string; readonly location: SourceLocation }[];
  readonly transactional: boolean;
}

export interface SquashProof {
  readonly proven: boolean;
  readonly engine: string;
  /** Rows of seed data that were compared. */
  readonly rows: number;
  readonly differences: readonly CatalogDifference[];
  readonly notCovered: readonly string[];
}

export interface Squash {
  readonly statements: readonly SquashedStatement[];
  readonly merges: readonly Merge[];
  /** Merges that broke equality and were taken back, with what differed. */
  readonly takenBack: readonly { readonly merge: Merge; readonly difference: string }[];
  /** Statements that stand as they were, with the reason. */
  readonly kept: readonly { readonly migration: string; readonly sql: string; readonly reason: string }[];
  /** Elided with a note. */
  readonly elided: readonly { readonly migration: string; readonly sql: string; readonly reason: string }[];
  readonly proof: SquashProof;
}
