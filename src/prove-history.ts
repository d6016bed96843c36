import type { Shadow } from "./database/session.ts";
import { failed, ok, type Failure, type Result } from "./model/failure.ts";
import type { Finding, History } from "./model/history.ts";
import type { Rollback } from "./model/rollback.ts";
import { bookkeepingTables, proveStretch, type Stretch } from "./prove-stretch.ts";
import { continueAddresses } from "./replay/continue-addresses.ts";
import { fastForward } from "./replay/fast-forward.ts";
import { chainLink, checkpointPositions, doubtRollback, middleOf, proveChain } from "./rollback/chain.ts";
import { chainFindings } from "./rollback/chain-findings.ts";
import type { Stage } from "./run.ts";

/** A replayed history with its ways back, and what the walk from the head needs. Lists stand in the order of the migrations. */
export interface Proven extends Pick<Stretch, "replays" | "rollbacks" | "checkpoints" | "drafts"> {
  /** The shadow that stands at the head. */
  readonly head: Shadow;
}

/** From this many migrations on, two shadows share the work. */
const worthTwoShadows = 300;

/** Replays the history and proves each way back: on the shadow given, and the later part of a long history on a second one at the same time. */
export async function replayAndProve(shadow: Shadow, stage: Stage): Promise<Result<Proven>> {
  const { history, request, run } = stage;
  const total = history.migrations.length;
  const middle = middleOf(total);
  const places = new Set(request.stopAfter === null ? checkpointPlaces(history) : []);
  let done = 0;
  const advance = (): void => run.progress.advance(++done);
  run.progress.begin("replaying and proving", total);
  // On a server the two would meet in what a cluster shares: roles.
  const second = total >= worthTwoShadows && shadow.session.engine.embedded ? await openAhead(stage) : null;
  const ahead = second === null ? Promise.resolve(false) : fastForward(history, middle, second.session);
  const later = ahead.then((there) =>
    there && second !== null
      ? proveStretch(second, stage, { from: middle, endsAt: () => Promise.resolve(false), places: above(places, middle), advance })
      : null,
  );
  const [start, rest] = await Promise.all([
    proveStretch(shadow, stage, { from: 0, endsAt: async (migrations) => migrations === middle && (await ahead), places, advance }),
    later,
  ]);
  if (run.signal.aborted || start === null) return failed(interrupted(run.signal));
  if (rest === null) {
    await second?.close();
    return ok({ ...start, head: shadow });
  }
  await shadow.close();
  return ok({
    replays: [...start.replays, ...continueAddresses(rest.replays, { there: start.last, here: rest.first })],
    rollbacks: [...start.rollbacks, ...rest.rollbacks],
    checkpoints: [...start.checkpoints, ...rest.checkpoints],
    drafts: [...start.drafts, ...rest.drafts],
    head: rest.shadow,
  });
}

/** Another shadow for the later part; without one the first does all. */
async function openAhead({ openFresh }: Stage): Promise<Shadow | null> {
  const opened = await openFresh();
  return opened.kind === "ok" ? opened.value : null;
}

function above(places: ReadonlySet<number>, least: number): ReadonlySet<number> {
  return new Set([...places].filter((place) => place > least));
}

/** After how many migrations the whole catalog is read: the start, a constant number of places on the way, and where a baseline ends. */
function checkpointPlaces(history: History): readonly number[] {
  const head = history.migrations.length;
  const baselines = history.baselines.map(({ through }) => history.migrations.findIndex((migration) => migration.id === through) + 1);
  return [...checkpointPositions(head).filter((place) => place < head), ...baselines.filter((place) => place > 0)];
}

/** Runs all ways back from the head on the shadow, under the eyes of the whole-catalog judges; what they contradict is proven no more. */
export async function walkBack(
  proven: Proven,
  history: History,
): Promise<{ readonly rollbacks: readonly Rollback[]; readonly findings: readonly Finding[] }> {
  const links = proven.replays.map((replay, index) => chainLink(replay, at(proven.rollbacks, index)));
  const context = { shadow: proven.head, resetBetween: history.resetBetween, excludeFromReads: bookkeepingTables(history) };
  const chain = await proveChain(links, proven.checkpoints, context);
  const rollbacks = proven.rollbacks.map((rollback, index) => {
    const doubts = chain.doubts.get(at(links, index).migration);
    return doubts === undefined ? rollback : doubtRollback(rollback, doubts);
  });
  return { rollbacks, findings: chainFindings(chain, links.length) };
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
