import { readToken } from "./tokens.ts";

/** One statement as Flyway would send it, from its first token that is no comment. */
export interface ScriptStatement {
  readonly sql: string;
  /** Of its first token in the given text, in UTF-16 units. */
  readonly offset: number;
  /** Whether Flyway thinks that it can run in a transaction. */
  readonly transactional: boolean;
  /** Whether PostgreSQL may cut it otherwise: see `FlywayToken.doubtful`. */
  readonly doubtful: boolean;
  /** The lines after `COPY … FROM STDIN` without the closing `\.`; `null` for every other statement. */
  readonly data: string | null;
}

interface SplitProblem {
  readonly kind: "incomplete-statement" | "unterminated-copy";
  readonly message: string;
  readonly offset: number;
}

export interface SplitScript {
  readonly statements: readonly ScriptStatement[];
  readonly problems: readonly SplitProblem[];
}

/** After this many keywords Flyway stops asking what kind of statement it reads. */
const detectionCutoff = 10;
const copyFromStdin = /^COPY( .*)? FROM STDIN$/;
/** The words with which the statements begin that these patterns are about. */
const decisive = new Set(["COPY", "CREATE", "DROP", "ALTER", "REINDEX", "VACUUM", "DISCARD"]);
const nonTransactional = [
  /^(CREATE|DROP) (DATABASE|TABLESPACE|SUBSCRIPTION)$/,
  /^ALTER SYSTEM$/,
  /^(CREATE|DROP)( UNIQUE)? INDEX CONCURRENTLY$/,
  /^REINDEX( VERBOSE)? (SCHEMA|DATABASE|SYSTEM)$/,
  /^VACUUM$/,
  /^DISCARD ALL$/,
];

/** What is known of the statement that is being read. */
interface Reading {
  start: number;
  /** Whether it has a token that is no parenthesis. */
  begun: boolean;
  doubtful: boolean;
  end: number;
  keywords: number;
  /** Its keywords outside parentheses, in upper case, joined by blanks; `-` where they decide nothing. */
  simplified: string;
  copy: boolean;
  transactional: boolean;
  /** Of SQL-standard bodies (`BEGIN ATOMIC … END`), and of CASE inside them. */
  blockDepth: number;
  previous: string;
}

function startReading(): Reading {
  return {
    start: -1,
    begun: false,
    doubtful: false,
    end: -1,
    keywords: 0,
    simplified: "",
    copy: false,
    transactional: true,
    blockDepth: 0,
    previous: "",
  };
}

function noteKeyword(reading: Reading, keyword: string): void {
  reading.keywords++;
  if (reading.blockDepth > 0) {
    // As of Flyway 13; before, `CASE … END` in such a body ended the statement early and PostgreSQL refused it.
    if (keyword === "CASE") reading.blockDepth++;
    else if (keyword === "END") reading.blockDepth--;
  } else if (keyword === "ATOMIC" && reading.previous === "BEGIN") {
    reading.blockDepth = 1;
  }
  simplify(reading, keyword);
}

function simplify(reading: Reading, word: string): void {
  if (reading.keywords > detectionCutoff || reading.copy || !reading.transactional) return;
  if (reading.simplified === "" && !decisive.has(word)) reading.simplified = "-";
  if (reading.simplified === "-") return;
  reading.simplified += reading.simplified === "" ? word : ` ${word}`;
  if (copyFromStdin.test(reading.simplified)) reading.copy = true;
  else if (nonTransactional.some((pattern) => pattern.test(reading.simplified))) reading.transactional = false;
}

function withoutEnd(offset: number): SplitProblem {
  return { kind: "unterminated-copy", message: "the data of COPY … FROM STDIN have no closing `\\.`", offset };
}

/** The data lines after a COPY: from the line after the `;` to the one that is `\.`. */
function readCopyData(text: string, from: number): { readonly data: string; readonly next: number } | null {
  const lineEnd = text.indexOf("\n", from);
  const dataStart = lineEnd === -1 ? text.length : lineEnd + 1;
  for (let at = dataStart; at < text.length;) {
    const feed = text.indexOf("\n", at);
    const next = feed === -1 ? text.length : feed + 1;
    if (text.startsWith("\\.", at) || text.slice(at, next).trim() === "\\.") {
      if (text.slice(at, next).trim() === "\\.") return { data: text.slice(dataStart, at), next };
    }
    at = next;
  }
  return null;
}

/** Where the splitter stands in a script. */
interface Position {
  at: number;
  /** Not reset between statements: a `)` too many keeps every later `;` from ending one. */
  parentheses: number;
}

/**
 * Passes over blanks and parentheses, and inside a statement over digits and commas, without making tokens of them: rows of data consist of
 * little else.
 */
function passOver(text: string, position: Position, reading: Reading): void {
  for (; position.at < text.length; position.at++) {
    const code = text.charCodeAt(position.at);
    if (code === 32 || code === 10 || code === 13 || code === 9) continue;
    if (code === 40) position.parentheses++;
    else if (code === 41) position.parentheses--;
    else if (!reading.begun || (code !== 44 && (code < 48 || code > 57))) return;
    if (reading.start === -1) reading.start = position.at;
    reading.end = position.at + 1;
    reading.previous = "";
  }
}

/**
 * Cuts a script into statements exactly where Flyway does (`Parser.getNextStatement` and `PostgreSQLParser` of Flyway 9 to 13):
 * at `;` outside parentheses and SQL-standard bodies; empty statements and comments alone give nothing; the last
 * statement needs no `;`, and takes the rest of the file where a quote or a parenthesis does not close. Linear in the length of the text.
 * One difference: Flyway drops parentheses before the first word of a statement, so that PostgreSQL refuses it; here they stay.
 */
export function splitScript(text: string): SplitScript {
  const statements: ScriptStatement[] = [];
  const problems: SplitProblem[] = [];
  const position: Position = { at: 0, parentheses: 0 };
  let reading = startReading();

  const finish = (): void => {
    statements.push({
      sql: text.slice(reading.start, reading.end),
      offset: reading.start,
      transactional: reading.transactional,
      doubtful: reading.doubtful || position.parentheses !== 0,
      data: null,
    });
  };

  for (;;) {
    passOver(text, position, reading);
    if (position.at >= text.length) break;
    const token = readToken(text, position.at);
    position.at = token.end;
    if (token.doubtful === true) reading.doubtful = true;
    if (token.kind === "space" || token.kind === "blank-lines") continue;
    if (token.kind === "comment") {
      // After the last statement it harms nothing; inside one PostgreSQL refuses it.
      if (token.unclosed && reading.start !== -1) reading.end = text.length;
      continue;
    }
    // Nothing but parentheses so far is no statement to Flyway.
    if (token.kind === "delimiter" && !reading.begun) {
      reading.start = -1;
      continue;
    }
    if (token.kind === "delimiter" && position.parentheses === 0 && reading.blockDepth === 0) {
      if (reading.copy) {
        const copied = readCopyData(text, token.end);
        if (copied === null) {
          problems.push(withoutEnd(reading.start));
          return { statements, problems };
        }
        statements.push({
          sql: text.slice(reading.start, reading.end),
          offset: reading.start,
          transactional: true,
          doubtful: false,
          data: copied.data,
        });
        position.at = copied.next;
      } else finish();
      reading = startReading();
      continue;
    }
    if (reading.start === -1) reading.start = token.start;
    reading.end = token.end;
    reading.begun = true;
    if (token.kind === "keyword" && position.parentheses === 0) {
      const keyword = text.slice(token.start, token.end).toUpperCase();
      noteKeyword(reading, keyword);
      reading.previous = keyword;
    } else if (position.parentheses === 0) {
      if (text.charAt(token.start) === "@") simplify(reading, "@");
      reading.previous = "";
    }
  }

  if (reading.begun) {
    if (reading.blockDepth > 0) problems.push({ kind: "incomplete-statement", message: "BEGIN ATOMIC has no END", offset: reading.start });
    else if (reading.copy) problems.push(withoutEnd(reading.start));
    else finish();
  }
  return { statements, problems };
}
