/** A way on from a difference between a database and its history that a person can decide for. */
export type DriftChoice = "ignore" | "revert";

/** What a person decided about differences; from `decisions.yaml`. */
export interface DriftDecision {
  /** A pattern as in `drift.ignore`: `schema.name`, `schema.table.column`; `*` stands for anything. */
  readonly object: string;
  readonly choice: DriftChoice;
  readonly reason: string;
  readonly by: string;
  readonly at: string | null;
}
