import { Stuck } from "../../src/script/stuck.ts";
import { isSet, optionNumber, optionText, type Call } from "./call.ts";
import type { Connection } from "./connection.ts";

/** `NATIVE_DATABASE_TYPES` of the PostgreSQL adapter; what is not in it is passed on as it is written. */
const native: Readonly<Record<string, string>> = {
  primary_key: "bigserial primary key",
  string: "character varying",
  text: "text",
  bigint: "bigint",
  float: "float",
  decimal: "decimal",
  numeric: "numeric",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
  time: "time",
  date: "date",
  binary: "bytea",
  blob: "bytea",
  boolean: "boolean",
  bit: "bit",
  bit_varying: "bit varying",
  virtual: "virtual",
};

/** Types that the tool's table says under their own names. */
const ownNames: ReadonlySet<string> = new Set(
  "daterange numrange tsrange tstzrange int4range int8range xml tsvector hstore inet cidr macaddr uuid json jsonb ltree citext point line lseg box path polygon circle money interval oid serial bigserial".split(
    " ",
  ),
);

/** Methods of `t` that make columns. */
export const columnTypes: ReadonlySet<string> = new Set(
  [...Object.keys(native), ...ownNames, "integer", "datetime", "enum", "timestamptz"].filter((name) => name !== "primary_key"),
);

type Typed = Pick<Call, "options" | "location">;

/** What `type_to_sql` makes of a type and its options. Throws `Stuck` where Rails refuses them. */
export function typeSql(type: string, call: Typed, at: Pick<Connection, "datetimeType" | "level">): string {
  const sql = scalarSql(type, call, at);
  return isSet(call, "array") && type !== "primary_key" ? `${sql}[]` : sql;
}

function scalarSql(type: string, call: Typed, at: Pick<Connection, "datetimeType" | "level">): string {
  const limit = type === "text" || type === "binary" || type === "blob" ? null : optionNumber(call, "limit");
  if (type === "integer") return integerSql(limit, call);
  if (type === "enum") {
    const named = optionText(call, "enum_type");
    if (named === null) throw new Stuck("an enum column needs enum_type", call.location);
    return named;
  }
  if (type === "decimal" || type === "numeric") return decimalSql(type, call);
  // Before 7.0 it was nothing but another word for timestamp.
  const name = type === "datetime" ? (at.level <= 6.1 ? "timestamp" : at.datetimeType) : type;
  const base = native[name] ?? name;
  if (["timestamp", "time", "interval", "datetime"].includes(type)) {
    const precision = optionNumber(call, "precision");
    if (precision !== null && (precision < 0 || precision > 6))
      throw new Stuck(`no ${name} has a precision of ${precision}`, call.location);
    return precision === null ? base : `${base}(${precision})`;
  }
  const known = Object.hasOwn(native, type) || ownNames.has(type);
  return known && limit !== null && type !== "primary_key" ? `${base}(${limit})` : base;
}

function integerSql(limit: number | null, { location }: Typed): string {
  if (limit === null || limit === 3 || limit === 4) return "integer";
  if (limit === 1 || limit === 2) return "smallint";
  if (limit >= 5 && limit <= 8) return "bigint";
  throw new Stuck(`no integer type has ${limit} bytes`, location);
}

function decimalSql(type: string, call: Typed): string {
  const [precision, scale] = [optionNumber(call, "precision"), optionNumber(call, "scale")];
  if (precision === null && scale !== null) throw new Stuck("a decimal with a scale needs a precision", call.location);
  if (precision === null) return type;
  return scale === null ? `${type}(${precision})` : `${type}(${precision},${scale})`;
}
