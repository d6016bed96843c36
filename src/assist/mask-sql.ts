import { lexTokens, type Token } from "../sql/lexer.ts";
import { unquoteIdentifier } from "../sql/names.ts";
import type { LiteralNames } from "./literal-names.ts";
import { isSqlWord } from "./sql-words.ts";

/** Types whose numbers in parentheses are no data: lengths, digits, precisions. */
const MODIFIED =
  /^(?:varchar|char|character|varying|bpchar|numeric|decimal|dec|bit|varbit|float|time|timestamp|timestamptz|timetz|interval)$/i;

export interface SqlMasking {
  readonly names: LiteralNames;
  /**
   * `all`: words are names of the schema and stay. `known`: the text comes out of a program, where a sentence may look like SQL; only SQL's own words and those that
   * `isKnown` accepts stay.
   */
  readonly words: "all" | "known";
  /** Whether the schema has something of this name (lower case). */
  readonly isKnown: (name: string) => boolean;
}

/** SQL with every literal replaced by its name, in bodies of routines too, and without comments. Lengths of types and positions in arrays stay. */
export function maskSqlLiterals(sql: string, masking: SqlMasking): string {
  const bodies = ownBodies(sql);
  const parentheses: ("type" | "other")[] = [];
  let masked = "";
  let at = 0;
  let previous = "";
  for (const token of lexTokens(sql)) {
    const text = sql.slice(token.start, token.end);
    masked += sql.slice(at, token.start);
    at = token.end;
    if (token.kind === "comment") {
      masked += " ";
      continue;
    }
    if (text === "(") parentheses.push(MODIFIED.test(previous) ? "type" : "other");
    if (text === ")") parentheses.pop();
    const keepsNumber = parentheses.at(-1) === "type" || previous === "[" || previous === ":";
    masked += maskToken({ token, text, previous, keepsNumber, bodies, behind: sql.slice(at, at + 20) }, masking);
    previous = text;
  }
  return masked + sql.slice(at);
}

interface Place {
  readonly token: Token;
  readonly text: string;
  /** The token before it, comments aside. */
  readonly previous: string;
  readonly keepsNumber: boolean;
  readonly bodies: "sql" | "foreign";
  /** What stands behind it. */
  readonly behind: string;
}

/** `'public.books_id_seq'::regclass`: a name in the form of a text. */
function isRelationName(text: string, behind: string): boolean {
  return /^\s*::\s*regclass\b/i.test(behind) && /^'(?:\w+|"\w+")(?:\.(?:\w+|"\w+"))?'$/.test(text);
}

function maskToken({ token, text, previous, keepsNumber, bodies, behind }: Place, masking: SqlMasking): string {
  const { names, words, isKnown } = masking;
  switch (token.kind) {
    case "string":
      if (isRelationName(text, behind) && words === "all") return text;
      return `'${names.nameOf({ kind: "text", raw: text, value: plainValue(text) })}'`;
    case "dollar-string": {
      const open = text.indexOf("$", 1) + 1;
      const closed = token.unclosed === undefined;
      const inner = closed ? text.slice(open, -open) : text.slice(open);
      const isBody = bodies === "sql" && closed && /^(?:as|do|plpgsql|sql)$/i.test(previous);
      if (!isBody) return `'${names.nameOf({ kind: "text", raw: text, value: inner })}'`;
      return `${text.slice(0, open)}${maskSqlLiterals(inner, masking)}${text.slice(0, open)}`;
    }
    case "number":
      return keepsNumber ? text : names.nameOf({ kind: "number", raw: text, value: text });
    case "word":
    case "quoted-identifier": {
      if (words === "all" || isSqlWord(text) || isKnown(unquoteIdentifier(text).toLowerCase())) return text;
      return names.nameOf({ kind: "word", raw: text, value: text });
    }
    case "parameter":
    case "symbol":
    case "comment":
      return text;
  }
}

/** Whether the bodies in a statement are SQL or PL/pgSQL; one in another language is masked as a whole. */
function ownBodies(sql: string): "sql" | "foreign" {
  const [, language = "sql"] = /\blanguage\s+'?(\w+)/i.exec(sql) ?? [];
  return /^(?:sql|plpgsql)$/i.test(language) ? "sql" : "foreign";
}

/** The text of a plain string; `null` for one with a prefix, whose escapes are PostgreSQL's to read. */
function plainValue(text: string): string | null {
  return text.startsWith("'") && text.endsWith("'") && text.length > 1 ? text.slice(1, -1).replaceAll("''", "'") : null;
}
