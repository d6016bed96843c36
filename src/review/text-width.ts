import stringWidth from "string-width";

/** Pads on the right to a width in terminal columns; wide characters count twice. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}

/** Cuts to a width in terminal columns, with `…` where something was cut. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let taken = "";
  for (const character of text) {
    if (stringWidth(taken + character) > width - 1) break;
    taken += character;
  }
  return `${taken}…`;
}

/** Breaks words onto lines of at most `width` columns; a longer word stands alone, and a no-break space becomes a space that does not break. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/[ \t\r\n]+/).filter(Boolean)) {
    if (line !== "" && stringWidth(line) + 1 + stringWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return (line === "" ? lines : [...lines, line]).map((whole) => whole.replaceAll("\u00A0", " "));
}

const SEGMENTS = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The characters of a text as a person counts them. */
export function charactersOf(text: string): readonly string[] {
  return Array.from(SEGMENTS.segment(text), ({ segment }) => segment);
}

/** Control characters, and those that turn the direction of writing around. */
const UNPRINTABLE = /[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** A text of others as it may be shown: nothing in it commands the terminal, tabs become spaces. One line stays one line. */
export function printable(text: string): string {
  return text.replaceAll("\t", "  ").replaceAll(UNPRINTABLE, "\uFFFD");
}

/** The lines of a text, each as it may be shown. */
export function printableLines(text: string): readonly string[] {
  return text.replaceAll("\r\n", "\n").split("\n").map(printable);
}
