import { StatementError, type Session } from "../database/session.ts";
import { executeStatement } from "./execute-script.ts";
import type { Unit } from "./read-script.ts";

/** How long a statement on the target may wait and run, and how often a wait for a lock is tried again. */
export interface Limits {
  readonly lockTimeoutMs: number;
  /** 0: no limit. */
  readonly statementTimeoutMs: number;
  readonly lockRetries: number;
}

export interface UnitRun {
  readonly session: Session;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Sent before the transaction or statement, as the source tool does between its migrations. */
  readonly before: readonly string[];
  /** Runs the statements of a transaction, within it. */
  readonly around: (work: () => Promise<void>) => Promise<void>;
  /** Told of each statement that ended, with the rows that PostgreSQL counted. */
  readonly ran: (rows: number) => void;
  /** Told before another attempt, with its number. Gives why there is to be none, or `null`. */
  readonly retried: (attempt: number, message: string) => string | null;
}

/** lock_not_available, deadlock_detected, serialization_failure: another session was in the way, and may be gone the next time. */
const PASSING: ReadonlySet<string> = new Set(["55P03", "40P01", "40001"]);

/**
 * Runs a unit that is one transaction, with what has to be written beside it, and again for a bounded number of times where another session was in the way. Gives
 * the rows that PostgreSQL counted. Throws `StatementError`, nothing of the unit standing.
 */
export async function executeInTransaction(unit: Unit, run: UnitRun, beside: (rows: number) => Promise<void>): Promise<number> {
  const { session, limits, signal } = run;
  for (let attempt = 1; ; attempt += 1) {
    try {
      for (const sql of run.before) await session.run(sql);
      await session.run(
        `BEGIN; SET LOCAL lock_timeout = ${limits.lockTimeoutMs}; SET LOCAL statement_timeout = ${limits.statementTimeoutMs}`,
      );
      let rows = 0;
      await run.around(async () => {
        for (const statement of unit.statements) {
          stopWhereAborted(signal);
          const touched = (await executeStatement(session, statement)) ?? 0;
          if (statement.saves === true) continue;
          run.ran(touched);
          rows += touched;
        }
      });
      // Deferred checks speak before the record is written; the record is written by the role that runs.
      await session.run("SET CONSTRAINTS ALL IMMEDIATE; RESET ROLE; SET LOCAL search_path = pg_catalog, public");
      stopWhereAborted(signal);
      await beside(rows);
      await session.run("COMMIT");
      return rows;
    } catch (error) {
      await rollBack(session, error);
      if (!(error instanceof StatementError) || !PASSING.has(error.error.code) || attempt > limits.lockRetries || signal.aborted)
        throw error;
      const ending = run.retried(attempt, error.message);
      if (ending !== null) throw stopped(ending);
      await pause(Math.min(8_000, 250 * 2 ** attempt), signal);
    }
  }
}

/** Runs a unit that PostgreSQL refuses in a transaction. It waits for locks without a limit: it blocks nobody while it does. */
export async function executeAlone(unit: Unit, { session, limits, before, signal, ran }: UnitRun): Promise<number> {
  stopWhereAborted(signal);
  for (const sql of before) await session.run(sql);
  await session.run(`SET lock_timeout = 0; SET statement_timeout = ${limits.statementTimeoutMs}`);
  let rows = 0;
  for (const statement of unit.statements) {
    const touched = (await executeStatement(session, statement)) ?? 0;
    ran(touched);
    rows += touched;
  }
  return rows;
}

const stoppedCode = "PGGITSTOP";

/** An alert ends the run; nothing is half done. Not PostgreSQL's. */
export function stopped(why: string): StatementError {
  return new StatementError({ code: stoppedCode, message: why, detail: null, hint: null, offset: null, where: null });
}

/** Whether an alert ended it. */
export function isStopped({ error }: StatementError): boolean {
  return error.code === stoppedCode;
}

/** The user interrupted between two statements. `57014` is PostgreSQL's query_canceled. */
function stopWhereAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new StatementError({ code: "57014", message: "interrupted", detail: null, hint: null, offset: null, where: null });
}

async function rollBack(session: Session, cause: unknown): Promise<void> {
  try {
    await session.run("ROLLBACK");
  } catch (error) {
    // With the connection the transaction is gone; what ended it is told, not this.
    if (!(error instanceof StatementError)) throw cause;
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
