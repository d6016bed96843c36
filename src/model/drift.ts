/** A way on from a difference between a database and its history that a person can decide for. */
export type DriftChoice = "adopt" | "ignore" | "revert";

/** Differences of a database that became a migration of their own, with the SQL that was proven to make and to undo them. */
export interface AdoptedDrift {
  /** `adopted-hotfix_idx-3f2a` */
  readonly id: string;
  /** The migration behind which it stands: the last of the history when it was adopted; `null` for the beginning. */
  readonly after: string | null;
  /** In words. */
  readonly differences: readonly string[];
  readonly sql: string;
  readonly rollback: string;
  readonly reason: string;
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What a person decided about differences; from `decisions.yaml`. */
export interface DriftDecision {
  /** A pattern as in `drift.ignore`: `schema.name`, `schema.table.column`; `*` stands for anything. */
  readonly object: string;
  readonly choice: DriftChoice;
  readonly reason: string;
  readonly by: string;
  readonly at: string | null;
}
