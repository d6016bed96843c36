import { readWholeCatalog } from "../catalog/snapshot/read.ts";
import { StatementError } from "../database/session.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { removeRecord } from "../store/remove.ts";
import { createStore } from "../store/create-store.ts";
import { beginRun, finishRun } from "../store/runs.ts";
import type { ReadyStore } from "../store/store.ts";
import { lookAt, mayWrite, type Looked } from "./apply-plan.ts";
import type { ApplyRequest } from "./apply-types.ts";
import { dropBuilt, rowsThatWouldGo } from "./drop-built.ts";
import { findDrift } from "./drift.ts";
import { ignoredPatterns } from "./drift-decisions.ts";
import { createExpectations } from "./expectations.ts";
import { readOutline } from "./outline.ts";
import { requireYes, toolHoldsLock } from "./refusals.ts";
import { takeRunLock } from "./run-lock.ts";
import { observed } from "./observe-run.ts";
import { runTerms } from "./run-terms.ts";
import { runMigrations, type Executed } from "./run-migrations.ts";
import type { RunnableMigration } from "./runnable.ts";
import { scopeOf } from "./scope.ts";
import { createStoreRecorder } from "./store-recorder.ts";
import { withStandingBackups } from "./standing-backups.ts";
import { examineTakingBack, forbidTakingBack } from "./take-back.ts";
import { findUnrunnable } from "./unrunnable.ts";
import { describeRun, rollBackQuietly } from "./writing.ts";

/** Where a rollback leads: behind a migration, or to what was before pggit came. */
export type Destination = { readonly kind: "migration"; readonly id: string } | { readonly kind: "original-state" };

export interface RollbackOutcome {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly executed: readonly Executed[];
  readonly stamped: number;
  /** Migrations that left the record without being run backwards. */
  readonly forgotten: number;
  readonly stoppedAt: string | null;
  readonly failure: Failure | null;
}

/**
 * Takes migrations back by their proven ways, the last first, each in one transaction with its record; to the original state also the record itself. What pggit only
 * recorded stays as it is. Looks at the data first, says what would be lost, and compares the catalog afterwards.
 */
export async function rollbackTo(request: ApplyRequest, destination: Destination): Promise<Result<RollbackOutcome>> {
  const { target, options } = request;
  const refusal = options.dryRun ? null : ((await mayWrite(target)) ?? (await takeRunLock(target.session)));
  if (refusal !== null) return failed(refusal);
  const looked = await lookAt(request);
  if (looked.kind === "failed") return looked;
  const { recorded, store } = looked.value;
  if (store.kind === "none" || (recorded.recorded.length === 0 && destination.kind === "migration"))
    return failed(nothingRecorded(target.description));
  if (destination.kind === "migration" && !recorded.recorded.includes(destination.id)) return failed(notThere(destination.id));
  return goBack(request, looked.value, destination);
}

async function goBack(request: ApplyRequest, looked: Looked, destination: Destination): Promise<Result<RollbackOutcome>> {
  const { target, runnable, options, surroundings } = request;
  const { session } = target;
  const { recorded, record } = looked;
  const before = recorded.recorded;
  const ours = new Set(record.migrations.filter(({ how }) => how !== "recorded").map(({ id }) => id));
  const after =
    destination.kind === "migration" ? before.slice(0, before.indexOf(destination.id) + 1) : before.filter((id) => !ours.has(id));
  const wanted = runnable.migrations.filter(({ plan }) => before.includes(plan.id) && !after.includes(plan.id)).toReversed();
  const { migrations: back, told } = await withStandingBackups(session, looked.store, wanted);
  for (const one of told) surroundings.progress.warn(`${one}.`);
  const nothing: RollbackOutcome = { before, after: before, executed: [], stamped: 0, forgotten: 0, stoppedAt: null, failure: null };

  const first = record.migrations.find(({ tool }) => tool === runnable.plan.source.tool);
  if (destination.kind === "original-state" && first?.how === "built" && looked.store.kind !== "none") {
    return undoBuild(request, { store: looked.store, before });
  }
  const unrunnable = findUnrunnable(back.flatMap((migration) => (migration.down === null ? [] : [{ ...migration, up: migration.down }])));
  if (unrunnable !== null) return ok({ ...nothing, failure: unrunnable });
  const examined = await examineTakingBack(session, back);
  if (examined.refusal !== null) return ok({ ...nothing, failure: examined.refusal });
  for (const loss of examined.losses) surroundings.progress.warn(`${loss}.`);
  if (options.dryRun) return ok({ ...nothing, after });
  const { lockedBy } = looked.reading;
  if (lockedBy !== null && back.length > 0) return ok({ ...nothing, failure: toolHoldsLock(lockedBy, runnable.plan.source.tool) });
  if (examined.losses.length > 0 && options.confirmation !== "never") {
    const answer = await requireYes(
      surroundings.ask,
      `Take back ${sayWhich(back)} on ${target.description}? ${examined.losses.join("; ")}.`,
    );
    if (answer !== null) return ok({ ...nothing, failure: answer });
  } else if (options.confirmation === "always") {
    const answer = await requireYes(
      surroundings.ask,
      `Take back ${back.length === 0 ? "the record" : sayWhich(back)} on ${target.description}?`,
    );
    if (answer !== null) return ok({ ...nothing, failure: answer });
  }
  const ran = await runBack(request, { looked, back });
  if (ran.kind === "failed") return ran;
  const { executed, stamped, stoppedAt, failure } = ran.value;
  const gone = new Set(executed.map(({ id }) => id));
  const reached: RollbackOutcome = { ...nothing, after: before.filter((id) => !gone.has(id)), executed, stamped, stoppedAt, failure };
  if (failure !== null) return ok(reached);
  const difference = back.length === 0 ? null : await compareBack(request, after);
  if (difference !== null) return ok({ ...reached, failure: difference });
  if (destination.kind === "migration") return ok(reached);
  const removed = await removeAll(request, looked);
  return removed.kind === "failed" ? removed : ok({ ...reached, after: [], forgotten: after.length });
}

/** The database was empty: everything goes, in one transaction. */
async function undoBuild(
  { target, runnable, options, surroundings }: ApplyRequest,
  { store, before }: { readonly store: ReadyStore; readonly before: readonly string[] },
): Promise<Result<RollbackOutcome>> {
  const nothing = { before, executed: [], stamped: 0, forgotten: 0, stoppedAt: null };
  const scope = scopeOf(runnable.plan, options.drift.schemas);
  const rows = await rowsThatWouldGo(target.session, scope);
  for (const told of rows) surroundings.progress.warn(`Would be lost: ${told}.`);
  if (options.dryRun) return ok({ ...nothing, after: [], failure: null });
  if (options.confirmation !== "never") {
    const lost = rows.length === 0 ? "its tables are empty" : rows.join("; ");
    const answer = await requireYes(surroundings.ask, `Remove everything that pggit built in ${target.description}? ${lost}.`);
    if (answer !== null) return ok({ ...nothing, after: before, failure: answer });
  }
  surroundings.progress.begin("removing what was built", null);
  const dropped = await dropBuilt(target.session, { runnable, scope, store });
  return dropped.kind === "failed" ? dropped : ok({ ...nothing, after: [], forgotten: before.length, failure: null });
}

async function runBack(
  request: ApplyRequest,
  { looked, back }: { readonly looked: Looked; readonly back: readonly RunnableMigration[] },
): Promise<Result<Pick<RollbackOutcome, "executed" | "stamped" | "stoppedAt" | "failure">>> {
  if (back.length === 0) return ok({ executed: [], stamped: 0, stoppedAt: null, failure: null });
  const { target, runnable, surroundings } = request;
  const { session } = target;
  await session.run("BEGIN");
  const store = await createStore(session, looked.store);
  if (store.kind === "failed") {
    await session.run("ROLLBACK");
    return store;
  }
  const run = await beginRun(session, { ...describeRun(request), kind: "rollback" });
  await session.run("COMMIT");
  surroundings.progress.begin("taking back", null);
  const recorder = createStoreRecorder({
    session,
    runnable,
    store: store.value,
    run,
    programVersion: surroundings.programVersion,
    ledger: looked.record.ledger,
    clock: surroundings.clock,
    user: target.user,
    stamp: looked.reading.stamp,
  });
  const outcome = await observed(request, (observer) =>
    runMigrations({
      ...runTerms(request),
      observer,
      direction: "down",
      migrations: back,
      recorder,
      forbid: (migration) => forbidTakingBack(session, migration),
      prepare: () => Promise.resolve(),
    }),
  );
  const { failure, stoppedAt } = outcome;
  try {
    await finishRun(session, run, { status: failure === null ? "done" : "failed", stoppedAt, message: failure?.message ?? null });
  } catch (error) {
    // With a lost connection the end of the run stays unwritten.
    if (!(error instanceof StatementError)) throw error;
  }
  return ok({ ...outcome, stamped: looked.reading.stamp.count() });
}

/** Compares what is left with the history at that point. */
async function compareBack({ target, runnable, options, surroundings }: ApplyRequest, after: readonly string[]): Promise<Failure | null> {
  const scope = scopeOf(runnable.plan, options.drift.schemas);
  surroundings.progress.begin("comparing the result", null);
  await target.session.run("RESET ROLE");
  if (after.length === 0) {
    const left = await readOutline(target.session, scope);
    return left.size === 0 ? null : differs([...left.keys()].slice(0, 10).map((name) => `${name} is left`));
  }
  const expectations = createExpectations({ runnable, scope, openShadow: surroundings.openShadow });
  try {
    const expected = await expectations.at({ applied: after, begun: null });
    if (expected.kind === "failed") return expected.failures[0] ?? null;
    const found = await readWholeCatalog(target.session, { excludeFromReads: scope.excluded, within: new Set(scope.schemas) });
    const { drift } = findDrift({
      expected: expected.value,
      found,
      shadowUser: expectations.user(),
      ignore: ignoredPatterns(options.drift),
    });
    return drift.length === 0 ? null : differs(drift.map(({ text }) => text));
  } finally {
    await expectations.close();
  }
}

async function removeAll({ target }: ApplyRequest, looked: Looked): Promise<Result<void>> {
  const { session } = target;
  if (looked.store.kind === "none") return ok(undefined);
  await session.run("BEGIN");
  try {
    const removed = await removeRecord(session, looked.store);
    await session.run(removed.kind === "ok" ? "COMMIT" : "ROLLBACK");
    return removed;
  } catch (error) {
    await rollBackQuietly(session);
    throw error;
  }
}

function sayWhich(back: readonly RunnableMigration[]): string {
  return back.length === 1 ? `${back[0]?.plan.id}` : `${back.length} migrations, ${back[0]?.plan.id} back to ${back.at(-1)?.plan.id}`;
}

function nothingRecorded(where: string): Failure {
  return {
    kind: "failure",
    code: "nothing-recorded",
    message: "pggit has no record in this database, so it does not know what it would take back.",
    location: where,
    hint: "`pggit apply PLAN --database …` records first what is there.",
    exitCode: 4,
  };
}

function notThere(id: string): Failure {
  return {
    kind: "failure",
    code: "not-applied",
    message: `${id} is not in the record of the database.`,
    location: "--to",
    hint: "`pggit status --database …` lists what is.",
    exitCode: 2,
  };
}

function differs(texts: readonly string[]): Failure {
  return {
    kind: "failure",
    code: "result-differs",
    message: `Everything was taken back, but the database is not as the history gives it there: ${texts.slice(0, 10).join("; ")}.`,
    location: null,
    hint: "Look at what differs: another session may have changed the schema meanwhile.",
    exitCode: 4,
  };
}
