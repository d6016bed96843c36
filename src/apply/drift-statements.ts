import { extractState, planBetween, withObjectsOf, type StateObject } from "../catalog/pg-delta.ts";
import { readWholeCatalog } from "../catalog/snapshot/read.ts";
import { StatementError, type Session, type Shadow } from "../database/session.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import type { ApplyRequest } from "./apply-types.ts";
import { findDrift, type Drift } from "./drift.ts";
import { ignoredPatterns } from "./drift-decisions.ts";
import type { Examined } from "./examined.ts";

/** The SQL of a difference in both directions, each run on a shadow and seen to give what it should. */
export interface DriftStatements {
  /** From what the history gives to what the database has. */
  readonly make: readonly string[];
  /** From what the database has to what the history gives. */
  readonly undo: readonly string[];
}

/**
 * Finds the statements that make some differences and undo them, and proves both on a shadow that stands where the target does: made there, it has to equal
 * the target; undone again, the history. Fails (exit 4) where it does not, and where a statement knows no transaction. Only reads the target.
 */
export async function findDriftStatements(
  request: ApplyRequest,
  { assessment, expectations, scope }: Pick<Examined, "assessment" | "expectations" | "scope">,
  drift: readonly Drift[],
): Promise<Result<DriftStatements>> {
  const { target, options } = request;
  const point = { applied: assessment.applied, begun: assessment.begun };
  const history = await expectations.at(point);
  if (history.kind === "failed") return history;
  const reading = { excludeFromReads: scope.excluded, within: new Set(scope.schemas) };
  const others = assessment.drift.filter((one) => !drift.includes(one)).map(({ identity }) => identity);
  const ignore = [...ignoredPatterns(options.drift), ...others];
  const shadowUser = expectations.user();
  return expectations.lend(point, async (shadow) => {
    const here = await extractState(shadow, reading);
    const there = await extractState(target, reading);
    const schemas = new Set(scope.schemas);
    const expected = withObjectsOf(here, here, { schemas, taken: () => false });
    const found = withObjectsOf(here, there, { schemas, taken: (object) => drift.some((one) => isAbout(one, object)) });
    const plans = [planBetween(expected, found), planBetween(found, expected)];
    if (plans.some(({ transactional }) => !transactional))
      return failed(unprovable(drift, "it needs a statement that knows no transaction"));
    const [make = [], undo = []] = plans.map(({ statements }) => statements.map(withinTransaction));
    const wanted = await readWholeCatalog(target.session, reading);
    const made = await runOn(shadow, make);
    if (made !== null) return failed(unprovable(drift, made));
    const madeState = await readWholeCatalog(shadow.session, reading);
    const missed = findDrift({ expected: madeState, found: wanted, shadowUser, ignore }).drift;
    if (missed.length > 0) return failed(unprovable(drift, texts(missed)));
    const undone = await runOn(shadow, undo);
    if (undone !== null) return failed(unprovable(drift, undone));
    const undoneState = await readWholeCatalog(shadow.session, reading);
    const left = findDrift({ expected: history.value, found: undoneState, shadowUser, ignore: [] }).drift;
    if (left.length > 0) return failed(unprovable(drift, texts(left)));
    return ok({ make, undo });
  });
}

/** Kinds of differences that the facts of pg-delta name otherwise. */
function isAbout({ kind, identity, what, parents }: Drift, object: StateObject): boolean {
  if ((kind === "comment on") !== (object.kind === "comment")) return false;
  const routine = identity.indexOf("(");
  const named = routine === -1 ? identity : identity.slice(0, routine);
  // The values of an enumeration are a property of the type.
  const wanted = kind === "value" ? parents : [named];
  const same = object.names.some((name) => wanted.includes(name));
  // What is there as a whole, or gone, takes its parts with it; of what is otherwise they are told by themselves.
  return same || (what !== "different" && object.names.some((name) => name.startsWith(`${named}.`)));
}

/** Settings that a plan begins with end with its transaction. */
function withinTransaction(sql: string): string {
  return sql.replace(/^SET (?!LOCAL\b)/, "SET LOCAL ");
}

async function runOn({ session }: Shadow, statements: readonly string[]): Promise<string | null> {
  try {
    await session.run("BEGIN");
    for (const sql of statements) await session.run(sql);
    await session.run("COMMIT");
    return null;
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    await session.run("ROLLBACK");
    return `${error.message} (SQLSTATE ${error.error.code})`;
  }
}

function texts(drift: readonly Drift[]): string {
  return drift.map(({ text }) => text).join("; ");
}

function unprovable(drift: readonly Drift[], why: string): Failure {
  return {
    kind: "failure",
    code: "drift-unproven",
    message: `No SQL was proven for the difference (${texts(drift)}): ${why}.`,
    location: drift[0]?.identity ?? null,
    hint: "Change the database by hand, write the difference as a migration of your project, or ignore it in decisions.yaml.",
    exitCode: 4,
  };
}

/** Rows and values that go when the differences are undone: objects that only the database has. In words, with counts; empty where nothing goes. */
export async function lossesOfUndoing(session: Session, drift: readonly Drift[]): Promise<readonly string[]> {
  const extra = drift.filter(({ what, kind }) => what === "extra" && (kind === "table" || kind === "column"));
  const losses: string[] = [];
  for (const { kind, identity, parents } of extra) {
    const relation = kind === "table" ? identity : (parents[0] ?? identity);
    const column = kind === "table" ? null : identity.slice(relation.length + 1);
    // Names are told unquoted; the catalog knows which relation and column that is.
    const [found] = await session.rows<{ relation: string; column: string | null }>(
      `select c.oid::pg_catalog.regclass::text as relation, pg_catalog.quote_ident(a.attname) as column
       from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = $2 and not a.attisdropped
       where n.nspname || '.' || c.relname = $1 and c.relkind in ('r', 'p')`,
      [relation, column],
    );
    if (found === undefined) continue;
    const [count] = await session.rows<{ rows: string }>(`select count(${found.column ?? "*"})::text as rows from ${found.relation}`);
    if (count !== undefined && count.rows !== "0")
      losses.push(`${count.rows} ${column === null ? "row" : "value"}${count.rows === "1" ? "" : "s"} of ${kind} ${identity}`);
  }
  return losses;
}
