/** What a change of a column's type does to rows and to the programs that use it. */
export interface TypeChange {
  /** `none`: the catalog alone changes. `rewrite`: every row and every index is written again. `timezone`: none where the session is in UTC, else all. */
  readonly rewrite: "none" | "rewrite" | "timezone";
  /** For a program that knew the old type. */
  readonly fit: "wider" | "narrower" | "different";
  /** What the values lose, in words; `null` where the cast keeps them or fails. */
  readonly loss: string | null;
}

interface ParsedType {
  readonly base: string;
  readonly modifiers: readonly number[];
}

/** Splits what `format_type()` prints: `timestamp(3) without time zone` is base `timestamp without time zone`, modifiers `[3]`. */
function parseType(text: string): ParsedType {
  const match = /\(([\d, -]+)\)/.exec(text);
  const base = text
    .replace(/\([\d, -]+\)/, "")
    .replace(/\s+/g, " ")
    .trim();
  return { base, modifiers: match?.[1] === undefined ? [] : match[1].split(",").map(Number) };
}

const INTEGERS = ["smallint", "integer", "bigint"];
const FLOATS = ["real", "double precision"];
const TIMES = new Set([
  "timestamp without time zone",
  "timestamp with time zone",
  "time without time zone",
  "time with time zone",
  "interval",
]);
const STRINGS = new Set(["text", "character varying"]);

const KEEPS: TypeChange = { rewrite: "none", fit: "wider", loss: null };

function compareModifiers(from: ParsedType, to: ParsedType): TypeChange | null {
  const [fromFirst, fromSecond = 0] = from.modifiers;
  const [toFirst, toSecond = 0] = to.modifiers;
  if (toFirst === undefined) {
    // character is padded to its length: without one it means character(1), so a missing modifier is not "unlimited" there.
    return from.base === "character" ? null : KEEPS;
  }
  if (from.base === "numeric") {
    if (fromFirst === undefined)
      return { rewrite: "rewrite", fit: "narrower", loss: `digits after the ${toSecond}th decimal are rounded away` };
    const loss = toSecond < fromSecond ? `values are rounded to ${toSecond} decimals` : null;
    const keepsWhole = toFirst - toSecond >= fromFirst - fromSecond;
    const wider = keepsWhole && toSecond >= fromSecond;
    // numeric_support drops the cast only where the scale stays the same.
    return { rewrite: wider && toSecond === fromSecond ? "none" : "rewrite", fit: wider ? "wider" : "narrower", loss };
  }
  const grows = fromFirst !== undefined && toFirst >= fromFirst;
  if (TIMES.has(from.base)) {
    return grows ? KEEPS : { rewrite: "rewrite", fit: "narrower", loss: `fractions of a second beyond ${toFirst} digits are rounded away` };
  }
  if (from.base === "character" || from.base === "bit") return { rewrite: "rewrite", fit: grows ? "wider" : "narrower", loss: null };
  return grows ? KEEPS : { rewrite: "rewrite", fit: "narrower", loss: null };
}

function compareRanks(from: string, to: string): TypeChange | null {
  for (const ranks of [INTEGERS, FLOATS]) {
    const before = ranks.indexOf(from);
    const after = ranks.indexOf(to);
    if (before === -1 || after === -1) continue;
    const narrowing = after < before;
    return {
      rewrite: "rewrite",
      fit: narrowing ? "narrower" : "wider",
      loss: narrowing && ranks === FLOATS ? "values are rounded to single precision" : null,
    };
  }
  return null;
}

const LOSSES: readonly { readonly from: RegExp; readonly to: RegExp; readonly loss: string }[] = [
  { from: /^timestamp/, to: /^date$/, loss: "the time of day is gone" },
  { from: /^timestamp/, to: /^time /, loss: "the date is gone" },
  {
    from: /^timestamp with time zone$/,
    to: /^timestamp without time zone$/,
    loss: "the moment in time becomes a local time of the session's zone",
  },
  { from: /^(numeric|real|double precision)$/, to: /^(smallint|integer|bigint)$/, loss: "fractions are rounded away" },
  { from: /^numeric$/, to: /^(real|double precision)$/, loss: "exact numbers become approximations" },
  { from: /^json$/, to: /^jsonb$/, loss: "white space, key order and duplicate keys are gone" },
  { from: /^inet$/, to: /^cidr$/, loss: "host bits are gone" },
];

/**
 * What `ALTER COLUMN … TYPE` from one `format_type()` text to another does without a USING clause.
 * Rules: ATColumnChangeRequiresRewrite and the cast support functions (varchar_support, numeric_support, timestamp_support)
 * of PostgreSQL's source; ALTER TABLE, notes. A pair it does not know is taken to rewrite the table and to break programs.
 */
export function compareTypes(from: string, to: string): TypeChange {
  if (from === to) return KEEPS;
  const old = parseType(from);
  const next = parseType(to);
  if (old.base === next.base) return compareModifiers(old, next) ?? { rewrite: "rewrite", fit: "different", loss: null };
  if (STRINGS.has(old.base) && STRINGS.has(next.base)) {
    return next.modifiers.length === 0 ? KEEPS : { rewrite: "rewrite", fit: "narrower", loss: null };
  }
  if (old.base === "character" && STRINGS.has(next.base)) return { rewrite: "rewrite", fit: "wider", loss: null };
  // Binary-coercible: no row is written again, but comparisons and every index on the column become case-insensitive.
  if (STRINGS.has(old.base) && /(^|\.)citext$/.test(next.base)) return { rewrite: "none", fit: "different", loss: null };
  if (old.base === "cidr" && next.base === "inet") return KEEPS;
  const ranked = compareRanks(old.base, next.base);
  if (ranked !== null) return ranked;
  if (INTEGERS.includes(old.base) && next.base === "numeric" && next.modifiers.length === 0)
    return { rewrite: "rewrite", fit: "wider", loss: null };
  const loss = LOSSES.find((rule) => rule.from.test(old.base) && rule.to.test(next.base))?.loss ?? null;
  // Since PostgreSQL 12 timestamp and timestamptz are exchanged without a rewrite where the session's zone is UTC.
  const zoned = old.base.startsWith("timestamp") && next.base.startsWith("timestamp");
  return { rewrite: zoned ? "timezone" : "rewrite", fit: "different", loss };
}
