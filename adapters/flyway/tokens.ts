/** What Flyway's parser tells apart (`org.flywaydb.core.internal.parser.TokenType`), as far as PostgreSQL needs it. */
type TokenKind = "keyword" | "identifier" | "string" | "comment" | "blank-lines" | "delimiter" | "other" | "space";

/** A token of a script, from `start` to `end` in UTF-16 units. */
export interface FlywayToken {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** Whether it was opened and not closed before the end of the text. */
  readonly unclosed: boolean;
  /** Set where PostgreSQL may see another token there, so that its statement must be cut again by PostgreSQL's rules. */
  readonly doubtful?: true;
}

const letter = /\p{L}/u;
const letterOrDigit = /[\p{L}\p{Nd}]/u;
/** `Character.isWhitespace`; the separators 0x1C to 0x1F are among it. */
function isSpace(character: string): boolean {
  const code = character.charCodeAt(0);
  return (code >= 28 && code <= 31) || /\s/u.test(character);
}

function isLetter(code: number, character: string): boolean {
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
  return letter.test(character);
}

function isAsciiPart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || (code >= 48 && code <= 57) || code === 36;
}

function keywordEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code < 128 ? !isAsciiPart(code) : !letterOrDigit.test(text.charAt(end))) break;
    end++;
  }
  return end;
}

/** The offset after the closing mark, a doubled mark being passed over; -1 where it does not close. */
function closingQuote(text: string, from: number, mark: string): number {
  for (let at = text.indexOf(mark, from); at !== -1; at = text.indexOf(mark, at + 2)) {
    if (text[at + 1] !== mark) return at + 1;
  }
  return -1;
}

/** The same for a string in which a backslash hides the character after it. */
function closingEscaped(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 39) {
      if (text.charCodeAt(at + 1) !== 39) return at + 1;
      at++;
    }
  }
  return -1;
}

function finishString(text: string, start: number, end: number): FlywayToken {
  return end === -1
    ? { kind: "string", start, end: text.length, unclosed: true, doubtful: true }
    : { kind: "string", start, end, unclosed: false };
}

/** `'…'`. After a lower-case `e` PostgreSQL sees backslashes in it, Flyway does not. */
function plainString(text: string, start: number): FlywayToken {
  const token = finishString(text, start, closingQuote(text, start + 1, "'"));
  return text[start - 1] === "e" ? { ...token, doubtful: true } : token;
}

/** `B'…'`, `E'…'`, `X'…'`: to PostgreSQL only the second has escapes. */
function escapedString(text: string, start: number): FlywayToken {
  const token = finishString(text, start, closingEscaped(text, start + 2));
  return text[start] === "E" ? token : { ...token, doubtful: true };
}

/** Any `$` starts a quote, even that of `$1`: its tag reaches to the next `$` (`PostgreSQLParser.handleAlternativeStringLiteral`). */
function dollarQuoted(text: string, start: number): FlywayToken {
  const tagEnd = text.indexOf("$", start + 1);
  const tag = tagEnd === -1 ? null : text.slice(start, tagEnd + 1);
  // The parser looks ahead within a line only, so a tag that spans lines never closes.
  const close = tag === null || tag.includes("\n") ? -1 : text.indexOf(tag, start + tag.length);
  const end = close === -1 || tag === null ? text.length : close + tag.length;
  const token: FlywayToken = { kind: "string", start, end, unclosed: close === -1 };
  return close !== -1 && /^\$(?:[A-Za-z_][A-Za-z_0-9]*)?\$$/.test(tag ?? "") ? token : { ...token, doubtful: true };
}

function blockComment(text: string, start: number): FlywayToken {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start + 2;
  let depth = 1;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return { kind: "comment", start, end: mark.lastIndex, unclosed: false };
  }
  return { kind: "comment", start, end: text.length, unclosed: true, doubtful: true };
}

function quotedIdentifierEnd(text: string, start: number): { readonly end: number; readonly unclosed: boolean } {
  const end = closingQuote(text, start + 1, '"');
  return { end: end === -1 ? text.length : end, unclosed: end === -1 };
}

/** Up to two further parts of a dotted name. */
function additionalParts(text: string, from: number): { readonly end: number; readonly unclosed: boolean } {
  let end = from;
  let unclosed = false;
  for (let parts = 0; parts < 2 && text[end] === "."; parts++) {
    if (text[end + 1] === '"') ({ end, unclosed } = quotedIdentifierEnd(text, end + 1));
    else end = keywordEnd(text, end + 1);
  }
  return { end, unclosed };
}

function word(text: string, start: number): FlywayToken {
  const end = keywordEnd(text, start + 1);
  if (text[end] === ".") return { kind: "identifier", start, ...additionalParts(text, end) };
  for (let at = start; at < end; at++) {
    if (!isLetter(text.charCodeAt(at), text.charAt(at))) return { kind: "identifier", start, end, unclosed: false };
  }
  return { kind: "keyword", start, end, unclosed: false };
}

function whitespace(text: string, start: number): FlywayToken {
  let end = start;
  let feeds = 0;
  while (end < text.length && isSpace(text.charAt(end))) {
    if (text[end] === "\n") feeds++;
    end++;
  }
  return { kind: feeds >= 2 ? "blank-lines" : "space", start, end, unclosed: false };
}

/**
 * The token at `start`, by the rules of `org.flywaydb.core.internal.parser.Parser.readToken` and `PostgreSQLParser`.
 * They are not PostgreSQL's: `e'…'` in lower case is no escape string, for one.
 */
export function readToken(text: string, start: number): FlywayToken {
  const character = text.charAt(start);
  const single = (kind: TokenKind): FlywayToken => ({ kind, start, end: start + 1, unclosed: false });
  switch (character) {
    case "$":
      return dollarQuoted(text, start);
    case "'":
      return plainString(text, start);
    case '"': {
      const { end, unclosed } = quotedIdentifierEnd(text, start);
      if (unclosed || text[end] !== ".") return { kind: "identifier", start, end, unclosed };
      return { kind: "identifier", start, ...additionalParts(text, end) };
    }
    case "-":
      if (text[start + 1] === "-") {
        const ending = /[\r\n]/g;
        ending.lastIndex = start;
        return { kind: "comment", start, end: ending.exec(text)?.index ?? text.length, unclosed: false };
      }
      return single("other");
    case "/":
      return text[start + 1] === "*" ? blockComment(text, start) : single("other");
    case "B":
    case "E":
    case "X":
      if (text[start + 1] === "'") return escapedString(text, start);
      return word(text, start);
    case "U":
      if (text.startsWith("U&'", start)) return finishString(text, start, closingQuote(text, start + 3, "'"));
      return word(text, start);
    case ";":
      return single("delimiter");
    case " ":
    case "\r":
    case "\u00A0":
      return single("space");
    default:
      break;
  }
  if (isLetter(text.charCodeAt(start), character)) return word(text, start);
  if (character >= "0" && character <= "9") {
    let end = start + 1;
    while (end < text.length && text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end++;
    return { kind: "other", start, end, unclosed: false };
  }
  if (isSpace(character)) return whitespace(text, start);
  return single("other");
}
