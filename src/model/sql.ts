import type { Change } from "./change.ts";

/** A statement of PostgreSQL's own grammar, split, parsed and classified. */
export interface ParsedStatement {
  readonly sql: string;
  /** The name of the parse tree's root node (`CreateStmt`, `AlterTableStmt`, …); `null` where PostgreSQL's parser refused it. */
  readonly node: string | null;
  /** One or more; `[opaque]` where the statement has no type of its own or does not parse. */
  readonly changes: readonly Change[];
  /** libpg-query's fingerprint: equal for statements that differ in literals and layout only; `null` where it did not parse. */
  readonly fingerprint: string | null;
  readonly parseError: { readonly message: string; readonly offset: number } | null;
  /** False for what PostgreSQL refuses inside a transaction block: CONCURRENTLY, VACUUM, CREATE DATABASE, … */
  readonly transactional: boolean;
}
