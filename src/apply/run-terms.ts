import type { ApplyRequest } from "./apply-types.ts";
import type { RunRequest } from "./run-migrations.ts";

/** What running migrations takes from a request, in either direction. */
export function runTerms({
  target,
  runnable,
  options,
  surroundings,
}: ApplyRequest): Pick<RunRequest, "session" | "resetBetween" | "limits" | "signal" | "now" | "advanced" | "warn"> {
  return {
    session: target.session,
    resetBetween: runnable.plan.surroundings.resetBetween,
    limits: options.limits,
    signal: surroundings.signal,
    now: surroundings.now,
    advanced: (done) => surroundings.progress.advance(done),
    warn: (message) => surroundings.progress.warn(message),
  };
}
