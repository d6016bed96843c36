import { listNames } from "../model/list-names.ts";
import type { CatalogReader } from "../catalog/reader.ts";
import type { Session } from "../database/session.ts";
import type { CatalogObject } from "../model/catalog.ts";
import type { MigrationReplay } from "../model/replay.ts";
import type { Loss } from "../model/rollback.ts";
import type { ParsedStatement } from "../model/sql.ts";
import { rowTrialFunctions } from "../rows/functions.ts";
import { readHints } from "../rows/hints.ts";
import { FITTING_BOTH, keepWays, planSeeds, type SeedMemory } from "../rows/seeds.ts";
import { shapeOf, type TableShape } from "../rows/shape.ts";
import { parseStatement } from "../sql/statement.ts";
import { scopeOf } from "../replay/scope.ts";
import { insideTransaction } from "../replay/transaction.ts";
import type { Candidate } from "./candidate.ts";
import { countRows, NOTHING_SEEN, readOutcome, type RowOutcome, unforeseen } from "./row-outcome.ts";
import { findRowTables, type RowTables } from "./row-tables.ts";
import { type Chosen, type RowTrialAnswer, type RowTrialPlan, runRowTrial, upStatements } from "./row-trial.ts";
import { addedLabels, newRows } from "./row-violations.ts";

/** A migration that wrote more rows than this, or took longer (seconds), is not run again for the sake of rows. */
const MOST_ROWS_WRITTEN = 5_000;
const LONGEST = 5;
/** Kinds of rows that only the new state allows: each runs the way back once more, so the longer that is the fewer are tried. */
const MOST_KINDS = 12;
const FEWEST_KINDS = 3;
const MOST_STATEMENTS = 60;
/** Tables that are tried one by one where something fails with the rows of all. */
const MOST_ALONE = 4;
/** Rows that are tried by themselves where the migration refuses others: plain ones, empty, and with NULL. */
const APART: readonly number[] = [0, 6, 2, 4];

/** What is asked of rows: a candidate that was seen to bring the definitions back. */
export interface RowQuestion {
  readonly candidate: Candidate;
  readonly replay: MigrationReplay;
  /** Queries that must return no row for the candidate to run. */
  readonly conditions: readonly string[];
  /** Queries that must return no row for it to take back what the migration brought and nothing else: it runs in any case. */
  readonly guards: readonly string[];
  /** What the migration is known to destroy. */
  readonly upLoses: readonly Loss[];
  /** What saves rows around the migration, and the tables that it saves from; absent where nothing is saved. */
  readonly saving?: {
    readonly before: readonly string[];
    readonly after: readonly string[];
    readonly tables: readonly CatalogObject[];
  };
}

/** Tries ways back with generated rows in the tables concerned. */
export interface RowProver {
  /** `null` where no table is concerned. Leaves the shadow as it was. */
  prove(question: RowQuestion): Promise<RowOutcome | null>;
}

export interface RowProverContext {
  readonly session: Session;
  readonly reader: CatalogReader;
  /** `History.resetBetween`. */
  readonly resetBetween: readonly string[];
  /** Told when a proof begins and when it has ended. */
  readonly onProof: (moment: "begin" | "end") => void;
}

/** Puts the functions of the row proof on the shadow, beside the reader's. Not inside a transaction. */
export async function createRowProver(context: RowProverContext): Promise<RowProver> {
  await context.session.run(rowTrialFunctions(context.session.engine));
  const before = context.resetBetween.flatMap((sql) => insideTransaction(parseStatement(sql)));
  const proving = { ...context, memory: new WeakMap(), settings: ["RESET ROLE", ...before.map(({ sql }) => sql)] };
  return {
    async prove(question) {
      context.onProof("begin");
      const plan = planTrial(question, proving);
      const outcome = plan === null || "notCovered" in plan ? plan : await proveWith(plan, question, proving);
      context.onProof("end");
      return outcome;
    },
  };
}

interface Proving extends RowProverContext {
  readonly memory: SeedMemory;
  /** What is sent before a migration and a way back of the authors, as far as it runs in a transaction. */
  readonly settings: readonly string[];
}

/** `null` where no table is concerned; an outcome where it cannot be tried. */
function planTrial(
  { candidate, replay, conditions, guards, saving }: RowQuestion,
  { reader, memory, settings }: Proving,
): RowTrialPlan | RowOutcome | null {
  const downParsed = candidate.statements.flatMap(({ sql }) => insideTransaction(parseStatement(sql)));
  const down = downParsed.map(({ sql }) => sql);
  const upAgain = upStatements(replay);
  const statements = [...(upAgain ?? []), ...downParsed];
  const tables = findRowTables(replay, { reader, statements, conditions, also: saving?.tables ?? [] });
  if (tables.before.length === 0 && tables.created.length === 0) return null;
  if (candidate.statements.some(({ data }) => data !== null)) return cannot("the way back copies data in");
  if (tables.before.length > 0) {
    const why = whyNotAgain(replay, upAgain);
    if (why !== null) return cannot(why);
  }
  const hints = readHints(statements.filter(({ changes }) => changes.some(({ effect }) => effect !== "catalog")).map(({ sql }) => sql));
  const stays = new Map(tables.pairs.filter(([before, after]) => before !== after));
  const later = (table: CatalogObject): TableShape | null => {
    const now = stays.get(table);
    return now === undefined ? null : shapeOf(now, tables.findAfter, tables.belowAfter(now.identity));
  };
  const first = planSeeds(tables.before, { find: tables.findBefore, below: tables.belowBefore, hints, memory, seeded: new Set(), later });
  const seeded = new Set(first.seeds.map(({ shape }) => shape.identity));
  const then = planSeeds(tables.created, { find: tables.findAfter, below: tables.belowAfter, hints, memory, seeded, later: () => null });
  const kinds = newRows(tables.pairs, tables.findAfter, addedLabels(replay.before, replay.after));
  const most = Math.min(MOST_KINDS, Math.max(FEWEST_KINDS, Math.floor(MOST_STATEMENTS / Math.max(down.length, 1))));
  return {
    down: candidate.origin === "authored" ? [...settings, ...down] : down,
    up:
      tables.before.length === 0
        ? []
        : [...settings, ...(saving?.before ?? []), ...(upAgain ?? []).map(({ sql }) => sql), ...(saving?.after ?? [])],
    seeds: first.seeds,
    added: then.seeds,
    broken: withDistinctRows(kinds.slice(0, most)),
    untried: Math.max(kinds.length - most, 0),
    leftOut: [...first.leftOut, ...then.leftOut].sort(),
    checks: conditions,
    guards,
    compare: comparedTables(tables),
    data: upAgain !== null && scopeOf(upAgain) !== "catalog",
    moves:
      replay.sequences.length > 0 ||
      scopeOf(statements) !== "catalog" ||
      [...first.seeds, ...then.seeds].some(({ shape }) => shape.hasTriggers),
  };
}

/** The first of those that have the same rows: the others would show the same. */
function withDistinctRows(kinds: RowTrialPlan["broken"]): RowTrialPlan["broken"] {
  const written = kinds.map(({ seed }) => JSON.stringify(seed.rows));
  return kinds.filter((_, at) => written.indexOf(written[at] ?? "") === at);
}

function cannot(why: string): RowOutcome {
  return { ...NOTHING_SEEN, notCovered: [`generated rows: ${why}`] };
}

function whyNotAgain({ rows, seconds, statements }: MigrationReplay, again: readonly ParsedStatement[] | null): string | null {
  if (again === null) return "the migration copies data in, which is not run again for them";
  if (statements.some(({ step }) => step.kind === "custom-code")) return "part of the migration is custom code";
  const written = rows.reduce((sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted, 0);
  return written > MOST_ROWS_WRITTEN || seconds > LONGEST ? "the migration is too large to be run again for them" : null;
}

function comparedTables({ before }: RowTables): RowTrialPlan["compare"] {
  return before.flatMap(({ identity, facts }) =>
    facts.kind === "relation" && facts.relationKind === "table" ? [{ identity, columns: facts.columns.map(({ name }) => name) }] : [],
  );
}

async function proveWith(first: RowTrialPlan, { upLoses }: RowQuestion, context: Proving): Promise<RowOutcome> {
  const notes = [
    ...(first.untried === 0 ? [] : [`${first.untried} of the kinds of rows that only the new state allows were not tried`]),
    ...(first.leftOut.length === 0 ? [] : [`no room for rows in ${listNames(first.leftOut)}`]),
  ];
  let chosen: Chosen = {};
  let answer = await runRowTrial(first, chosen, context);
  const plan = narrow(first, answer, context);
  const run = (chosen: Chosen): Promise<RowTrialAnswer> => runRowTrial(plan, chosen, context);
  if (!isAllowed(answer)) {
    const refused = answer.stage === "up" ? answer.failure : null;
    const settled = await chooseRows(plan, run);
    if (settled === null) {
      if (refused === null) return { ...cannot("the condition of the way back leaves room for none"), noRoom: true };
      return cannot(`the migration itself does not run with rows in ${listNames(wantedTables(plan))}: ${refused}`);
    }
    ({ chosen, answer } = settled);
    notes.push(
      `generated rows that ${refused === null ? "the condition of the way back keeps out" : `the migration itself refuses: ${refused}`}`,
    );
  }
  if (answer.stage !== "down" && answer.stage !== "done")
    return cannot(`they could not be tried: ${answer.failure ?? "no reason was given"}`);
  if (answer.stage === "down") {
    const made = { ...NOTHING_SEEN, ...countRows(plan, answer, chosen), notCovered: notes };
    return { ...made, failure: { text: answer.failure ?? "", tables: await findCulprits(plan, run) } };
  }
  const outcome = readOutcome(plan, { answer, upLoses, chosen });
  return { ...outcome, notCovered: [...notes, ...outcome.notCovered], failure: unforeseen(plan, answer) };
}

function wantedTables({ seeds, added }: RowTrialPlan): readonly string[] {
  return [...seeds, ...added].filter(({ wanted }) => wanted).map(({ shape }) => shape.identity);
}

type Run = (chosen: Chosen) => Promise<RowTrialAnswer>;

/** The plan with the ways alone that PostgreSQL took, so that no later trial looks for them again. */
function narrow(plan: RowTrialPlan, { seeded, added }: RowTrialAnswer, { memory }: Pick<Proving, "memory">): RowTrialPlan {
  const taken = (seeds: RowTrialPlan["seeds"], answers: RowTrialAnswer["seeded"]): RowTrialPlan["seeds"] =>
    answers === null ? seeds : seeds.map((seed, at) => keepWays(seed, answers[at]?.ways ?? [], memory));
  return { ...plan, seeds: taken(plan.seeds, seeded), added: taken(plan.added, added) };
}

/** Whether the migration runs with these rows, and its way back claims to. */
function isAllowed({ stage, fired, guarded }: RowTrialAnswer): boolean {
  return stage !== "up" && guarded?.includes(true) !== true && (stage !== "down" || fired?.includes(true) !== true);
}

/** The rows with which the migration itself runs and that no condition keeps out: some of each table, else all of some tables; `null` where there are none. */
async function chooseRows(plan: RowTrialPlan, run: Run): Promise<{ readonly chosen: Chosen; readonly answer: RowTrialAnswer } | null> {
  const written = new Set(plan.seeds.filter(({ wanted }) => wanted).flatMap(({ numbers }) => numbers));
  const numbers = APART.filter((number) => written.has(number));
  const fitted = await firstThatRuns([{ rows: new Set(FITTING_BOTH) }], run);
  if (fitted !== null) return fitted;
  const fitting: number[] = [];
  for (const number of numbers) if (isAllowed(await run({ rows: new Set([number]), plain: true }))) fitting.push(number);
  const some = fitting.length === 0 ? null : await firstThatRuns([{ rows: new Set(fitting) }, { rows: new Set(fitting.slice(0, 1)) }], run);
  if (some !== null) return some;
  const tables: string[] = [];
  const wanted = wantedTables({ ...plan, added: [] });
  if (wanted.length < 2) return null;
  for (const table of wanted.slice(0, MOST_ALONE)) if (isAllowed(await run({ tables: new Set([table]), plain: true }))) tables.push(table);
  return tables.length === 0 ? null : firstThatRuns([{ tables: new Set(tables) }, { tables: new Set(tables.slice(0, 1)) }], run);
}

async function firstThatRuns(
  choices: readonly Chosen[],
  run: Run,
): Promise<{ readonly chosen: Chosen; readonly answer: RowTrialAnswer } | null> {
  for (const chosen of choices) {
    const answer = await run(chosen);
    if (isAllowed(answer)) return { chosen, answer };
  }
  return null;
}

/** The tables whose rows keep the way back from running; all of them where none does by itself. */
async function findCulprits(plan: RowTrialPlan, run: Run): Promise<readonly string[]> {
  const wanted = wantedTables(plan);
  if (wanted.length < 2) return wanted;
  const culprits: string[] = [];
  for (const table of wanted.slice(0, MOST_ALONE))
    if ((await run({ tables: new Set([table]), plain: true })).stage === "down") culprits.push(table);
  return culprits.length === 0 ? wanted : culprits;
}
