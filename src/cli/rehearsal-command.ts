import { shadowOpener } from "../apply/apply-to-database.ts";
import { loadRunnable } from "../apply/runnable.ts";
import { readTargetSettings } from "../configuration/target-settings.ts";
import { failed, ok, type ExitCode, type Result } from "../model/failure.ts";
import { interrupted } from "../prove-history.ts";
import type { RehearsalRequest } from "../timeline/rehearsal.ts";
import type { CommandRun } from "./command.ts";
import { runWithPlan, type PlanFlags, type PlanRun, type Shown } from "./plan-command.ts";

/** Flags of the commands that run a plan on a shadow. */
export interface RehearsalFlags extends PlanFlags {
  readonly shadowUrl?: string;
  readonly config?: string;
}

/** A plan with its files, and shadows to run them on. */
export interface RehearsalRun extends PlanRun {
  readonly request: RehearsalRequest;
}

/** As `runWithPlan`, for work that runs the plan's files on a shadow. */
export async function runRehearsal(flags: RehearsalFlags, work: (run: RehearsalRun) => Promise<Result<Shown | null>>): Promise<ExitCode> {
  return runWithPlan(flags, async (run) => {
    return rehearsing(flags, run, (request) => work({ ...run, request }));
  });
}

/** Reads the files beside a plan and makes ready to run them; what is cut off with its shadow is told as an interruption. */
export async function rehearsing<T>(
  flags: RehearsalFlags,
  run: PlanRun,
  work: (request: RehearsalRequest) => Promise<Result<T>>,
): Promise<Result<T>> {
  const request = await rehearsalRequest(flags, run);
  return request.kind === "failed" ? request : unlessInterrupted(run, () => work(request.value));
}

async function rehearsalRequest(
  flags: RehearsalFlags,
  { file, progress, signal }: Pick<PlanRun, "file" | "progress" | "signal">,
): Promise<Result<RehearsalRequest>> {
  const settings = await readTargetSettings(".", flags, { cwd: process.cwd(), env: process.env });
  if (settings.kind === "failed") return settings;
  const runnable = await loadRunnable({ file, cwd: process.cwd(), roots: [], secrets: {}, sources: "leave" });
  if (runnable.kind === "failed") return runnable;
  const { url, disposable } = settings.value.shadow;
  const openShadow = shadowOpener({ runnable: runnable.value, shadowUrl: url, disposable, warn: (message) => progress.warn(message) });
  return ok({ runnable: runnable.value, openShadow, signal });
}

async function unlessInterrupted<T>({ signal }: Pick<CommandRun, "signal">, work: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) return failed(interrupted(signal));
    throw error;
  }
}
