/** A stretch of a line, and what it is; the drawing gives it its looks, and every meaning has a sign of its own beside the colour. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

export type Tone = "plain" | "heading" | "faint" | "keyword" | "literal" | "added" | "removed" | "marked" | "good" | "bad";

export type Line = readonly Span[];

export function span(text: string, tone: Tone = "plain"): Span {
  return { text, tone };
}

/** The words that PostgreSQL's manual writes in capitals in the statements that migrations are made of. */
const KEYWORDS = new Set(
  `add all alter and any array as asc before after begin by cascade case cast check collate column comment commit concurrently constraint copy create cross database
  declare default deferrable delete desc distinct do domain drop each else elsif end enum exception execute exists extension false for foreign from full function
  generated grant group having identity if in index inherits inner insert instead into is join key language left like limit loop materialized merge not null of on only
  or order outer owner partition perform primary privileges procedure public references rename replace restrict return returning returns revoke right row rule schema
  select sequence set some table temporary then to transaction trigger true truncate type union unique unlogged update using values varying view when where with`
    .split(/\s+/)
    .filter(Boolean),
);

const TOKEN = /(--.*$)|('(?:[^']|'')*'?)|("(?:[^"]|"")*"?)|([\p{L}_][\p{L}\p{N}_$]*)|([^\p{L}_'"-]+|-)/gu;

/** One line of SQL in its parts, seen by itself: good enough to read by, nothing is decided by it. */
export function highlightSql(line: string): Line {
  const spans: Span[] = [];
  for (const [text, comment, literal, , word] of line.matchAll(TOKEN)) {
    const tone: Tone =
      comment !== undefined
        ? "faint"
        : literal !== undefined
          ? "literal"
          : word !== undefined && KEYWORDS.has(word.toLowerCase())
            ? "keyword"
            : "plain";
    const last = spans.at(-1);
    if (last?.tone === tone) spans[spans.length - 1] = { text: last.text + text, tone };
    else spans.push({ text, tone });
  }
  return spans;
}
