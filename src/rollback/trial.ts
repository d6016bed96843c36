import { compareSlices } from "../catalog/compare.ts";
import { StatementError } from "../database/session.ts";
import { addressKey, type CatalogDifference, type CatalogSlice, type ObjectAddress } from "../model/catalog.ts";
import type { DatabaseError, MigrationReplay } from "../model/replay.ts";
import { formatLocation } from "../model/source.ts";
import { withoutConcurrently } from "../sql/concurrently.ts";
import { parseStatement } from "../sql/statement.ts";
import type { ReadScope } from "../catalog/touched.ts";
import { scopeOf } from "../replay/scope.ts";
import { insideTransaction, transactionControl } from "../replay/transaction.ts";
import { type Candidate, type CandidateStatement, plainStatement } from "./candidate.ts";
import { compareTableRows, type RowFinding, settleRows, type Unsettled } from "./compare-rows.ts";
import type { ProofContext } from "./context.ts";
import { deriveDefinitions } from "./derive/derive.ts";
import { sessionRole } from "./derived.ts";

/** What one execution of a candidate showed. */
export interface Trial {
  readonly candidate: Candidate;
  readonly error: string | null;
  /** Definitions that are not as before, but for column order. */
  readonly differences: readonly CatalogDifference[];
  /** Tables whose columns are back in another order. */
  readonly reordered: readonly CatalogDifference[];
  readonly rows: readonly RowFinding[];
  readonly notCovered: readonly string[];
}

/** No statement moves a column. */
function isRepairable({ aspect }: CatalogDifference): boolean {
  return aspect !== "columnOrder";
}

/** Statements that a way back needs once more where its first run left differences: default privileges, generated names. */
const MOST_REPAIRS = 2;

/**
 * Runs a candidate in a transaction of its own, compares definitions, rows and sequence positions with what was before the migration,
 * objects that only the candidate touched included, and rolls everything back, sequence positions too.
 */
export async function tryCandidate(candidate: Candidate, replay: MigrationReplay, context: ProofContext): Promise<Trial> {
  const { trial, unsettled } = await runCandidate(candidate, replay, context);
  return unsettled.length === 0 ? trial : { ...trial, rows: [...trial.rows, ...(await settleRows(unsettled, context))] };
}

interface Run {
  readonly trial: Trial;
  readonly unsettled: readonly Unsettled[];
}

/** Where a derived candidate changes definitions only and is right at once, two messages show it; else it runs step by step. */
async function runCandidate(candidate: Candidate, replay: MigrationReplay, context: ProofContext): Promise<Run> {
  if (candidate.unrunnable !== null) return failedRun(candidate, `it is not SQL: ${candidate.unrunnable}`);
  const plan = runnableStatements(candidate);
  const scope = scopeOf(plan.statements.map(({ sql }) => parseStatement(sql)));
  const trial = { candidate, replay, plan, scope };
  const rows = replay.rows.length + (replay.rowsBefore?.length ?? 0) + replay.sequences.length;
  if (candidate.origin === "derived" && scope === "catalog" && rows === 0) {
    const shown = await runAtOnce(trial, context);
    if (shown !== null) return shown;
  }
  return runStepByStep(trial, context);
}

interface Attempted {
  readonly candidate: Candidate;
  readonly replay: MigrationReplay;
  readonly plan: Runnable;
  readonly scope: ReadScope;
}

/** `null` where the candidate fails, leaves a difference, or touches what must be read inside its transaction. */
async function runAtOnce({ candidate, replay, plan, scope }: Attempted, { reader, session }: ProofContext): Promise<Run | null> {
  try {
    await reader.open("BEGIN", plan.statements.map(({ sql }) => sql).join(";\n"));
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    await session.run("ROLLBACK");
    return null;
  }
  const also = unionOf(replay, []);
  const touched = await reader.end(scope, { also, closing: "ROLLBACK" });
  const found = reader.readTogether(unionOf(replay, touched.addresses), touched);
  const expected = expectedSlice(replay, reader.remembered(touched.addresses));
  if (found === null || compareSlices(expected, found).length > 0) return null;
  const trial = { candidate, error: null, differences: [], reordered: [], rows: [], notCovered: [...plan.notCovered, ...touched.notes] };
  return { trial, unsettled: [] };
}

async function runStepByStep({ candidate, replay, plan, scope }: Attempted, context: ProofContext): Promise<Run> {
  const { session, reader } = context;
  let touchedSequences: readonly ObjectAddress[] = [];
  try {
    await reader.open("BEGIN", candidate.origin === "authored" || candidate.origin === "model" ? settingsBefore(context.resetBetween) : "");
    const stopped = await execute(plan.statements, context);
    if (stopped !== null) return failedRun(candidate, stopped);
    if (scope !== "catalog") await session.run("SET CONSTRAINTS ALL IMMEDIATE");
    const touched = await reader.end(scope === "catalog" && replay.rows.length > 0 ? "rows" : scope);
    touchedSequences = touched.sequences.map(({ sequence }) => sequence);
    const addresses = unionOf(replay, touched.addresses);
    const expected = expectedSlice(replay, reader.remembered(touched.addresses));
    let found = await reader.read(addresses, touched);
    let differences = compareSlices(expected, found);
    const repairs: string[] = [];
    for (let round = 0; candidate.origin === "derived" && differences.some(isRepairable) && round < MOST_REPAIRS; round++) {
      const repair = deriveDefinitions({
        before: expected,
        after: found,
        matching: "identity",
        sessionRole: await sessionRole(context),
        major: session.engine.major,
      });
      if (repair.statements.length === 0) break;
      const refused = await execute(repair.statements.map(plainStatement), context);
      if (refused !== null) return failedRun(candidate, refused);
      repairs.push(...repair.statements);
      found = await reader.read(addresses);
      differences = compareSlices(expected, found);
    }
    const { findings, unsettled } = await compareTableRows({ replay, written: touched.rows, found }, context);
    const trial: Trial = {
      candidate: repairs.length === 0 ? candidate : { ...candidate, statements: [...candidate.statements, ...repairs.map(plainStatement)] },
      error: null,
      differences: differences.filter(isRepairable),
      reordered: differences.filter((difference) => !isRepairable(difference)),
      rows: findings,
      notCovered: [...plan.notCovered, ...touched.notes],
    };
    return { trial, unsettled };
  } catch (error) {
    if (error instanceof StatementError) return failedRun(candidate, describeError(error.error, null));
    throw error;
  } finally {
    await session.run("ROLLBACK");
    const moved = [...touchedSequences, ...replay.sequences.map(({ sequence }) => sequence)];
    if (moved.length > 0) await reader.restoreSequences(reader.remembered(moved));
  }
}

function failedRun(candidate: Candidate, error: string): Run {
  return { trial: { candidate, error, differences: [], reordered: [], rows: [], notCovered: [] }, unsettled: [] };
}

/** `RESET ROLE` and what the tool sends before a migration, as far as it runs in a transaction. */
function settingsBefore(resetBetween: readonly string[]): string {
  const inside = resetBetween.flatMap((sql) => insideTransaction(parseStatement(sql)));
  return ["RESET ROLE", ...inside.map(({ sql }) => sql)].join(";\n");
}

interface Runnable {
  readonly statements: readonly CandidateStatement[];
  readonly notCovered: readonly string[];
}

/** A candidate as it runs inside one transaction: without CONCURRENTLY, without transaction control and without maintenance. */
function runnableStatements(candidate: Candidate): Runnable {
  if (candidate.origin === "derived") return { statements: candidate.statements, notCovered: [] };
  const notCovered: string[] = [];
  const statements = candidate.statements.flatMap((statement): readonly CandidateStatement[] => {
    const parsed = parseStatement(statement.sql);
    if (transactionControl(parsed) !== null) return [];
    if (statement.transactional) return [statement];
    const sql = withoutConcurrently(statement.sql);
    if (parseStatement(sql).transactional) {
      notCovered.push("CONCURRENTLY: proven without the word, inside a transaction");
      return [{ ...statement, sql }];
    }
    notCovered.push(`left out of the proof, for it does not run in a transaction: ${statement.sql.slice(0, 80)}`);
    return [];
  });
  return { statements, notCovered: [...new Set(notCovered)] };
}

/** Runs the statements; gives the error that stopped them, or `null`. Without places of their own they go in one message. */
async function execute(statements: readonly CandidateStatement[], { session }: ProofContext): Promise<string | null> {
  if (statements.length === 0) return null;
  if (statements.every(({ location, data }) => location === null && data === null)) {
    const text = statements.map(({ sql }) => sql).join(";\n");
    try {
      await session.run(text);
      return null;
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      return describeError(error.error, null);
    }
  }
  for (const { sql, data, location } of statements) {
    try {
      if (data === null) await session.run(sql);
      else await session.copyIn(sql, data);
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      return describeError(error.error, location === null ? null : formatLocation(location));
    }
  }
  return null;
}

function describeError({ message, code }: DatabaseError, place: string | null): string {
  return `${place === null ? "" : `${place}: `}${message} (SQLSTATE ${code})`;
}

function unionOf(replay: MigrationReplay, touched: readonly ObjectAddress[]): readonly ObjectAddress[] {
  const addresses = new Map<string, ObjectAddress>();
  for (const slice of [replay.before, replay.after]) for (const [key, { address }] of slice) addresses.set(key, address);
  for (const address of touched) addresses.set(addressKey(address), address);
  return [...addresses.values()];
}

/** As it was before the migration; what only the candidate touched, as it is. */
function expectedSlice(replay: MigrationReplay, touched: CatalogSlice): CatalogSlice {
  const expected = new Map(replay.before);
  for (const [key, object] of touched) if (!replay.before.has(key) && !replay.after.has(key)) expected.set(key, object);
  return expected;
}
