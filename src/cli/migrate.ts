import { readFile } from "node:fs/promises";
import { outputFolder, resolveRequest, type MigrateFlags } from "../configuration/resolve-request.ts";
import { checkConversionFolder, writeConversion } from "../export/conversion-folder.ts";
import { renderConversionFiles } from "../export/conversion-files.ts";
import { failed, type ExitCode, type Failure, type Result } from "../model/failure.ts";
import { placePlan, readNewestPlan, sealPlan } from "../plan/write-plan.ts";
import { convert, type Conversion } from "../pipeline.ts";
import { interrupted } from "../prove-history.ts";
import { failuresAsJson, renderFailures } from "./print-failures.ts";
import { programVersion } from "./program-version.ts";
import { showProgress } from "./progress.ts";
import { renderReport } from "./report.ts";
import { summariseMigrate } from "./summary-json.ts";
import { renderStopped } from "./stopped-report.ts";
import { screenOf, styleFor } from "./terminal.ts";

/** `pggit migrate`: converts, writes the files, prints the report. Gives the exit code. */
export async function runMigrate(project: string, flags: MigrateFlags): Promise<ExitCode> {
  const wantsColor = flags.color === false ? "never" : "auto";
  const errors = styleFor(process.stderr, wantsColor);
  const fail = (failures: readonly Failure[]): ExitCode => {
    if (flags.json === true) process.stdout.write(failuresAsJson(failures));
    else process.stderr.write(renderFailures(failures, errors, process.stderr.columns));
    return failures[0]?.exitCode ?? 1;
  };

  const request = await resolveRequest(project, flags, { cwd: process.cwd(), env: process.env });
  if (request.kind === "failed") return fail(request.failures);

  // Refused before the work is done, not after.
  const folder = outputFolder(request.value, process.cwd());
  for (const checked of [await checkConversionFolder(folder), await readNewestPlan(folder)]) {
    if (checked.kind === "failed") return fail(checked.failures);
  }

  const progress = showProgress({
    stream: process.stderr,
    style: errors,
    mode: flags.quiet === true ? "quiet" : process.stderr.isTTY ? "terminal" : "plain",
    now: () => performance.now(),
  });
  const interruption = new AbortController();
  const ended = endOnSignal(interruption, () => progress.stage());
  if (flags.ai === true) progress.warn("--ai was given, but no model is configured: rules alone decide.");

  const result = await Promise.race([
    convert(request.value, { progress, signal: interruption.signal, now: () => performance.now() / 1000 }),
    ended,
  ]);
  progress.finish();
  if (result.kind === "failed") return fail(result.failures);
  if (result.value.kind === "stopped") {
    if (flags.json === true) process.stdout.write(`${JSON.stringify(result.value.summary, null, 2)}\n`);
    else if (flags.quiet !== true) process.stdout.write(renderStopped(result.value.summary, screenOf(process.stdout, wantsColor)));
    return 0;
  }

  if (interruption.signal.aborted) return fail([interrupted(interruption.signal)]);
  return finish(result.value, { folder, out: request.value.out, flags, fail });
}

/** How long a run may take to put its shadow databases away after it was interrupted. */
const mostMsToEnd = 5_000;

/**
 * Hears SIGINT and SIGTERM from here on: aborts the run, which then ends by itself. While only files are read nothing is open, so the result is
 * there at once; else after a while, or when the user asks again. Once files are being written nothing of this counts: they are finished.
 */
function endOnSignal(interruption: AbortController, stage: () => string): Promise<Result<never>> {
  return new Promise((resolve) => {
    const interrupt = (signal: NodeJS.Signals): void => {
      const again = interruption.signal.aborted;
      interruption.abort(signal);
      const end = (): void => resolve(failed(interrupted(interruption.signal)));
      if (again || stage() === "reading") end();
      else setTimeout(end, mostMsToEnd).unref();
    };
    process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  });
}

interface Ending {
  /** Absolute. */
  readonly folder: string;
  /** As the user typed it. */
  readonly out: string;
  readonly flags: MigrateFlags;
  readonly fail: (failures: readonly Failure[]) => ExitCode;
}

async function finish(conversion: Conversion, { folder, out, flags, fail }: Ending): Promise<ExitCode> {
  const placed = await placePlan(sealPlan(conversion.content), { folder, today: compactDate(new Date()) });
  if (placed.kind === "failed") return fail(placed.failures);
  const { plan, name } = placed.value;
  const written = await writeConversion(folder, renderConversionFiles(conversion, { plan, planName: name }));
  if (written.kind === "failed") return fail(written.failures);

  const peakMemoryBytes = await peakMemory();
  const { timings } = conversion;
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(summariseMigrate(plan, { planPath: `${out}/${name}`, timings, peakMemoryBytes }), null, 2)}\n`);
  } else if (flags.quiet !== true) {
    const facts = { version: programVersion(), folder: out, planName: name, timings, peakMemoryBytes };
    process.stdout.write(renderReport(plan, facts, screenOf(process.stdout, flags.color === false ? "never" : "auto")));
  }
  return plan.edgeCases.some((edge) => edge.decision === null) ? 3 : 0;
}

/** Local date as YYYYMMDD. */
function compactDate(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("");
}

/** The most memory that the process had at once, in bytes: VmHWM on Linux, else what Node counted. */
async function peakMemory(): Promise<number> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) * 1024;
}
