import { installCatalogReader } from "./catalog/install.ts";
import type { ExcludedTables } from "./catalog/snapshot/left-out.ts";
import type { Shadow } from "./database/session.ts";
import type { CatalogSlice } from "./model/catalog.ts";
import type { History } from "./model/history.ts";
import type { MigrationReplay } from "./model/replay.ts";
import type { Rollback } from "./model/rollback.ts";
import { replayHistory } from "./replay/replay.ts";
import { takeCheckpoint, type Checkpoint } from "./rollback/chain.ts";
import { createRowProver } from "./rollback/row-proof.ts";
import { proveRollback } from "./rollback/prove.ts";
import { createStateDifference } from "./rollback/state-difference.ts";
import type { Stage } from "./run.ts";
import type { Lane } from "./stage-clock.ts";
import { parseQualifiedName } from "./sql/names.ts";

/** The last resort among the candidates runs the history once more up to its migration, so it is tried for so many only. */
const mostStateDifferences = 3;

/** Migrations that stand next to each other, replayed and proven on one shadow. */
export interface Stretch {
  readonly shadow: Shadow;
  readonly replays: readonly MigrationReplay[];
  readonly rollbacks: readonly Rollback[];
  readonly checkpoints: readonly Checkpoint[];
  /** All objects before its first migration and after its last. */
  readonly first: CatalogSlice;
  readonly last: CatalogSlice;
}

export interface StretchPlan {
  /** The shadow stands behind this many migrations; so many that the stretch begins with the next. */
  readonly from: number;
  /** Asked after each migration, with what there is so far, whether the stretch ends there; it ends with the history at the latest. */
  readonly endsAt: (migrations: number, soFar: Pick<Stretch, "replays" | "rollbacks">) => Promise<boolean>;
  /** After how many migrations the whole catalog is read. */
  readonly places: ReadonlySet<number>;
  /** Told of each migration that is done. */
  readonly advance: () => void;
  /** Counts the time of this stretch. */
  readonly clock: Lane;
}

/** Replays a stretch of the history and, while the shadow stands right behind each migration, proves its way back. `null` where the user ended the run. */
export async function proveStretch(
  shadow: Shadow,
  { history, request, run, openFresh }: Stage,
  plan: StretchPlan,
): Promise<Stretch | null> {
  const { session } = shadow;
  const { clock } = plan;
  const excludeFromReads = bookkeepingTables(history);
  const reader = await installCatalogReader(session, { excludeFromReads });
  const chain = { shadow, resetBetween: history.resetBetween, excludeFromReads };
  const checkpoints: Checkpoint[] = [];
  const replays: MigrationReplay[] = [];
  const rollbacks: Rollback[] = [];
  const { resetBetween } = history;
  const rows =
    request.rowProof === "on" && request.stopAfter !== "replay"
      ? await createRowProver({ session, reader, resetBetween, onProof: (moment) => clock.lap(moment === "begin" ? "prove" : "rows") })
      : null;
  const stateDifference = createStateDifference({ history, shadow, openFresh, excludeFromReads, limit: mostStateDifferences });
  const first = reader.all();
  const context = {
    session,
    reader,
    from: plan.from,
    clock: () => run.now() * 1000,
    prepared: async () => void (plan.places.has(plan.from) && checkpoints.push(await takeCheckpoint(plan.from, chain))),
  };
  let done = plan.from;
  for await (const replay of replayHistory(history, context)) {
    clock.lap("replay");
    if (run.signal.aborted) return null;
    replays.push(replay);
    done++;
    if (request.stopAfter !== "replay") {
      const proving = { session, reader, resetBetween, stateDifference, ...(rows === null ? {} : { rows }) };
      rollbacks.push(await proveRollback(replay, proving));
      clock.lap("prove");
    }
    if (plan.places.has(done)) {
      checkpoints.push(await takeCheckpoint(done, chain));
      clock.lap("prove");
    }
    plan.advance();
    if (await plan.endsAt(done, { replays, rollbacks })) break;
  }
  return { shadow, replays, rollbacks, checkpoints, first, last: reader.all() };
}

/** The tables of the source tool, which no read and no comparison looks at. */
export function bookkeepingTables(history: History): ExcludedTables {
  return history.bookkeeping.map(parseQualifiedName);
}
