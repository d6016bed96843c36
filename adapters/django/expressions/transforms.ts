import { Stuck } from "../../../src/script/stuck.ts";
import type { Around, Compiled } from "./around.ts";

const extracts: Readonly<Record<string, string>> = {
  year: "YEAR",
  month: "MONTH",
  day: "DAY",
  hour: "HOUR",
  minute: "MINUTE",
  second: "SECOND",
  quarter: "QUARTER",
  iso_year: "ISOYEAR",
  week: "WEEK",
};

/** A transform of a column: a part of a date, the length of an array, a key of a document. */
export function transform(inner: Compiled, part: string, { location }: Pick<Around, "location">): Compiled {
  const type = inner.field?.field.internalType ?? "";
  const made = (sql: string): Compiled => ({ sql, field: inner.field, kind: "expression" });
  if (type === "JSONField") return made(`(${inner.sql} -> ${/^-?\d+$/.test(part) ? part : `'${part.replaceAll("'", "''")}'`})`);
  if (type === "ArrayField" && part === "len")
    return made(`CASE WHEN ${inner.sql} IS NULL THEN NULL ELSE coalesce(array_length(${inner.sql}, 1), 0) END`);
  if (type.endsWith("RangeField") && (part === "startswith" || part === "endswith"))
    return made(`${part === "startswith" ? "lower" : "upper"}(${inner.sql})`);
  if (type.endsWith("RangeField") && part === "isempty") return made(`isempty(${inner.sql})`);
  if (/^Date(?:Time)?Field$/.test(type) && part in extracts) {
    const source = type === "DateTimeField" ? `${inner.sql} AT TIME ZONE 'UTC'` : inner.sql;
    return made(`EXTRACT(${extracts[part] ?? ""} FROM ${source})`);
  }
  const simple: Readonly<Record<string, string>> = {
    lower: "LOWER",
    upper: "UPPER",
    length: "LENGTH",
    abs: "ABS",
    trim: "TRIM",
    unaccent: "UNACCENT",
  };
  const name = simple[part];
  if (name !== undefined) return made(`${name}(${inner.sql})`);
  throw new Stuck(`the transform ${part} of a ${type || "value"} is not known`, location);
}
