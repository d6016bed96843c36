import { compareSlices } from "../catalog/compare.ts";
import type { MigrationReplay } from "../model/replay.ts";
import type { Loss } from "../model/rollback.ts";
import type { ProofContext } from "./context.ts";
import type { HiddenChange } from "./hidden-changes.ts";
import { isBack, type Verdict } from "./judge.ts";
import { rowWord, TRUNCATED_ROWS } from "./losses.ts";
import type { StayingRows } from "./rows.ts";

/** A way back that restores all definitions although rows or values stay lost, with every one of those losses. */
export interface PartialReturn {
  readonly verdict: Verdict;
  readonly losses: readonly Loss[];
}

interface Known {
  readonly replay: MigrationReplay;
  /** What the migration is known to have destroyed. */
  readonly upLoses: readonly Loss[];
  readonly hidden: readonly HiddenChange[];
  readonly staying: readonly StayingRows[];
}

/** Whether a migration changed definitions. Positions of sequences are data. */
export function changesDefinitions({ before, after }: MigrationReplay): boolean {
  return compareSlices(before, after).some(({ aspect }) => aspect !== "lastValue" && aspect !== "waitingAt");
}

/**
 * The best way back that was seen to restore all definitions of a migration which changed definitions and also rows that do not come back;
 * `null` where there is none, where only rows were changed, or where rows differ for a reason that is not known.
 */
export async function findPartialReturn(verdicts: readonly Verdict[], known: Known, context: ProofContext): Promise<PartialReturn | null> {
  const { replay, upLoses, hidden, staying } = known;
  const truncated = new Set(upLoses.filter(({ what }) => what === TRUNCATED_ROWS).map(({ table }) => table));
  const names = await tableNames(hidden, context);
  const told = hidden.filter(({ kind, table }) => kind !== "truncate" || !truncated.has(names.get(table) ?? null));
  const unseen = hiddenLosses(told, names);
  const left = staying.map(stayingLoss);
  const isKnown = (verdict: Verdict): boolean => {
    if (verdict.rowsBack) return true;
    // Rows that stay need the sequence that numbered them where it is.
    const keepsNumbers = staying.length === 0 || replay.sequences.length === 0;
    return verdict.catalogBack && keepsNumbers && isExplained(verdict, [...upLoses, ...unseen, ...left]);
  };
  const [best] = verdicts
    .filter(isKnown)
    .map((verdict) => {
      const stillLost = upLoses.filter((loss) => !verdict.madeGood.has(loss));
      const seen = (verdict.outcome?.losses ?? []).filter(({ table }) => !unseen.some((loss) => loss.table === table));
      return { verdict, losses: [...stillLost, ...unseen, ...(verdict.rowsBack ? [] : left), ...seen, ...verdict.losses] };
    })
    .sort((one, other) => one.losses.length - other.losses.length);
  return best === undefined || best.losses.length === 0 || !changesDefinitions(replay) ? null : best;
}

/** Whether all rows that are not as before are named as lost. What the authors' statements do to rows is theirs alone, so they must restore them. */
function isExplained({ trial }: Verdict, losses: readonly Loss[]): boolean {
  if (trial.candidate.origin !== "derived") return false;
  const rowsLost = new Set(losses.filter(({ columns }) => columns.length === 0).map(({ table }) => table));
  return trial.rows.every((finding) => isBack(finding, losses) || rowsLost.has(finding.table));
}

function stayingLoss({ table, count, why }: StayingRows): Loss {
  return { table, columns: [], what: `the state without the ${rowWord(count)} that it inserted, which stay there (${why})` };
}

/** What a data change that met no row here does to rows elsewhere. */
function describeHidden({ kind, table }: HiddenChange): string {
  switch (kind) {
    case "update":
      return "the values that its UPDATE overwrites";
    case "delete":
      return "the rows that its DELETE removes";
    case "truncate":
      return "the rows that its TRUNCATE removes";
    case "insert":
    case "copy-from":
      return "the state without the rows that its INSERT brings, which stay there";
    default:
      return `the rows as they were before its ${kind.toUpperCase().replaceAll("-", " ")} on ${table}`;
  }
}

function hiddenLosses(hidden: readonly HiddenChange[], names: ReadonlyMap<string, string>): readonly Loss[] {
  const losses = new Map<string, Loss>();
  for (const change of hidden) {
    const table = names.get(change.table) ?? null;
    const { columns } = change;
    const how = columns === undefined ? "it met no row on the shadow" : "seen with generated rows";
    const what = `${describeHidden(change)}${table === null ? ` in ${change.table}` : ""} (${how})`;
    losses.set(`${table} ${what}`, { table, columns: columns ?? [], what });
  }
  return [...losses.values()];
}

/** Quoted and schema-qualified names of the tables, where only one table has the name. */
async function tableNames(hidden: readonly HiddenChange[], { session }: ProofContext): Promise<ReadonlyMap<string, string>> {
  if (hidden.length === 0) return new Map();
  const rows = await session.rows<{ name: string; identity: string }>(
    `select c.relname::pg_catalog.text as name, pg_catalog.min(pg_catalog.format('%I.%I', n.nspname, c.relname)) as identity
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relname = any ($1::pg_catalog.text[]) and c.relkind in ('r', 'p', 'f') and n.nspname not like 'pg\\_%' group by 1 having pg_catalog.count(*) = 1`,
    [[...new Set(hidden.map(({ table }) => table))]],
  );
  return new Map(rows.map(({ name, identity }) => [name, identity]));
}
