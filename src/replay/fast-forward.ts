import { createUnwatchedReader } from "../catalog/unwatched-reader.ts";
import type { Session } from "../database/session.ts";
import type { History, Migration } from "../model/history.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { attemptMigration } from "./attempt.ts";

/** How far to go, and what is known of the way. */
export interface FastForward {
  readonly until: number;
  /** Roles that a migration takes for granted, where an earlier replay had to make them. */
  readonly assumedRoles?: (migration: Migration) => readonly string[];
  /** Called behind so many migrations, 0 to `until` - 1, outside of any transaction. */
  readonly reached?: (migrations: number) => Promise<void>;
}

/**
 * Brings a fresh shadow to where a history stands after its first `until` migrations, as `replayHistory` would, without looking at what they do. Gives false
 * where one of them fails: what a failed attempt leaves behind (positions of sequences) only a replay that watches can take back, and the shadow is of no use.
 */
export async function fastForward(history: History, session: Session, { until, assumedRoles, reached }: FastForward): Promise<boolean> {
  for (const statement of [...history.preparation, ...history.bookkeepingSql]) await session.run(statement);
  const run = { context: { session, reader: createUnwatchedReader(session), clock: () => 0 }, settings: history.resetBetween };
  for (const [index, migration] of history.migrations.slice(0, until).entries()) {
    await reached?.(index);
    for (const role of assumedRoles?.(migration) ?? []) await session.run(`CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`);
    const attempt = await attemptMigration(migration, history, { ...run, tolerance: "stop" });
    if (attempt.stopped !== null || attempt.statements.some(({ outcome }) => outcome.kind === "failed")) return false;
  }
  return true;
}
