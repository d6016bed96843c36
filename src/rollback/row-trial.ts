import type { CatalogReader } from "../catalog/reader.ts";
import { StatementError, type Session } from "../database/session.ts";
import type { MigrationReplay } from "../model/replay.ts";
import type { ParsedStatement } from "../model/sql.ts";
import { digestRequest, type DigestRequest, type RowDigest } from "../rows/digest.ts";
import { seedRequest, type Seed, type SeedRequest } from "../rows/seeds.ts";
import { quoteLiteral } from "../sql/quote.ts";
import { insideTransaction } from "../replay/transaction.ts";
import type { NewRows } from "./row-violations.ts";

/** A table whose rows are compared, with the columns that it had before the migration. */
export interface Compared {
  readonly identity: string;
  readonly columns: readonly string[];
}

/** Everything that one trial needs; the statements as they run inside a transaction. */
export interface RowTrialPlan {
  readonly down: readonly string[];
  /** Empty where no table stood before: then the shadow is not taken back first. */
  readonly up: readonly string[];
  readonly seeds: readonly Seed[];
  readonly added: readonly Seed[];
  readonly broken: readonly NewRows[];
  /** Kinds of them that are left out. */
  readonly untried: number;
  /** Tables that get no rows, for there are too many. */
  readonly leftOut: readonly string[];
  readonly checks: readonly string[];
  readonly guards: readonly string[];
  readonly compare: readonly Compared[];
  /** Whether something may move sequences: triggers, functions, defaults. */
  readonly moves: boolean;
  /** Whether the migration may write rows. */
  readonly data: boolean;
}

/** Which rows are written: by number, by table, all where it does not say. */
export interface Chosen {
  readonly rows?: ReadonlySet<number>;
  readonly tables?: ReadonlySet<string>;
  /** Without trying what only the new state allows. */
  readonly plain?: true;
}

/** What became of the rows of one table. */
export interface SeedAnswer {
  readonly rows: number;
  /** Per row the way that PostgreSQL took, `null` where it took none; empty where all went at once. */
  readonly ways: readonly (number | null)[];
  readonly refusal: string | null;
}

/** What the server says of one trial. `stage`: where it ended, `done` where it came to its end. */
export interface RowTrialAnswer {
  readonly stage: "return" | "seed" | "up" | "added" | "down" | "compare" | "done";
  readonly failure: string | null;
  readonly seeded: readonly SeedAnswer[] | null;
  readonly before: readonly (RowDigest | null)[] | null;
  readonly changed: readonly (RowDigest | null)[] | null;
  readonly added: readonly SeedAnswer[] | null;
  readonly broken: readonly {
    readonly seeded: readonly SeedAnswer[] | null;
    readonly fired: readonly (boolean | null)[] | null;
    readonly refusal: string | null;
  }[];
  readonly fired: readonly (boolean | null)[] | null;
  readonly guarded: readonly (boolean | null)[] | null;
  readonly after: readonly (RowDigest | null)[] | null;
  readonly sequences: readonly number[] | null;
}

interface Specification {
  readonly return: readonly string[];
  readonly seed: readonly SeedRequest[];
  readonly compare: readonly DigestRequest[];
  readonly up: readonly string[];
  readonly added: readonly SeedRequest[];
  readonly broken: readonly (readonly SeedRequest[])[];
  readonly checks: readonly string[];
  readonly guards: readonly string[];
  readonly down: readonly string[];
  readonly moves: boolean;
  readonly data: boolean;
}

/** Runs one trial in a transaction that is rolled back, sequence positions too. An error that no stage explains is one of the stage `return`. */
export async function runRowTrial(
  plan: RowTrialPlan,
  chosen: Chosen,
  { session, reader }: { readonly session: Session; readonly reader: CatalogReader },
): Promise<RowTrialAnswer> {
  const specification = specify(plan, chosen);
  try {
    const text = await session.value(`BEGIN;\nSELECT pggit_shadow.row_trial(${quoteLiteral(JSON.stringify(specification))});\nROLLBACK`);
    if (text === null) throw new Error("the shadow did not answer the row proof");
    const answer = JSON.parse(text) as RowTrialAnswer;
    const moved = (answer.sequences ?? []).map((oid) => ({ catalog: "pg_class", oid }));
    if (moved.length > 0) await reader.restoreSequences(reader.remembered(moved));
    return answer;
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    await session.run("ROLLBACK");
    await reader.restoreSequences(reader.all());
    const nothing = {
      seeded: null,
      before: null,
      changed: null,
      added: null,
      broken: [],
      fired: null,
      guarded: null,
      after: null,
      sequences: null,
    };
    return { stage: "return", failure: error.message, ...nothing };
  }
}

function specify(plan: RowTrialPlan, { rows, tables, plain }: Chosen): Specification {
  const requests = (seeds: readonly Seed[]): readonly SeedRequest[] =>
    seeds.map((seed) =>
      seed.wanted && tables !== undefined && !tables.has(seed.shape.identity) ? { all: null, rows: [] } : seedRequest(seed, rows ?? null),
    );
  return {
    return: plan.up.length === 0 ? [] : plan.down,
    seed: requests(plan.seeds),
    compare: plan.compare.map(({ identity, columns }) => digestRequest(identity, columns)),
    up: plan.up,
    added: requests(plan.added),
    broken: plain === true ? [] : plan.broken.map(({ seed }) => [seedRequest(seed, null)]),
    checks: plan.checks,
    guards: plan.guards,
    down: plan.down,
    moves: plan.moves,
    data: plan.data,
  };
}

/** What the migration ran, to be run again; `null` where that cannot be repeated by statements alone. */
export function upStatements({ statements }: MigrationReplay): readonly ParsedStatement[] | null {
  const done = statements.filter(({ outcome }) => outcome.kind === "done");
  if (done.some(({ step }) => step.kind === "copy")) return null;
  return done.flatMap(({ parsed }) => (parsed === null ? [] : insideTransaction(parsed)));
}
