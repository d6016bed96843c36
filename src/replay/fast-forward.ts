import { createUnwatchedReader } from "../catalog/unwatched-reader.ts";
import type { Session } from "../database/session.ts";
import type { History } from "../model/history.ts";
import { attemptMigration } from "./attempt.ts";

/**
 * Brings a fresh shadow to where a history stands after its first `until` migrations, as `replayHistory` would, without looking at what they do. Gives false
 * where one of them fails: what a failed attempt leaves behind (positions of sequences) only a replay that watches can take back, and the shadow is of no use.
 */
export async function fastForward(history: History, until: number, session: Session): Promise<boolean> {
  for (const statement of [...history.preparation, ...history.bookkeepingSql]) await session.run(statement);
  const run = { context: { session, reader: createUnwatchedReader(session), clock: () => 0 }, settings: history.resetBetween };
  for (const migration of history.migrations.slice(0, until)) {
    const attempt = await attemptMigration(migration, history, { ...run, tolerance: "stop" });
    if (attempt.stopped !== null || attempt.statements.some(({ outcome }) => outcome.kind === "failed")) return false;
  }
  return true;
}
