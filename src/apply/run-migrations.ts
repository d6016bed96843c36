import { StatementError, type Session } from "../database/session.ts";
import type { Failure } from "../model/failure.ts";
import { connectionLost, isConnectionLost } from "./connection-lost.ts";
import { executeAlone, executeInTransaction, type Limits, type UnitRun } from "./execute-unit.ts";
import type { Direction, Recorder } from "./recorder.ts";
import type { Script, Unit } from "./read-script.ts";
import type { RunnableMigration, Saving } from "./runnable.ts";
import { settle } from "./settle.ts";

/** A migration that was run, forward or back. */
export interface Executed {
  readonly id: string;
  readonly seconds: number;
  readonly rows: number;
}

export interface RunOutcome {
  readonly executed: readonly Executed[];
  /** The migration at which the run ended before its end; `null` where all ran. */
  readonly stoppedAt: string | null;
  readonly failure: Failure | null;
}

export interface RunRequest {
  readonly session: Session;
  readonly direction: Direction;
  /** In the order in which they run: backwards they are the last first. */
  readonly migrations: readonly RunnableMigration[];
  readonly recorder: Recorder;
  /** Asked within a migration's transaction before its first statement: a reason not to run it. */
  readonly forbid: (migration: RunnableMigration) => Promise<string | null>;
  /** Done before a migration's first statement, outside of any transaction. */
  readonly prepare: (migration: RunnableMigration) => Promise<void>;
  readonly resetBetween: readonly string[];
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Seconds of a clock that only goes forward. */
  readonly now: () => number;
  readonly advanced: (done: number) => void;
  readonly warn: (message: string) => void;
}

/**
 * Runs migrations on a target, one after the other: each in one transaction with its record; one that cannot be, unit by unit with a ledger entry before and
 * after. What a cut-off run left of a migration is settled first. Stops at the first failure; what stands, stands with its record.
 */
export async function runMigrations(request: RunRequest): Promise<RunOutcome> {
  const executed: Executed[] = [];
  for (const migration of request.migrations) {
    const started = request.now();
    try {
      await request.prepare(migration);
      const rows = await runMigration(migration, { ...request, started });
      executed.push({ id: migration.plan.id, seconds: round(request.now() - started), rows });
      request.advanced(executed.length);
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      const failure = explain(error, { migration, request, partly: executed.length > 0 || wasPartly(error) });
      return { executed, stoppedAt: migration.plan.id, failure };
    }
  }
  return { executed, stoppedAt: null, failure: null };
}

const emptyScript: Script = { statements: [], units: [], variables: [] };

async function runMigration(migration: RunnableMigration, request: RunRequest & { readonly started: number }): Promise<number> {
  const { session, direction, recorder, started, now } = request;
  const script = (direction === "up" ? migration.up : migration.down) ?? emptyScript;
  const { id } = migration.plan;
  const own = script.units.length === 0 ? [{ kind: "transaction", statements: [] } satisfies Unit] : script.units;
  const units = direction === "up" && migration.saving !== null ? withSaving(own, migration.saving) : own;
  const run: UnitRun = {
    session,
    limits: request.limits,
    signal: request.signal,
    before: request.resetBetween,
    around: async (work) => {
      const reason = await request.forbid(migration);
      if (reason !== null) throw refusedError(reason);
      await recorder.unobserved(work);
    },
    retried: (attempt, message) => request.warn(`${id}: ${message}; attempt ${attempt + 1} of ${request.limits.lockRetries + 1}.`),
  };
  const enter = async (rows: number): Promise<void> => {
    if (direction === "up") await recorder.migrated(migration, { seconds: now() - started, rows });
    else await recorder.takenBack(migration);
  };
  const [only] = units;
  if (only !== undefined && units.length === 1 && only.kind === "transaction") return executeInTransaction(only, run, enter);
  return runUnits(units, { ...request, run, id, enter });
}

/** What saves rows runs in the transaction of the migration; where it has several, in the first and the last of them. */
function withSaving(units: readonly Unit[], { before, after }: Saving): readonly Unit[] {
  const [first] = units;
  const opened: readonly Unit[] =
    first?.kind === "transaction"
      ? [{ kind: "transaction", statements: [...before, ...first.statements] }, ...units.slice(1)]
      : [{ kind: "transaction", statements: before }, ...units];
  const last = opened.at(-1);
  if (after.length === 0) return opened;
  return last?.kind === "transaction"
    ? [...opened.slice(0, -1), { kind: "transaction", statements: [...last.statements, ...after] }]
    : [...opened, { kind: "transaction", statements: after }];
}

interface Stepping extends RunRequest {
  readonly run: UnitRun;
  readonly id: string;
  /** Writes the record, within a transaction. */
  readonly enter: (rows: number) => Promise<void>;
}

/** Marks errors after which a part of the migration stands. */
const partly = new WeakSet<StatementError>();

function wasPartly(error: StatementError): boolean {
  return partly.has(error);
}

async function runUnits(units: readonly Unit[], stepping: Stepping): Promise<number> {
  const { recorder, run, id, direction, enter, session } = stepping;
  const known = new Map((await recorder.units(id, direction)).map((entry) => [entry.position, entry.finished]));
  let total = 0;
  for (const [position, unit] of units.entries()) {
    const last = position === units.length - 1;
    const note = { position, sql: unit.statements.map(({ sql }) => sql).join(";\n") };
    const finish = async (rows: number): Promise<void> => {
      await recorder.unitFinished(id, direction, note);
      total += rows;
      if (last) await enter(total);
    };
    const state = known.get(position);
    try {
      if (state === true) {
        if (last) await executeInTransaction({ kind: "transaction", statements: [] }, { ...run, before: [] }, enter);
        continue;
      }
      if (unit.kind === "transaction") {
        await executeInTransaction(unit, run, finish);
        continue;
      }
      for (const sql of run.before) await session.run(sql);
      const settled = state === false ? await settleUnit(unit, stepping) : "again";
      if (state === undefined) await recorder.unitBegun(id, direction, note);
      const rows = settled === "done" ? 0 : await executeAlone(unit, run);
      await executeInTransaction({ kind: "transaction", statements: [] }, { ...run, before: [] }, () => finish(rows));
    } catch (error) {
      if (error instanceof StatementError && (position > 0 || unit.kind === "alone")) partly.add(error);
      throw error;
    }
  }
  return total;
}

async function settleUnit(unit: Unit, { session, id, warn }: Stepping): Promise<"done" | "again"> {
  const [statement] = unit.statements;
  const settled = statement === undefined ? "again" : await settle(session, statement);
  if (settled !== "unknown") {
    warn(
      settled === "done"
        ? `${id}: a statement of a run that was cut off had come to its end.`
        : `${id}: what a run that was cut off left was cleaned up.`,
    );
    return settled;
  }
  throw refusedError(`a run was cut off in this statement, and its outcome cannot be seen: ${statement?.sql.slice(0, 120) ?? ""}`);
}

/** Not PostgreSQL's: what we ourselves refuse within a transaction, so that it is rolled back. */
const refusedCode = "PGGIT";

function refusedError(message: string): StatementError {
  return new StatementError({ code: refusedCode, message, detail: null, hint: null, offset: null, where: null });
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

interface Explaining {
  readonly migration: RunnableMigration;
  readonly request: RunRequest;
  /** Something of this run stands. */
  readonly partly: boolean;
}

function explain(cause: StatementError, { migration, request, partly: something }: Explaining): Failure {
  const { error } = cause;
  const { id, up } = migration.plan;
  const where = up[0]?.location ?? null;
  const base = { kind: "failure" as const, location: request.direction === "up" && where !== null ? where : id };
  if (request.signal.aborted) {
    return {
      ...base,
      code: "interrupted",
      message: wasPartly(cause)
        ? `Interrupted at ${id}, which knows no transaction: what it did before stands, and is written down; what the interrupted statement left is settled by the next run.`
        : `Interrupted at ${id}, which was rolled back.`,
      hint: "Run the same command again: it goes on where it stopped.",
      exitCode: request.signal.reason === "SIGTERM" ? 143 : 130,
    };
  }
  const exitCode = something ? 6 : 1;
  const again = "Run the same command again: it goes on where it stopped.";
  if (isConnectionLost(cause)) return connectionLost(cause, { ...base, during: `at ${id}`, access: "read-write" });
  if (error.code === refusedCode) {
    return { ...base, code: "refused", message: `${id}: ${error.message}.`, hint: "Nothing of it was run.", exitCode: something ? 6 : 4 };
  }
  const hints: Readonly<Record<string, string>> = {
    "55P03":
      "Another session holds a lock that is needed. Find it in pg_stat_activity, or raise apply.lockTimeoutSeconds in pggit.yaml; then run the same command again.",
    "57014":
      "The statement took longer than apply.statementTimeoutSeconds in pggit.yaml allows. Raise it, then run the same command again.",
    "42501": "The role lacks a right that the migration needs. Grant it or use the owner's role; then run the same command again.",
    "53100": "The disk of the server is full. Make room; then run the same command again.",
  };
  const told = [error.message, error.detail, error.hint].filter((part) => part !== null).join(" ");
  return {
    ...base,
    code: "migration-failed",
    message: `${id} ${request.direction === "up" ? "did not run" : "was not taken back"}: ${told} (SQLSTATE ${error.code})`,
    hint: hints[error.code] ?? `Nothing of the statement stands. Correct the cause; ${again.charAt(0).toLowerCase()}${again.slice(1)}`,
    exitCode,
  };
}
