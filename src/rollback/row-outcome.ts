import type { Loss } from "../model/rollback.ts";
import { compareDigests, holdsValues } from "../rows/digest.ts";
import type { Chosen, RowTrialAnswer, RowTrialPlan } from "./row-trial.ts";

/** What rows showed of one candidate. */
export interface RowOutcome {
  /** Rows that were made in the tables concerned, and the tables that got any. */
  readonly rows: number;
  readonly tables: readonly string[];
  /** Tables for which none could be made, and PostgreSQL's words. */
  readonly without: readonly { readonly table: string; readonly why: string }[];
  /** What was not looked at. */
  readonly notCovered: readonly string[];
  /** The way back fails as soon as these tables hold rows, and no condition of it says so. */
  readonly failure: { readonly text: string; readonly tables: readonly string[] } | null;
  /** What is not as before, beyond what the migration is known to destroy. */
  readonly losses: readonly Loss[];
  /** By table: whether the migration changed rows there, and whether they are back. */
  readonly seen: ReadonlyMap<string, SeenRows>;
  /** Its condition keeps all generated rows out: it works on empty tables at best. */
  readonly noRoom: boolean;
  /** Columns that the migration dropped and whose values are there again. */
  readonly restored: readonly { readonly table: string; readonly columns: readonly string[] }[];
  /** Conditions that found rows with which the way back ran nevertheless. */
  readonly needless: readonly string[];
}

/** `columns`: those with other values; empty where rows came or went. */
export interface SeenRows {
  readonly back: boolean;
  readonly columns: readonly string[];
}

export const NOTHING_SEEN: RowOutcome = {
  rows: 0,
  tables: [],
  without: [],
  notCovered: [],
  failure: null,
  losses: [],
  seen: new Map(),
  noRoom: false,
  restored: [],
  needless: [],
};

/** Reads an answer that came to the end of its stages. */
export function readOutcome(
  plan: RowTrialPlan,
  { answer, upLoses, chosen }: { readonly answer: RowTrialAnswer; readonly upLoses: readonly Loss[]; readonly chosen: Chosen },
): RowOutcome {
  const made = countRows(plan, answer, chosen);
  const losses: Loss[] = [];
  const seen = new Map<string, SeenRows>();
  const notCovered: string[] = [];
  const restored: { table: string; columns: readonly string[] }[] = [];
  for (const [at, { identity, columns }] of plan.compare.entries()) {
    const before = answer.before?.[at] ?? null;
    if (before === null) continue;
    const changed = compareDigests(before, answer.changed?.[at] ?? null, columns);
    const end = compareDigests(before, answer.after?.[at] ?? null, columns);
    if (changed.kind === "values" || changed.kind === "number")
      seen.set(identity, { back: end.kind === "equal", columns: changed.kind === "values" ? changed.columns : [] });
    const back = end.kind === "equal" ? columns : end.kind === "values" ? columns.filter((name) => !end.columns.includes(name)) : [];
    restored.push({ table: identity, columns: back.filter((name) => holdsValues(before, columns.indexOf(name))) });
    if (end.kind === "unknown") notCovered.push(`${identity}: its rows were not compared`);
    else if (end.kind === "values") {
      const known = new Set(upLoses.filter(({ table }) => table === identity).flatMap((loss) => loss.columns));
      const others = end.columns.filter((name) => !known.has(name));
      if (others.length > 0) losses.push({ table: identity, columns: others, what: "values: with generated rows they are not as before" });
    } else if (end.kind === "number" && !upLoses.some(({ table, columns: named }) => table === identity && named.length === 0)) {
      losses.push({ table: identity, columns: [], what: `rows: of ${before.count} generated ones ${end.after} are there afterwards` });
    }
  }
  const ran = [{ refusal: null, fired: answer.fired }, ...answer.broken];
  const needless = plan.checks.filter((_, at) => ran.some(({ refusal, fired }) => refusal === null && fired?.[at] === true));
  return { ...NOTHING_SEEN, ...made, notCovered, losses, seen, restored, needless };
}

/** Rows that only the new state allows, with which the way back fails although no condition finds them. */
export function unforeseen(
  plan: RowTrialPlan,
  { broken }: RowTrialAnswer,
): { readonly text: string; readonly tables: readonly string[] } | null {
  const found = broken.flatMap(({ seeded, fired, refusal }, at) => {
    const kind = plan.broken[at];
    const written = (seeded ?? []).some(({ rows }) => rows > 0);
    return kind === undefined || refusal === null || !written || (fired ?? []).includes(true) ? [] : [{ kind, refusal }];
  });
  const [first] = found;
  if (first === undefined) return null;
  return { text: `with ${first.kind.what}: ${first.refusal}`, tables: [...new Set(found.map(({ kind }) => kind.table))] };
}

/** What could be made. */
export function countRows(
  plan: RowTrialPlan,
  answer: RowTrialAnswer,
  { tables: chosen }: Chosen,
): Pick<RowOutcome, "rows" | "tables" | "without"> {
  let rows = 0;
  const tables: string[] = [];
  const without: { table: string; why: string }[] = [];
  const sides = [
    { seeds: plan.seeds, answers: answer.seeded },
    { seeds: plan.added, answers: answer.added },
  ];
  for (const { seeds, answers } of sides) {
    for (const [at, { shape, wanted }] of seeds.entries()) {
      const found = answers?.[at];
      if (!wanted || found === undefined || (chosen !== undefined && !chosen.has(shape.identity))) continue;
      rows += found.rows;
      if (found.rows > 0) tables.push(shape.identity);
      else without.push({ table: shape.identity, why: found.refusal ?? "the rows that it holds leave room for no other" });
    }
  }
  return { rows, tables, without };
}
