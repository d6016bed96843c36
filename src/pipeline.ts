import { createHash } from "node:crypto";
import { adapters } from "../adapters/index.ts";
import { analyse } from "./analysis/analyse.ts";
import { type HistoryCache, openHistoryCache, type ProvenMigration, type ProvenOutcome } from "./cache/history-cache.ts";
import type { MigrateRequest } from "./configuration/resolve-request.ts";
import { openShadow, type ShadowRequest } from "./database/shadow.ts";
import type { Shadow } from "./database/session.ts";
import { compileFor } from "./database/wasm-compiler.ts";
import type { DecisionFill } from "./decisions/decision-file.ts";
import { withAdopted } from "./decisions/adopted.ts";
import { markKeptData } from "./decisions/keep-data.ts";
import { reviseHistory } from "./decisions/revise.ts";
import type { Settled } from "./decisions/take-decisions.ts";
import type { ConvertedHistory } from "./export/conversion-files.ts";
import { failed, ok, type Result } from "./model/failure.ts";
import type { History } from "./model/history.ts";
import type { PlanContent } from "./plan/content-id.ts";
import { checkBaselines } from "./check-baselines.ts";
import { openPrepared } from "./open-prepared.ts";
import { proveExtractions } from "./prove-extractions.ts";
import { asProven, draftQuestions, interrupted, replayAndProve, walkBack } from "./prove-history.ts";
import { bookkeepingTables } from "./prove-stretch.ts";
import { findMentions } from "./reading/find-mentions.ts";
import { findProject } from "./reading/find-project.ts";
import { readHistory } from "./reading/read-history.ts";
import { selectEnvironment } from "./reading/select-environment.ts";
import { planContent } from "./plan-content.ts";
import type { Run, Stage } from "./run.ts";
import { loadParser } from "./sql/parser.ts";
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
  /** Of how many migrations an earlier run had the results. */
  readonly remembered: number;
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
  const complete = run.decisions === undefined ? read : withAdopted(read.value, run.decisions.file);
  if (complete.kind === "failed") return complete;
  const marked = markKeptData(complete.value, { keepData: request.keepData, decisions: run.decisions?.file.decisions ?? [] });
  const { history, questions } = selectEnvironment(marked, {
    chosen: request.environment,
    mapped: new Set(Object.keys(request.environments)),
  });
  const { environment } = request;
  if (environment !== null && !history.environments.some(({ name }) => name === environment)) {
    run.progress.warn(
      `The project has no environment ${environment}; known: ${history.environments.map(({ name }) => name).join(", ") || "none"}.`,
    );
  }
  const mentions = await findMentions(history);
  clock.lap("read");
  if (request.stopAfter === "read") return ok(stopAfterReading(history, clock.timings()));

  compileFor(history.migrations.length);
  let settled: readonly Settled[] = [];
  let relying = run;
  for (;;) {
    const reading = {
      history: reviseHistory(history, settled),
      asRead: history,
      settled,
      questions,
      mentions,
      request,
      run: relying,
      clock,
    };
    const converted = await convertHistory(reading);
    if (converted.kind === "failed") return converted;
    if (converted.value.kind === "contradicted") {
      const { cache: _contradicted, ...alone } = run;
      relying = alone;
      continue;
    }
    if (converted.value.kind !== "revised") return ok(converted.value);
    // What was decided is not believed: the history is run again with it.
    settled = converted.value.settled;
  }
}

/** Decisions change the history that was replayed. */
interface Revised {
  readonly kind: "revised";
  readonly settled: readonly Settled[];
}

/** What earlier runs found does not fit what this one finds: the history is proven without it. */
interface Contradicted {
  readonly kind: "contradicted";
}

/** Converts one state of the history, on shadows of its own unless an earlier run proved all of it. */
async function convertHistory(
  reading: Omit<Stage, "openFresh" | "cache">,
): Promise<Result<Conversion | StoppedEarly | Revised | Contradicted>> {
  const { request, clock, run } = reading;
  const { extensions } = reading.mentions;
  const cache = await openCache(reading);
  if (cache !== null && cache.outcome !== null) {
    for (const stage of ["replay", "prove", ...(request.rowProof === "on" ? ["rows"] : []), "squash"]) clock.lap(stage);
    return conclude(reading, { before: cache.known, outcome: cache.outcome, remembered: cache.known.length });
  }

  const shadows: Shadow[] = [];
  let opening = 0;
  const open = async (): Promise<Result<Shadow>> => {
    const fresh = await openShadow(shadowRequest(request, { extensions, id: `${process.pid}n${++opening}` }));
    if (fresh.kind === "ok") shadows.push(fresh.value);
    return fresh;
  };
  // An embedded database takes a second to start: the one that will be asked for next starts while the first is at work.
  let ahead: Promise<Result<Shadow>> | null = null;
  const openFresh = (): Promise<Result<Shadow>> => {
    const next = ahead ?? open();
    ahead = null;
    return next;
  };
  const closeAll = async (): Promise<void> => {
    await Promise.allSettled([ahead]);
    await Promise.all(shadows.map((shadow) => shadow.close()));
  };
  const interrupt = (): void => void closeAll();
  run.signal.addEventListener("abort", interrupt);
  try {
    const opened = await open();
    if (opened.kind === "ok" && opened.value.session.engine.embedded && request.stopAfter === null) ahead = open();
    if (run.signal.aborted) return failed(interrupted(run.signal));
    return opened.kind === "failed" ? opened : await convertOn(opened.value, { ...reading, openFresh, cache });
  } catch (error) {
    if (run.signal.aborted) return failed(interrupted(run.signal));
    throw error;
  } finally {
    run.signal.removeEventListener("abort", interrupt);
    await closeAll();
  }
}

/** What earlier runs proved, where that may be used: everything is proven, on the embedded database, whose state nobody else changes. */
async function openCache({
  history,
  request,
  run,
  mentions: { extensions },
}: Pick<Stage, "history" | "request" | "run" | "mentions">): Promise<HistoryCache | null> {
  if (run.cache === undefined || request.stopAfter !== null || request.shadow.url !== null) return null;
  const { folder, build, keeps } = run.cache;
  const cache = await openHistoryCache(history, {
    folder,
    conditions: { build, extensions, statementTimeoutMs: request.shadow.statementTimeoutMs, rowProof: request.rowProof },
    troubles: {
      damaged: () => run.progress.warn(`An entry of the cache in ${folder} is damaged and was removed; what it held is proven anew.`),
      unwritable: ({ message }) =>
        run.progress.warn(`The cache in ${folder} cannot be written, so the next run proves all anew: ${message}`),
    },
  });
  const nothing = (): Promise<void> => Promise.resolve();
  return keeps === "nothing" ? { ...cache, keep: nothing, keepOutcome: nothing } : cache;
}

async function convertOn(shadow: Shadow, stage: Stage): Promise<Result<Conversion | StoppedEarly | Revised | Contradicted>> {
  const { history, request, run, clock } = stage;
  const proven = await replayAndProve(shadow, stage);
  if (proven.kind === "failed") return proven;
  const { replays, rollbacks, head, remembered } = proven.value;
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
  if (walked.contradicted) return ok({ kind: "contradicted" });
  clock.lap("squash");
  const extractions = await proveExtractions(stage, { moved: expected, replays, reading });
  if (extractions.kind === "failed") return extractions;
  const baselines = await checkBaselines(stage, proven.value);
  if (baselines.kind === "failed") return baselines;
  const { version, embedded } = head.session.engine;
  const outcome: ProvenOutcome = {
    engine: { version, embedded },
    rollbacks: walked.rollbacks,
    squash: squashed.value,
    findings: [...walked.findings, ...baselines.value.findings, ...extractions.value],
    questions: baselines.value.questions,
  };
  await stage.cache?.keepOutcome(outcome, walked);
  return conclude(stage, { before: asProven({ replays, rollbacks }), outcome, remembered });
}

interface Concluding {
  /** As each was proven by itself, before the walk back. */
  readonly before: readonly ProvenMigration[];
  readonly outcome: ProvenOutcome;
  /** How many of them an earlier run proved. */
  readonly remembered: number;
}

/** From what was executed to the plan, or to what decisions change in the history; touches nothing. */
function conclude(
  { history, asRead, settled, questions, request, run, clock }: Omit<Stage, "openFresh" | "cache">,
  { before, outcome, remembered }: Concluding,
): Result<Conversion | Revised> {
  run.progress.begin("analysing", null);
  const { squash, rollbacks } = outcome;
  const replays = before.map(({ replay }) => replay);
  const analysis = analyse(
    {
      history: { ...history, findings: [...history.findings, ...outcome.findings] },
      replays,
      rollbacks,
      squash,
      drafts: [...[...questions, ...outcome.questions].map((draft) => ({ migration: null, draft })), ...draftQuestions(before)],
      pending: new Set(),
      asking: request.asking,
      comparedWith: null,
    },
    { identify: sha256, mask: maskSecrets },
  );
  clock.lap("analyse");
  const taken = settleDecisions({ asRead, settled, run }, analysis);
  if (taken.kind === "failed") return taken;
  if (taken.value.revises) return ok({ kind: "revised", settled: taken.value.settled });
  const { edgeCases, fills } = taken.value;
  const content = planContent({ history, request }, { replays, outcome, analysis: { ...analysis, edgeCases } });
  clock.lap("analyse");
  return ok({ kind: "converted", content, replays, rollbacks, squash, remembered, timings: clock.timings(), decisionFills: fills });
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

function shadowRequest(request: MigrateRequest, shadow: { readonly extensions: readonly string[]; readonly id: string }): ShadowRequest {
  const { url, disposable, statementTimeoutMs } = request.shadow;
  return { server: url === null ? null : { url, disposable }, extensions: shadow.extensions, statementTimeoutMs, id: shadow.id };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
