import type { ExitCode } from "../model/failure.ts";
import type { TargetFlags } from "./apply-flags.ts";
import { renderApply, summariseApply } from "./apply-report.ts";
import { runCommand } from "./command.ts";
import { applyFromCommand } from "./database-step.ts";
import { failuresAsJson, renderFailures } from "./print-failures.ts";

/** `pggit apply PLAN`: brings a database to the head of a plan. Gives the exit code. */
export async function runApply(plan: string, given: TargetFlags): Promise<ExitCode> {
  const database = given.database ?? process.env["PGDATABASE"];
  const flags = database === undefined ? given : { ...given, database };
  const { result, run } = await runCommand(flags, ({ progress, signal }) =>
    applyFromCommand({ plan, flags, project: ".", replays: [], progress, signal }),
  );
  if (result.kind === "failed") return run.fail(result.failures);
  const { failure } = result.value;
  if (flags.json === true) {
    const error = failure === null ? {} : (JSON.parse(failuresAsJson([failure])) as object);
    process.stdout.write(`${JSON.stringify({ ...summariseApply(result.value), ...error }, null, 2)}\n`);
  } else {
    if (flags.quiet !== true) process.stdout.write(renderApply(result.value, { dryRun: flags.dryRun === true }));
    if (failure !== null) process.stderr.write(renderFailures([failure], run.style, process.stderr.columns));
  }
  return failure?.exitCode ?? 0;
}
