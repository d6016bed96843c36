import { installCatalogReader } from "./catalog/install.ts";
import type { ExcludedTables } from "./catalog/snapshot/left-out.ts";
import type { Shadow } from "./database/session.ts";
import type { EdgeCaseDraft } from "./model/edge-case.ts";
import { failed, ok, type Failure, type Result } from "./model/failure.ts";
import type { Finding, History } from "./model/history.ts";
import type { MigrationReplay } from "./model/replay.ts";
import type { Rollback } from "./model/rollback.ts";
import type { ReplayContext } from "./replay/context.ts";
import { replayHistory } from "./replay/replay.ts";
import {
  chainLink,
  checkpointPositions,
  doubtRollback,
  proveChain,
  takeCheckpoint,
  type ChainContext,
  type Checkpoint,
} from "./rollback/chain.ts";
import { chainFindings } from "./rollback/chain-findings.ts";
import { proveRollback } from "./rollback/prove.ts";
import { rollbackQuestions } from "./rollback/questions.ts";
import { createStateDifference } from "./rollback/state-difference.ts";
import type { Stage } from "./run.ts";
import { parseQualifiedName } from "./sql/names.ts";

/** The last resort among the candidates runs the history once more up to its migration, so it is tried for so many only. */
const mostStateDifferences = 3;

/** A replayed history with its ways back, and what the walk from the head needs. Lists stand in the order of the migrations. */
export interface Proven {
  readonly replays: readonly MigrationReplay[];
  readonly rollbacks: readonly Rollback[];
  /** The whole catalog as the judges saw it at the start and at a few places on the way. */
  readonly checkpoints: readonly Checkpoint[];
  readonly drafts: readonly { readonly migration: string; readonly draft: EdgeCaseDraft }[];
}

/** Replays the history and, while the shadow stands right behind each migration, proves its way back. */
export async function replayAndProve(shadow: Shadow, { history, request, run, clock, openFresh }: Stage): Promise<Result<Proven>> {
  const { session } = shadow;
  const reader = await installCatalogReader(session, { excludeFromReads: bookkeepingTables(history) });
  const chain: ChainContext = { shadow, resetBetween: history.resetBetween, excludeFromReads: bookkeepingTables(history) };
  const places = new Set(request.stopAfter === null ? checkpointPlaces(history) : []);
  const checkpoints: Checkpoint[] = [];
  const replays: MigrationReplay[] = [];
  const rollbacks: Rollback[] = [];
  const drafts: { migration: string; draft: EdgeCaseDraft }[] = [];
  const stateDifference = createStateDifference({
    history,
    shadow,
    openFresh,
    excludeFromReads: chain.excludeFromReads,
    limit: mostStateDifferences,
  });
  run.progress.begin("replaying and proving", history.migrations.length);
  const context: ReplayContext = {
    session,
    reader,
    clock: () => run.now() * 1000,
    prepared: async () => void (places.has(0) && checkpoints.push(await takeCheckpoint(0, chain))),
  };
  for await (const replay of replayHistory(history, context)) {
    clock.lap("replay");
    if (run.signal.aborted) return failed(interrupted(run.signal));
    replays.push(replay);
    if (request.stopAfter !== "replay") {
      const rollback = await proveRollback(replay, { session, reader, resetBetween: history.resetBetween, stateDifference });
      rollbacks.push(rollback);
      for (const draft of rollbackQuestions(replay, rollback)) drafts.push({ migration: replay.migration.id, draft });
      clock.lap("prove");
    }
    if (places.has(replays.length)) {
      checkpoints.push(await takeCheckpoint(replays.length, chain));
      clock.lap("prove");
    }
    run.progress.advance(replays.length);
  }
  return ok({ replays, rollbacks, checkpoints, drafts });
}

/** After how many migrations the whole catalog is read: the start, a constant number of places on the way, and where a baseline ends. */
function checkpointPlaces(history: History): readonly number[] {
  const head = history.migrations.length;
  const baselines = history.baselines.map(({ through }) => history.migrations.findIndex((migration) => migration.id === through) + 1);
  return [...checkpointPositions(head).filter((place) => place < head), ...baselines.filter((place) => place > 0)];
}

/** Runs all ways back from the head on the shadow, under the eyes of the whole-catalog judges; what they contradict is proven no more. */
export async function walkBack(
  shadow: Shadow,
  { history, proven }: { readonly history: History; readonly proven: Proven },
): Promise<{ readonly rollbacks: readonly Rollback[]; readonly findings: readonly Finding[] }> {
  const links = proven.replays.map((replay, index) => chainLink(replay, at(proven.rollbacks, index)));
  const context = { shadow, resetBetween: history.resetBetween, excludeFromReads: bookkeepingTables(history) };
  const chain = await proveChain(links, proven.checkpoints, context);
  const rollbacks = proven.rollbacks.map((rollback, index) => {
    const doubts = chain.doubts.get(at(links, index).migration);
    return doubts === undefined ? rollback : doubtRollback(rollback, doubts);
  });
  return { rollbacks, findings: chainFindings(chain, links.length) };
}

/** The tables of the source tool, which no read and no comparison looks at. */
export function bookkeepingTables(history: History): ExcludedTables {
  return history.bookkeeping.map(parseQualifiedName);
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
