import type { Markers } from "./profiles.ts";

/** The ways of one file, each with as many lines as the file, so that line numbers stay. */
export interface Sections {
  readonly up: string;
  /** `null` where the file has no way back. */
  readonly down: string | null;
  readonly hasUpMarker: boolean;
  readonly hasDownMarker: boolean;
  /** What stands before the first marker besides comments; it belongs to no way. */
  readonly before: string;
}

/** Cuts a file at its marker lines. Without an up marker, everything before the first down marker is up. */
export function cutSections(text: string, markers: Markers): Sections {
  const marks = [...findMarks(text, markers.up, "up"), ...findMarks(text, markers.down, "down")].sort(
    (left, right) => left.start - right.start,
  );
  const hasUpMarker = marks.some((mark) => mark.way === "up");
  const ranges = { up: [] as Range[], down: [] as Range[] };
  const first = marks[0]?.start ?? text.length;
  if (!hasUpMarker) ranges.up.push({ start: 0, end: first });
  for (const [at, mark] of marks.entries()) ranges[mark.way].push({ start: mark.end, end: marks[at + 1]?.start ?? text.length });
  return {
    up: keepOnly(text, ranges.up),
    down: ranges.down.length === 0 ? null : keepOnly(text, ranges.down),
    hasUpMarker,
    hasDownMarker: ranges.down.length > 0,
    before: hasUpMarker ? text.slice(0, first) : "",
  };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Mark extends Range {
  readonly way: "up" | "down";
}

function findMarks(text: string, pattern: RegExp | null, way: "up" | "down"): readonly Mark[] {
  if (pattern === null) return [];
  return [...text.matchAll(pattern)].map((found) => ({ way, start: found.index, end: found.index + found[0].length }));
}

/** The text with everything outside the ranges taken away but its line breaks. */
function keepOnly(text: string, ranges: readonly Range[]): string {
  let kept = "";
  let at = 0;
  for (const range of ranges) {
    kept += text.slice(at, range.start).replaceAll(/[^\n]+/g, "") + text.slice(range.start, range.end);
    at = range.end;
  }
  return kept;
}

/** Environment variables of goose (`ENVSUB`) and dbmate (`env:`), as the tools put them in. */
export interface Substitution {
  readonly text: string;
  /** Names that have no value, with their lines (from 1). */
  readonly missing: readonly { readonly name: string; readonly line: number }[];
}

/**
 * goose: between `-- +goose ENVSUB ON` and `OFF`, `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME-default}` are replaced line by line
 * (goose `internal/sqlparser`, mfridman/interpolate); `$$` and dollar tags of bodies are not names and stay.
 */
export function substituteGoose(text: string, values: Readonly<Record<string, string>>): Substitution {
  if (!/\+goose[ \t]+envsub[ \t]+on/i.test(text)) return { text, missing: [] };
  const missing: { name: string; line: number }[] = [];
  let on = false;
  const lines = text.split("\n").map((line, at) => {
    const mark = /^\s*--\s*\+goose\s+envsub\s+(on|off)\s*$/i.exec(line);
    if (mark !== null) on = mark[1]?.toLowerCase() === "on";
    if (!on || mark !== null) return line;
    return line.replaceAll(
      /(?<!\$)\$(?:\{([A-Za-z_]\w*)(?:(:?)-([^}]*))?\}|([A-Za-z_]\w*)(?![\w$]))/g,
      (whole, braced?: string, colon?: string, fallback?: string, bare?: string) => {
        const name = braced ?? bare ?? "";
        const value = Object.hasOwn(values, name) ? values[name] : undefined;
        if (value !== undefined && (value !== "" || colon !== ":")) return value;
        if (fallback !== undefined) return fallback;
        missing.push({ name, line: at + 1 });
        return whole;
      },
    );
  });
  return { text: lines.join("\n"), missing };
}
