import type { Failure } from "../../../src/model/failure.ts";
import type { SourceLocation } from "../../../src/model/source.ts";

/** A failure of reading: wrong input, exit code 2. */
export function inputFailure(
  code: string,
  message: string,
  at: { readonly location: SourceLocation | string | null; readonly hint: string },
): Failure {
  return { kind: "failure", code, message, location: at.location, hint: at.hint, exitCode: 2 };
}
