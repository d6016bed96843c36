import { extractState, planBetween } from "../catalog/pg-delta.ts";
import { installCatalogReader } from "../catalog/install.ts";
import type { ReaderOptions } from "../catalog/reader.ts";
import type { Shadow } from "../database/session.ts";
import type { Result } from "../model/failure.ts";
import type { History } from "../model/history.ts";
import type { MigrationReplay } from "../model/replay.ts";
import type { Loss } from "../model/rollback.ts";
import { replayHistory } from "../replay/replay.ts";
import { qualifiedName } from "../sql/quote.ts";
import { classifyStatement } from "../sql/statement.ts";
import { type Candidate, plainStatement } from "./candidate.ts";

/** What the state difference needs: the history to run once more on another shadow, up to the migration in question. */
export interface StateDifferenceSource {
  readonly history: History;
  /** Where the migration stands, between transactions. */
  readonly shadow: Shadow;
  /** A fresh one, as the history found it. */
  readonly openFresh: () => Promise<Result<Shadow>>;
  readonly excludeFromReads: ReaderOptions["excludeFromReads"];
  /** How many migrations may be asked about: each costs a replay from the beginning and two reads of the whole catalog. */
  readonly limit: number;
}

/** Gives the candidate that pg-delta makes of the states after and before a migration; `null` where the limit is reached or it knows no way. */
export type StateDifference = (replay: MigrationReplay) => Promise<Candidate | null>;

/**
 * The last resort among the candidates: the whole state before a migration is obtained by running the history up to it on a fresh shadow,
 * since nothing keeps one per migration. What it drops and makes again is named as lost, even where it held no row.
 */
export function createStateDifference(source: StateDifferenceSource): StateDifference {
  let asked = 0;
  return async (replay) => {
    if (asked >= source.limit) return null;
    asked++;
    const options = { excludeFromReads: source.excludeFromReads };
    const opened = await source.openFresh();
    if (opened.kind === "failed") return null;
    const fresh = opened.value;
    try {
      await replayUntil(replay, { ...source, shadow: fresh });
      const before = await extractState(fresh, options);
      const { statements } = planBetween(await extractState(source.shadow, options), before);
      return {
        origin: "state-difference",
        statements: statements.map(plainStatement),
        unrunnable: null,
        destroys: destroyed(statements, replay),
      };
    } finally {
      await fresh.close();
    }
  };
}

async function replayUntil(replay: MigrationReplay, { history, shadow, excludeFromReads }: StateDifferenceSource): Promise<void> {
  const migrations = history.migrations.slice(
    0,
    history.migrations.findIndex(({ id }) => id === replay.migration.id),
  );
  const reader = await installCatalogReader(shadow.session, { excludeFromReads });
  const context = { session: shadow.session, reader, clock: () => 0 };
  for await (const _ of replayHistory({ ...history, migrations }, context)) {
    // Only where it leads counts.
  }
}

/** Tables and columns that stood before the migration and that the statements drop: their rows and values do not survive being made again. */
function destroyed(statements: readonly string[], replay: MigrationReplay): readonly Loss[] {
  const tables = new Set([...replay.before.values()].filter(({ kind }) => kind === "table").map(({ identity }) => identity));
  return statements.flatMap((sql) =>
    classifyStatement(sql).flatMap((change): readonly Loss[] => {
      if (change.object === null) return [];
      const name = (object: { readonly schema: string | null; readonly name: string }): string =>
        qualifiedName(object.schema ?? "public", object.name);
      if (change.kind === "drop-table" && tables.has(name(change.object))) {
        return [{ table: name(change.object), columns: [], what: "all rows: the table is dropped and made again" }];
      }
      const column = change.details.column;
      if (change.kind !== "drop-column" || column === undefined || !hadColumn(replay, name(change.object), column)) return [];
      return [{ table: name(change.object), columns: [column], what: "values: the column is dropped and made again" }];
    }),
  );
}

function hadColumn(replay: MigrationReplay, table: string, column: string): boolean {
  const object = [...replay.before.values()].find(({ identity }) => identity === table);
  return object?.facts.kind === "relation" && object.facts.columns.some(({ name }) => name === column);
}
