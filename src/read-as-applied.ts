import type { Adapter, ReadOptions } from "../adapters/adapter.ts";
import { matchApplied, type AppliedMatch } from "./analysis/match-applied.ts";
import type { AppliedHistory } from "./model/applied.ts";
import { ok, type Result } from "./model/failure.ts";
import type { History, Inspector, Migration } from "./model/history.ts";
import { readHistory } from "./reading/read-history.ts";
import { recoverApplied, type RecoveredContent } from "./reading/recover-applied.ts";

/** A history as a database had it run. */
export interface HistoryAsApplied {
  /** With the contents that were run, as far as git has them, and with authors and dates from the table where nothing else says them. */
  readonly history: History;
  /** `null` where the database has no table of the tool. */
  readonly applied: AppliedHistory | null;
  readonly match: AppliedMatch;
  /** What was taken from git, each with the question that says so. */
  readonly recovered: readonly RecoveredContent[];
  /** Of both: what does not match, and what was taken from git. */
  readonly questions: AppliedMatch["questions"];
}

/**
 * Reads a history together with the table in which its tool notes what it has applied: files that were edited or removed since are replaced by what was run,
 * where git still has it. A tool without such a table gives the history as it is. Reads the database through `at` alone.
 */
export async function readAsApplied(adapter: Adapter, options: ReadOptions, at: Inspector): Promise<Result<HistoryAsApplied>> {
  const read = await readHistory(adapter, options);
  if (read.kind === "failed") return read;
  const table = (await adapter.schemaHistory?.read(at, read.value)) ?? ok(null);
  if (table.kind === "failed") return table;
  const match = matchApplied(read.value, table.value);
  const recovered = adapter.schemaHistory === undefined ? [] : await recoverApplied(options.root, match, adapter.schemaHistory);
  if (recovered.length === 0) return ok(asApplied(read.value, table.value, []));

  const contents = new Map([...(options.contents ?? []), ...recovered.map(({ path, content }): [string, Uint8Array] => [path, content])]);
  const again = await readHistory(adapter, { ...options, contents });
  if (again.kind === "failed") return again;
  const rows = (await adapter.schemaHistory?.read(at, again.value)) ?? ok(null);
  return rows.kind === "failed" ? rows : ok(asApplied(again.value, rows.value, recovered));
}

function asApplied(history: History, applied: AppliedHistory | null, recovered: readonly RecoveredContent[]): HistoryAsApplied {
  const match = matchApplied(history, applied);
  const found = recovered.map(({ row, question }) => ({
    migration: question.migration ?? applied?.rows.find(({ rank }) => rank === row.rank)?.migration ?? null,
    draft: question.draft,
  }));
  const rows = new Map(applied?.rows.filter(({ state }) => state === "applied").map((row) => [row.migration, row]));
  const fill = (migration: Migration): Migration => {
    const row = rows.get(migration.id);
    return row === undefined
      ? migration
      : { ...migration, author: migration.author ?? row.installedBy, date: migration.date ?? row.installedOn };
  };
  return {
    history: { ...history, migrations: history.migrations.map(fill) },
    applied,
    match,
    recovered,
    questions: [...match.questions, ...found],
  };
}
