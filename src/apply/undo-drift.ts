import { StatementError } from "../database/session.ts";
import type { Failure } from "../model/failure.ts";
import { recordDrift, type DriftEntry } from "../store/drift.ts";
import type { ApplyRequest } from "./apply-types.ts";
import { executeInTransaction } from "./execute-unit.ts";
import { readScript } from "./read-script.ts";
import { ownTransaction } from "./run-terms.ts";
import type { RecorderRequest } from "./store-recorder.ts";

/** Runs the SQL that undoes differences, in one transaction with their record; gives what kept it from being done. */
export async function undoDrift(
  statements: readonly string[],
  entries: readonly DriftEntry[],
  { request, context }: { readonly request: ApplyRequest; readonly context: RecorderRequest },
): Promise<Failure | null> {
  const { units } = readScript(statements.map((sql) => `${sql};`).join("\n"), { secrets: {}, together: "file" });
  const [unit] = units;
  if (unit === undefined) return null;
  try {
    await executeInTransaction(unit, ownTransaction(request, context), () => recordDrift(request.target.session, context.run, entries));
    return null;
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    return {
      kind: "failure",
      code: "revert-failed",
      message: `The difference cannot be undone there: ${error.message} (SQLSTATE ${error.error.code}). Nothing was changed.`,
      location: request.target.description,
      hint: "Correct the cause (rows that a constraint refuses, an object that others use?) and run the same command again.",
      exitCode: 1,
    };
  }
}
