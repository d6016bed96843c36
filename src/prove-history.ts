import type { ProvenMigration } from "./cache/history-cache.ts";
import { countResumable, standingAfter } from "./cache/resume.ts";
import type { Shadow } from "./database/session.ts";
import type { EdgeCaseDraft } from "./model/edge-case.ts";
import { failed, ok, type Failure, type Result } from "./model/failure.ts";
import type { Finding, History, Migration } from "./model/history.ts";
import type { MigrationReplay } from "./model/replay.ts";
import { restoresRows, type Rollback } from "./model/rollback.ts";
import { bookkeepingTables, proveStretch, type Stretch } from "./prove-stretch.ts";
import { continueAddresses, type Renumbered } from "./replay/continue-addresses.ts";
import { fastForward } from "./replay/fast-forward.ts";
import { chainLink, type Checkpoint, checkpointPositions, doubtRollback, middleOf, proveChain, takeCheckpoint } from "./rollback/chain.ts";
import { chainFindings } from "./rollback/chain-findings.ts";
import { rollbackQuestions } from "./rollback/questions.ts";
import type { Stage } from "./run.ts";

/** A replayed history with its ways back, and what the walk from the head needs. Lists stand in the order of the migrations. */
export interface Proven extends Pick<Stretch, "replays" | "rollbacks" | "checkpoints"> {
  /** The shadow that stands at the head. */
  readonly head: Shadow;
  /** Of how many migrations, from the first on, an earlier run had the results. */
  readonly remembered: number;
  /** How many migrations the walk back leaves standing, because an earlier run walked from there to the start. */
  readonly walkedBelow: number;
}

/** From this many migrations on, two shadows share the work. */
const worthTwoShadows = 300;

/** How many migrations are proven between two times that results are kept. */
const keptAtOnce = 64;

/**
 * Replays the history and proves each way back: what is known from an earlier run is passed, and of a long rest the later part is done on a second shadow at the same
 * time.
 */
export async function replayAndProve(shadow: Shadow, stage: Stage): Promise<Result<Proven>> {
  const { request, run, cache } = stage;
  const total = stage.history.migrations.length;
  const opening = await passKnown(shadow, stage);
  if (opening.kind === "failed") return opening;
  const { known, walkedBelow, places, passed } = opening.value;
  const from = known.length;
  const untaken = from === 0 ? places : above(places, from);
  const split = from + middleOf(total - from);
  let done = from;
  const advance = (): void => run.progress.advance(++done);
  run.progress.begin("replaying and proving", total);
  run.progress.advance(from);
  // On a server the two would meet in what its databases share: roles.
  const { embedded, ownsCluster } = shadow.session.engine;
  const apart = embedded || !(ownsCluster || stage.mentions.roles);
  const second = total - from >= worthTwoShadows && apart ? await openAhead(stage) : null;
  const watched = { ...stage, history: cache?.history ?? stage.history };
  // What was passed until here is the replay's.
  stage.clock.lap("replay");
  const [start, rest] = await stage.clock.apart((openLane) => {
    const [clock, clockOfRest] = [openLane(), openLane()];
    const ahead =
      second === null
        ? Promise.resolve(false)
        : fastForward(stage.history, second.session, { until: split, assumedRoles: rolesOf(known.map(({ replay }) => replay)) });
    const later = ahead.then((there) => {
      clockOfRest.lap("replay");
      if (!there || second === null) return null;
      const endsAt = (): Promise<boolean> => Promise.resolve(false);
      return proveStretch(second, watched, { from: split, endsAt, places: above(places, split), advance, clock: clockOfRest });
    });
    const endsAt = async (migrations: number, soFar: Pick<Stretch, "replays" | "rollbacks">): Promise<boolean> => {
      if (from === 0 && migrations % keptAtOnce === 0) await cache?.keep(asProven(soFar));
      return migrations === split && (await ahead);
    };
    return Promise.all([proveStretch(opening.value.shadow, watched, { from, endsAt, places: untaken, advance, clock }), later]);
  });
  if (run.signal.aborted || start === null) return failed(interrupted(run.signal));
  const first = join({ replays: known.map(({ replay }) => replay), last: standingAfter(known.map(({ replay }) => replay)) }, start);
  const all = rest === null ? first : join(first, rest);
  await (rest === null ? second : opening.value.shadow)?.close();
  const rollbacks = [...known.map(({ rollback }) => rollback), ...start.rollbacks, ...(rest?.rollbacks ?? [])];
  const replays = all.replays.map((replay, index) => ({ ...replay, migration: at(stage.history.migrations, index) }));
  if (request.stopAfter !== "replay") await cache?.keep(asProven({ replays, rollbacks }));
  return ok({
    replays,
    rollbacks,
    checkpoints: [...passed, ...start.checkpoints, ...(rest?.checkpoints ?? [])],
    head: rest?.shadow ?? opening.value.shadow,
    remembered: from,
    walkedBelow,
  });
}

interface Opening {
  readonly known: readonly ProvenMigration[];
  /** Stands behind these. */
  readonly shadow: Shadow;
  readonly walkedBelow: number;
  /** After how many migrations checkpoints are taken. */
  readonly places: ReadonlySet<number>;
  /** Checkpoints that were passed. */
  readonly passed: readonly Checkpoint[];
}

/** Brings the shadow behind what is known; where that does not work, nothing is known, and the shadow is another. */
async function passKnown(shadow: Shadow, { history, cache, openFresh, request, run }: Stage): Promise<Result<Opening>> {
  const placesAbove = (least: number): ReadonlySet<number> => new Set(request.stopAfter === null ? checkpointPlaces(history, least) : []);
  const known = (cache?.known ?? []).slice(0, countResumable((cache?.known ?? []).map(({ replay }) => replay)));
  if (known.length === 0) return ok({ known, shadow, walkedBelow: 0, places: placesAbove(0), passed: [] });
  const walkedBelow = cache?.walkedBelow(known.length) ?? 0;
  const places = placesAbove(walkedBelow);
  run.progress.begin("passing what is known", known.length);
  const passed: Checkpoint[] = [];
  const context = { shadow, resetBetween: history.resetBetween, excludeFromReads: bookkeepingTables(history) };
  const reached = async (migrations: number): Promise<void> => {
    run.progress.advance(migrations);
    if (places.has(migrations)) passed.push(await takeCheckpoint(migrations, context));
  };
  if (
    await fastForward(history, shadow.session, { until: known.length, assumedRoles: rolesOf(known.map(({ replay }) => replay)), reached })
  )
    return ok({ known, shadow, walkedBelow, places, passed });
  await shadow.close();
  const fresh = await openFresh();
  return fresh.kind === "failed" ? fresh : ok({ known: [], shadow: fresh.value, walkedBelow: 0, places: placesAbove(0), passed: [] });
}

/** The roles that replays took for granted, by their migration: where it runs again on another shadow, they have to be made there too. */
export function rolesOf(replays: readonly MigrationReplay[]): (migration: Migration) => readonly string[] {
  const roles = new Map(replays.map(({ migration, assumedRoles }) => [migration.id, assumedRoles ?? []]));
  return ({ id }) => roles.get(id) ?? [];
}

/** One stretch behind another, in the numbers of the first. */
function join(first: Renumbered, second: Pick<Stretch, "replays" | "first" | "last">): Renumbered {
  if (first.replays.length === 0) return second;
  const moved = continueAddresses(first.replays, second, { there: first.last, here: second.first });
  return { replays: [...first.replays, ...moved.replays], last: moved.last };
}

/** Each migration beside its way back. */
export function asProven({ replays, rollbacks }: Pick<Stretch, "replays" | "rollbacks">): readonly ProvenMigration[] {
  return rollbacks.map((rollback, index) => ({ replay: at(replays, index), rollback }));
}

/** The questions that the ways back raise. */
export function draftQuestions(
  proven: readonly ProvenMigration[],
): readonly { readonly migration: string; readonly draft: EdgeCaseDraft }[] {
  return proven.flatMap(({ replay, rollback }) =>
    rollbackQuestions(replay, rollback).map((draft) => ({ migration: replay.migration.id, draft })),
  );
}

/** Another shadow for the later part; without one the first does all. */
async function openAhead({ openFresh }: Stage): Promise<Shadow | null> {
  const opened = await openFresh();
  return opened.kind === "ok" ? opened.value : null;
}

function above(places: ReadonlySet<number>, least: number): ReadonlySet<number> {
  return new Set([...places].filter((place) => place > least));
}

/** After how many migrations the whole catalog is read: the end of the walk back, a constant number of places on the way, and where a baseline ends. */
function checkpointPlaces(history: History, walkedBelow: number): readonly number[] {
  const head = history.migrations.length;
  const baselines = history.baselines.map(({ through }) => history.migrations.findIndex((migration) => migration.id === through) + 1);
  const onTheWay = checkpointPositions(head).filter((place) => place > walkedBelow && place < head);
  return [walkedBelow, ...onTheWay, ...baselines.filter((place) => place > 0)];
}

/** What the walk back says. */
export interface WalkedBack {
  readonly rollbacks: readonly Rollback[];
  readonly findings: readonly Finding[];
  /** Whether all ways back were run, by this run or the lower ones by an earlier one, and the judges found nothing. */
  readonly reachedStart: boolean;
  /** The judges found something where an earlier run had found nothing below: what is remembered is not to be used. */
  readonly contradicted: boolean;
}

/** Runs the ways back from the head on the shadow, under the eyes of the whole-catalog judges; what they contradict is proven no more. */
export async function walkBack(proven: Proven, history: History): Promise<WalkedBack> {
  const links = proven.replays.map((replay, index) => chainLink(replay, at(proven.rollbacks, index)));
  const context = { shadow: proven.head, resetBetween: history.resetBetween, excludeFromReads: bookkeepingTables(history) };
  const walked = await proveChain(links, proven.checkpoints, context, proven.walkedBelow);
  const passedBelow = links.slice(0, proven.walkedBelow).filter(({ rollback }) => !restoresRows(rollback));
  const chain = { ...walked, passed: [...walked.passed, ...(walked.reachedEnd ? passedBelow.map(({ migration }) => migration) : [])] };
  const rollbacks = proven.rollbacks.map((rollback, index) => {
    const doubts = chain.doubts.get(at(links, index).migration);
    return doubts === undefined ? rollback : doubtRollback(rollback, doubts);
  });
  return {
    rollbacks,
    findings: chainFindings(chain, links.length),
    reachedStart: chain.reachedEnd,
    contradicted: proven.walkedBelow > 0 && !walked.reachedEnd && walked.compared.includes(proven.walkedBelow),
  };
}

/** The user ended the run. */
export function interrupted(signal: AbortSignal): Failure {
  return {
    kind: "failure",
    code: "interrupted",
    message: "Interrupted; nothing was written.",
    location: null,
    hint: "Run the same command again.",
    exitCode: signal.reason === "SIGTERM" ? 143 : 130,
  };
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`nothing stands at ${index} of ${items.length}`);
  return item;
}
