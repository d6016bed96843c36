import { StatementError, type Session } from "../database/session.ts";
import type { Failure } from "../model/failure.ts";
import { executeAlone, executeInTransaction, isStopped, stopped, type Limits, type UnitRun } from "./execute-unit.ts";
import { explainStop, markPartly, refusedError, stoppedByAlert, wasPartly } from "./explain-stop.ts";
import type { Direction, Recorder } from "./recorder.ts";
import { observeStatements } from "./observe-statements.ts";
import type { Script, Unit } from "./read-script.ts";
import type { RunObserver } from "./run-event.ts";
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
  readonly observer: RunObserver;
  readonly warn: (message: string) => void;
}

/**
 * Runs migrations on a target, one after the other: each in one transaction with its record; one that cannot be, unit by unit with a ledger entry before and
 * after. What a cut-off run left of a migration is settled first. Stops at the first failure; what stands, stands with its record.
 */
export async function runMigrations(request: RunRequest): Promise<RunOutcome> {
  const { observer, migrations, direction } = request;
  const statements = migrations.reduce((sum, migration) => sum + scriptOf(migration, direction).statements.length, 0);
  observer.tell({ kind: "run", direction, migrations: migrations.length, statements });
  const executed: Executed[] = [];
  for (const [index, migration] of migrations.entries()) {
    const why = observer.stopping();
    if (why !== null) return { executed, stoppedAt: null, failure: stoppedByAlert(why, migration.plan.id) };
    const started = request.now();
    const { id } = migration.plan;
    observer.tell({ kind: "migration", id, number: index + 1, statements: scriptOf(migration, direction).statements.length });
    try {
      await request.prepare(migration);
      const rows = await runMigration(migration, { ...request, started });
      const done = { id, seconds: round(request.now() - started), rows };
      executed.push(done);
      observer.tell({ kind: "done", ...done });
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      observer.tell({ kind: "failed", id, message: error.message });
      const failure = explainStop(error, { migration, request, partly: executed.length > 0 || wasPartly(error) });
      return { executed, stoppedAt: isStopped(error) && !wasPartly(error) ? null : id, failure };
    }
  }
  return { executed, stoppedAt: null, failure: null };
}

const emptyScript: Script = { statements: [], units: [], variables: [] };

function scriptOf({ up, down }: RunnableMigration, direction: Direction): Script {
  return (direction === "up" ? up : down) ?? emptyScript;
}

async function runMigration(migration: RunnableMigration, request: RunRequest & { readonly started: number }): Promise<number> {
  const { session, direction, recorder, started, now } = request;
  const script = scriptOf(migration, direction);
  const { id } = migration.plan;
  const { ran, retried, kept } = observeStatements({
    ...request,
    id,
    statements: script.statements.length,
    lockRetries: request.limits.lockRetries,
  });
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
    ran,
    retried,
  };
  const enter = async (rows: number): Promise<void> => {
    if (direction === "up") await recorder.migrated(migration, { seconds: now() - started, rows });
    else await recorder.takenBack(migration);
  };
  const [only] = units;
  if (only !== undefined && units.length === 1 && only.kind === "transaction") return executeInTransaction(only, run, enter);
  return runUnits(units, { ...request, run, id, enter, kept });
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
  /** Told when a unit stands. */
  readonly kept: () => void;
}

async function runUnits(units: readonly Unit[], stepping: Stepping): Promise<number> {
  const { recorder, run, id, direction, enter, session, observer, kept } = stepping;
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
        for (const _ of unit.statements) run.ran(0);
        kept();
        if (last) await executeInTransaction({ kind: "transaction", statements: [] }, { ...run, before: [] }, enter);
        continue;
      }
      const why = position === 0 ? null : observer.stopping();
      if (why !== null) throw stopped(why);
      if (unit.kind === "transaction") {
        await executeInTransaction(unit, run, finish);
        kept();
        continue;
      }
      for (const sql of run.before) await session.run(sql);
      const settled = state === false ? await settleUnit(unit, stepping) : "again";
      if (state === undefined) await recorder.unitBegun(id, direction, note);
      const rows = settled === "done" ? 0 : await executeAlone(unit, run);
      await executeInTransaction({ kind: "transaction", statements: [] }, { ...run, before: [] }, () => finish(rows));
      kept();
    } catch (error) {
      if (error instanceof StatementError && (position > 0 || unit.kind === "alone")) markPartly(error);
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

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
