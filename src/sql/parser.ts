import { fingerprintSync, hasSqlDetails, loadModule, parsePlPgSQLSync, parseSync } from "libpg-query";
import type { Node, ParseResult } from "libpg-query";

export type { Node } from "libpg-query";

/** Loads PostgreSQL's parser (WebAssembly, about 20 ms). Await it once before any other function that parses; calling it again costs nothing. */
export async function loadParser(): Promise<void> {
  await loadModule();
}

/** PostgreSQL's complaint about a text. */
interface SyntaxProblem {
  readonly message: string;
  /** UTF-16 units from the start of the text. */
  readonly offset: number;
}

/** The parse tree of one statement, or why there is none. */
export type ParseOutcome = { readonly kind: "tree"; readonly tree: Node } | { readonly kind: "refused"; readonly problem: SyntaxProblem };

/** Parses exactly one statement by PostgreSQL 18's grammar. Never throws: text that holds none, or several, is refused too. */
export function parseTree(sql: string): ParseOutcome {
  let result: ParseResult;
  try {
    if (sql.includes("\0")) return refuse("the text holds a NUL character", sql.indexOf("\0"));
    if (sql === "") return refuse("the text holds no statement", 0);
    result = parseSync(sql);
  } catch (error) {
    return { kind: "refused", problem: toSyntaxProblem(sql, error) };
  }
  const [first, second] = result.stmts ?? [];
  if (first?.stmt === undefined) return refuse("the text holds no statement", 0);
  if (second !== undefined) return refuse("the text holds more than one statement", bytesToOffset(sql, second.stmt_location ?? 0));
  return { kind: "tree", tree: first.stmt };
}

/** libpg-query's fingerprint: equal for statements that differ in literals and layout only; `null` where the text does not parse. */
export function fingerprintOf(sql: string): string | null {
  try {
    return fingerprintSync(sql);
  } catch (error) {
    toSyntaxProblem(sql, error);
    return null;
  }
}

/** PL/pgSQL's own tree of a `CREATE FUNCTION … LANGUAGE plpgsql` (as loose JSON), or `null` where its body does not compile. */
export function parsePlpgsqlBody(createFunction: string): unknown {
  try {
    return parsePlPgSQLSync(createFunction);
  } catch (error) {
    toSyntaxProblem(createFunction, error);
    return null;
  }
}

function refuse(message: string, offset: number): ParseOutcome {
  return { kind: "refused", problem: { message, offset } };
}

/** An error of the parser as data. What the parser did not raise itself is a bug of ours and goes on. */
function toSyntaxProblem(sql: string, error: unknown): SyntaxProblem {
  if (hasSqlDetails(error)) {
    return { message: error.message, offset: codePointsToOffset(sql, error.sqlDetails?.cursorPosition ?? 0) };
  }
  if (error instanceof Error) return { message: `PostgreSQL's parser gave up: ${error.message}`, offset: 0 };
  throw error;
}

/** PostgreSQL counts error positions in characters (`pg_mbstrlen_with_len`), JavaScript in UTF-16 units. */
function codePointsToOffset(text: string, count: number): number {
  let offset = 0;
  for (let seen = 0; seen < count && offset < text.length; seen++) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

/** Locations in parse trees are bytes of UTF-8; this gives the UTF-16 unit. */
function bytesToOffset(text: string, bytes: number): number {
  let offset = 0;
  for (let seen = 0; seen < bytes && offset < text.length;) {
    const code = text.codePointAt(offset) ?? 0;
    seen += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    offset += code > 0xffff ? 2 : 1;
  }
  return offset;
}
