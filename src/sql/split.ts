import type { Token, UnclosedKind } from "./lexer.ts";
import { nextToken } from "./lexer.ts";

/** One statement of a text, and where it stands. */
export interface SplitStatement {
  /** From its first to its last token: no terminator, no comment before or after it. */
  readonly sql: string;
  /** Of the first token, in UTF-16 units from 0. */
  readonly offset: number;
  /** Of the first token, from 1. */
  readonly line: number;
  /** Of the first token, in UTF-16 units from 1. */
  readonly column: number;
  /** The comments that stand directly before it, as written; absent where a blank line or nothing stands there. */
  readonly comment?: string;
  /** Set on the last statement where a quote, dollar quote or comment was opened and never closed. PostgreSQL refuses such text. */
  readonly unclosed?: TextPosition & { readonly what: UnclosedKind };
}

/** A place in a text. */
export interface TextPosition {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** Counts lines forward only, so that a whole file costs one pass. */
interface LineCounter {
  line: number;
  lineStart: number;
}

function locate(text: string, offset: number, counter: LineCounter): TextPosition {
  for (let at = text.indexOf("\n", counter.lineStart); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    counter.line++;
    counter.lineStart = at + 1;
  }
  return { offset, line: counter.line, column: offset - counter.lineStart + 1 };
}

/** Where a position given as an offset (UTF-16 units) stands: line and column from 1. */
export function positionAt(text: string, offset: number): TextPosition {
  return locate(text, Math.min(Math.max(offset, 0), text.length), { line: 1, lineStart: 0 });
}

/**
 * Tells where a statement ends, token by token: at a semicolon outside parentheses and outside the body of a function in SQL
 * syntax (`BEGIN ATOMIC … END`). The rule is psql's (`src/fe_utils/psqlscan.l`), so broken text is cut as psql would cut it.
 */
export interface StatementEnd {
  /** True where this token, a semicolon, ends the statement. Give it every token of the statement, in order. */
  endsAt(text: string, token: Token): boolean;
}

/** A fresh tracker for one statement. */
export function trackStatementEnd(): StatementEnd {
  let parentheses = 0;
  let blocks = 0;
  let opening = "";
  let words = 0;
  let previous = "";

  return {
    endsAt(text, token) {
      if (token.kind === "symbol") {
        const code = text.charCodeAt(token.start);
        if (code === 40) parentheses++;
        else if (code === 41) parentheses = Math.max(0, parentheses - 1);
        else if (code === 59) return parentheses === 0 && blocks === 0;
        return false;
      }
      if (token.kind !== "word") return false;
      const word = token.end - token.start > 9 ? "" : text.slice(token.start, token.end).toLowerCase();
      if (words < 4) opening += word;
      words++;
      if (blocks > 0) {
        if (word === "case") blocks++;
        else if (word === "end") blocks--;
      } else if (
        word === "atomic" &&
        previous === "begin" &&
        parentheses === 0 &&
        /^create(?:orreplace)?(?:function|procedure)/.test(opening)
      ) {
        blocks = 1;
      }
      previous = word;
      return false;
    },
  };
}

/**
 * Cuts a text into its statements by PostgreSQL's lexical rules; the text need not parse. Linear in its length.
 * Empty statements and comments that no statement follows give nothing. Data after COPY … FROM STDIN and psql's
 * meta-commands are psql's matter: see `src/sql/psql`.
 */
export function splitStatements(text: string): readonly SplitStatement[] {
  const statements: SplitStatement[] = [];
  const counter: LineCounter = { line: 1, lineStart: 0 };
  let tracker = trackStatementEnd();
  let first: Token | null = null;
  let last: Token | null = null;
  let comments: Token[] = [];
  let unclosed: Token | null = null;

  const finish = (): void => {
    if (first !== null && last !== null) {
      const comment = directlyBefore(text, comments, first.start);
      const at = locate(text, first.start, counter);
      statements.push({
        sql: text.slice(first.start, last.end),
        ...at,
        ...(comment === null ? {} : { comment }),
        ...(unclosed?.unclosed === undefined ? {} : { unclosed: { what: unclosed.unclosed, ...locate(text, unclosed.start, counter) } }),
      });
    }
    first = null;
    last = null;
    comments = [];
    tracker = trackStatementEnd();
  };

  for (let token = nextToken(text, 0); token !== null; token = nextToken(text, token.end)) {
    if (token.unclosed !== undefined) unclosed = token;
    if (token.kind === "comment") {
      // An unclosed comment swallows whatever follows: it is an error, so it counts as a statement of its own.
      if (token.unclosed !== undefined) {
        first ??= token;
        last = token;
      } else if (first === null) comments.push(token);
      continue;
    }
    if (tracker.endsAt(text, token)) {
      finish();
      continue;
    }
    first ??= token;
    last = token;
  }
  finish();
  return statements;
}

/** The comments that reach down to `start` with no blank line between. */
function directlyBefore(text: string, comments: readonly Token[], start: number): string | null {
  let from = start;
  let end: number | null = null;
  for (const comment of comments.toReversed()) {
    if (/\n[ \t\r]*\n/.test(text.slice(comment.end, from))) break;
    end ??= comment.end;
    from = comment.start;
  }
  return end === null ? null : text.slice(from, end);
}
