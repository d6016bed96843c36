import type { Shadow } from "./database/session.ts";
import type { Result } from "./model/failure.ts";
import type { MigrationReplay } from "./model/replay.ts";
import type { Stage } from "./run.ts";
import { quoteIdentifier } from "./sql/quote.ts";

/** A fresh shadow with what the history takes for granted: the roles that the replay had to make, and the tool's own tables. */
export async function openPrepared(stage: Stage, replays: readonly MigrationReplay[]): Promise<Result<Shadow>> {
  const opened = await stage.openFresh();
  if (opened.kind === "failed") return opened;
  const roles = new Set(replays.flatMap((replay) => replay.assumedRoles ?? []));
  for (const role of roles) await opened.value.session.run(`CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`);
  const { preparation, bookkeepingSql } = stage.history;
  if (bookkeepingSql.length > 0) for (const sql of [...preparation, ...bookkeepingSql]) await opened.value.session.run(sql);
  return opened;
}
