import type { CatalogDifference } from "../model/catalog.ts";
import type { MigrationReplay } from "../model/replay.ts";
import type { Loss } from "../model/rollback.ts";
import type { Candidate } from "./candidate.ts";
import type { DerivedCandidate } from "./derived.ts";
import { findHiddenChanges, type HiddenChange, nameOf } from "./hidden-changes.ts";
import type { Verdict } from "./judge.ts";
import { DROPPED_VALUES } from "./losses.ts";
import { NOTHING_SEEN, type RowOutcome } from "./row-outcome.ts";
import type { RowQuestion } from "./row-proof.ts";

/** What stands in a proof that was made without generated rows. */
export const ROWS_OFF: RowOutcome = { ...NOTHING_SEEN, notCovered: ["generated rows: none were made (--no-row-proof)"] };

/** The same verdict with what generated rows showed. */
export function withRows(verdict: Verdict, outcome: RowOutcome): Verdict {
  const { rows, tables, without, notCovered } = outcome;
  const { proof } = verdict;
  const unseeded = without.map(({ table, why }) => `no row could be made for ${table}: ${why}`);
  return {
    ...verdict,
    outcome,
    proof: {
      ...proof,
      rows: proof.rows + rows,
      ...(rows + without.length === 0 ? {} : { generated: { rows, tables: [...tables].sort(), without } }),
      notCovered: [...new Set([...proof.notCovered, ...notCovered, ...unseeded])],
    },
  };
}

/** How much generated rows speak against a candidate: 0 where nothing does. */
export function rowTrouble({ outcome }: Verdict): number {
  if (outcome === null) return 0;
  const lost = outcome.losses.reduce((sum, { columns }) => sum + (columns.length === 0 ? MANY_COLUMNS : columns.length), 0);
  return (outcome.failure === null ? 0 : MANY_COLUMNS * MANY_COLUMNS) + (outcome.noRoom ? MANY_COLUMNS - 1 : 0) + lost;
}

/** Losses of the migration that generated rows show to be made good: values of columns that it dropped. */
export function isRestored({ table, columns, what }: Loss, { outcome, trial }: Verdict): boolean {
  if (outcome === null || trial.candidate.origin !== "authored" || columns.length === 0 || what !== DROPPED_VALUES) return false;
  const back = outcome.restored.find((other) => other.table === table)?.columns ?? [];
  return columns.every((name) => back.includes(name));
}

/** A row that is gone weighs as much as so many values. */
const MANY_COLUMNS = 50;

/** Queries that must return no row for a candidate to work: what stands against the definitions, and for the derived one what stands against its own DELETEs. */
export function conditionsOf({ origin }: Candidate, derived: DerivedCandidate): Pick<RowQuestion, "conditions" | "guards"> {
  return { conditions: derived.conditions, guards: origin === "derived" ? derived.rows.conditions : [] };
}

/** It found generated rows and the way back ran with them. */
export function needless(condition: string, { outcome }: Verdict): boolean {
  return outcome?.needless.includes(condition) ?? false;
}

/** Where it fails with rows and nobody knows with which, the tables must be empty. */
export function emptyTables({ outcome }: Verdict): readonly string[] {
  return (outcome?.failure?.tables ?? []).map((table) => `SELECT 1 FROM ${table}`);
}

/** Data changes that met no row, generated ones included, or rows that did not come back. */
export function stillHidden(replay: MigrationReplay, best: Verdict | undefined): readonly HiddenChange[] {
  const seen = new Map([...(best?.outcome?.seen ?? [])].map(([identity, rows]) => [nameOf(identity), rows]));
  return findHiddenChanges(replay).flatMap((change) => {
    const rows = seen.get(change.table);
    if (rows?.back === true) return [];
    // Values alone changed: rows that come or go were not seen.
    const counts = change.kind === "update" || change.kind === "merge" ? "values" : "rows";
    if (rows === undefined || (counts === "rows" && rows.columns.length > 0)) return [change];
    return [{ ...change, columns: counts === "values" ? rows.columns : [] }];
  });
}

/** The proof of a candidate that lost, with what generated rows showed where that is why. */
export function lessThan(chosen: Verdict, other: Verdict): Verdict["proof"] {
  const { proof, outcome } = other;
  if (outcome === null || rowTrouble(other) <= rowTrouble(chosen)) return proof;
  const differences = outcome.losses.map(({ table, columns }): CatalogDifference => ({
    identity: table ?? "",
    kind: "row",
    what: "different",
    aspect: "rows",
    expected: "generated rows as before",
    found: columns.length === 0 ? "other rows" : `other values in ${columns.join(", ")}`,
  }));
  const failure = outcome.failure === null ? null : `with rows in ${outcome.failure.tables.join(", ")}: ${outcome.failure.text}`;
  return { ...proof, error: proof.error ?? failure, differences: [...proof.differences, ...differences] };
}
