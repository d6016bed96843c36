import pc from "picocolors";
import stringWidth from "string-width";
import { count, counted, duration } from "../model/say-number.ts";
import { cut, padEnd, wrap } from "../review/text-width.ts";

export { count, counted, cut, duration, padEnd, wrap };

/** Colours of one output stream: plain text where it is not a terminal or the user asked for none. */
export type Style = ReturnType<typeof pc.createColors>;

/** Colour only on a terminal; `NO_COLOR` and `--no-color` turn it off (https://no-color.org). */
export function styleFor(stream: NodeJS.WriteStream, wantsColor: "auto" | "never"): Style {
  const plain = wantsColor === "never" || !stream.isTTY || (process.env["NO_COLOR"] ?? "") !== "" || process.env["TERM"] === "dumb";
  // Never undefined, as `isTTY` is of a pipe: picocolors would ask the environment instead, where `CI` means colour to it.
  return pc.createColors(!plain);
}

/** How wide a text may be and in what colours: a terminal's own width up to 140 columns; 120 for files and pipes. */
export function screenOf(stream: NodeJS.WriteStream, wantsColor: "auto" | "never"): { readonly style: Style; readonly width: number } {
  return { style: styleFor(stream, wantsColor), width: Math.max(40, Math.min(stream.columns ?? 120, 140)) };
}

/** Pads on the left, for numbers. */
export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - stringWidth(text))) + text;
}

/** Cuts to a width as `cut` does, but behind a whole word where one ends in the second half. */
export function cutWords(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const taken = cut(text, width);
  const space = taken.lastIndexOf(" ");
  return space > taken.length / 2 ? `${taken.slice(0, space).replace(/[,;:]$/, "")} …` : taken;
}

/** Cuts a path from the left, between folders where it can: the name of the file and the line stay. */
export function cutPath(path: string, width: number): string {
  if (stringWidth(path) <= width) return path;
  const tail = path.slice(-(width - 1));
  const slash = tail.indexOf("/");
  return `…${slash < 0 ? tail : tail.slice(slash)}`;
}

/** As many names as fit: `V3, V7 and 12 more`. */
export function listWithin(names: readonly string[], width: number): string {
  const whole = names.join(", ");
  if (stringWidth(whole) <= width) return whole;
  for (let shown = names.length - 1; shown > 0; shown -= 1) {
    const text = `${names.slice(0, shown).join(", ")} and ${count(names.length - shown)} more`;
    if (stringWidth(text) <= width) return text;
  }
  return counted(names.length, "migration");
}

/** Words that `wrap` leaves on one line. */
export function together(text: string): string {
  return text.replaceAll(" ", "\u00A0");
}

/** A text behind a label, wrapped to `width` columns in all, the further lines under the first. */
export function hang(label: string, text: string, width: number): readonly string[] {
  const indent = stringWidth(label);
  return wrap(text, Math.max(20, width - indent)).map((line, index) => (index === 0 ? label : " ".repeat(indent)) + line);
}

/** Rows as aligned columns, two spaces apart; columns named in `right` are aligned to the right. */
export function alignColumns(rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, stringWidth(cell))));
  return rows.map((row) =>
    row
      .map((cell, index) =>
        right.has(index) ? padStart(cell, widths[index] ?? 0) : index === row.length - 1 ? cell : padEnd(cell, widths[index] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** `512 MB` */
export function megabytes(bytes: number): string {
  return `${count(Math.round(bytes / 1_000_000))} MB`;
}
