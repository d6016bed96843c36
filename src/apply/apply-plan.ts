import type { TargetDatabase } from "../database/open-target.ts";
import { StatementError } from "../database/session.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { missingApprovals } from "../plan/approvals.ts";
import { unrecordedDrift, type DriftEntry } from "../store/drift.ts";
import { findStore } from "../store/find-store.ts";
import { readRecord } from "../store/read-record.ts";
import { estimateBackups } from "./backup-sizes.ts";
import { askForSpace, refuseUnsaved } from "./backup-limit.ts";
import { assess } from "./assess.ts";
import type { Examined } from "./examined.ts";
import { revertDrift } from "./revert-drift.ts";
import type { ApplyOutcome, ApplyRequest } from "./apply-types.ts";
import { builtId } from "./build.ts";
import { ignoredEntries, ignoredPatterns } from "./drift-decisions.ts";
import { createExpectations } from "./expectations.ts";
import { knownFromRecord, type KnownRecord } from "./known.ts";
import { openQuestions, undecided, unreviewed } from "./open-questions.ts";
import { askOfTarget } from "./target-questions.ts";
import { takeRunLock } from "./run-lock.ts";
import { scopeOf } from "./scope.ts";
import { allowedIn } from "./table.ts";
import { recordQuestion, runQuestion } from "./confirmations.ts";
import type { HistoryReading } from "./target-history.ts";
import { findUnrunnable } from "./unrunnable.ts";
import { driftRefusal, requireYes, toolHoldsLock, unexpectedState } from "./refusals.ts";
import { openWriting, type Writing } from "./writing.ts";

/**
 * Brings a target to the head of a plan as the table in docs/cli.md allows: looks where it stands, records, asks, runs, and compares the result. With `dryRun` it only
 * looks. Fails where nothing could be found out; what was found and done comes back with the failure that ended it, if any.
 */
export async function applyPlan(request: ApplyRequest): Promise<Result<ApplyOutcome>> {
  const { target, options } = request;
  const unapproved = options.approvals === undefined ? null : missingApprovals(request.runnable.plan, options.approvals);
  // A dry run may come before the approval: it is what one approves.
  if (options.dryRun && unapproved !== null) request.surroundings.progress.warn(`Without --dry-run this is refused. ${unapproved.message}`);
  const refusal = options.dryRun ? null : (unapproved ?? (await mayWrite(target)) ?? (await takeRunLock(target.session)));
  if (refusal !== null) return failed(refusal);
  return withExamined(request, (examined) => proceed(request, examined));
}

/** What a target says of itself, before it is compared with anything. */
export type Looked = Pick<Examined, "store" | "record" | "recorded" | "reading">;

/** Reads the record and the source tool's own table. */
export async function lookAt({ target, runnable, history, surroundings }: ApplyRequest): Promise<Result<Looked>> {
  const { session } = target;
  const store = await findStore(session);
  if (store.kind === "failed") return store;
  const record = await readRecord(session, store.value);
  const recorded = knownFromRecord(runnable.plan, record);
  if (recorded.kind === "failed") return recorded;
  const reading = await history.read(session);
  if (reading.kind === "failed") return reading;
  const warnings = store.value.kind === "native" ? store.value.warnings : [];
  for (const warning of [...warnings, ...reading.value.warnings]) surroundings.progress.warn(warning);
  return ok({ store: store.value, record, recorded: recorded.value, reading: reading.value });
}

/** Looks at a target, compares it with the history, and hands over what was found; the shadow that it was compared on is gone afterwards. */
export async function withExamined<T>(request: ApplyRequest, work: (examined: Examined) => Promise<Result<T>>): Promise<Result<T>> {
  const { runnable, target, options, surroundings } = request;
  const looked = await lookAt(request);
  if (looked.kind === "failed") return looked;
  const { recorded, reading } = looked.value;
  if (recorded.rollingBack !== null) return failed(unfinishedRollback(recorded.rollingBack));

  const scope = scopeOf(runnable.plan, options.drift.schemas);
  surroundings.progress.begin("comparing with the history", null);
  const expectations = createExpectations({ runnable, scope, openShadow: surroundings.openShadow });
  try {
    const assessed = await assess({
      runnable,
      session: target.session,
      scope,
      expectations,
      known: furthest(recorded.known, reading.known, runnable),
      ignore: [...ignoredPatterns(options.drift), ...unfinishedIndexes(request, recorded), ...writtenBy(request, reading.outdated)],
    });
    if (assessed.kind === "failed") return assessed;
    const mismatch = options.sameMajor && assessed.value.crossMajor ? otherMajor(target, expectations.engine()) : null;
    if (mismatch !== null) return failed(mismatch);
    const entries = ignoredEntries(assessed.value.ignored, options.drift);
    const ignored = { all: entries, fresh: await unrecordedDrift(target.session, looked.value.store, entries) };
    return await work({ ...looked.value, assessment: assessed.value, ignored, scope, expectations });
  } finally {
    await expectations.close();
  }
}

/** The source tool may have gone on after the record was written; of what was adopted from a database only the record knows. */
function furthest(
  record: KnownRecord["known"],
  history: HistoryReading["known"],
  { migrations }: ApplyRequest["runnable"],
): KnownRecord["known"] {
  if (record === null || history === null) return record ?? history;
  const adopted = new Set(migrations.flatMap(({ plan }) => (plan.adopted === undefined ? [] : [plan.id])));
  const own = record.applied.filter((id) => !adopted.has(id));
  if (history.applied.length <= own.length) return record;
  const standing = new Set([...history.applied, ...record.applied.filter((id) => adopted.has(id))]);
  return { ...history, applied: migrations.map(({ plan }) => plan.id).filter((id) => standing.has(id)) };
}

/** What an interrupted CONCURRENTLY left is settled by the run, and is no drift until then. */
function unfinishedIndexes({ runnable }: ApplyRequest, { known }: KnownRecord): readonly string[] {
  const begun = known?.begun ?? null;
  const unit = begun === null ? undefined : runnable.migrations.find(({ plan }) => plan.id === begun.id)?.up.units[begun.units];
  if (unit?.kind !== "alone") return [];
  return unit.statements.flatMap(({ parsed }) =>
    parsed.changes.flatMap(({ object }) => (object?.kind === "index" ? [`*.${object.name}`] : [])),
  );
}

/** Objects of repeatable migrations whose older text stands there: they are made anew by what is pending. */
function writtenBy({ runnable }: ApplyRequest, ids: readonly string[]): readonly string[] {
  const written = runnable.migrations.filter(({ plan }) => ids.includes(plan.id)).flatMap(({ up }) => up.statements);
  return written.flatMap(({ parsed }) =>
    parsed.changes.flatMap(({ object }) => (object === null ? [] : [`*.${object.name}`, `*.${object.name}(*`, `*.${object.name}.*`])),
  );
}

async function proceed(request: ApplyRequest, examined: Examined): Promise<Result<ApplyOutcome>> {
  const { options, surroundings, runnable } = request;
  const { assessment, expectations } = examined;
  const { state, pending } = assessment;
  const saving = state === "partial" ? runnable.migrations.filter(({ plan }) => pending.includes(plan.id)) : [];
  const saves = options.recordOnly ? [] : await estimateBackups(request.target.session, saving);
  const nothing: ApplyOutcome = {
    assessment,
    saves,
    ignored: examined.ignored.all,
    reverted: [],
    after: state,
    recorded: 0,
    executed: [],
    stamped: 0,
    stoppedAt: null,
    engine: expectations.engine(),
    failure: null,
  };
  const stop = (failure: Failure): Result<ApplyOutcome> => ok({ ...nothing, failure });
  if (assessment.unseen.length > 0) surroundings.progress.warn(unseenWarning(assessment.unseen));
  if (options.expect !== null && options.expect !== state) return stop(unexpectedState(options.expect, state));
  const wanted = options.recordOnly ? [] : pending;
  // An empty database has nothing to lose.
  const asked = await askOfTarget(request, {
    pending: state === "partial" ? wanted : [],
    mismatches: examined.reading.questions,
    schemas: examined.scope.schemas,
  });
  if (asked.kind === "failed") return asked;
  const questions = openQuestions(runnable.plan, wanted, { confirmation: options.confirmation, ofTarget: asked.value });
  if (state === "partial") for (const told of hazardsOf(request, wanted)) surroundings.progress.warn(told);
  const waiting = unreviewed(runnable.plan);
  if (waiting.length > 0) return stop(undecided(waiting, runnable.plan));
  if (state === "drift") {
    const reverted = await revertDrift(request, examined);
    return reverted.kind === "failed" ? stop(reverted.failures[0] ?? driftRefusal(assessment)) : goOn(request, reverted.value);
  }
  if (options.dryRun) return questions.length > 0 ? stop(undecided(questions, runnable.plan)) : ok(nothing);
  if (state === "empty" && options.recordOnly) return stop(unexpectedState("head", "empty"));

  const unsaved = refuseUnsaved(saves);
  if (unsaved !== null) return stop(unsaved);
  const unrunnable = findUnrunnable(runnable.migrations.filter(({ plan }) => wanted.includes(plan.id)));
  if (unrunnable !== null) return stop(unrunnable);
  const { lockedBy } = examined.reading;
  if (lockedBy !== null && wanted.length > 0) return stop(toolHoldsLock(lockedBy, runnable.plan.source.tool));
  const allowed = allowedIn(state, options.confirmation);
  const missing = assessment.applied.filter((id) => !examined.recorded.recorded.includes(id));
  const unrecorded = missing.length > 0 || examined.ignored.fresh.length > 0;
  if (unrecorded && allowed.record === "ask") {
    const answer = await requireYes(surroundings.ask, recordQuestion(request, { missing, ignored: examined.ignored.fresh }));
    if (answer !== null) return stop(answer);
  }
  let writing: Writing | null = null;
  let recorded = 0;
  const finish = async (outcome: ApplyOutcome): Promise<Result<ApplyOutcome>> => {
    await writing?.end(outcome);
    return ok(outcome);
  };
  if (unrecorded && allowed.record !== "no") {
    const opened = await openWriting(request, examined, { kind: "record", ids: missing });
    if (opened.kind === "failed") return opened;
    writing = opened.value;
    recorded = missing.length;
  }
  if (wanted.length === 0) return finish({ ...nothing, recorded });
  if (questions.length > 0) return finish({ ...nothing, recorded, failure: undecided(questions, runnable.plan) });
  const large = await askForSpace(request, saves);
  if (large !== null) return finish({ ...nothing, recorded, failure: large });
  if (allowed.run === "ask") {
    const answer = await requireYes(surroundings.ask, runQuestion(request, assessment));
    if (answer !== null) return finish({ ...nothing, recorded, failure: answer });
  }
  if (surroundings.signal.aborted) return finish({ ...nothing, recorded });
  if (writing === null) {
    const opened = await openWriting(request, examined, { kind: state === "empty" ? "build" : "apply", ids: [] });
    if (opened.kind === "failed") return opened;
    writing = opened.value;
  }
  const ran = await writing.run(wanted, state);
  const built = ran.executed.some(({ id }) => id === builtId) ? runnable.plan.order.length : 0;
  const outcome: ApplyOutcome = {
    ...nothing,
    recorded: recorded + built,
    executed: ran.executed,
    stamped: ran.stamped,
    stoppedAt: ran.stoppedAt,
    failure: ran.failure,
  };
  if (ran.failure !== null) return finish({ ...outcome, after: ran.executed.length + assessment.applied.length === 0 ? state : "partial" });
  const difference = await writing.compare();
  return finish({ ...outcome, after: difference === null ? "head" : "drift", failure: difference });
}

/** Looks anew at a target whose differences were undone, and goes on from where it stands now. */
async function goOn(request: ApplyRequest, reverted: readonly DriftEntry[]): Promise<Result<ApplyOutcome>> {
  const outcome = await withExamined(request, (examined) => proceed(request, examined));
  return outcome.kind === "failed" ? outcome : ok({ ...outcome.value, reverted });
}

/** What the migrations that would run on rows that exist may do to them, the worst only. */
function hazardsOf({ runnable }: ApplyRequest, ids: readonly string[]): readonly string[] {
  const pending = runnable.migrations.filter(({ plan }) => ids.includes(plan.id));
  return pending.flatMap(({ plan }) =>
    plan.up.flatMap(({ hazards }) => hazards.filter(({ severity }) => severity === "high").map(({ message }) => `${plan.id}: ${message}`)),
  );
}

function unseenWarning(ids: readonly string[]): string {
  return `${ids.join(", ")} only change rows, and no history table says whether they ran: they are taken to have run.`;
}

export async function mayWrite(target: TargetDatabase): Promise<Failure | null> {
  const refuse = (code: string, message: string, hint: string): Failure => ({
    kind: "failure",
    code,
    message,
    location: target.description,
    hint,
    exitCode: 4,
  });
  if (target.standby)
    return refuse("standby", "The server is a standby: nothing can be written there.", "Run on the primary; --dry-run works here.");
  if (target.encoding !== "UTF8") {
    return refuse(
      "other-encoding",
      `The database has the encoding ${target.encoding}; what was proven, was proven in UTF8.`,
      "Texts may not fit there. --dry-run and comparing work; run on a UTF8 database.",
    );
  }
  try {
    const [setting] = await target.session.rows<{ readonly: string }>(
      "select current_setting('default_transaction_read_only') as readonly",
    );
    if (setting?.readonly !== "on") return null;
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
  }
  return refuse(
    "read-only",
    "The database is set to read-only transactions (default_transaction_read_only).",
    "Turn that off, or use --dry-run.",
  );
}

function otherMajor(target: TargetDatabase, engine: string | null): Failure {
  return {
    kind: "failure",
    code: "other-major",
    message: `The target is ${target.session.engine.version}, the shadow ${engine ?? "another"}; --same-major was given.`,
    location: target.description,
    hint: "Give a server of the target's major with --shadow-url.",
    exitCode: 4,
  };
}

function unfinishedRollback(id: string): Failure {
  return {
    kind: "failure",
    code: "rollback-unfinished",
    message: `A rollback of ${id} was cut off.`,
    location: id,
    hint: "Run `pggit rollback` again first: it goes on where it stopped.",
    exitCode: 4,
  };
}
