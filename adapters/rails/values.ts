import type { SourceLocation } from "../../src/model/source.ts";
import { showSimple } from "../../src/script/ruby/show.ts";
import { Stuck } from "../../src/script/stuck.ts";
import { unknownPart, type Value } from "../../src/script/value.ts";

/** A text as the PostgreSQL adapter quotes it; `standard_conforming_strings` is on in its sessions. */
export function quoteText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

const noValues: ReadonlySet<string> = new Set(["false", "0", "f", "F", "FALSE", "off", "OFF"]);

/** How a column's type takes a value (`ActiveModel::Type`), and how that is quoted. `type`: `integer`, `character varying(255)`, `text[]`. `null`: there is no such value. */
type Cast = (value: Value, shown: string) => string | null;

const casts: readonly (readonly [RegExp, Cast])[] = [
  [
    /^(?:smallint|integer|bigint|oid|serial|bigserial|int2|int4|int8)\b/,
    (value, shown) =>
      shown === "" ? null : value.kind === "boolean" ? (value.value ? "1" : "0") : String(BigInt(/^\s*([-+]?\d+)/.exec(shown)?.[1] ?? "0")),
  ],
  [/^boolean\b/, (_value, shown) => (shown === "" ? null : noValues.has(shown) ? "FALSE" : "TRUE")],
  [/^(?:numeric|decimal|money)\b/, (_value, shown) => (shown === "" ? null : decimal(shown))],
  [/^(?:float|double precision|real)\b/, (_value, shown) => (shown === "" ? null : floating(shown))],
  [/^(?:json|jsonb)$/, (value) => quoteText(toJson(value))],
  [/^hstore$/, (value, shown) => quoteText(value.kind === "map" ? hstore(value) : shown)],
  [/^bytea$/, (_value, shown) => `'\\x${Buffer.from(shown, "utf8").toString("hex")}'`],
  [/^bit(?: varying)?\b/, (_value, shown) => (/^0x/i.test(shown) ? `X'${shown.slice(2)}'` : `B'${shown}'`)],
];

function decimal(shown: string): string {
  const number = shown.replaceAll("_", "");
  const [whole = "0", part = ""] = number.split(".");
  return /^[-+]?\d+(?:\.\d*)?$/.test(number) ? `${whole}.${part.replace(/0+$/, "") || "0"}` : quoteText(shown);
}

function floating(shown: string): string {
  const number = Number(shown);
  if (Number.isNaN(number)) return "0.0";
  return Number.isInteger(number) ? number.toFixed(1) : String(number);
}

/** `ActiveSupport::JSON.encode`, which writes `<`, `>`, `&` and line separators as escapes. */
export function toJson(value: Value): string {
  const escapes = (text: string): string =>
    JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  switch (value.kind) {
    case "nil":
      return "null";
    case "boolean":
    case "integer":
      return String(value.value);
    case "float":
      return floating(String(value.value));
    case "list":
      return `[${value.items.map(toJson).join(",")}]`;
    case "map":
      return `{${[...value.entries.values()].map((entry) => `${escapes(showSimple(entry.key) ?? "")}:${toJson(entry.value)}`).join(",")}}`;
    default:
      return escapes(showSimple(value) ?? "");
  }
}

function hstore(value: Extract<Value, { readonly kind: "map" }>): string {
  const escaped = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;
  return [...value.entries.values()]
    .map(
      (entry) => `${escaped(showSimple(entry.key) ?? "")}=>${entry.value.kind === "nil" ? "NULL" : escaped(showSimple(entry.value) ?? "")}`,
    )
    .join(", ");
}

function arrayLiteral(items: readonly Value[], type: string): string {
  const element = (item: Value): string => {
    if (item.kind === "nil") return "NULL";
    if (item.kind === "list") return arrayLiteral(item.items, type);
    const shown = /^jsonb?$/.test(type) ? toJson(item) : (showSimple(item) ?? "");
    return shown === "" || /[\s{}",\\]/.test(shown) || /^null$/i.test(shown) ? `"${shown.replace(/["\\]/g, "\\$&")}"` : shown;
  };
  return `{${items.map(element).join(",")}}`;
}

/** A default or new value as SQL, taken through the type of its column as Rails does (`quote_default_expression`). Throws `Stuck` where it is not known. */
export async function valueSql(value: Value, type: string, location: SourceLocation): Promise<string> {
  if (value.kind === "callable") {
    const given = await value.call({ positional: [], keywords: null, block: null, location });
    const shown = given.kind === "unknown" ? null : showSimple(given);
    if (shown === null) throw new Stuck("the expression of the default is not known", location);
    return shown;
  }
  const open = unknownPart(value);
  if (open !== null) throw new Stuck(`the value is not known: ${open.reason}`, location);
  if (value.kind === "nil") return "NULL";
  if (type === "uuid" && value.kind === "text" && value.value.includes("()")) return value.value;
  if (type.endsWith("[]")) {
    if (value.kind === "list") return quoteText(arrayLiteral(value.items, type.replace(/(?:\[\])+$/, "")));
    return quoteText(showSimple(value) ?? "");
  }
  const shown = showSimple(value) ?? "";
  const cast = casts.find(([pattern]) => pattern.test(type))?.[1];
  if (cast !== undefined) return cast(value, shown) ?? "NULL";
  if (value.kind === "boolean") return value.value ? "'t'" : "'f'";
  if (value.kind === "list" || value.kind === "map") throw new Stuck(`a ${value.kind} is no value of the type ${type}`, location);
  return quoteText(shown);
}

/** A value where no column says how to take it (`quote`). */
export function plainSql(value: Value, location: SourceLocation): string {
  switch (value.kind) {
    case "nil":
      return "NULL";
    case "boolean":
      return value.value ? "TRUE" : "FALSE";
    case "integer":
    case "float":
      return showSimple(value) ?? "";
    case "text":
    case "symbol":
      return quoteText(value.value);
    default:
      throw new Stuck(
        value.kind === "unknown" ? `the value is not known: ${value.reason}` : `a ${value.kind} cannot stand in SQL`,
        location,
      );
  }
}
