import type { ApplyRequest } from "./apply-types.ts";
import type { UnitRun } from "./execute-unit.ts";
import type { RunRequest } from "./run-migrations.ts";
import type { RecorderRequest } from "./store-recorder.ts";
import { withoutRecording } from "../store/without-recording.ts";

/** What running migrations takes from a request, in either direction. */
export function runTerms({
  target,
  runnable,
  options,
  surroundings,
}: ApplyRequest): Pick<RunRequest, "session" | "resetBetween" | "limits" | "signal" | "now" | "warn"> {
  return {
    session: target.session,
    resetBetween: runnable.plan.surroundings.resetBetween,
    limits: options.limits,
    signal: surroundings.signal,
    now: surroundings.now,
    warn: (message) => surroundings.progress.warn(message),
  };
}

/** What a transaction of pggit's own SQL takes from a request: no migration's settings, and nothing of it recorded by others' triggers. */
export function ownTransaction({ target, options, surroundings }: ApplyRequest, { store }: RecorderRequest): UnitRun {
  return {
    session: target.session,
    limits: options.limits,
    signal: surroundings.signal,
    before: [],
    around: (work) => withoutRecording(target.session, store, work),
    ran: () => undefined,
    retried: (_, message) => {
      surroundings.progress.warn(`${message}; once more.`);
      return null;
    },
  };
}
