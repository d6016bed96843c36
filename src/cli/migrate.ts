import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { outputFolder, resolveRequest, type MigrateFlags } from "../configuration/resolve-request.ts";
import { decisionFileName, decisionsChanged, fillDecisions, readDecisions, type DecisionFile } from "../decisions/decision-file.ts";
import { checkConversionFolder, writeConversion } from "../export/conversion-folder.ts";
import { renderConversionFiles } from "../export/conversion-files.ts";
import { readReportAssets } from "../export/report/assets.ts";
import { renderReport as renderHtmlReport } from "../export/report/render-report.ts";
import { renderRunbook } from "../export/runbook/render-runbook.ts";
import { failed, type ExitCode, type Failure, type Result } from "../model/failure.ts";
import { placePlan, readNewestPlan, sealPlan } from "../plan/write-plan.ts";
import { convert, type Conversion } from "../pipeline.ts";
import { interrupted } from "../prove-history.ts";
import type { TargetFlags } from "./apply-flags.ts";
import { renderApply, summariseApply } from "./apply-report.ts";
import { applyFromCommand } from "./database-step.ts";
import type { Progress } from "../run.ts";
import { failuresAsJson, renderFailures } from "./print-failures.ts";
import { buildIdentity } from "./build-identity.ts";
import { programVersion } from "./program-version.ts";
import { showProgress } from "./progress.ts";
import { readFromTarget } from "./read-from-target.ts";
import { renderReport } from "./report.ts";
import { readRunbookTerms } from "./runbook-terms.ts";
import { summariseMigrate } from "./summary-json.ts";
import { renderStopped } from "./stopped-report.ts";
import { screenOf, styleFor } from "./terminal.ts";

/** `pggit migrate`: converts, writes the files, prints the report. Gives the exit code. */
export async function runMigrate(project: string, flags: MigrateFlags & TargetFlags): Promise<ExitCode> {
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
  const file = await readDecisions(folder, process.cwd());
  if (file.kind === "failed") return fail(file.failures);
  const decisions = { file: file.value, now: new Date().toISOString() };

  const progress = showProgress({
    stream: process.stderr,
    style: errors,
    mode: flags.quiet === true ? "quiet" : process.stderr.isTTY ? "terminal" : "plain",
    now: () => performance.now(),
  });
  const interruption = new AbortController();
  const ended = endOnSignal(interruption, () => progress.stage());
  if (flags.ai === true) progress.warn("--ai was given, but no model is configured: rules alone decide.");

  const build = buildIdentity();
  const result = await Promise.race([
    convert(request.value, {
      progress,
      signal: interruption.signal,
      now: () => performance.now() / 1000,
      decisions,
      ...(flags.cache === false || build === null ? {} : { cache: { folder: join(process.cwd(), ".pggit", "cache"), build } }),
      ...(flags.database === undefined ? {} : { readHistory: readFromTarget(flags.database, interruption.signal) }),
    }),
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
  const { out, root } = request.value;
  const finishing = { folder, out, project: root, decisions: file.value, flags, fail, progress, signal: interruption.signal };
  const code = await Promise.race([finish(result.value, finishing), flags.database === undefined ? new Promise<never>(() => {}) : ended]);
  progress.finish();
  return typeof code === "number" ? code : fail(code.kind === "failed" ? code.failures : []);
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
  /** Absolute. */
  readonly project: string;
  readonly decisions: DecisionFile;
  readonly flags: MigrateFlags & TargetFlags;
  readonly fail: (failures: readonly Failure[]) => ExitCode;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function finish(conversion: Conversion, ending: Ending): Promise<ExitCode> {
  const { folder, out, flags, fail, decisions } = ending;
  if (await decisionsChanged(folder, decisions)) return fail([changedMeanwhile(decisions)]);
  const placed = await placePlan(sealPlan(conversion.content), { folder, today: compactDate(new Date()) });
  if (placed.kind === "failed") return fail(placed.failures);
  const { plan, name } = placed.value;
  const terms = await readRunbookTerms(plan, { planName: `${out}/${name}`, project: ending.project }, configOf(flags));
  if (terms.kind === "failed") return fail(terms.failures);
  const files = new Map([
    ["report.html", renderHtmlReport(plan, await readReportAssets())],
    ["runbook.md", renderRunbook(plan, terms.value)],
    // The plan is the last of these: by it the others are found.
    ...renderConversionFiles(conversion, { plan, planName: name }),
  ]);
  const filled = fillDecisions(decisions, conversion.decisionFills);
  if (filled !== null && filled !== decisions.text) files.set(decisionFileName, filled);
  const written = await writeConversion(folder, files);
  if (written.kind === "failed") return fail(written.failures);

  const database =
    flags.database === undefined ? null : await applyFromCommand({ ...ending, plan: join(folder, name), replays: conversion.replays });
  const failures =
    database === null ? [] : database.kind === "failed" ? database.failures : [database.value.failure].filter((one) => one !== null);
  const outcome = database?.kind === "ok" ? database.value : null;
  const peakMemoryBytes = await peakMemory();
  const { timings, remembered } = conversion;
  if (flags.json === true) {
    const summary = summariseMigrate(plan, { planPath: `${out}/${name}`, remembered, timings, peakMemoryBytes });
    const error = failures.length === 0 ? {} : (JSON.parse(failuresAsJson(failures)) as object);
    const target = outcome === null ? null : summariseApply(outcome);
    process.stdout.write(`${JSON.stringify({ ...summary, database: target, ...error }, null, 2)}\n`);
  } else {
    const facts = { version: programVersion(), folder: out, planName: name, remembered, timings, peakMemoryBytes };
    if (flags.quiet !== true) {
      process.stdout.write(renderReport(plan, facts, screenOf(process.stdout, flags.color === false ? "never" : "auto")));
      if (outcome !== null) process.stdout.write(`\n${renderApply(outcome, { dryRun: flags.dryRun === true })}`);
    }
    if (failures.length > 0) fail(failures);
  }
  return failures[0]?.exitCode ?? (plan.edgeCases.some((edge) => edge.decision === null) ? 3 : 0);
}

function configOf({ config }: MigrateFlags): { readonly config?: string } {
  return config === undefined ? {} : { config };
}

function changedMeanwhile({ path }: DecisionFile): Failure {
  return {
    kind: "failure",
    code: "decisions-changed",
    message: "The decisions were changed while this ran; nothing was written.",
    location: path,
    hint: "Run the same command again.",
    exitCode: 6,
  };
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
