import { lexTokens } from "../lexer.ts";

/** Whether a statement is `COPY … FROM STDIN`, which takes its rows from the lines that follow. */
export function isCopyFromStdin(sql: string): boolean {
  if (!/^copy\b/i.test(sql)) return false;
  const words = topLevelWords(sql);
  const from = words.findIndex((word) => word.text === "from");
  return from !== -1 && words[from + 1]?.text === "stdin";
}

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Unquoted words and strings outside parentheses, in lower case but for strings. */
function topLevelWords(sql: string): readonly Word[] {
  const words: Word[] = [];
  let depth = 0;
  for (const token of lexTokens(sql)) {
    const text = sql.slice(token.start, token.end);
    if (text === "(") depth++;
    else if (text === ")") depth--;
    else if (depth === 0 && token.kind !== "comment" && token.kind !== "symbol") {
      words.push({ ...token, text: token.kind === "word" ? text.toLowerCase() : text });
    }
  }
  return words;
}

/** What `\copy` asks for. */
export type ClientCopy =
  /** Rows from the lines that follow in the script. */
  | { readonly kind: "from-script"; readonly sql: string }
  | { readonly kind: "from-file"; readonly sql: string; readonly path: string }
  /** Writes a file of the client's: nothing changes in the database. */
  | { readonly kind: "to" }
  | { readonly kind: "program" }
  | { readonly kind: "unreadable" };

/**
 * Reads the rest of the line after `\copy` (psql manual, `\copy`): the same statement with STDIN in place of the client's file.
 * Variables are not put in, as in psql.
 */
export function parseClientCopy(line: string): ClientCopy {
  const words = topLevelWords(line);
  const direction = words.find((word) => word.text === "from" || word.text === "to");
  const source = words.find((word) => direction !== undefined && word.start >= direction.end);
  if (direction === undefined) return { kind: "unreadable" };
  if (source?.text === "program") return { kind: "program" };
  if (direction.text === "to") return { kind: "to" };
  const rest = line.slice(direction.end);
  const given = /^\s*(?:'((?:[^']|'')*)'|(\S+?))(?=[\s;]|$)/.exec(rest);
  if (given === null) return { kind: "unreadable" };
  const options = rest.slice(given[0].length).replace(/;?\s*$/, "");
  const sql = `COPY ${line.slice(0, direction.start).trim()} FROM STDIN${options}`;
  const bare = given[2];
  if (bare !== undefined && /^p?stdin$/i.test(bare)) return { kind: "from-script", sql };
  return { kind: "from-file", sql, path: bare ?? (given[1] ?? "").replaceAll("''", "'") };
}

/** The lines of a COPY that begin at `from`, up to `\.` or the end of the text, and where the text goes on. */
export function readCopyLines(text: string, from: number): { readonly data: string; readonly end: number } {
  if (/^\\\.\r?(?:\n|$)/.test(text.slice(from, from + 4)))
    return { data: "", end: Math.min(text.length, text.indexOf("\n", from) + 1 || text.length) };
  const close = /\n\\\.\r?(?:\n|$)/g;
  close.lastIndex = Math.max(0, from - 1);
  const found = close.exec(text);
  if (found === null) return { data: text.slice(from), end: text.length };
  return { data: text.slice(from, Math.max(from, found.index + 1)), end: close.lastIndex };
}
