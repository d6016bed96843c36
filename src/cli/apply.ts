import { hostname } from "node:os";
import { applyToDatabase } from "../apply/apply-to-database.ts";
import { loadRunnable } from "../apply/runnable.ts";
import { readTargetSettings } from "../configuration/target-settings.ts";
import { failed, type ExitCode, type Failure } from "../model/failure.ts";
import { applyOptions, yoloWarning, type TargetFlags } from "./apply-flags.ts";
import { renderApply, summariseApply } from "./apply-report.ts";
import { askOn } from "./ask.ts";
import { runCommand } from "./command.ts";
import { programVersion } from "./program-version.ts";
import { failuresAsJson, renderFailures } from "./print-failures.ts";
import { targetHistoryOf } from "./target-histories.ts";

/** `pggit apply PLAN`: brings a database to the head of a plan. Gives the exit code. */
export async function runApply(file: string, flags: TargetFlags): Promise<ExitCode> {
  const { result, run } = await runCommand(flags, async (command) => {
    const surroundings = { cwd: process.cwd(), env: process.env };
    const settings = await readTargetSettings(".", flags, surroundings);
    if (settings.kind === "failed") return settings;
    const database = flags.database ?? process.env["PGDATABASE"];
    if (database === undefined) return failed(noDatabase);
    const loaded = await loadRunnable({ file, cwd: process.cwd(), roots: [], secrets: flags.placeholder ?? {} });
    if (loaded.kind === "failed") return loaded;
    for (const warning of loaded.value.warnings) command.progress.warn(warning);
    if (flags.yolo === true) command.progress.warn(yoloWarning);
    return applyToDatabase({
      runnable: loaded.value,
      database,
      options: applyOptions(flags, settings.value),
      where: flags.shadowMode === true ? "copy" : "target",
      shadowUrl: settings.value.shadow.url,
      history: targetHistoryOf(loaded.value, flags.stamp === false ? "leave" : "stamp"),
      surroundings: {
        ask: askOn({ input: process.stdin, output: process.stderr }, command.signal),
        progress: command.progress,
        signal: command.signal,
        now: () => performance.now() / 1000,
        clock: () => new Date().toISOString(),
        programVersion: programVersion(),
        host: hostname(),
      },
    });
  });
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

export const noDatabase: Failure = {
  kind: "failure",
  code: "wrong-use",
  message: "No database was named.",
  location: "--database",
  hint: "Give --database URL (or host=… dbname=…, or a name), or set PGDATABASE.",
  exitCode: 2,
};
