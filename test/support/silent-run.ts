import type { Run } from "../../src/run.ts";

/** A run that tells nobody and is never interrupted. */
export function silentRun(): Run {
  const quiet = (): void => undefined;
  return {
    progress: { begin: quiet, advance: quiet, warn: quiet },
    signal: new AbortController().signal,
    now: () => performance.now() / 1000,
  };
}
