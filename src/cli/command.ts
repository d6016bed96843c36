import type { ExitCode, Failure, Result } from "../model/failure.ts";
import { failed } from "../model/failure.ts";
import { printFailures } from "./print-failures.ts";
import { progressMode, showProgress, type ShownProgress } from "./progress.ts";
import { styleFor, type Style } from "./terminal.ts";

interface OutputFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** What a command that talks to a database works with. */
export interface CommandRun {
  readonly progress: ShownProgress;
  readonly signal: AbortSignal;
  readonly style: Style;
  /** Prints failures in the wanted form and gives the exit code. */
  readonly fail: (failures: readonly Failure[]) => ExitCode;
}

/** How long a server may take to cancel what runs there. */
const mostMsToEnd = 10_000;

/**
 * Runs a command with progress, and with SIGINT and SIGTERM heard: the work is told and ends by itself, rolling back what is under way; after a while, or
 * when the user asks again, the program ends without it, and the server rolls back.
 */
export async function runCommand<T>(
  flags: OutputFlags,
  work: (run: CommandRun) => Promise<Result<T>>,
): Promise<{
  readonly result: Result<T>;
  readonly run: CommandRun;
}> {
  const style = styleFor(process.stderr, flags.color === false ? "never" : "auto");
  const progress = showProgress({
    stream: process.stderr,
    style,
    mode: progressMode(flags),
    now: () => performance.now(),
    clock: () => new Date().toISOString(),
  });
  const interruption = new AbortController();
  const ended = new Promise<Result<never>>((resolve) => {
    const interrupt = (signal: NodeJS.Signals): void => {
      const again = interruption.signal.aborted;
      interruption.abort(signal);
      const end = (): void => resolve(failed(interruptedFailure(signal)));
      if (again) end();
      else setTimeout(end, mostMsToEnd).unref();
    };
    process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  });
  const run: CommandRun = {
    progress,
    signal: interruption.signal,
    style,
    fail: (failures) => printFailures(failures, flags),
  };
  const result = await Promise.race([work(run), ended]);
  progress.finish();
  return { result, run };
}

function interruptedFailure(signal: NodeJS.Signals): Failure {
  return {
    kind: "failure",
    code: "interrupted",
    message: "Interrupted; what was under way is rolled back by the server.",
    location: null,
    hint: "Run the same command again.",
    exitCode: signal === "SIGTERM" ? 143 : 130,
  };
}
