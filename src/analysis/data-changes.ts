import type { ChangeSite } from "./scope.ts";
import { readableWords } from "./sql-text.ts";

/** Rows that the file itself lists: INSERT … VALUES, COPY FROM STDIN. */
export function isSeed(site: ChangeSite): boolean {
  const { kind, reads, object } = site.change;
  if (kind === "copy-from") return true;
  // An INSERT with ON CONFLICT reads its own table and is a seed all the same.
  return kind === "insert" && !reads.some((ref) => ref.kind === "table" && ref.name !== object?.name);
}

/** Whether the body of a DO block holds a statement that writes rows, run or not. */
export function writesRowsInCode(sql: string): boolean {
  return /\binsert\s+into\b|\bupdate\s+[\w".]+\s+(?:as\s+\w+\s+|\w+\s+)?set\b|\bdelete\s+from\b|\bmerge\s+into\b/.test(readableWords(sql));
}

/** The columns that an UPDATE assigns, as far as its text shows them; unquoted. Multi-column assignments included. */
export function assignedColumns(sql: string): readonly string[] {
  const words = readableWords(sql);
  const start = words.search(/\bset\b/);
  if (start === -1) return [];
  const columns: string[] = [];
  let depth = 0;
  let expectsName = true;
  for (const token of words.slice(start + 3).match(/"[^"]*"|[\w$.]+|[^\s\w]/g) ?? []) {
    if (token === ")") depth -= 1;
    const name = token.replaceAll('"', "");
    if (depth === 0 && (token === "where" || token === "from" || token === "returning")) break;
    if (expectsName && /^[\w$."]+$/.test(token)) {
      columns.push(name.split(".").at(-1) ?? name);
      expectsName = depth > 0 && expectsName;
    }
    if (token === "(") depth += 1;
    else if (token === "=" && depth === 0) expectsName = false;
    else if (token === "," && depth === 0) expectsName = true;
  }
  return columns;
}

// Functions that tidy a value without deciding anything.
const PLAIN_FUNCTIONS: ReadonlySet<string> = new Set(
  "coalesce nullif lower upper trim btrim ltrim rtrim replace now current_timestamp clock_timestamp gen_random_uuid uuid_generate_v4 cast concat format md5 left right substring to_timestamp date_trunc to_char to_jsonb jsonb_build_object array string_to_array regexp_replace values set and or not in exists where any all numeric decimal varchar char timestamp on using over".split(
    " ",
  ),
);

/** Whether values are computed by CASE or arithmetic: a rule of the business, whatever column it fills. Judged from the words. */
export function decidesByRules(sql: string): boolean {
  const words = readableWords(sql);
  if (/\bcase\b/.test(words)) return true;
  const body = words.slice(Math.max(0, words.search(/\bset\b/)));
  return /[\w)"]\s*[*/%+]\s*[\w("']/.test(body) || /[\w)"]\s+-\s+[\w("]/.test(body);
}

/**
 * Whether an UPDATE or MERGE works out something about rows that exist (by rules, from other tables, with functions of the application)
 * rather than putting a constant or a tidied copy into a column. Judged from the words of the statement.
 */
export function computesFromRows(sql: string): boolean {
  if (decidesByRules(sql)) return true;
  const words = readableWords(sql);
  const body = words.slice(Math.max(0, words.search(/\bset\b/)));
  if (/\bselect\b/.test(body) || /\bfrom\b/.test(body)) return true;
  for (const call of body.matchAll(/([a-z_][\w.]*)\s*\(/g)) {
    const name = call[1]?.split(".").at(-1) ?? "";
    if (!PLAIN_FUNCTIONS.has(name)) return true;
  }
  return false;
}
