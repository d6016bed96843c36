import { StatementError, type Session } from "../database/session.ts";
import { readWholeCatalog } from "../catalog/snapshot/read.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { createStore } from "../store/create-store.ts";
import { keepPlan } from "../store/kept-plan.ts";
import { recordDrift, type DriftEntry } from "../store/drift.ts";
import type { MigrationFact } from "../store/record.ts";
import { beginRun, finishRun, type RunDescription } from "../store/runs.ts";
import type { ReadyStore } from "../store/store.ts";
import type { Examined } from "./examined.ts";
import type { ApplyOutcome, ApplyRequest } from "./apply-types.ts";
import type { StateName } from "./assess.ts";
import { connectionLost, isConnectionLost } from "./connection-lost.ts";
import { buildFromSchema } from "./build.ts";
import { findDrift } from "./drift.ts";
import { fillBackups } from "./fill-backups.ts";
import { ignoredPatterns } from "./drift-decisions.ts";
import { planFiles } from "./plan-files.ts";
import { undoDrift } from "./undo-drift.ts";
import { observed } from "./observe-run.ts";
import { ownTransaction, runTerms } from "./run-terms.ts";
import { runMigrations, type RunOutcome } from "./run-migrations.ts";
import type { RunnableMigration } from "./runnable.ts";
import { createStoreRecorder, record, type RecorderRequest } from "./store-recorder.ts";

/** A run that writes to a target: its store stands, its beginning is in the audit trail. */
export interface Writing {
  /** Runs pending migrations, or builds them at once where nothing is there yet. */
  run(ids: readonly string[], state: StateName): Promise<RunOutcome & { readonly stamped: number }>;
  /** Compares the target with the head of the history; gives what differs as a failure (exit 4). */
  compare(): Promise<Failure | null>;
  /** Runs the SQL that undoes differences, in one transaction with their record; gives what kept it from being done. */
  undo(statements: readonly string[], entries: readonly DriftEntry[]): Promise<Failure | null>;
  /** Closes the run in the audit trail. */
  end(outcome: Pick<ApplyOutcome, "failure" | "stoppedAt">): Promise<void>;
}

/** Makes the store where it is missing, enters the run, and records migrations that stand already: all in one transaction. */
export async function openWriting(
  request: ApplyRequest,
  examined: Examined,
  run: { readonly kind: RunDescription["kind"]; readonly ids: readonly string[] },
): Promise<Result<Writing>> {
  const { session } = request.target;
  await session.run("BEGIN");
  try {
    const made = await createStore(session, examined.store);
    if (made.kind === "failed") {
      await session.run("ROLLBACK");
      return made;
    }
    const number = await beginRun(session, { ...describeRun(request), kind: run.kind });
    const context = recorderRequest(request, examined, { store: made.value, run: number });
    await keep(request);
    await recordDrift(session, number, examined.ignored.fresh);
    if (run.ids.length > 0)
      await record(
        context,
        run.ids.map((id) => standingFact(id, { request, examined })),
      );
    await session.run("COMMIT");
    return ok(writingOn(request, examined, context));
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    await rollBackQuietly(session);
    return failed(cannotRecord(error, request));
  }
}

/** The way back must be there without the files of the plan. */
async function keep({ runnable, target, options, surroundings }: ApplyRequest): Promise<void> {
  const { source, contentId, decisionsId } = runnable.plan;
  const kept = await keepPlan(target.session, { tool: source.tool, contentId, decisionsId }, () => planFiles(runnable, options.drift));
  if (kept === "too-large")
    surroundings.progress.warn("The plan is too large to be kept with the record: `pggit rollback` will need its files.");
}

export function describeRun({ runnable, surroundings }: ApplyRequest): Omit<RunDescription, "kind"> {
  const { plan } = runnable;
  return {
    tool: plan.source.tool,
    planContentId: plan.contentId,
    planDecisionsId: plan.decisionsId,
    programVersion: surroundings.programVersion,
    host: surroundings.host,
  };
}

export function recorderRequest(
  request: ApplyRequest,
  examined: Examined,
  at: { readonly store: ReadyStore; readonly run: number },
): RecorderRequest {
  const { target, runnable, surroundings } = request;
  return {
    session: target.session,
    runnable,
    ...at,
    programVersion: surroundings.programVersion,
    ledger: examined.record.ledger,
    clock: surroundings.clock,
    user: target.user,
    stamp: examined.reading.stamp,
  };
}

/** Of a migration that the target has: when and by whom the source tool's table says, else that pggit found it there now. */
function standingFact(id: string, { request, examined }: { readonly request: ApplyRequest; readonly examined: Examined }): MigrationFact {
  const known = examined.reading.facts.get(id);
  const plan = request.runnable.migrations.find((migration) => migration.plan.id === id)?.plan;
  return {
    id,
    how: "recorded",
    ...(known ?? {
      appliedAt: plan?.date ?? request.surroundings.clock(),
      appliedBy: plan?.author ?? request.target.user,
      executionMs: null,
      source: null,
    }),
  };
}

function writingOn(request: ApplyRequest, examined: Examined, context: RecorderRequest): Writing {
  const { runnable, target, options, surroundings } = request;
  const { session } = target;
  return {
    async run(ids, state) {
      const wanted = new Set(ids);
      const migrations = runnable.migrations.filter(({ plan }) => wanted.has(plan.id));
      surroundings.progress.begin(state === "empty" ? "building" : "running migrations", null);
      const outcome = await observed(request, async (observer) => {
        const built = state === "empty" ? await buildFromSchema(request, { context, observer }) : null;
        return (
          built ??
          runMigrations({
            ...runTerms(request),
            observer,
            direction: "up",
            migrations,
            recorder: createStoreRecorder(context),
            forbid: () => Promise.resolve(null),
            prepare: (migration) => saveAhead(migration, request, context),
          })
        );
      });
      return { ...outcome, stamped: context.stamp.count() };
    },
    async compare() {
      surroundings.progress.begin("comparing the result", null);
      const { expectations, scope } = examined;
      const expected = await expectations.at({ applied: runnable.plan.order, begun: null });
      if (expected.kind === "failed") return expected.failures[0] ?? null;
      await session.run("RESET ROLE");
      const found = await readWholeCatalog(session, { excludeFromReads: scope.excluded, within: new Set(scope.schemas) });
      const { drift } = findDrift({
        expected: expected.value,
        found,
        shadowUser: expectations.user(),
        ignore: ignoredPatterns(options.drift),
      });
      return drift.length === 0 ? null : resultDiffers(drift.map(({ text }) => text));
    },
    undo: (statements, entries) => undoDrift(statements, entries, { request, context }),
    async end({ failure, stoppedAt }) {
      const status = failure === null ? "done" : stoppedAt === null ? "stopped" : "failed";
      try {
        await finishRun(session, context.run, { status, stoppedAt, message: failure?.message ?? null });
      } catch (error) {
        // The run did what it did; with a lost connection its end stays unwritten, and the next run sees `running`.
        if (!(error instanceof StatementError)) throw error;
      }
    },
  };
}

/** Saves the rows of large tables before their migration, in batches. */
async function saveAhead(migration: RunnableMigration, request: ApplyRequest, context: RecorderRequest): Promise<void> {
  if (migration.saving === null) return;
  const { runnable, options, surroundings } = request;
  await fillBackups(migration, {
    run: ownTransaction(request, context),
    entry: { tool: runnable.plan.source.tool, run: context.run },
    batchRows: options.backup.batchRows,
    progress: surroundings.progress,
  });
  surroundings.progress.begin("running migrations", null);
}

export async function rollBackQuietly(session: Session): Promise<void> {
  try {
    await session.run("ROLLBACK");
  } catch (error) {
    // A lost connection has rolled back already.
    if (!(error instanceof StatementError)) throw error;
  }
}

function cannotRecord(cause: StatementError, { target }: ApplyRequest): Failure {
  const { error } = cause;
  if (isConnectionLost(cause))
    return connectionLost(cause, { location: target.description, during: "while the record was written", access: "read-write" });
  const rights = error.code === "42501";
  return {
    kind: "failure",
    code: rights ? "no-right" : "cannot-record",
    message: `The record cannot be written: ${error.message} (SQLSTATE ${error.code}).`,
    location: target.description,
    hint: rights
      ? "The role needs CREATE on the database and must own what it changes."
      : "Nothing was written. Correct the cause and run the same command again.",
    exitCode: 1,
  };
}

function resultDiffers(texts: readonly string[]): Failure {
  const more = texts.length > 10 ? `; and ${texts.length - 10} more` : "";
  return {
    kind: "failure",
    code: "result-differs",
    message: `Everything ran, but the database is not as the plan proved it: ${texts.slice(0, 10).join("; ")}${more}.`,
    location: null,
    hint: "Look at what differs: another session may have changed the schema meanwhile. `pggit status` shows it again.",
    exitCode: 4,
  };
}
