import type { History } from "../model/history.ts";
import type { ExecutedStatement, MigrationReplay } from "../model/replay.ts";
import type { ParsedStatement } from "../model/sql.ts";
import type { SquashInput } from "../model/squash.ts";
import { parseStatement } from "../sql/statement.ts";

const initialPath: readonly string[] = ["public"];

/**
 * Every statement that took effect in a replay, in order, each with the `search_path` under which its names were looked up: that of the
 * tool before each migration, then what the migration itself sets. What failed or was not run is left out, and so is what only
 * concerns the tool's own tables: they are no part of the converted history.
 */
export function collectInputs(history: History, replays: readonly MigrationReplay[]): readonly SquashInput[] {
  const inputs: SquashInput[] = [];
  const bookkeeping = new Set(history.bookkeeping.map((table) => table.slice(table.lastIndexOf(".") + 1)));
  const concernsTool = ({ changes }: ParsedStatement): boolean =>
    changes.length > 0 && changes.every(({ writes }) => writes.length > 0 && writes.every(({ name }) => bookkeeping.has(name)));
  let path = pathAfter(initialPath, history.preparation.map(parseStatement));
  for (const { migration, statements } of replays) {
    path = pathAfter(path, history.resetBetween.map(parseStatement));
    const outside = path;
    for (const statement of statements) {
      const { step, parsed, outcome } = statement;
      if (step.kind === "custom-code" || parsed === null || outcome.kind !== "done" || concernsTool(parsed)) continue;
      inputs.push({ migration: migration.id, step, parsed, rows: outcome.rows, searchPath: path });
      path = pathAfter(path, [parsed]);
    }
    if (setsLocally(statements)) path = outside;
  }
  return inputs;
}

/** `SET LOCAL search_path` ends with the migration's transaction. */
function setsLocally(statements: readonly ExecutedStatement[]): boolean {
  return statements.some(({ parsed }) =>
    parsed?.changes.some(({ details }) => details.setting === "search_path" && details.local === true),
  );
}

function pathAfter(path: readonly string[], statements: readonly ParsedStatement[]): readonly string[] {
  let current = path;
  for (const { sql, changes } of statements) {
    const call = setConfig.exec(sql);
    if (call?.[1] !== undefined) current = splitPath(call[1]);
    for (const { details } of changes) {
      if (details.setting !== "search_path") continue;
      current = details.value === undefined ? initialPath : splitPath(details.value);
    }
  }
  return current;
}

/** `SELECT pg_catalog.set_config('search_path', '', false)`: the first statement of every dump. */
const setConfig = /^\s*select\s+(?:pg_catalog\.)?set_config\s*\(\s*'search_path'\s*,\s*'([^']*)'/i;

/** The schemas of a `search_path` value, without quotes; those that stand for the session's user are left out. */
function splitPath(value: string): readonly string[] {
  const names = value
    .split(",")
    .map((part) =>
      part
        .trim()
        .replace(/^"(.*)"$/s, "$1")
        .replaceAll('""', '"'),
    )
    .filter((name) => name !== "" && name !== "$user");
  return [...new Set(names)];
}
