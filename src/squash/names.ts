/**
 * The names that PostgreSQL gives to what a statement leaves unnamed (`makeObjectName`, `ChooseRelationName`, `ChooseConstraintName`
 * and `ChooseIndexNameAddition` in src/backend/commands/indexcmds.c and catalog/pg_constraint.c).
 */

/** NAMEDATALEN - 1: the longest name, in bytes of UTF-8. */
const LONGEST = 63;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8");

function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** The first bytes of a text, cut before a character that does not fit whole (`pg_mbcliplen`). */
function clip(text: string, bytes: number): string {
  const encoded = encoder.encode(text);
  if (encoded.length <= bytes) return text;
  let end = bytes;
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end--;
  return decoder.decode(encoded.subarray(0, end));
}

/** `first_second_label`, the longer of the two shortened until 63 bytes hold it. */
export function objectName(first: string, second: string | null, label: string): string {
  const available = LONGEST - byteLength(label) - 1 - (second === null ? 0 : 1);
  let one = byteLength(first);
  let two = second === null ? 0 : byteLength(second);
  while (one + two > available) {
    if (one > two) one--;
    else two--;
  }
  const parts = [clip(first, one), ...(second === null ? [] : [clip(second, two)]), label];
  return parts.join("_");
}

/** The columns of an index or foreign key as they enter its name: joined by `_` until 64 bytes are full. */
export function columnsInName(columns: readonly string[]): string {
  let joined = "";
  for (const column of columns) {
    joined += `${joined === "" ? "" : "_"}${column}`;
    if (byteLength(joined) >= LONGEST + 1) break;
  }
  return joined;
}

export type NamedByRule = "primary-key" | "unique" | "exclusion" | "foreign-key" | "check" | "not-null";

/** The name of an unnamed constraint before a number is added because the name is taken. */
export function constraintName(table: string, type: NamedByRule, columns: readonly string[]): string {
  const [first = null, second] = columns;
  const all = columnsInName(columns);
  const parts: Readonly<Record<NamedByRule, readonly [string | null, string]>> = {
    "primary-key": [null, "pkey"],
    unique: [all, "key"],
    exclusion: [all, "excl"],
    "foreign-key": [all, "fkey"],
    check: [second === undefined ? first : null, "check"],
    "not-null": [first, "not_null"],
  };
  return objectName(table, ...parts[type]);
}

/** The sequence of a serial or identity column. */
export function sequenceName(table: string, column: string): string {
  return objectName(table, column, "seq");
}

/** The first of `name`, `name1`, `name2`, … that is free; the number goes into the label, so long names are shortened again. */
export function firstFree(make: (suffix: string) => string, taken: (name: string) => boolean): string {
  for (let number = 0; ; number++) {
    const name = make(number === 0 ? "" : String(number));
    if (!taken(name)) return name;
  }
}
