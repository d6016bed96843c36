/** What a token is, as far as splitting, masking and psql need to know. */
type TokenKind = "word" | "quoted-identifier" | "string" | "dollar-string" | "number" | "parameter" | "symbol" | "comment";

/** What was opened and never closed. */
export type UnclosedKind = "quote" | "quoted identifier" | "dollar quote" | "comment";

/** One token of a text. Offsets count UTF-16 units. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** Set where the token runs to the end of the text because its closing mark is missing. */
  readonly unclosed?: UnclosedKind;
}

const SINGLE_QUOTE = 39;
const DOUBLE_QUOTE = 34;
const DOLLAR = 36;
const AMPERSAND = 38;
const BACKSLASH = 92;
const DASH = 45;
const SLASH = 47;
const STAR = 42;
const DOT = 46;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** `ident_start` of scan.l: a letter, an underscore, or any byte above ASCII. */
function startsWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 128;
}

/** `ident_cont` of scan.l without the dollar sign. */
function continuesTag(code: number): boolean {
  return startsWord(code) || isDigit(code);
}

/**
 * The first token at or after `from`, or `null` at the end of the text. Follows the flex rules of PostgreSQL 18
 * (`src/backend/parser/scan.l`) with `standard_conforming_strings = on`, for every construct that can hide a semicolon;
 * operators come as single characters. Never throws: an unclosed construct reaches to the end and says so.
 */
export function nextToken(text: string, from: number): Token | null {
  let start = from;
  while (start < text.length && isSpace(text.charCodeAt(start))) start++;
  if (start >= text.length) return null;
  const code = text.charCodeAt(start);
  const next = text.charCodeAt(start + 1);
  if (startsWord(code)) return wordOrPrefixedString(text, start);
  if (code === SINGLE_QUOTE) return stringToken(text, { start, quote: start, style: "plain" });
  if (code === DOUBLE_QUOTE) return quotedIdentifier(text, start, start);
  if (code === DASH && next === DASH) return { kind: "comment", start, end: endOfLine(text, start) };
  if (code === SLASH && next === STAR) return blockComment(text, start);
  if (code === DOLLAR) return dollarToken(text, start);
  if (isDigit(code) || (code === DOT && isDigit(next))) return numberToken(text, start);
  return { kind: "symbol", start, end: start + 1 };
}

/** Every token of a text in order, comments included. */
export function* lexTokens(text: string): Generator<Token> {
  let token = nextToken(text, 0);
  while (token !== null) {
    yield token;
    token = nextToken(text, token.end);
  }
}

function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === LINE_FEED || code === CARRIAGE_RETURN) break;
    at++;
  }
  return at;
}

function wordOrPrefixedString(text: string, start: number): Token {
  const next = text.charCodeAt(start + 1);
  const letter = text.charCodeAt(start) | 32;
  if (next === SINGLE_QUOTE && (letter === 101 || letter === 98 || letter === 120)) {
    return stringToken(text, { start, quote: start + 1, style: letter === 101 ? "escape" : "bits" });
  }
  if (next === AMPERSAND && letter === 117) {
    const mark = text.charCodeAt(start + 2);
    if (mark === SINGLE_QUOTE) return stringToken(text, { start, quote: start + 2, style: "plain" });
    if (mark === DOUBLE_QUOTE) return quotedIdentifier(text, start, start + 2);
  }
  let end = start + 1;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (!continuesTag(code) && code !== DOLLAR) break;
    end++;
  }
  return { kind: "word", start, end };
}

interface StringStart {
  readonly start: number;
  readonly quote: number;
  /** `escape`: a backslash takes the next character with it. `bits`: two quotes are not one. */
  readonly style: "plain" | "escape" | "bits";
}

function stringToken(text: string, { start, quote, style }: StringStart): Token {
  let at = quote + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (style === "escape" && code === BACKSLASH) {
      at += 2;
    } else if (code !== SINGLE_QUOTE) {
      at++;
    } else if (style !== "bits" && text.charCodeAt(at + 1) === SINGLE_QUOTE) {
      at += 2;
    } else {
      const continued = continuedString(text, at + 1);
      if (continued === null) return { kind: "string", start, end: at + 1 };
      at = continued;
    }
  }
  return { kind: "string", start, end: text.length, unclosed: "quote" };
}

/** `quotecontinue` of scan.l: a quote after white space that holds a line break goes on with the same string, escapes included. */
function continuedString(text: string, from: number): number | null {
  let at = from;
  let lineBreak = false;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === LINE_FEED || code === CARRIAGE_RETURN) lineBreak = true;
    if (isSpace(code)) at++;
    else if (lineBreak && code === DASH && text.charCodeAt(at + 1) === DASH) at = endOfLine(text, at);
    else return lineBreak && code === SINGLE_QUOTE ? at + 1 : null;
  }
  return null;
}

function quotedIdentifier(text: string, start: number, quote: number): Token {
  let at = text.indexOf('"', quote + 1);
  while (at !== -1 && text.charCodeAt(at + 1) === DOUBLE_QUOTE) at = text.indexOf('"', at + 2);
  if (at === -1) return { kind: "quoted-identifier", start, end: text.length, unclosed: "quoted identifier" };
  return { kind: "quoted-identifier", start, end: at + 1 };
}

function blockComment(text: string, start: number): Token {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start + 2;
  let depth = 1;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return { kind: "comment", start, end: mark.lastIndex };
  }
  return { kind: "comment", start, end: text.length, unclosed: "comment" };
}

function dollarToken(text: string, start: number): Token {
  let at = start + 1;
  if (isDigit(text.charCodeAt(at))) {
    while (isDigit(text.charCodeAt(at))) at++;
    return { kind: "parameter", start, end: at };
  }
  if (startsWord(text.charCodeAt(at))) {
    while (at < text.length && continuesTag(text.charCodeAt(at))) at++;
  }
  if (text.charCodeAt(at) !== DOLLAR) return { kind: "symbol", start, end: start + 1 };
  const tag = text.slice(start, at + 1);
  const close = text.indexOf(tag, at + 1);
  if (close === -1) return { kind: "dollar-string", start, end: text.length, unclosed: "dollar quote" };
  return { kind: "dollar-string", start, end: close + tag.length };
}

const NUMBER = /(?:\d[\d_]*\.?(?!\.)[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?(?:[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)?/y;

function numberToken(text: string, start: number): Token {
  NUMBER.lastIndex = start;
  const found = NUMBER.exec(text);
  return { kind: "number", start, end: start + Math.max(1, found?.[0].length ?? 1) };
}
