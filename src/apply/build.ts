import { StatementError } from "../database/session.ts";
import type { ApplyRequest } from "./apply-types.ts";
import { connectionLost, isConnectionLost } from "./connection-lost.ts";
import { stoppedByAlert } from "./explain-stop.ts";
import { executeInTransaction, isStopped } from "./execute-unit.ts";
import type { RunObserver } from "./run-event.ts";
import type { RunOutcome } from "./run-migrations.ts";
import { observeStatements } from "./observe-statements.ts";
import { ownTransaction } from "./run-terms.ts";
import { record, type RecorderRequest } from "./store-recorder.ts";

/** What a build is called where migrations are listed. */
export const builtId = "schema.sql";

/**
 * Builds the head from the squashed history, in one transaction with the record of every migration in it. `null` where there is no proven squash that runs in one
 * transaction, or the history keeps its own tables, which only its migrations make: then the migrations are run.
 */
export async function buildFromSchema(
  request: ApplyRequest,
  { context, observer }: { readonly context: RecorderRequest; readonly observer: RunObserver },
): Promise<RunOutcome | null> {
  const { runnable, target, surroundings, options } = request;
  const [unit] = runnable.schema?.units ?? [];
  if (unit === undefined) return null;
  const started = surroundings.now();
  const appliedAt = surroundings.clock();
  const statements = unit.statements.length;
  observer.tell({ kind: "run", direction: "up", migrations: 1, statements });
  observer.tell({ kind: "migration", id: builtId, number: 1, statements });
  const { ran, retried } = observeStatements({
    id: builtId,
    statements,
    lockRetries: options.limits.lockRetries,
    observer,
    now: surroundings.now,
    warn: (message) => surroundings.progress.warn(message),
  });
  try {
    const rows = await executeInTransaction(unit, { ...ownTransaction(request, context), ran, retried }, async () => {
      await record(
        context,
        runnable.plan.order.map((id) => ({ id, how: "built", appliedAt, appliedBy: target.user, executionMs: null, source: null })),
      );
    });
    const seconds = Math.round((surroundings.now() - started) * 1000) / 1000;
    observer.tell({ kind: "done", id: builtId, seconds, rows });
    return { executed: [{ id: builtId, seconds, rows }], stoppedAt: null, failure: null };
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    const { signal } = surroundings;
    const interrupted = signal.aborted;
    if (!interrupted && isStopped(error)) return { executed: [], stoppedAt: null, failure: stoppedByAlert(error.message, builtId) };
    if (!interrupted && isConnectionLost(error)) {
      const at = { location: target.description, during: "while the schema was built", access: "read-write" } as const;
      return { executed: [], stoppedAt: builtId, failure: connectionLost(error, at) };
    }
    return {
      executed: [],
      stoppedAt: builtId,
      failure: {
        kind: "failure",
        code: interrupted ? "interrupted" : "build-failed",
        message: interrupted
          ? "Interrupted; everything was rolled back."
          : `schema.sql does not run there: ${error.message} (SQLSTATE ${error.error.code})`,
        location: target.description,
        hint: interrupted
          ? "Run the same command again."
          : "Nothing of it stands. Correct the cause (a role or extension that is missing?) and run the same command again.",
        exitCode: interrupted ? (signal.reason === "SIGTERM" ? 143 : 130) : 1,
      },
    };
  }
}
