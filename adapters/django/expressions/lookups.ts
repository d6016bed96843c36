import { Stuck } from "../../../src/script/stuck.ts";
import type { Value } from "../../../src/script/value.ts";
import { itemsOf, isTrue, specOf } from "../values.ts";
import { targetOf, type FieldView } from "../state/view.ts";
import type { Compiled, Compiling } from "./around.ts";
import { fieldLiteral, jsonOf, literalOf, quoteText } from "./literals.ts";
import { typeOf } from "../state/types.ts";

interface Lookup {
  readonly lookup: string;
  readonly left: Compiled;
  readonly right: Value;
}

type Compile = (lookup: Lookup, around: Compiling) => string;

/** A value on the right side, through the field on the left one. */
function right({ left, right: value }: Lookup, around: Compiling): string {
  if (specOf(value) !== null && isExpression(value)) return around.compile(value).sql;
  const field = left.kind === "column" && left.field !== null ? valueField(left.field) : null;
  if (field === null && left.field?.field.internalType === "JSONField" && left.kind === "expression")
    return quoted(quoteText(jsonOf(value, around.location)), around);
  const sql = field === null ? literalOf(value, around.location) : (fieldLiteral(value, field.field, around.version) ?? "NULL");
  return quoted(sql, around);
}

function isExpression(value: Value): boolean {
  return specOf(value)?.path.startsWith("django.") === true;
}

function valueField(view: FieldView): FieldView {
  return view.field.relation === null ? view : valueField(targetOf(view));
}

/** `quote_value` doubles the percent signs of texts before Django 5.0, and nothing halves them again. */
function quoted(sql: string, { version }: Compiling): string {
  return version < 5.0 && sql.startsWith("'") ? sql.replaceAll("%", "%%") : sql;
}

function compared(operator: string): Compile {
  return (lookup, around) => `${lookup.left.sql} ${operator} ${right(lookup, around)}`;
}

function like(build: (escaped: string) => string, fold: "as it is" | "upper"): Compile {
  return ({ left, right: value }, around) => {
    if (value.kind !== "text") throw new Stuck("the text that is looked for is not known", around.location);
    const pattern = quoted(quoteText(build(value.value.replace(/[\\%_]/g, "\\$&"))), around);
    const type = left.field?.field.internalType ?? "";
    const text = type.endsWith("IPAddressField") ? `HOST(${left.sql})` : `${left.sql}::text`;
    return fold === "upper" ? `UPPER(${text}) LIKE UPPER(${pattern})` : `${text} LIKE ${pattern}`;
  };
}

const exact: Compile = (lookup, around) => {
  const { left, right: value } = lookup;
  const isBoolean = left.field?.field.internalType === "BooleanField" && left.kind === "column";
  if (isBoolean && value.kind === "boolean") return value.value ? left.sql : `NOT ${left.sql}`;
  return compared("=")(lookup, around);
};

const within: Compile = (lookup, around) => {
  const items = itemsOf(lookup.right, "the list of values", around.location).filter((item) => item.kind !== "nil");
  if (items.length === 0) throw new Stuck("an empty list of values is true of nothing", around.location);
  const seen = new Set(items.map((item) => right({ ...lookup, right: item }, around)));
  return `${lookup.left.sql} IN (${[...seen].join(", ")})`;
};

const between: Compile = (lookup, around) => {
  const [low, high] = itemsOf(lookup.right, "the range", around.location);
  if (low === undefined || high === undefined) throw new Stuck("a range has no two ends", around.location);
  return `${lookup.left.sql} BETWEEN ${right({ ...lookup, right: low }, around)} AND ${right({ ...lookup, right: high }, around)}`;
};

/** An operator of arrays, ranges, hstores and documents, its value with the type of the column. */
function contained(operator: string): Compile {
  return (lookup, around) => {
    const view = lookup.left.field;
    const value = right(lookup, around);
    const cast = view?.field.internalType === "ArrayField" && !value.includes("::") ? `::${typeOf(view.field)}` : "";
    return `${lookup.left.sql} ${operator} ${value}${cast}`;
  };
}

const plain: Readonly<Record<string, Compile>> = {
  exact,
  gt: compared(">"),
  gte: compared(">="),
  lt: compared("<"),
  lte: compared("<="),
  isnull: ({ left, right: value }, { location }) => `${left.sql} IS ${isTrue(value, "whether it is null", location) ? "" : "NOT "}NULL`,
  in: within,
  range: between,
  contains: like((text) => `%${text}%`, "as it is"),
  icontains: like((text) => `%${text}%`, "upper"),
  startswith: like((text) => `${text}%`, "as it is"),
  istartswith: like((text) => `${text}%`, "upper"),
  endswith: like((text) => `%${text}`, "as it is"),
  iendswith: like((text) => `%${text}`, "upper"),
  iexact: (lookup, around) => `UPPER(${lookup.left.sql}::text) = UPPER(${right(lookup, around)})`,
  regex: (lookup, around) => `${lookup.left.sql}::text ~ ${right(lookup, around)}`,
  iregex: (lookup, around) => `${lookup.left.sql}::text ~* ${right(lookup, around)}`,
};

const compound: Readonly<Record<string, Compile>> = {
  contains: contained("@>"),
  contained_by: contained("<@"),
  overlap: contained("&&"),
  fully_lt: contained("<<"),
  fully_gt: contained(">>"),
  adjacent_to: contained("-|-"),
  has_key: (lookup, around) => `${lookup.left.sql} ? ${right(lookup, around)}`,
  isempty: ({ left, right: value }, { location }) => `${isTrue(value, "whether it is empty", location) ? "" : "NOT "}isempty(${left.sql})`,
};

function isCompound(left: Compiled): boolean {
  return /^(?:ArrayField|HStoreField|JSONField)$|RangeField$/.test(left.field?.field.internalType ?? "");
}

/** Whether the last part of `field__part` is a lookup of what stands before it. */
export function isLookup(part: string, left: Compiled, parts: number): boolean {
  if (isCompound(left) && /^(?:startswith|endswith)$/.test(part) && parts === 1) return false;
  return (isCompound(left) && part in compound) || part in plain;
}

/** One comparison as SQL. */
export function compileLookup(lookup: Lookup, around: Compiling): string {
  const compile = (isCompound(lookup.left) ? compound[lookup.lookup] : undefined) ?? plain[lookup.lookup];
  if (compile === undefined) throw new Stuck(`the lookup ${lookup.lookup} is not known`, around.location);
  return compile(lookup, around);
}
