import type { CatalogSlice, ObjectAddress } from "./catalog.ts";
import type { EdgeCaseDraft } from "./edge-case.ts";
import type { Finding, Migration, Step } from "./history.ts";
import type { ParsedStatement } from "./sql.ts";

/** PostgreSQL's own words on what went wrong. */
export interface DatabaseError {
  readonly code: string;
  readonly message: string;
  readonly detail: string | null;
  readonly hint: string | null;
  /** Offset into the statement, from 0, in characters; `null` where PostgreSQL gives none. */
  readonly offset: number | null;
  /** PL/pgSQL call stack, where there is one. */
  readonly where: string | null;
}

export type StatementOutcome =
  | { readonly kind: "done"; readonly rows: number | null }
  /** `because`: another finding explains it, and asks the question: `extension postgis`. */
  | { readonly kind: "failed"; readonly error: DatabaseError; readonly because?: string }
  | { readonly kind: "skipped"; readonly reason: string };

export interface ExecutedStatement {
  readonly step: Step;
  /** `null` for custom code. */
  readonly parsed: ParsedStatement | null;
  readonly outcome: StatementOutcome;
}

/** What the authors' own check of a migration gave, run right after it. */
export type Verification =
  | { readonly kind: "passed"; readonly statements: number }
  | { readonly kind: "failed"; readonly step: Step; readonly error: DatabaseError }
  | { readonly kind: "not-run"; readonly reason: string };

/** Rows that a migration wrote in one table, counted by PostgreSQL. */
export interface RowChange {
  readonly table: ObjectAddress;
  /** Quoted and schema-qualified. */
  readonly identity: string;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly truncated: boolean;
  /** False for a table that the same migration created. */
  readonly existedBefore: boolean;
}

export interface SequenceMove {
  readonly sequence: ObjectAddress;
  readonly identity: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** The rows of one table at one moment, as digests that do not depend on the order of rows and columns. */
export interface TableRows {
  readonly table: ObjectAddress;
  readonly identity: string;
  readonly count: number;
  /** MD5 over all rows; `null` where there are more rows than are read. */
  readonly digest: string | null;
  /** MD5 over all values of a column, by its name. */
  readonly columns: Readonly<Record<string, string>>;
}

/** What one migration did to the shadow. */
export interface MigrationReplay {
  readonly migration: Migration;
  readonly statements: readonly ExecutedStatement[];
  /** The objects it touched, as they were and as they became. */
  readonly before: CatalogSlice;
  readonly after: CatalogSlice;
  readonly rows: readonly RowChange[];
  readonly sequences: readonly SequenceMove[];
  /** The rows, as they were before, of tables that it touched in structure or rows; those that were empty are absent. */
  readonly rowsBefore?: readonly TableRows[];
  /** What had to be supplied so that it could run: roles that the history takes for granted. */
  readonly assumptions?: readonly string[];
  /** Of these, the roles: made on the shadow without login. Unquoted names. */
  readonly assumedRoles?: readonly string[];
  /** Absent where its authors wrote no check. */
  readonly verification?: Verification;
  /** Whether it ran in one transaction of ours; what did not is proven in terms of its end state. */
  readonly transactional: boolean;
  readonly seconds: number;
  readonly edgeCases: readonly EdgeCaseDraft[];
  /** What the producer of its steps found out as it ran. */
  readonly findings?: readonly Finding[];
  /** The columns of the tool's own table where the run says them otherwise than the files. */
  readonly entry?: NonNullable<Migration["entry"]>;
}
