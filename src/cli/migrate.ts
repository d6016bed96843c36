import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { planRequestOf } from "../configuration/plan-request.ts";
import { outputFolder, resolveRequest, type MigrateFlags } from "../configuration/resolve-request.ts";
import { decisionFileName, decisionsChanged, fillDecisions, readDecisions, type DecisionFile } from "../decisions/decision-file.ts";
import type { OfferedSql } from "../decisions/program-suggestion.ts";
import { checkConversionFolder, writeConversion } from "../export/conversion-folder.ts";
import { renderConversionFiles } from "../export/conversion-files.ts";
import { changedMeanwhile } from "../decisions/save-decisions.ts";
import { failed, ok, type ExitCode, type Failure, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { placePlan, readNewestPlan, sealPlan } from "../plan/write-plan.ts";
import { keepDrafts } from "../drafting/keep-drafts.ts";
import { convert, type Conversion } from "../pipeline.ts";
import { interrupted } from "../prove-history.ts";
import { configuredModel, draftForMigrate, literalsOf, silent } from "./ask-model.ts";
import { findAdoption, refuseAdoption } from "./adopt-drift.ts";
import type { TargetFlags } from "./apply-flags.ts";
import { renderApply, summariseApply } from "./apply-report.ts";
import { applyFromCommand } from "./database-step.ts";
import { previewModel } from "./preview-model.ts";
import { failuresAsJson, printFailures } from "./print-failures.ts";
import { buildIdentity, cacheFolder } from "./build-identity.ts";
import { programVersion } from "./program-version.ts";
import type { Run } from "../run.ts";
import { progressMode, showProgress, type ShownProgress } from "./progress.ts";
import { readFromTarget } from "./read-from-target.ts";
import { renderForPeople } from "./render-for-people.ts";
import { renderReport } from "./report.ts";
import { summariseMigrate } from "./summary-json.ts";
import { offeredIn, suggestFromDatabase } from "./suggest-program.ts";
import { renderStopped } from "./stopped-report.ts";
import type { Fixed } from "./fix-edge-case.ts";
import { screenOf, styleFor } from "./terminal.ts";

/** `pggit migrate`: converts, writes the files, prints the report. Gives the exit code. */
export async function runMigrate(project: string, flags: MigrateFlags & TargetFlags): Promise<ExitCode> {
  const wantsColor = flags.color === false ? "never" : "auto";
  const errors = styleFor(process.stderr, wantsColor);
  const fail = (failures: readonly Failure[]): ExitCode => printFailures(failures, flags);

  const request = await resolveRequest(project, flags, { cwd: process.cwd(), env: process.env });
  if (request.kind === "failed") return fail(request.failures);

  // Refused before the work is done, not after.
  const folder = outputFolder(request.value, process.cwd());
  const newest = await readNewestPlan(folder);
  for (const checked of [await checkConversionFolder(folder), newest]) {
    if (checked.kind === "failed") return fail(checked.failures);
  }
  const offered = newest.kind === "ok" && newest.value !== null ? offeredIn(newest.value.plan) : new Map<string, OfferedSql>();
  const file = await readDecisions(folder, process.cwd());
  if (file.kind === "failed") return fail(file.failures);
  const decisions = { file: file.value, now: new Date().toISOString(), offered };

  const progress = showProgress({
    stream: process.stderr,
    style: errors,
    mode: progressMode(flags),
    now: () => performance.now(),
    clock: () => new Date().toISOString(),
  });
  const interruption = new AbortController();
  const ended = endOnSignal(interruption, () => progress.stage());
  const wantsModel = flags.ai === true || flags.aiPreview === true;
  const model = wantsModel ? await configuredModel({ project, flags, progress }) : ok(null);
  if (model.kind === "failed") return fail(model.failures);

  const build = buildIdentity();
  const convertWith = (file: DecisionFile, trying: Pick<Run, "progress" | "cache"> = { progress }): ReturnType<typeof convert> =>
    convert(request.value, {
      signal: interruption.signal,
      now: () => performance.now() / 1000,
      decisions: { ...decisions, file },
      ...(flags.cache === false || build === null ? {} : { cache: cacheFolder(build) }),
      ...trying,
      ...(flags.database === undefined ? {} : { readHistory: readFromTarget(flags.database, interruption.signal) }),
    });
  const result = await Promise.race([convertWith(file.value), ended]);
  progress.finish();
  if (result.kind === "failed") return fail(result.failures);
  if (result.value.kind === "stopped") {
    if (flags.json === true) process.stdout.write(`${JSON.stringify(result.value.summary, null, 2)}\n`);
    else if (flags.quiet !== true) process.stdout.write(renderStopped(result.value.summary, screenOf(process.stdout, wantsColor)));
    return 0;
  }

  if (interruption.signal.aborted) return fail([interrupted(interruption.signal)]);
  const { out, root } = request.value;
  const { signal } = interruption;
  const finishing = { folder, out, project: root, decisions: file.value, flags, fail, progress, signal, convertWith };
  const step = { flags, project: root, replays: result.value.replays, progress, signal, decisions: file.value };
  const suggested = await Promise.race([suggestFromDatabase(result.value, step), ended]);
  if (suggested.kind === "failed") return fail(suggested.failures);
  const before = newest.kind === "ok" ? (newest.value?.plan ?? null) : null;
  const kept = { ...suggested.value, content: keepDrafts(suggested.value.content, before) };
  if (flags.aiPreview === true) {
    progress.finish();
    const form = flags.json === true ? "json" : "text";
    process.stdout.write(await previewModel(kept, { settings: model.value, literals: literalsOf(flags), json: form }));
    return 0;
  }
  const cache = flags.cache === false || build === null ? {} : { cache: { ...cacheFolder(build), keeps: "nothing" as const } };
  const tryWith = (tried: DecisionFile): ReturnType<typeof convert> => convertWith(tried, { progress: silent, ...cache });
  const drafting = { flags, request: request.value, decisions: file.value, progress, signal, convertWith: tryWith };
  const drafted = await Promise.race([draftForMigrate(kept, model.value, drafting), ended]);
  if (drafted.kind === "failed") return fail(drafted.failures);
  const code = await Promise.race([finish(drafted.value, finishing), flags.database === undefined ? new Promise<never>(() => {}) : ended]);
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
  readonly progress: ShownProgress;
  readonly signal: AbortSignal;
  readonly convertWith: (file: DecisionFile) => ReturnType<typeof convert>;
}

interface WrittenConversion {
  readonly conversion: Conversion;
  readonly plan: Plan;
  readonly name: string;
  /** As they stand in the output folder now. */
  readonly decisions: DecisionFile;
}

/** Writes plan and files, with the decisions that the conversion was made with; `onDisk` is what the decisions are to be found as. */
async function writeFiles(
  conversion: Conversion,
  {
    folder,
    out,
    project,
    flags,
    decisions,
    onDisk,
  }: Pick<Ending, "folder" | "out" | "project" | "flags" | "decisions"> & { readonly onDisk: DecisionFile },
): Promise<Result<WrittenConversion>> {
  if (await decisionsChanged(folder, onDisk)) return failed(changedMeanwhile(onDisk));
  const { content } = conversion;
  const asked = { project, flags, cwd: process.cwd(), env: process.env, folder };
  const placed = await placePlan(sealPlan({ ...content, request: planRequestOf(asked, content) }), {
    folder,
    today: compactDate(new Date()),
  });
  if (placed.kind === "failed") return placed;
  const { plan, name } = placed.value;
  const forPeople = await renderForPeople(plan, { planName: `${out}/${name}`, project, flags });
  if (forPeople.kind === "failed") return forPeople;
  const files = new Map([...forPeople.value, ...renderConversionFiles(conversion, { plan, planName: name })]);
  const text = fillDecisions(decisions, conversion.decisionFills);
  if (text !== null && text !== onDisk.text) files.set(decisionFileName, text);
  const written = await writeConversion(folder, files);
  return written.kind === "failed" ? written : ok({ conversion, plan, name, decisions: { ...decisions, text } });
}

/** Where people decided to adopt what differs in the database: converts once more with it as a migration, and writes that. */
async function adopt(first: WrittenConversion, ending: Ending): Promise<Result<WrittenConversion & { readonly adopted: string | null }>> {
  const { folder } = ending;
  const nothing = { ...first, adopted: null };
  const step = { ...ending, plan: join(folder, first.name), replays: first.conversion.replays };
  const found = await findAdoption(step, first.decisions);
  if (found.kind === "failed") return found;
  if (found.value === null) return ok(nothing);
  const { adopted, decisions } = found.value;
  const converted = await ending.convertWith(decisions);
  if (converted.kind === "failed") return converted;
  if (converted.value.kind === "stopped") return ok(nothing);
  const refused = refuseAdoption(adopted, converted.value.content);
  if (refused !== null) return failed(refused);
  const written = await writeFiles(converted.value, { ...ending, decisions, onDisk: first.decisions });
  return written.kind === "failed" ? written : ok({ ...written.value, adopted: adopted.id });
}

async function finish(first: Conversion, ending: Ending): Promise<ExitCode> {
  const { out, flags, fail } = ending;
  const placed = await writeFiles(first, { ...ending, onDisk: ending.decisions });
  if (placed.kind === "failed") return fail(placed.failures);
  const adoption = flags.database === undefined ? null : await adopt(placed.value, ending);
  const { conversion, plan, name } = adoption?.kind === "ok" ? adoption.value : placed.value;
  const adopted = adoption?.kind === "ok" ? adoption.value.adopted : null;

  const fixed = flags.fixEdgeCase === undefined ? ok({ plan, listing: "" }) : await settle(flags.fixEdgeCase, { ...ending, plan, name });
  if (fixed.kind === "failed") return fail(fixed.failures);

  const database =
    adoption === null || adoption.kind === "failed"
      ? adoption
      : await applyFromCommand({ ...ending, plan: join(ending.folder, name), replays: conversion.replays });
  const failures =
    database === null ? [] : database.kind === "failed" ? database.failures : [database.value.failure].filter((one) => one !== null);
  const outcome = database?.kind === "ok" ? database.value : null;
  const peakMemoryBytes = await peakMemory();
  const { timings, remembered } = conversion;
  if (flags.json === true) {
    const summary = summariseMigrate(fixed.value.plan, { planPath: `${out}/${name}`, remembered, timings, peakMemoryBytes });
    const error = failures.length === 0 ? {} : (JSON.parse(failuresAsJson(failures)) as object);
    const target = outcome === null ? null : { ...summariseApply(outcome), adopted: adopted === null ? [] : [adopted] };
    process.stdout.write(`${JSON.stringify({ ...summary, database: target, ...error }, null, 2)}\n`);
  } else {
    const facts = { version: programVersion(), folder: out, planName: name, remembered, timings, peakMemoryBytes };
    if (flags.quiet !== true) {
      process.stdout.write(renderReport(fixed.value.plan, facts, screenOf(process.stdout, flags.color === false ? "never" : "auto")));
      if (fixed.value.listing !== "") process.stdout.write(`\n${fixed.value.listing}`);
      if (adopted !== null)
        process.stdout.write(`\nAdopted   ${adopted}: the difference is a migration of the plan now, kept in decisions.yaml\n`);
      if (outcome !== null) process.stdout.write(`\n${renderApply(outcome, { dryRun: flags.dryRun === true })}`);
    }
    if (failures.length > 0) fail(failures);
  }
  return failures[0]?.exitCode ?? (fixed.value.plan.edgeCases.some((edge) => edge.decision === null) ? 3 : 0);
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

async function settle(
  id: string,
  { out, flags, plan, name, progress }: Ending & { readonly plan: Plan; readonly name: string },
): Promise<Result<Fixed>> {
  if (flags.json !== true) progress.finish();
  const { fixEdgeCase } = await import("./fix-edge-case.ts");
  return fixEdgeCase({ file: join(out, name), plan, id, flags });
}
