import { StatementError } from "../database/session.ts";
import type { Failure } from "../model/failure.ts";
import { recordDrift, type DriftEntry } from "../store/drift.ts";
import { withoutRecording } from "../store/without-recording.ts";
import type { ApplyRequest } from "./apply-types.ts";
import { executeInTransaction } from "./execute-unit.ts";
import { readScript } from "./read-script.ts";
import type { RecorderRequest } from "./store-recorder.ts";

/** Runs the SQL that undoes differences, in one transaction with their record; gives what kept it from being done. */
export async function undoDrift(
  statements: readonly string[],
  entries: readonly DriftEntry[],
  { request, context }: { readonly request: ApplyRequest; readonly context: RecorderRequest },
): Promise<Failure | null> {
  const { target, options, surroundings } = request;
  const { units } = readScript(statements.map((sql) => `${sql};`).join("\n"), { secrets: {}, together: "file" });
  const [unit] = units;
  if (unit === undefined) return null;
  try {
    await executeInTransaction(
      unit,
      {
        session: target.session,
        limits: options.limits,
        signal: surroundings.signal,
        before: [],
        around: (work) => withoutRecording(target.session, context.store, work),
        retried: (_, message) => surroundings.progress.warn(`${message}; once more.`),
      },
      () => recordDrift(target.session, context.run, entries),
    );
    return null;
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    return {
      kind: "failure",
      code: "revert-failed",
      message: `The difference cannot be undone there: ${error.message} (SQLSTATE ${error.error.code}). Nothing was changed.`,
      location: target.description,
      hint: "Correct the cause (rows that a constraint refuses, an object that others use?) and run the same command again.",
      exitCode: 1,
    };
  }
}
