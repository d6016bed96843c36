import { basename, dirname, join, relative, resolve } from "node:path";
import { missingAgain, requestAgain, type AgainFlags } from "../configuration/plan-request.ts";
import { renderForPeople } from "./render-for-people.ts";
import { resolveRequest } from "../configuration/resolve-request.ts";
import { decisionFileName, decisionsChanged, fillDecisions, readDecisions, type DecisionFile } from "../decisions/decision-file.ts";
import { changedMeanwhile } from "../decisions/save-decisions.ts";
import { renderConversionFiles } from "../export/conversion-files.ts";
import { keepDrafts } from "../drafting/keep-drafts.ts";
import { writeConversion } from "../export/conversion-folder.ts";
import { failed, inputFailure, ok, type Failure, type Result } from "../model/failure.ts";
import type { History, Migration } from "../model/history.ts";
import type { Plan } from "../model/plan.ts";
import { convert, type Conversion } from "../pipeline.ts";
import { isSamePlan, planChanged } from "../plan/replace-plan.ts";
import { readPlan } from "../plan/read-plan.ts";
import { listPlans, sealPlan } from "../plan/write-plan.ts";
import { interrupted } from "../prove-history.ts";
import { readHistory } from "../reading/read-history.ts";
import type { Progress, Run } from "../run.ts";
import { buildIdentity, cacheFolder } from "./build-identity.ts";
import { readFromTarget } from "./read-from-target.ts";
import { offeredIn } from "./suggest-program.ts";

/** A plan to decide on, with the decisions beside it. */
export interface OpenedPlan {
  readonly plan: Plan;
  /** As the user typed it. */
  readonly file: string;
  /** Absolute. */
  readonly folder: string;
  readonly decisions: DecisionFile;
}

/** Reads a plan and the decisions beside it. Only the newest plan of a folder can be decided on (exit 2): the files beside it are of that one. */
export async function openPlan(file: string): Promise<Result<OpenedPlan>> {
  const path = resolve(file);
  const folder = dirname(path);
  const read = await readPlan(path);
  if (read.kind === "failed") return failed(...read.failures.map((failure) => ({ ...failure, location: file })));
  const newest = (await listPlans(folder)).at(-1);
  if (newest !== undefined && newest !== basename(path)) return failed(notNewest(file, newest));
  const decisions = await readDecisions(folder, process.cwd());
  if (decisions.kind === "failed") return decisions;
  return ok({ plan: read.value, file, folder, decisions: decisions.value });
}

/** What a conversion is repeated with. */
export interface Reconverting {
  /** What is to count as decided: a `decisions.yaml` that need not be on the disk yet. */
  readonly decisions: DecisionFile;
  readonly flags: AgainFlags;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** What is only tried is not kept for the next run. */
  readonly keeps?: "nothing";
}

/** A conversion made again, not written yet. */
export interface Reconverted {
  readonly plan: Plan;
  readonly conversion: Conversion;
  /** The text of `decisions.yaml`, with what the run filled in. */
  readonly decisionsText: string | null;
}

/**
 * Makes the conversion of a plan again with other decisions, and so proves what they change. Fails with what a decision is refused for, and (exit 4) where
 * the project is not the one that the plan was made of.
 */
export async function reconvert(
  { plan, file, folder }: OpenedPlan,
  { decisions, flags, progress, signal, keeps }: Reconverting,
): Promise<Result<Reconverted>> {
  const asked = await resolveAgain(plan, flags, file);
  if (asked.kind === "failed") return asked;
  const { request, database } = asked.value;
  const build = buildIdentity();
  const converted = await convert(
    { ...request, out: relative(process.cwd(), folder) || "." },
    {
      progress,
      signal,
      now: () => performance.now() / 1000,
      decisions: { file: decisions, now: new Date().toISOString(), offered: offeredIn(plan) },
      ...(flags.cache === false || build === null ? {} : { cache: { ...cacheFolder(build), ...(keeps === undefined ? {} : { keeps }) } }),
      readHistory: readUnchanged(plan, database === undefined ? readHistory : readFromTarget(database, signal)),
    },
  );
  if (converted.kind === "failed") return converted;
  if (signal.aborted) return failed(interrupted(signal));
  if (converted.value.kind === "stopped") throw new Error("a repeated conversion does not stop early");
  const conversion = { ...converted.value, content: keepDrafts(converted.value.content, plan) };
  return ok({ plan: sealAgain({ plan }, conversion), conversion, decisionsText: fillDecisions(decisions, conversion.decisionFills) });
}

/** Writes a repeated conversion in the place of the plan. Fails (exit 6), and writes nothing, where plan or decisions are others than those that were opened. */
export async function writeReconverted(opened: OpenedPlan, { plan, conversion, decisionsText }: Reconverted): Promise<Result<OpenedPlan>> {
  const { file, folder, decisions } = opened;
  if (await decisionsChanged(folder, decisions)) return failed(changedMeanwhile(decisions));
  const now = await readPlan(resolve(file));
  if (now.kind === "failed") return now;
  if (!isSamePlan(now.value, opened.plan)) return failed(planChanged(file));
  const forPeople = await renderForPeople(plan, { planName: file, ...requestAgain(plan, {}, file) });
  if (forPeople.kind === "failed") return forPeople;
  const files = new Map([...forPeople.value, ...renderConversionFiles(conversion, { plan, planName: basename(file) })]);
  if (decisionsText !== null && decisionsText !== decisions.text) files.set(decisionFileName, decisionsText);
  const written = await writeConversion(folder, files);
  if (written.kind === "failed") return written;
  const read = await readDecisions(folder, process.cwd());
  return read.kind === "failed" ? read : ok({ plan, file, folder, decisions: read.value });
}

/** A repeated conversion as the plan that it makes, with the approvals and the request of the one before. */
export function sealAgain({ plan }: Pick<OpenedPlan, "plan">, conversion: Conversion): Plan {
  const { approvals, request } = plan;
  return sealPlan({ ...conversion.content, approvals, ...(request === undefined ? {} : { request }) });
}

/** How the conversion of a plan is asked for now. Fails (exit 2) where it needs what the plan does not keep. */
export async function resolveAgain(plan: Plan, given: AgainFlags, file: string) {
  const { project, flags } = requestAgain(plan, given, file);
  const request = await resolveRequest(project, flags, { cwd: process.cwd(), env: process.env });
  if (request.kind === "failed") return request;
  const { placeholders, assumptions, shadow } = request.value;
  const missing = missingAgain(plan, given, { file, settings: { ...placeholders, ...assumptions } });
  if (missing !== null) return failed(missing);
  if (!plan.engine.embedded && shadow.url === null) return failed(noServer(plan, file));
  return ok({ request: request.value, database: flags.database });
}

/** Reads the project, and refuses it where it has other migrations than the plan: a decision would bring them along unseen. */
function readUnchanged(plan: Plan, read: NonNullable<Run["readHistory"]>): NonNullable<Run["readHistory"]> {
  return async (adapter, options) => {
    const history = await read(adapter, options);
    if (history.kind === "failed") return history;
    const differing = differingMigrations(plan, history.value);
    return differing.length === 0 ? history : failed(historyChanged(differing));
  };
}

function differingMigrations(plan: Plan, { migrations }: History): readonly Migration[] {
  const decided = plan.edgeCases.flatMap(({ migration, decision }) => (decision === null ? [] : [migration, ...(decision.with ?? [])]));
  const known = new Set([...plan.order, ...decided]);
  const contents = new Map(plan.migrations.map(({ id, files }) => [id, hashesOf(files)]));
  // Those of one environment alone stand in no order.
  const own = migrations.filter(({ environment }) => environment === null);
  return own.filter(({ id, files }) => !known.has(id) || (contents.get(id) ?? hashesOf(files)) !== hashesOf(files));
}

function hashesOf(files: Migration["files"]): string {
  return files.map(({ path, role, sha256 }) => `${role} ${path} ${sha256}`).join("\n");
}

const shownMigrations = 5;

function historyChanged(migrations: readonly Migration[]): Failure {
  const shown = migrations.slice(0, shownMigrations).map(({ id }) => id);
  const more = migrations.length > shown.length ? ", …" : "";
  return {
    kind: "failure",
    code: "history-changed",
    message: `The project changed since the plan was written: ${shown.join(", ")}${more}. Nothing was written.`,
    location: migrations[0]?.files[0]?.path ?? null,
    hint: "Run `pggit migrate` first; decisions that were made stay, and what is new or changed is asked.",
    exitCode: 4,
  };
}

function notNewest(file: string, newest: string): Failure {
  return inputFailure("older-plan", `A newer plan stands beside it: ${newest}. The files in the folder are of that one.`, {
    location: file,
    hint: `Decide on ${join(dirname(file), newest)}.`,
  });
}

function noServer({ engine }: Plan, file: string): Failure {
  return inputFailure(
    "flags-missing",
    `The plan was proven on a server (${engine.postgres}), and what is decided has to be proven there too.`,
    {
      location: file,
      hint: "Give --shadow-url URL again, or put it into pggit.yaml.",
    },
  );
}
