import { createHash } from "node:crypto";
import { adapters } from "../adapters/index.ts";
import { analyse, type Analysis } from "./analysis/analyse.ts";
import { checkBaseline } from "./baseline/check-baseline.ts";
import type { MigrateRequest } from "./configuration/resolve-request.ts";
import { openShadow, type ShadowRequest } from "./database/shadow.ts";
import type { Shadow } from "./database/session.ts";
import type { DecisionFill } from "./decisions/decision-file.ts";
import { reviseHistory } from "./decisions/revise.ts";
import type { Settled } from "./decisions/take-decisions.ts";
import type { ConvertedHistory } from "./export/conversion-files.ts";
import { migrationFolder } from "./export/slug.ts";
import type { EdgeCaseDraft } from "./model/edge-case.ts";
import { failed, ok, type Result } from "./model/failure.ts";
import type { Finding, History } from "./model/history.ts";
import type { PlanBranch } from "./model/plan.ts";
import type { MigrationReplay } from "./model/replay.ts";
import type { Squash } from "./model/squash.ts";
import { buildPlan } from "./plan/build-plan.ts";
import type { PlanContent } from "./plan/content-id.ts";
import { interrupted, replayAndProve, walkBack, type Proven } from "./prove-history.ts";
import { bookkeepingTables } from "./prove-stretch.ts";
import { findExtensions } from "./reading/find-extensions.ts";
import { findProject } from "./reading/find-project.ts";
import { readHistory } from "./reading/read-history.ts";
import { selectEnvironment } from "./reading/select-environment.ts";
import type { Run, Stage } from "./run.ts";
import { loadParser } from "./sql/parser.ts";
import { quoteIdentifier } from "./sql/quote.ts";
import { maskSecrets } from "./sql/secrets.ts";
import { settleDecisions } from "./settle-decisions.ts";
import { collectInputs } from "./squash/collect-inputs.ts";
import { findNondeterministicColumns } from "./squash/nondeterministic-columns.ts";
import { readExpectation } from "./squash/prove.ts";
import { proveSquashWithRandomRows } from "./squash/prove-random-rows.ts";
import { startStageClock } from "./stage-clock.ts";
import { stopAfterReading, stopAfterReplay, type StoppedEarly } from "./stopped-early.ts";

/** A finished conversion: the plan without its ids, what its files are made of, and the seconds that each stage took. */
export interface Conversion extends ConvertedHistory {
  readonly kind: "converted";
  readonly content: PlanContent;
  readonly timings: Readonly<Record<string, number>>;
  /** What `decisions.yaml` does not say yet of decisions that were taken; by their place in it. */
  readonly decisionFills: ReadonlyMap<number, DecisionFill>;
}

/**
 * The program: read → replay and prove, one migration at a time → squash → analyse → plan. Writes nothing and touches no database but
 * its own shadows, which are gone when it ends, however it ends.
 */
export async function convert(request: MigrateRequest, run: Run): Promise<Result<Conversion | StoppedEarly>> {
  const clock = startStageClock(run.now);
  run.progress.begin("reading", null);
  await loadParser();
  const read = await readProject(request, run);
  if (read.kind === "failed") return read;
  const { history, questions } = selectEnvironment(read.value, {
    chosen: request.environment,
    mapped: new Set(Object.keys(request.environments)),
  });
  const { environment } = request;
  if (environment !== null && !history.environments.some(({ name }) => name === environment)) {
    run.progress.warn(
      `The project has no environment ${environment}; known: ${history.environments.map(({ name }) => name).join(", ") || "none"}.`,
    );
  }
  const extensions = await findExtensions(history);
  clock.lap("read");
  if (request.stopAfter === "read") return ok(stopAfterReading(history, clock.timings()));

  const shadows: Shadow[] = [];
  const openFresh = async (): Promise<Result<Shadow>> => {
    const fresh = await openShadow(shadowRequest(request, { extensions, id: `${process.pid}n${shadows.length + 1}` }));
    if (fresh.kind === "ok") shadows.push(fresh.value);
    return fresh;
  };
  const closeAll = async (): Promise<void> => void (await Promise.all(shadows.map((shadow) => shadow.close())));
  const interrupt = (): void => void closeAll();
  run.signal.addEventListener("abort", interrupt);
  try {
    let settled: readonly Settled[] = [];
    for (;;) {
      const opened = await openFresh();
      if (run.signal.aborted) return failed(interrupted(run.signal));
      if (opened.kind === "failed") return opened;
      const stage = { history: reviseHistory(history, settled), asRead: history, settled, questions, openFresh, request, run, clock };
      const converted = await convertOn(opened.value, stage);
      if (converted.kind === "failed") return converted;
      if (converted.value.kind !== "revised") return ok(converted.value);
      // What was decided is not believed: the history is run again with it.
      settled = converted.value.settled;
      await closeAll();
    }
  } catch (error) {
    if (run.signal.aborted) return failed(interrupted(run.signal));
    throw error;
  } finally {
    run.signal.removeEventListener("abort", interrupt);
    await closeAll();
  }
}

/** Decisions change the history that was replayed. */
interface Revised {
  readonly kind: "revised";
  readonly settled: readonly Settled[];
}

async function convertOn(shadow: Shadow, stage: Stage): Promise<Result<Conversion | StoppedEarly | Revised>> {
  const { history, request, run, clock } = stage;
  const proven = await replayAndProve(shadow, stage);
  if (proven.kind === "failed") return proven;
  const { replays, drafts, head } = proven.value;
  if (request.stopAfter !== null) return ok(stopAfterReplay(history, { ...proven.value, timings: clock.timings() }));

  run.progress.begin("squashing", null);
  const reading = { excludeFromReads: bookkeepingTables(history), nondeterministic: findNondeterministicColumns(replays) };
  const expected = await readExpectation(head, reading);
  // The squash is proven on a shadow of its own while this one walks back to its beginning.
  const [squashed, walked] = await Promise.all([
    proveSquashWithRandomRows({
      inputs: collectInputs(history, replays),
      expected,
      reading,
      openShadow: () => openPrepared(stage, replays),
    }),
    walkBack(proven.value, history),
  ]);
  if (squashed.kind === "failed") return squashed;
  const squash = squashed.value;
  const { rollbacks } = walked;
  clock.lap("squash");
  const baselines = await checkBaselines(stage, proven.value);
  if (baselines.kind === "failed") return baselines;

  run.progress.begin("analysing", null);
  const analysis = analyse(
    {
      history: { ...history, findings: [...history.findings, ...walked.findings, ...baselines.value.findings] },
      replays,
      rollbacks,
      squash,
      drafts: [...[...stage.questions, ...baselines.value.questions].map((draft) => ({ migration: null, draft })), ...drafts],
      pending: new Set(),
      asking: request.asking,
      comparedWith: null,
    },
    { identify: sha256, mask: maskSecrets },
  );
  clock.lap("analyse");
  const taken = settleDecisions(stage, analysis);
  if (taken.kind === "failed") return taken;
  if (taken.value.revises) return ok({ kind: "revised", settled: taken.value.settled });
  const content = planContent(stage, { head, replays, rollbacks, squash, analysis: { ...analysis, edgeCases: taken.value.edgeCases } });
  clock.lap("analyse");
  return ok({ kind: "converted", content, replays, rollbacks, squash, timings: clock.timings(), decisionFills: taken.value.fills });
}

/** Compares each baseline that stands beside its migrations with what these gave, on a shadow of its own. */
async function checkBaselines(
  stage: Stage,
  { replays, checkpoints }: Proven,
): Promise<Result<{ readonly findings: readonly Finding[]; readonly questions: readonly EdgeCaseDraft[] }>> {
  const findings: Finding[] = [];
  const questions: EdgeCaseDraft[] = [];
  for (const baseline of stage.history.baselines) {
    const links = replays.findIndex(({ migration }) => migration.id === baseline.through) + 1;
    const expected = checkpoints.find((checkpoint) => checkpoint.links === links);
    if (expected === undefined) continue;
    const opened = await openPrepared(stage, replays);
    if (opened.kind === "failed") return opened;
    const shadow = opened.value;
    try {
      const context = {
        history: stage.history,
        shadow,
        excludeFromReads: bookkeepingTables(stage.history),
        clock: () => stage.run.now() * 1000,
      };
      const verdict = await checkBaseline(baseline, expected, context);
      if (verdict.kind === "equal") findings.push(verdict.finding);
      else questions.push(verdict.question);
    } finally {
      await shadow.close();
    }
  }
  return ok({ findings, questions });
}

/** A fresh shadow with what the history takes for granted: the roles that the replay had to make, and the tool's own tables. */
async function openPrepared(stage: Stage, replays: readonly MigrationReplay[]): Promise<Result<Shadow>> {
  const opened = await stage.openFresh();
  if (opened.kind === "failed") return opened;
  const roles = new Set(replays.flatMap((replay) => replay.assumedRoles ?? []));
  for (const role of roles) await opened.value.session.run(`CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`);
  const { preparation, bookkeepingSql } = stage.history;
  if (bookkeepingSql.length > 0) for (const sql of [...preparation, ...bookkeepingSql]) await opened.value.session.run(sql);
  return opened;
}

async function readProject(request: MigrateRequest, { progress, readHistory: read = readHistory }: Run): Promise<Result<History>> {
  const found = await findProject(adapters, request);
  if (found.kind === "failed") return found;
  for (const other of found.value.alsoSeen) {
    progress.warn(
      `${other.location} has plain SQL too (${other.migrations} migrations); to convert that: --source sql --location ${other.location}`,
    );
  }
  return read(found.value.adapter, request);
}

interface Finished extends Pick<Proven, "head" | "replays" | "rollbacks"> {
  readonly squash: Squash;
  readonly analysis: Analysis;
}

function planContent({ history, request }: Stage, { head, replays, rollbacks, squash, analysis }: Finished): PlanContent {
  return buildPlan({
    history,
    engine: { postgres: head.session.engine.version, embedded: head.session.engine.embedded },
    migrations: analysis.migrations.map((migration, index) => ({
      ...migration,
      replay: at(replays, index),
      rollback: at(rollbacks, index),
      folder: migrationFolder(index + 1, at(replays, index).migration),
    })),
    dependencies: analysis.dependencies,
    squash,
    objects: analysis.objects,
    schemaVersion: analysis.schemaVersion,
    confidence: analysis.confidence,
    minimumConfidence: analysis.minimumConfidence,
    branches: branchesOf(history, request),
    edgeCases: analysis.edgeCases,
    findings: analysis.findings,
  });
}

/** `main` with all that belongs to no environment, and a branch for each environment that has migrations of its own. */
function branchesOf(history: History, request: MigrateRequest): readonly PlanBranch[] {
  const shared = history.migrations.filter((migration) => migration.environment === null).map((migration) => migration.id);
  const main = { name: "main", environment: null, database: null, migrations: shared };
  const others = history.environments
    .filter((environment) => environment.migrations.length > 0)
    .map(({ name, migrations }): PlanBranch => {
      const settings = request.environments[name];
      return { name: settings?.branch ?? name, environment: name, database: settings?.database ?? null, migrations };
    });
  return [main, ...others];
}

function shadowRequest(request: MigrateRequest, shadow: { readonly extensions: readonly string[]; readonly id: string }): ShadowRequest {
  const { url, disposable, statementTimeoutMs } = request.shadow;
  return { server: url === null ? null : { url, disposable }, extensions: shadow.extensions, statementTimeoutMs, id: shadow.id };
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`nothing stands at ${index} of ${items.length}`);
  return item;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
