import { toJson } from "../../../src/script/python/json.ts";
import { showFloat } from "../../../src/script/python/show.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { valueOfMember } from "../../../src/script/python/enums.ts";
import { isLibraryThing, isMade } from "../../../src/script/python/things.ts";
import { unknownPart, type Value } from "../../../src/script/value.ts";
import type { SourceLocation } from "../../../src/model/source.ts";
import { specOf } from "../values.ts";
import type { Field } from "../state/field.ts";
import { innerOf, typeOf } from "../state/types.ts";

/** A text as a literal; `standard_conforming_strings` is on in Django's sessions. */
export function quoteText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A value as psycopg writes it where no column says how. Throws `Stuck` where it is not known. */
export function literalOf(given: Value, location: SourceLocation): string {
  const value = valueOfMember(given);
  const open = unknownPart(value);
  if (open !== null) throw new Stuck(`the value is not known: ${open.reason}`, open.location);
  switch (value.kind) {
    case "nil":
      return "NULL";
    case "boolean":
      return value.value ? "true" : "false";
    case "integer":
      return String(value.value);
    case "float":
      return showFloat(value.value);
    case "text":
      return quoteText(value.value);
    case "list":
      return value.items.length === 0 ? "'{}'" : `ARRAY[${value.items.map((item) => literalOf(item, location)).join(", ")}]`;
    case "map":
      return quoteText(jsonOf(value, location));
    default:
      return madeLiteral(value, location);
  }
}

/** Values that Python makes by a call: numbers, times, identifiers. */
function madeLiteral(value: Value, location: SourceLocation): string {
  const spec = specOf(value);
  const [first] = spec?.args ?? [];
  const numbers = (spec?.args ?? []).map((each) => (each.kind === "integer" ? Number(each.value) : Number.NaN));
  const two = (number: number | undefined): string => String(number ?? 0).padStart(2, "0");
  const [year = 0, month = 1, day = 1, hour, minute, second] = numbers;
  switch (spec?.path) {
    case "decimal.Decimal":
      return first === undefined ? "0" : first.kind === "text" ? first.value : literalOf(first, location);
    case "uuid.UUID":
      return first?.kind === "text" ? `${quoteText(first.value)}::uuid` : notKnown(value, location);
    case "datetime.date":
      return `'${year}-${two(month)}-${two(day)}'::date`;
    case "datetime.datetime":
      return `'${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}+00:00'::timestamptz`;
    case "datetime.time":
      return `'${two(year)}:${two(numbers[1] ?? 0)}:${two(numbers[2] ?? 0)}'::time`;
    case "datetime.timedelta":
      return intervalOf(spec.args, spec.keywords, location);
    default:
      return notKnown(value, location);
  }
}

const units = ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"] as const;

function intervalOf(args: readonly Value[], keywords: ReadonlyMap<string, Value>, location: SourceLocation): string {
  const given = new Map<string, Value>([...args.map((each, at) => [units[at] ?? "", each] as const), ...keywords]);
  const parts = [...given].map(([unit, value]) => {
    if (value.kind !== "integer" && value.kind !== "float") return notKnown(value, location);
    return `${value.value} ${unit}`;
  });
  return `'${parts.join(" ") || "0 days"}'::interval`;
}

function notKnown(value: Value, location: SourceLocation): never {
  throw new Stuck(`the value ${value.kind === "thing" ? value.name : `(a ${value.kind})`} is not known`, location);
}

/** `json.dumps`, as the default encoder writes it. Throws `Stuck` where a part is not known. */
export function jsonOf(value: Value, location: SourceLocation): string {
  return toJson(value) ?? notKnown(value, location);
}

const texts: ReadonlySet<string> = new Set([
  "CharField",
  "TextField",
  "SlugField",
  "FileField",
  "FilePathField",
  "CICharField",
  "CIEmailField",
  "CITextField",
  "GenericIPAddressField",
  "CommaSeparatedIntegerField",
]);

/** A value through the field whose column takes it (`get_db_prep_save`). `null`: None. Throws `Stuck` where it is not known. */
export function fieldLiteral(given: Value, field: Field, version: number): string | null {
  const { location } = field;
  const value = valueOfMember(given);
  const open = unknownPart(value);
  if (open !== null) throw new Stuck(`the value is not known: ${open.reason}`, open.location);
  if (value.kind === "nil") return null;
  const { internalType } = field;
  if (internalType === "JSONField") return quoteText(jsonOf(value, location));
  if (internalType === "ArrayField") return arrayLiteral(value, field, version);
  if (internalType === "HStoreField" && value.kind === "map") return quoteText(hstoreOf(value, location));
  if (internalType === "BinaryField" && value.kind === "text") return `'\\x${Buffer.from(value.value, "utf8").toString("hex")}'`;
  if (internalType === "UUIDField" && value.kind === "text") return `${quoteText(value.value)}::uuid`;
  if (texts.has(internalType) && (value.kind === "integer" || value.kind === "float")) return quoteText(String(value.value));
  if (texts.has(internalType) && value.kind === "boolean") return value.value ? "'True'" : "'False'";
  if (internalType === "BooleanField" && value.kind === "integer") return value.value === 0n ? "false" : "true";
  if (internalType.endsWith("IntegerField") && value.kind === "boolean") return value.value ? "1" : "0";
  if (internalType.endsWith("IntegerField") && value.kind === "float") return String(Math.trunc(value.value));
  return literalOf(value, location);
}

function arrayLiteral(value: Value, field: Field, version: number): string {
  if (value.kind !== "list") return literalOf(value, field.location);
  if (value.items.length === 0) return "'{}'";
  const inner = innerOf(field);
  const items = value.items.map((item) => fieldLiteral(item, inner, version) ?? "NULL");
  return `ARRAY[${items.join(", ")}]::${typeOf(field).replace(/\[\d+\]/g, "[]")}`;
}

function hstoreOf(value: Extract<Value, { readonly kind: "map" }>, location: SourceLocation): string {
  const escaped = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;
  const shown = (each: Value): string =>
    each.kind === "text"
      ? each.value
      : each.kind === "integer" || each.kind === "float" || each.kind === "boolean"
        ? String(each.value)
        : notKnown(each, location);
  return [...value.entries.values()]
    .map((entry) => `${escaped(shown(entry.key))}=>${entry.value.kind === "nil" ? "NULL" : escaped(shown(entry.value))}`)
    .join(", ");
}

/** What a callable default gives that no run has twice, as SQL; `null` for any other. */
export function callableSql(value: Value, field: Field): string | null {
  const path = isLibraryThing(value) ? value.path : isMade(value) ? value.path : null;
  switch (path) {
    case "uuid.uuid4":
    case "uuid.uuid1":
      return texts.has(field.internalType) ? "gen_random_uuid()::text" : "gen_random_uuid()";
    case "django.utils.timezone.now":
    case "datetime.datetime.now":
    case "datetime.datetime.utcnow":
      return "now()";
    case "datetime.date.today":
    case "django.utils.timezone.localdate":
      return "CURRENT_DATE";
    default:
      return null;
  }
}
