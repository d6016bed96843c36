import { lexTokens, type Token } from "../lexer.ts";

/** The columns that a query gives, as far as its text says: constants with their value, others by name. */
export interface ResultColumns {
  readonly constants: ReadonlyMap<string, string>;
  /** Columns with a name but no constant. */
  readonly named: readonly string[];
  /** Whether every column is among these. */
  readonly complete: boolean;
}

/**
 * Reads the select list of a query for `\gset`. Only `SELECT 'text' AS a, 1 AS b` without FROM gives constants; whatever else the
 * query does, its result is the database's to know.
 */
export function readResultColumns(sql: string): ResultColumns {
  const tokens = [...lexTokens(sql)].filter((token) => token.kind !== "comment");
  const word = (token: Token | undefined): string => (token === undefined ? "" : sql.slice(token.start, token.end));
  if (word(tokens[0]).toLowerCase() !== "select") return { constants: new Map(), named: [], complete: false };

  const items: Token[][] = [[]];
  let depth = 0;
  let bare = true;
  for (const token of tokens.slice(1)) {
    const text = word(token);
    if (text === "(" || text === "[") depth++;
    if (text === ")" || text === "]") depth--;
    if (depth === 0 && token.kind === "word" && /^(?:from|where|group|order|limit|union|having)$/i.test(text)) {
      bare = false;
      break;
    }
    if (depth === 0 && text === ",") items.push([]);
    else items.at(-1)?.push(token);
  }

  const constants = new Map<string, string>();
  const named: string[] = [];
  let complete = true;
  for (const item of items) {
    const name = columnName(item.map(word));
    const value = item.length <= 3 && bare ? constantValue(word(item[0])) : null;
    if (name === null) complete = false;
    else if (value === null || item.length < 2) named.push(name);
    else constants.set(name, value);
  }
  return { constants, named, complete };
}

function columnName(words: readonly string[]): string | null {
  const last = words.at(-1) ?? "";
  const before = words.at(-2)?.toLowerCase();
  if (before !== "as" && !(words.length === 2 && constantValue(words[0] ?? "") !== null)) {
    return words.length === 1 && /^[a-z_]\w*$/i.test(last) ? last.toLowerCase() : null;
  }
  if (last.startsWith('"')) return last.slice(1, -1).replaceAll('""', '"');
  return /^[a-z_]\w*$/i.test(last) ? last.toLowerCase() : null;
}

function constantValue(word: string): string | null {
  if (/^'(?:[^']|'')*'$/.test(word)) return word.slice(1, -1).replaceAll("''", "'");
  if (/^\d+(?:\.\d+)?$/.test(word)) return word;
  if (/^true$/i.test(word)) return "t";
  if (/^false$/i.test(word)) return "f";
  return null;
}
