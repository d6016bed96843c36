import { existsSync } from "node:fs";
import { join } from "node:path";
import { failed, ok, type Failure, type Result } from "../../src/model/failure.ts";
import type { Finding, Migration, MigrationFile, Step } from "../../src/model/history.ts";
import type { SourceText } from "../../src/sql/psql/source-text.ts";
import type { DependencyCheck } from "./check-dependencies.ts";
import type { Plan, PlanChange } from "./plan/model.ts";
import { customCodeQuestion } from "./questions.ts";
import { writeEntry } from "./registry/entry.ts";
import { withoutSavepoints } from "./savepoints.ts";
import { readScript, scriptHash, type Script, type ScriptContext, type ScriptPlaces } from "./scripts.ts";
import { dropTemporaryTables } from "./temporary-tables.ts";
import { effectiveSteps, unwrapTransaction, withoutRolledBack } from "./transactions.ts";

/** What reading the changes of one plan needs. */
export interface ReadingContext extends ScriptContext {
  readonly plan: Plan;
  /** Put before the name of every change: `project:` where several plans are converted together, else nothing. */
  readonly prefix: string;
  readonly dependencies: Pick<DependencyCheck, "questions" | "requires">;
}

export interface ReadChange {
  readonly migration: Migration;
  readonly findings: readonly Finding[];
  /** Every script that was read, for what the history as a whole needs to know of them. */
  readonly scripts: readonly SourceText[];
}

/** Reads one change with its scripts. Needs `loadParser()` once before. Fails with every problem in its deploy and revert scripts. */
export function readChange(context: ReadingContext, change: PlanChange, places: ScriptPlaces): Result<ReadChange> {
  const { root, plan } = context;
  const deploy = readScript(places.deploy, "deploy", context);
  const hasRevert = existsSync(join(root, places.revert));
  const revert = hasRevert ? readScript(places.revert, "revert", context) : null;
  const failures = [deploy, revert].flatMap((read) => (read?.kind === "failed" ? read.failures : []));
  if (deploy.kind === "failed" || failures.length > 0) {
    return failed(
      ...failures.map((failure) => (isMissing(failure, places.deploy) ? missingDeploy({ plan, change }, places.deploy) : failure)),
    );
  }
  const id = `${context.prefix}${change.name}${places.reworkedAt === null ? "" : `@${places.reworkedAt}`}`;
  const unmarked = withoutSavepoints(deploy.value.steps);
  const lasting = withoutRolledBack(unmarked.steps);
  const rolledBack = unmarked.rolledBack + lasting.rolledBack;
  const way = unwrapTransaction(lasting.steps);
  const back = revert?.kind === "ok" ? revert.value : null;
  const downSteps = back === null ? [] : effectiveSteps(withoutSavepoints(back.steps).steps);
  const check = readVerify(context, places);
  const steps = dropTemporaryTables(way.steps);
  const migration: Migration = {
    kind: "migration",
    id,
    type: "versioned",
    version: change.tags.at(-1)?.name ?? null,
    name: change.note === "" ? change.name : change.note.replaceAll(/\s+/g, " "),
    author: `${change.planner.name} <${change.planner.email}>`,
    date: change.timestamp,
    files: filesOf({ deploy: deploy.value, revert: back, verify: check.script }),
    checksum: scriptHash(places.deploy, context),
    entry: writeEntry(plan, change, context.dependencies.requires.get(change.id) ?? []),
    transaction: way.transaction,
    environment: null,
    assumptions: [...new Set([deploy.value, ...(back === null ? [] : [back])].flatMap(({ assumptions }) => assumptions))],
    edgeCases: [
      ...(context.dependencies.questions.get(change.id) ?? []),
      ...deploy.value.edgeCases,
      ...steps.flatMap((step) => (step.kind === "custom-code" ? [customCodeQuestion(step)] : [])),
    ],
    up: producer(steps),
    ...(downSteps.length === 0 ? {} : { down: producer(downSteps) }),
    ...(check.script === null ? {} : { verify: producer(check.script.steps) }),
  };
  const findings: Finding[] = [deploy.value, back, check.script].flatMap((script) =>
    (script?.notes ?? []).map((note): Finding => ({ kind: "finding", ...note, migration: id })),
  );
  const note = (code: string, message: string, file: string): void =>
    void findings.push({ kind: "finding", code, message, location: { file, line: 1 }, migration: id });
  if (rolledBack > 0) note("rolled-back", `${id} rolls ${rolledBack} of its statements back: they are left out.`, places.deploy);
  if (steps.length === 0) note("empty-migration", `${id} holds no statement.`, places.deploy);
  if (!hasRevert) note("no-revert-script", `${id} has no revert script: sqitch revert stops at it.`, places.revert);
  else if (downSteps.length === 0) note("empty-down", `The revert script of ${id} changes nothing: it counts as none.`, places.revert);
  if (check.problem !== null) note("verify-not-read", `The verify script of ${id} is not run: ${check.problem}`, places.verify);
  if (change.operator === "-") note("revert-operator", `${id} is planned as -${change.name}: Sqitch deploys it like any other.`, plan.path);
  const scripts = [deploy.value, back, check.script].flatMap((script) => (script === null ? [] : [script.source, ...script.includes]));
  return ok({ migration, findings, scripts });
}

function producer(steps: readonly Step[]): Migration["up"] {
  return async function* () {
    yield* steps;
  };
}

/** A verify script that cannot be read keeps nobody from converting: the change then counts as one without. */
function readVerify(context: ReadingContext, places: ScriptPlaces): { readonly script: Script | null; readonly problem: string | null } {
  if (!existsSync(join(context.root, places.verify))) return { script: null, problem: null };
  const read = readScript(places.verify, "verify", context);
  if (read.kind === "failed") return { script: null, problem: read.failures.map(({ message }) => message).join(" ") };
  return { script: read.value.steps.length === 0 ? null : read.value, problem: null };
}

function filesOf(scripts: {
  readonly deploy: Script;
  readonly revert: Script | null;
  readonly verify: Script | null;
}): readonly MigrationFile[] {
  const files = new Map<string, MigrationFile>();
  const add = (script: Script | null, role: MigrationFile["role"]): void => {
    for (const { path, sha256 } of script === null ? [] : [script.source, ...script.includes])
      if (!files.has(path)) files.set(path, { path, role, sha256 });
  };
  add(scripts.deploy, "up");
  add(scripts.revert, "down");
  add(scripts.verify, "verify");
  return [...files.values()];
}

function isMissing({ code, location }: Failure, path: string): boolean {
  return code === "file-not-found" && location !== null && typeof location !== "string" && location.file === path;
}

function missingDeploy({ plan, change }: { readonly plan: Plan; readonly change: PlanChange }, path: string): Failure {
  return {
    kind: "failure",
    code: "file-not-found",
    message: `The change ${change.name} has no deploy script: there is no file ${path}.`,
    location: { file: plan.path, line: change.line },
    hint: "Add the script, or take the change out of the plan: sqitch deploy stops here too.",
    exitCode: 2,
  };
}
