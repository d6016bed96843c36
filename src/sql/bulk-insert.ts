import { nextToken } from "./lexer.ts";

/** A long INSERT with all but the first of its rows taken out. */
export interface ShortenedInsert {
  readonly sql: string;
  /** Where the rows were taken out, and how many UTF-16 units they had. */
  readonly cut: number;
  readonly removed: number;
}

/** Below this the parser's answer (a tree some twenty times as large) is no burden. */
const LONG = 200_000;

/** Words that a row of plain values may hold. */
const PLAIN = /^(?:null|true|false|default)$/i;

/**
 * Shortens `INSERT … VALUES (…), (…), …` of literals to its first row: a bulk load then costs one pass over its text instead of a
 * parse tree of gigabytes. `null` where the statement is short, or where a row holds more than literals.
 */
export function shortenInsert(sql: string): ShortenedInsert | null {
  if (sql.length < LONG) return null;
  const values = findValues(sql);
  if (values === null) return null;
  let depth = 0;
  let firstRow: number | null = null;
  let end = values;
  for (let token = nextToken(sql, values); token !== null; token = nextToken(sql, token.end)) {
    if (token.kind === "comment") continue;
    const mark = token.kind === "symbol" ? sql[token.start] : "";
    if (mark === "(") depth++;
    else if (mark === ")") {
      depth--;
      if (depth === 0) {
        firstRow ??= token.end;
        end = token.end;
      }
    } else if (token.kind === "word" || token.kind === "quoted-identifier") {
      // ON CONFLICT, RETURNING: the list is over.
      if (depth === 0) break;
      if (firstRow !== null && !PLAIN.test(sql.slice(token.start, token.end))) return null;
    }
  }
  if (firstRow === null || end === firstRow) return null;
  return { sql: sql.slice(0, firstRow) + sql.slice(end), cut: firstRow, removed: end - firstRow };
}

/** Where the rows begin: after `INSERT INTO name (columns) VALUES`. */
function findValues(sql: string): number | null {
  let depth = 0;
  let first = true;
  for (let token = nextToken(sql, 0); token !== null; token = nextToken(sql, token.end)) {
    if (token.kind === "comment") continue;
    const word = token.end - token.start > 6 ? "" : sql.slice(token.start, token.end).toLowerCase();
    if (first && word !== "insert") return null;
    first = false;
    if (word === "(") depth++;
    if (word === ")") depth--;
    if (word === "values" && depth === 0) return token.end;
    if (word === "select" || token.start > LONG) return null;
  }
  return null;
}
