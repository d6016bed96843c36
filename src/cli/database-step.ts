import { hostname, userInfo } from "node:os";
import { dirname, resolve } from "node:path";
import { applyToDatabase, shadowOpener, withTarget } from "../apply/apply-to-database.ts";
import type { ApplyRequest, ApplySurroundings, DatabaseOutcome } from "../apply/apply-types.ts";
import type { RunWitness } from "../apply/observe-run.ts";
import { withKeptPlan } from "../apply/plan-files.ts";
import { loadRunnable, type RunnablePlan } from "../apply/runnable.ts";
import { withSecrets } from "../apply/with-secrets.ts";
import { readTargetSettings, type TargetSettings } from "../configuration/target-settings.ts";
import { readDecisions, type DecisionFile } from "../decisions/decision-file.ts";
import { decisionsAhead } from "../decisions/ahead.ts";
import { failed, inputFailure, ok, type Failure, type Result } from "../model/failure.ts";
import { describeUser } from "../plan/in-use.ts";
import type { MigrationReplay } from "../model/replay.ts";
import type { Progress } from "../run.ts";
import { findStore } from "../store/find-store.ts";
import { readKeptPlans, type KeptPlan } from "../store/kept-plan.ts";
import { applyOptions, yoloWarning, type TargetFlags } from "./apply-flags.ts";
import { askOn } from "./ask.ts";
import { programVersion } from "./program-version.ts";
import { targetHistoryOf } from "./target-histories.ts";
import { whileInUse } from "./while-in-use.ts";

/** What a command that works with a plan and a database hands over. */
export interface DatabaseStep {
  /** The plan as the user would type it. */
  readonly plan: string;
  readonly flags: TargetFlags;
  /** Folder of the project: where `pggit.yaml` and the source files lie. */
  readonly project: string;
  /** Of the conversion that has just been made, for the secrets that files do not hold. */
  readonly replays: readonly MigrationReplay[];
  readonly progress: Progress & { readonly witness: RunWitness };
  readonly signal: AbortSignal;
}

export type PlanlessStep = Omit<DatabaseStep, "plan">;

interface Ready {
  readonly database: string;
  readonly settings: TargetSettings;
  readonly runnable: RunnablePlan;
  readonly surroundings: Omit<ApplySurroundings, "openShadow">;
  readonly decisions: DecisionFile;
}

/** Reads the plan with its files and applies it to the database that the flags name. */
export async function applyFromCommand(step: DatabaseStep): Promise<Result<DatabaseOutcome>> {
  const ready = await prepare(step);
  if (ready.kind === "failed") return ready;
  const { database, settings, runnable, surroundings, decisions } = ready.value;
  const { flags } = step;
  if (flags.yolo === true) step.progress.warn(yoloWarning);
  const ahead = decisionsAhead(runnable.plan.edgeCases, decisions);
  if (ahead.length > 0)
    step.progress.warn(
      `${ahead.map(({ id }) => id).join(", ")} decided after the plan was written: that is no part of this run until \`pggit migrate\` has proven it.`,
    );
  return whileInUse(dirname(resolve(step.plan)), { command: "apply", by: userInfo().username }, (others) => {
    // The plan is read already: whoever changes it meanwhile is told of this run, and this run of them.
    for (const other of others.filter(({ command }) => command !== "apply"))
      step.progress.warn(`${describeUser(other)}. What is decided from now on is no part of this run.`);
    return applyToDatabase({
      runnable,
      database,
      options: applyOptions(flags, settings, decisions),
      where: flags.shadowMode === true ? "copy" : "target",
      shadowUrl: settings.shadow.url,
      history: targetHistoryOf(runnable, flags.stamp === false ? "leave" : "stamp"),
      surroundings,
    });
  });
}

/** Opens the database that the flags name for another piece of work with a plan. */
export async function withDatabase<T>(
  step: PlanlessStep & { readonly plan: string | null; readonly access: "read-only" | "read-write" },
  work: (request: ApplyRequest) => Promise<Result<T>>,
): Promise<Result<T>> {
  const { plan } = step;
  if (plan === null) {
    return withPlanOfRecord(step, async (runnable, folder) => {
      const decisions = await readDecisions(folder, process.cwd());
      const ready = decisions.kind === "failed" ? decisions : await around(step, { runnable, decisions: decisions.value });
      return ready.kind === "failed" ? ready : openFor(ready.value, step, work);
    });
  }
  const ready = await prepare({ ...step, plan });
  return ready.kind === "failed" ? ready : openFor(ready.value, step, work);
}

/** As `withDatabase`, with a plan that is not written yet. */
export async function withDatabaseFor<T>(
  step: PlanlessStep & { readonly access: "read-only" | "read-write" },
  given: Pick<Ready, "runnable" | "decisions">,
  work: (request: ApplyRequest) => Promise<Result<T>>,
): Promise<Result<T>> {
  const ready = await around(step, given);
  return ready.kind === "failed" ? ready : openFor(ready.value, step, work);
}

/** Looks into the record of the database for the plan that it keeps. */
async function withPlanOfRecord<T>(
  { flags, progress, signal }: PlanlessStep,
  work: (runnable: RunnablePlan, folder: string) => Promise<Result<T>>,
): Promise<Result<T>> {
  const { database } = flags;
  if (database === undefined) return failed(noDatabase);
  const kept = await withTarget({ database, access: "read-only", signal }, async ({ session }) => {
    const store = await findStore(session);
    return store.kind === "failed" ? store : ok(await readKeptPlans(session, store.value));
  });
  if (kept.kind === "failed") return kept;
  const [plan, other] = kept.value;
  if (plan === undefined || other !== undefined) return failed(notOnePlan(kept.value));
  progress.warn("No plan is at hand: the one that is kept with the record of the database is used.");
  return withKeptPlan(plan, flags.placeholder ?? {}, work);
}

function notOnePlan(kept: readonly KeptPlan[]): Failure {
  const tools = kept.map(({ tool }) => tool).join(" and ");
  return inputFailure(
    "no-plan",
    kept.length === 0
      ? "There is no plan here, and the database keeps none with its record."
      : `There is no plan here, and the database keeps those of ${tools}.`,
    {
      location: "--plan",
      hint: "Give the plan with --plan FILE; its files stand beside it.",
    },
  );
}

async function openFor<T>(
  { database, settings, runnable, surroundings, decisions }: Ready,
  step: Pick<DatabaseStep, "flags" | "signal"> & { readonly access: "read-only" | "read-write" },
  work: (request: ApplyRequest) => Promise<Result<T>>,
): Promise<Result<T>> {
  const { progress } = surroundings;
  return withTarget({ database, access: step.access, signal: step.signal }, (target) =>
    work({
      runnable,
      target,
      options: applyOptions(step.flags, settings, decisions),
      history: targetHistoryOf(runnable, step.flags.stamp === false ? "leave" : "stamp"),
      surroundings: {
        ...surroundings,
        openShadow: shadowOpener({
          runnable,
          shadowUrl: settings.shadow.url,
          disposable: settings.shadow.disposable,
          warn: (message) => progress.warn(message),
        }),
      },
    }),
  );
}

async function prepare(step: DatabaseStep): Promise<Result<Ready>> {
  const { flags, plan, project, replays, progress } = step;
  if (flags.database === undefined) return failed(noDatabase);
  const decisions = await readDecisions(dirname(resolve(plan)), process.cwd());
  if (decisions.kind === "failed") return decisions;
  const loaded = await loadRunnable({ file: plan, cwd: process.cwd(), roots: [project], secrets: flags.placeholder ?? {} });
  if (loaded.kind === "failed") return loaded;
  for (const warning of loaded.value.warnings) progress.warn(warning);
  return around(step, { runnable: withSecrets(loaded.value, replays), decisions: decisions.value });
}

const noDatabase = inputFailure("wrong-use", "No database was named.", {
  location: "--database",
  hint: "Give --database URL (or host=… dbname=…, or a name), or set PGDATABASE.",
});

/** A plan with what the settings and the machine say. */
async function around(
  { flags, project, progress, signal }: PlanlessStep,
  { runnable, decisions }: Pick<Ready, "runnable" | "decisions">,
): Promise<Result<Ready>> {
  const settings = await readTargetSettings(project, flags, { cwd: process.cwd(), env: process.env });
  if (settings.kind === "failed") return settings;
  const { database } = flags;
  if (database === undefined) return failed(noDatabase);
  return ok({
    database,
    settings: settings.value,
    decisions,
    runnable,
    surroundings: {
      ask: askOn({ input: process.stdin, output: process.stderr }, signal),
      progress,
      witness: progress.witness,
      signal,
      now: () => performance.now() / 1000,
      clock: () => new Date().toISOString(),
      programVersion: programVersion(),
      host: hostname(),
    },
  });
}
