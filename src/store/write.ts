import type { Session } from "../database/session.ts";

/**
 * A value as the JSON that PostgreSQL takes: it refuses NUL and half a character (a surrogate without its other, as a text has that was cut at a length), which
 * become the replacement character.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/\\\\|\\u(?:0000|d[89a-f][0-9a-f]{2})/g, (escape) => (escape === "\\\\" ? escape : "\uFFFD"));
}

/** Sends rows as one JSON parameter, so that a thousand of them are one query. `sql` names them as `$1::json` and ends with RETURNING; gives how many it returned. */
export async function write(session: Session, sql: string, values: unknown): Promise<number> {
  const [counted] = await session.rows<{ count: number }>(`with written as (${sql}) select count(*)::integer as count from written`, [
    toJson(values),
  ]);
  return counted?.count ?? 0;
}

/** As `write` for a list of rows, each with its place in the list as `ordinality`; nothing at all where there are none. */
export async function writeRows(session: Session, sql: string, rows: readonly unknown[]): Promise<number> {
  const placed = rows.map((row, index) => (typeof row === "object" && row !== null ? { ...row, ordinality: index + 1 } : row));
  return rows.length === 0 ? 0 : await write(session, sql, placed);
}
