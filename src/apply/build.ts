import { StatementError } from "../database/session.ts";
import type { ApplyRequest } from "./apply-types.ts";
import { connectionLost, isConnectionLost } from "./connection-lost.ts";
import { executeInTransaction } from "./execute-unit.ts";
import type { RunOutcome } from "./run-migrations.ts";
import { ownTransaction } from "./run-terms.ts";
import { record, type RecorderRequest } from "./store-recorder.ts";

/** What a build is called where migrations are listed. */
export const builtId = "schema.sql";

/**
 * Builds the head from the squashed history, in one transaction with the record of every migration in it. `null` where there is no proven squash that runs in one
 * transaction, or the history keeps its own tables, which only its migrations make: then the migrations are run.
 */
export async function buildFromSchema(request: ApplyRequest, context: RecorderRequest): Promise<RunOutcome | null> {
  const { runnable, target, surroundings } = request;
  const [unit] = runnable.schema?.units ?? [];
  if (unit === undefined) return null;
  const started = surroundings.now();
  const appliedAt = surroundings.clock();
  try {
    const rows = await executeInTransaction(unit, ownTransaction(request, context), async () => {
      await record(
        context,
        runnable.plan.order.map((id) => ({ id, how: "built", appliedAt, appliedBy: target.user, executionMs: null, source: null })),
      );
    });
    const seconds = Math.round((surroundings.now() - started) * 1000) / 1000;
    return { executed: [{ id: builtId, seconds, rows }], stoppedAt: null, failure: null };
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    const { signal } = surroundings;
    const interrupted = signal.aborted;
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
