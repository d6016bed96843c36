import type { CatalogDifference } from "./catalog.ts";
import type { SourceLocation } from "./source.ts";

export type RollbackOrigin = "authored" | "derived" | "state-difference" | "model";
export type RollbackStatus = "proven" | "proven-conditional" | "proven-lossy" | "irreversible" | "unproven";

/** Rows or values that are gone, named as finely as is known. */
export interface Loss {
  /** Quoted and schema-qualified; `null` where it is not one table. */
  readonly table: string | null;
  readonly columns: readonly string[];
  /** In words: "values of the dropped column", "the 12 rows that V7 deleted", "column order". */
  readonly what: string;
}

/** One statement of a way back. */
export interface RollbackStatement {
  readonly sql: string;
  readonly location: SourceLocation | null;
  readonly transactional: boolean;
}

/** What one execution of a candidate showed. */
export interface RollbackProof {
  readonly origin: RollbackOrigin;
  /** `PostgreSQL 18.6 (embedded)`. */
  readonly engine: string;
  /** Rows that stood in the touched tables while it ran, generated ones included. */
  readonly rows: number;
  /** Absent where no table is concerned. */
  readonly generated?: GeneratedRows;
  readonly executed: boolean;
  /** The error that stopped it, or `null`. */
  readonly error: string | null;
  /** What was not as before. Empty: the catalog (and the rows) are back. */
  readonly differences: readonly CatalogDifference[];
  /** What this proof did not look at. */
  readonly notCovered: readonly string[];
}

/** Rows that were made for one proof, so that rollback and migration run over more than empty tables. */
export interface GeneratedRows {
  readonly rows: number;
  /** Quoted and schema-qualified. */
  readonly tables: readonly string[];
  /** Tables for which no row could be made, and PostgreSQL's words. */
  readonly without: readonly { readonly table: string; readonly why: string }[];
}

/** The rows or values of one table that a prior backup saves. */
export interface BackupTable {
  /** As it is named before the migration, quoted and schema-qualified. */
  readonly table: string;
  /** `pggit_migrate.backup_…`. */
  readonly backup: string;
  /** The columns by which rows are found again; empty where whole rows of a dropped table are saved that have no key. */
  readonly key: readonly string[];
  /** The columns that are saved beside the key. */
  readonly columns: readonly string[];
  /** What is done with them: rows are put in again, values are written over what stands there, `changes`: whatever the migration turned out to do to each row. */
  readonly saves: "rows" | "values" | "changes";
}

/** What the way back is where its prior backup is not there. */
export type WithoutBackup = Pick<Rollback, "status" | "upLoses" | "check" | "reason">;

/** What saves rows and values that a migration destroys, so that its way back puts them back. */
export interface PriorBackup {
  readonly tables: readonly BackupTable[];
  /** Statements that run in the migration's transaction, before it. */
  readonly before: readonly string[];
  /** Statements that run in its transaction, behind it. */
  readonly after: readonly string[];
  readonly without: WithoutBackup;
}

/** Whether there is a way back that may be offered and run: proven, whatever it loses. */
export function hasWayBack({ status }: { readonly status: RollbackStatus }): boolean {
  return status === "proven" || status === "proven-conditional" || status === "proven-lossy";
}

/** The way back from one migration, with everything that was tried. */
export interface Rollback {
  readonly status: RollbackStatus;
  readonly origin: RollbackOrigin | null;
  readonly statements: readonly RollbackStatement[];
  /** What the migration itself destroyed. */
  readonly upLoses: readonly Loss[];
  /** What going back destroys. */
  readonly downLoses: readonly Loss[];
  /** `proven-conditional`: the query that must return no row. */
  readonly check: string | null;
  /** `irreversible`, `unproven`: why, in a sentence. */
  readonly reason: string | null;
  /** `irreversible`: its author said so (a down that only raises, a comment that says it). */
  readonly declared?: boolean;
  /** `irreversible`, `unproven`: what was seen to turn the definitions back although rows or values stay lost. Never offered as a rollback. */
  readonly structural?: readonly RollbackStatement[];
  /** Where rows are to be saved first: `statements` put them back while the backup stands, and status, losses and check are what they are then. */
  readonly backup?: PriorBackup;
  /** Why nothing can be saved although that was asked for; absent where it is saved or nothing need be. */
  readonly noBackup?: string;
  /** The proof of the chosen candidate first, then of those that lost. */
  readonly proofs: readonly RollbackProof[];
}

/** Whether its way back leaves no row where it was not, also where nothing was saved: a prior backup then brings nothing back. */
export function restoresRows({ origin, backup }: Pick<Rollback, "origin" | "backup">): boolean {
  return origin !== null && (backup === undefined || hasWayBack(backup.without));
}
