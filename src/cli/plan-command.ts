import type { ExitCode, Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { readPlan } from "../plan/read-plan.ts";
import { runCommand, type CommandRun } from "./command.ts";
import { findPlan } from "./find-plan.ts";
import { screenOf, type Style } from "./terminal.ts";

/** Flags of the commands that read a conversion. */
export interface PlanFlags {
  readonly plan?: string;
  readonly json?: boolean;
  readonly color?: boolean;
}

/** A command's result in both forms. */
export interface Shown {
  /** What `--json` prints. */
  readonly json: unknown;
  readonly text: (screen: { readonly style: Style; readonly width: number }) => string;
}

/** What a command that reads a conversion works with. */
export interface PlanRun extends CommandRun {
  readonly plan: Plan;
  /** As the user would type it. */
  readonly file: string;
}

/** Reads the plan that was named, else the newest here, and prints what the work makes of it; `null` where it printed that itself. */
export async function runWithPlan(
  flags: PlanFlags,
  work: (run: PlanRun) => Promise<Result<Shown | null>> | Result<Shown | null>,
): Promise<ExitCode> {
  const { result, run } = await runCommand<Shown | null>(flags, async (running) => {
    const file = await findPlan(flags);
    if (file.kind === "failed") return file;
    const plan = await readPlan(file.value);
    return plan.kind === "failed" ? plan : work({ ...running, plan: plan.value, file: file.value });
  });
  if (result.kind === "failed") return run.fail(result.failures);
  if (result.value !== null) printShown(flags, result.value);
  return 0;
}

/** Prints a result in the form that the flags ask for. */
export function printShown(flags: PlanFlags, { json, text }: Shown): void {
  const screen = screenOf(process.stdout, flags.color === false ? "never" : "auto");
  process.stdout.write(flags.json === true ? `${JSON.stringify(json, null, 2)}\n` : text(screen));
}
