import type { CatalogDifference } from "../model/catalog.ts";
import type { Loss, RollbackProof } from "../model/rollback.ts";
import type { RowFinding } from "./compare-rows.ts";
import type { RowOutcome } from "./row-outcome.ts";
import type { Trial } from "./trial.ts";

/** What a trial means: whether the candidate restores, and what it does not bring back. */
export interface Verdict {
  readonly trial: Trial;
  /** Definitions are back, but for column order. */
  readonly catalogBack: boolean;
  /** The rows that were there are back, but for values that the migration itself destroyed. */
  readonly rowsBack: boolean;
  /** What this candidate loses beyond that. */
  readonly losses: readonly Loss[];
  /** Losses of the migration that this candidate makes good. */
  readonly madeGood: ReadonlySet<Loss>;
  readonly proof: RollbackProof;
  /** What generated rows showed; `null` where no table is concerned or none were tried. */
  readonly outcome: RowOutcome | null;
}

/** Judges a trial against what the migration is known to have destroyed. */
export function judgeTrial(trial: Trial, upLoses: readonly Loss[], engine: string): Verdict {
  const rowDifferences: CatalogDifference[] = [];
  const notCovered = [...trial.notCovered];
  for (const finding of trial.rows) {
    if (finding.state.kind === "counted") notCovered.push(`${finding.table}: its ${finding.count} rows were counted, not compared`);
    if (!isBack(finding, upLoses)) rowDifferences.push(rowDifference(finding));
  }
  const catalogBack = trial.error === null && trial.differences.length === 0;
  return {
    trial,
    catalogBack,
    rowsBack: catalogBack && rowDifferences.length === 0,
    losses: [
      ...trial.reordered.map(({ identity, found }) => ({
        table: identity,
        columns: parseColumns(found),
        what: "column order (columnOrder): columns added again stand at the end",
      })),
      ...(trial.candidate.destroys ?? []),
    ],
    madeGood: new Set(upLoses.filter((loss) => isMadeGood(loss, trial.rows))),
    outcome: null,
    proof: {
      origin: trial.candidate.origin,
      engine,
      rows: trial.rows.reduce((sum, { count }) => sum + count, 0),
      executed: trial.candidate.unrunnable === null,
      error: trial.error,
      differences: [...trial.differences, ...trial.reordered, ...rowDifferences],
      notCovered: [...new Set(notCovered)],
    },
  };
}

function parseColumns(text: string | null): readonly string[] {
  if (text === null) return [];
  const columns: unknown = JSON.parse(text);
  return Array.isArray(columns) ? columns.filter((name): name is string => typeof name === "string") : [];
}

/** Rows are back, or all that is missing is what the migration destroyed in a way that comes back empty: dropped columns and tables. */
export function isBack({ table, state }: RowFinding, upLoses: readonly Loss[]): boolean {
  const lost = upLoses.filter((loss) => loss.table === table);
  switch (state.kind) {
    case "back":
    case "counted":
      return true;
    case "without-values": {
      const columns = new Set(lost.flatMap((loss) => loss.columns));
      return state.columns.every((column) => columns.has(column));
    }
    case "different":
      return lost.some(({ what }) => what.startsWith("all rows of the dropped table"));
  }
}

/** Rows that the migration deleted or overwrote and that stand there again as they were. */
function isMadeGood(loss: Loss, rows: readonly RowFinding[]): boolean {
  if (loss.columns.length > 0 || loss.what.startsWith("all rows of the dropped table")) return false;
  return rows.some(({ table, count, state }) => table === loss.table && count > 0 && state.kind === "back");
}

function rowDifference({ table, count, state }: RowFinding): CatalogDifference {
  const found =
    state.kind === "different"
      ? `${state.found} rows`
      : state.kind === "without-values"
        ? `other values in ${state.columns.join(", ")}`
        : "";
  return { identity: table, kind: "row", what: "different", aspect: "rows", expected: `${count} rows as before`, found };
}
