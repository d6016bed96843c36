/** A type as far as values depend on it: domains and enums are resolved. */
export interface ValueType {
  /** As `format_type()` prints it, without modifiers and array brackets; of a domain its base type's. */
  readonly base: string;
  readonly modifiers: readonly number[];
  readonly array: boolean;
  /** Labels of an enum, in order; empty for any other type. */
  readonly labels: readonly string[];
}

const LONGEST_TEXT = 300;
const TEXTS: ReadonlySet<string> = new Set(["text", "character varying", "character", "name", '"char"', "citext"]);
const INTEGERS: Readonly<Record<string, readonly [plain: number, most: string]>> = {
  smallint: [10_001, "32767"],
  integer: [1_000_001, "2147483647"],
  bigint: [1_000_001, "9223372036854775807"],
};

/** Whether the type holds text, so that any string may be tried. */
export function isText({ base, array }: ValueType): boolean {
  return !array && TEXTS.has(bareName(base));
}

/** Whether the type holds numbers. */
export function isNumber({ base, array }: ValueType): boolean {
  return !array && (base in INTEGERS || /^(?:numeric|real|double precision|money)$/.test(base));
}

/** Takes `character varying(80)[]` apart. Domains and enums are for the caller to resolve. */
export function readType(type: string): Omit<ValueType, "labels"> {
  const [, base = type, modifiers, rest = "", brackets = ""] =
    /^(.*?)(?:\(([\d, -]+)\))?( with(?:out)? time zone)?((?:\[\])*)$/.exec(type) ?? [];
  return { base: `${base}${rest}`, modifiers: modifiers === undefined ? [] : modifiers.split(",").map(Number), array: brackets !== "" };
}

/**
 * The value of a type for the row with this number, as PostgreSQL reads it from a string; `null` where the type has none that is known. 0 is a plain value, 1 the
 * longest or largest, 2 empty or smallest, 3 Unicode or negative, from 4 on plain ones again; they differ from row to row as far as the type has enough of them.
 */
export function valueAt(type: ValueType, row: number): string | null {
  if (type.array) return arrayAt(type, row);
  if (type.labels.length > 0) return type.labels[row % type.labels.length] ?? null;
  const { base, modifiers } = type;
  const integer = INTEGERS[base];
  if (integer !== undefined) return [String(integer[0]), integer[1], "0", "-1"][row] ?? String(integer[0] + row);
  if (base === "numeric") return numericAt(modifiers, row);
  if (TEXTS.has(bareName(base))) return textAt(base === '"char"' ? 1 : (modifiers[0] ?? null), row);
  if (base === "bit") return bits(modifiers[0] ?? 1, row);
  if (base === "bit varying") return bits(Math.min(modifiers[0] ?? 16, 16), row);
  const values = VALUES[base] ?? VALUES[bareName(base)];
  return values === undefined ? null : values(row);
}

function arrayAt(type: ValueType, row: number): string {
  if (row === 2) return "{}";
  const element = valueAt({ ...type, array: false }, row);
  if (element === null) return "{}";
  const quoted = `"${element.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  return row === 1 ? `{${quoted},${quoted},NULL}` : `{${quoted}}`;
}

function numericAt([precision, scale = 0]: readonly number[], row: number): string {
  if (precision === undefined) return ["7.25", "12345678901234567890.123456789", "0", "-1.5"][row] ?? `${row}.25`;
  const whole = Math.max(precision - scale, 0);
  const fraction = scale > 0 ? `.${"9".repeat(scale)}` : "";
  const largest = `${"9".repeat(whole) || "0"}${fraction}`;
  const small = whole === 0 ? "0.1" : `7${scale > 0 ? ".2" : ""}`;
  return [small, largest, "0", whole === 0 ? "-0.1" : "-1"][row] ?? (whole === 0 ? `0.${row}` : String(row % 10));
}

const SPECIAL = "Ünïcødé 漢字 🙂";

function textAt(longest: number | null, row: number): string {
  if (longest !== null && longest < 12) return shortText(longest, row);
  if (row === 1) return "w".repeat(Math.min(longest ?? LONGEST_TEXT, LONGEST_TEXT));
  if (row === 2) return "";
  return row === 3 ? SPECIAL : `pggit row ${row + 1}`;
}

/** Strings that stay different in so few characters. */
function shortText(longest: number, row: number): string {
  if (row === 1) return "w".repeat(longest);
  if (row === 2) return "";
  if (row === 3) return "é漢üñç".slice(0, longest);
  const letter = String.fromCodePoint(97 + (row % 22));
  return longest < 3 ? letter : `${letter}${row % 10}`;
}

function bits(length: number, row: number): string {
  return (row % 2 ** Math.min(length, 20)).toString(2).padStart(length, "0").slice(-length);
}

const pad = (row: number): string => String((row % 27) + 1).padStart(2, "0");
const listed =
  (values: readonly string[], others: (row: number) => string) =>
  (row: number): string =>
    values[row] ?? others(row);

const VALUES: Readonly<Record<string, (row: number) => string>> = {
  boolean: (row) => (row % 2 === 0 ? "true" : "false"),
  real: listed(["1.5", "1e+30", "0", "-0.25"], (row) => `${row}.5`),
  "double precision": listed(["1.5", "1.7976931348623157e+300", "0", "-0.1"], (row) => `${row}.5`),
  money: listed(["7.25", "92233720368547758.07", "0", "-1"], (row) => String(row)),
  date: listed(["2024-02-29", "9999-12-31", "0001-01-01", "1969-12-31"], (row) => `2024-03-${pad(row)}`),
  "time without time zone": listed(["12:34:56", "23:59:59.999999", "00:00:00", "00:00:00.000001"], (row) => `10:00:${pad(row)}`),
  "time with time zone": listed(
    ["12:34:56+02", "23:59:59.999999-12", "00:00:00+00", "00:00:00.000001+14"],
    (row) => `10:00:${pad(row)}+01`,
  ),
  "timestamp without time zone": listed(
    ["2024-02-29 12:34:56.123456", "9999-12-31 23:59:59.999999", "0001-01-01 00:00:00", "1969-12-31 23:59:59.999999"],
    (row) => `2024-03-${pad(row)} 10:00:00.5`,
  ),
  "timestamp with time zone": listed(
    ["2024-02-29 12:34:56.123456+02", "9999-12-31 23:59:59.999999+00", "0001-01-02 00:00:00+00", "1969-12-31 23:59:59.999999+00"],
    (row) => `2024-03-${pad(row)} 10:00:00.5+00`,
  ),
  interval: listed(["1 day 02:03:04.5", "178000000 years", "0", "-1 mon"], (row) => `${row} hours`),
  uuid: (row) => `00000000-0000-4000-8000-${(row + 10).toString(16).padStart(12, "0")}`,
  json: listed(['{"b": 1,  "a": [1, null], "b": 2}', '{"a": {"b": [{}, [], ""]}}', "{}", '{"é": "漢"}'], (row) => `{"row": ${row}}`),
  jsonb: listed(['{"b": 1, "a": [1, null]}', '{"a": {"b": [{}, [], ""]}}', "{}", '{"é": "漢"}'], (row) => `{"row": ${row}}`),
  xml: (row) => `<row n="${row}"/>`,
  bytea: listed(["\\x00ff10", `\\x${"ab".repeat(200)}`, "\\x", "\\xc3a9"], (row) => `\\x${pad(row)}`),
  inet: listed(["192.0.2.1", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128", "0.0.0.0/0", "10.0.0.1/24"], (row) => `192.0.2.${row + 1}`),
  cidr: listed(["192.0.2.0/24", "2001:db8::/32", "0.0.0.0/0", "10.0.0.0/8"], (row) => `10.${row}.0.0/16`),
  macaddr: (row) => `08:00:2b:01:02:${pad(row)}`,
  macaddr8: (row) => `08:00:2b:01:02:03:04:${pad(row)}`,
  point: (row) => `(${row},-1.5)`,
  line: (row) => `{1,-1,${row}}`,
  lseg: (row) => `[(0,0),(${row + 1},1)]`,
  box: (row) => `(${row + 1},1),(0,0)`,
  path: (row) => `((0,0),(${row + 1},1))`,
  polygon: (row) => `((0,0),(${row + 1},1),(1,0))`,
  circle: (row) => `<(0,0),${row + 1}>`,
  int4range: listed(["[1,5)", "(,)", "empty", "[-1,0)"], (row) => `[${row * 10},${row * 10 + 5})`),
  int8range: listed(["[1,5)", "(,)", "empty", "[-1,0)"], (row) => `[${row * 10},${row * 10 + 5})`),
  numrange: listed(["[1.5,5)", "(,)", "empty", "[-1,0)"], (row) => `[${row * 10},${row * 10 + 5})`),
  daterange: listed(
    ["[2024-02-01,2024-02-29)", "[9000-01-01,9000-02-01)", "empty", "[1969-01-01,1969-12-31)"],
    (row) => `[2030-01-${pad(row)},2030-01-${pad(row)}]`,
  ),
  tsrange: (row) => `[2024-01-${pad(row)} 08:00,2024-01-${pad(row)} 09:00)`,
  tstzrange: (row) => `[2024-01-${pad(row)} 08:00+00,2024-01-${pad(row)} 09:00+00)`,
  tsvector: listed(["'cat':1 'fat':2", "'a':1A", "", "'é':1"], (row) => `'row':${row}`),
  tsquery: listed(["cat & rat", "a | b", "", "!é"], (row) => `row${row}`),
  oid: (row) => String(row + 1),
  pg_lsn: (row) => `0/${row + 1}`,
  jsonpath: (row) => `$.row[${row}]`,
  hstore: (row) => `a=>${row}, b=>NULL`,
  ltree: (row) => `pggit.row${row}`,
  geometry: (row) => `SRID=4326;POINT(${row} 1)`,
  geography: (row) => `SRID=4326;POINT(${row} 1)`,
  vector: (row) => `[${row},1,2]`,
};

/** Strings of the kinds that CHECK constraints ask for. */
export const COMMON_TEXTS: readonly string[] = [
  "abc",
  "a",
  "A",
  "ABC",
  "a1",
  "A1",
  "1",
  "12345",
  "0.5",
  "a@example.com",
  "https://example.com/",
  "2024-01-31",
  "1.0.0",
  "a-b",
  "a_b",
  "DE",
  "en-US",
  "+491234567890",
  "#aabbcc",
  "{}",
  "00000000-0000-4000-8000-000000000001",
];

/** An extension's type stands in whatever schema it was put: only its name tells. */
function bareName(type: string): string {
  return type.replace(/^(?:"(?:[^"]|"")+"|[^."]+)\./, "");
}
