import { Stuck } from "../../../src/script/stuck.ts";
import type { Value } from "../../../src/script/value.ts";
import { quoteName } from "../names.ts";
import { lastPart, optionalText, specOf, textOf, type Spec } from "../values.ts";
import type { Around, Compiling } from "./around.ts";
import { literalOf, quoteText } from "./literals.ts";

type Compile = (spec: Spec, around: Compiling) => string;

/** An argument: a text names a field. */
function argument(value: Value | undefined, around: Compiling): string {
  if (value === undefined) throw new Stuck("an argument is missing", around.location);
  return value.kind === "text" ? around.column(value.value).sql : around.compile(value).sql;
}

function call(name: string): Compile {
  return ({ args }, around) => `${name}(${args.map((each) => argument(each, around)).join(", ")})`;
}

const cast: Compile = (spec, around) => {
  const type = spec.args[1] ?? spec.keywords.get("output_field");
  return `(${argument(spec.args[0] ?? spec.keywords.get("expression"), around)})::${castType(type, around)}`;
};

const castTypes: Readonly<Record<string, string>> = {
  BigIntegerField: "bigint",
  BooleanField: "boolean",
  CharField: "varchar",
  DateField: "date",
  DateTimeField: "timestamp with time zone",
  DecimalField: "numeric",
  FloatField: "double precision",
  IntegerField: "integer",
  JSONField: "jsonb",
  SmallIntegerField: "smallint",
  TextField: "text",
  TimeField: "time",
  UUIDField: "uuid",
};

function castType(value: Value | undefined, around: Around): string {
  const spec = specOf(value);
  const type = spec === null ? undefined : castTypes[lastPart(spec.path)];
  if (type === undefined || spec === null) throw new Stuck("the type of a Cast is not known", around.location);
  const length = spec.keywords.get("max_length");
  return length?.kind === "integer" ? `${type}(${length.value})` : type;
}

/** `Concat`: pairs, each as text; NULL counts as empty. */
const concat: Compile = ({ args }, around) => {
  const parts = args.map((each) => `(${argument(each, around)})::text`);
  const pair = (left: string, right: string): string =>
    around.version < 4.2
      ? `CONCAT(${left.slice(0, -6).replace(/^\(|\)$/g, "")}, ${right})`
      : `(COALESCE(${left}, '') || COALESCE(${right}, ''))`;
  const [last = "''", ...before] = parts.reverse();
  return before.reduce((right, left) => pair(left, right), last);
};

const when: Compile = ({ args, keywords, location }, around) => {
  const [condition] = args;
  const then = keywords.get("then") ?? args[1];
  if (condition === undefined || then === undefined) throw new Stuck("the condition of a When is not known", location);
  return `WHEN ${around.condition(condition)} THEN ${around.compile(then).sql}`;
};

const choose: Compile = ({ args, keywords }, around) => {
  const cases = args.map((each) => around.compile(each).sql);
  const otherwise = keywords.get("default");
  return `CASE ${cases.join(" ")} ELSE ${otherwise === undefined ? "NULL" : around.compile(otherwise).sql} END`;
};

/** `Func(…, function="lower", template="…")`. */
const anyFunction: Compile = ({ args, keywords, location }, around) => {
  const name = optionalText(keywords.get("function"), "the function", location);
  const template = optionalText(keywords.get("template"), "the template", location);
  const expressions = args.map((each) => argument(each, around)).join(", ");
  if (template === null && name === null) throw new Stuck("the name of a function is not known", location);
  if (template === null) return `${name}(${expressions})`;
  return template
    .replaceAll("%(function)s", name ?? "")
    .replaceAll("%(expressions)s", expressions)
    .replaceAll("%%", "%");
};

const searchVector: Compile = ({ args, keywords, location }, around) => {
  const config = keywords.get("config");
  const weight = optionalText(keywords.get("weight"), "the weight", location);
  const named =
    config === undefined || config.kind === "nil"
      ? ""
      : `${config.kind === "text" ? quoteText(config.value) : around.compile(config).sql}::regconfig, `;
  const texts = args.map((each) => `COALESCE(${argument(each, around)}, '')`).join(" || ' ' || ");
  const vector = `to_tsvector(${named}${texts})`;
  return weight === null ? vector : `setweight(${vector}, ${quoteText(weight)})`;
};

/** The SQL of Django's functions, by the names of their classes. */
export const functions: Readonly<Record<string, Compile>> = {
  Lower: call("LOWER"),
  Upper: call("UPPER"),
  Coalesce: call("COALESCE"),
  Length: call("LENGTH"),
  Trim: call("BTRIM"),
  LTrim: call("LTRIM"),
  RTrim: call("RTRIM"),
  Abs: call("ABS"),
  Ceil: call("CEILING"),
  Floor: call("FLOOR"),
  Round: call("ROUND"),
  Sqrt: call("SQRT"),
  Mod: call("MOD"),
  Power: call("POWER"),
  Greatest: call("GREATEST"),
  Least: call("LEAST"),
  NullIf: call("NULLIF"),
  MD5: call("MD5"),
  Reverse: call("REVERSE"),
  Replace: ({ args }, around) =>
    `REPLACE(${args.map((each, at) => (at === 0 ? argument(each, around) : around.compile(each).sql)).join(", ")}${args.length < 3 ? ", ''" : ""})`,
  Left: ({ args }, around) => `LEFT(${argument(args[0], around)}, ${literalOf(args[1] ?? { kind: "nil" }, around.location)})`,
  Right: ({ args }, around) => `RIGHT(${argument(args[0], around)}, ${literalOf(args[1] ?? { kind: "nil" }, around.location)})`,
  Substr: ({ args }, around) =>
    `SUBSTRING(${[argument(args[0], around), ...args.slice(1).map((each) => literalOf(each, around.location))].join(", ")})`,
  Concat: concat,
  Cast: cast,
  Case: choose,
  When: when,
  Func: anyFunction,
  ExpressionWrapper: ({ args, keywords }, around) => argument(args[0] ?? keywords.get("expression"), around),
  Collate: ({ args, keywords, location }, around) =>
    `${argument(args[0], around)} COLLATE ${quoteName(textOf(args[1] ?? keywords.get("collation"), "the collation", location))}`,
  Now: () => "STATEMENT_TIMESTAMP()",
  TransactionNow: () => "CURRENT_TIMESTAMP",
  Pi: () => "PI()",
  Random: () => "RANDOM()",
  RandomUUID: () => "GEN_RANDOM_UUID()",
  SearchVector: searchVector,
  RangeBoundary: ({ keywords }) => {
    const yes = (name: string, otherwise: boolean): boolean => {
      const value = keywords.get(name);
      return value?.kind === "boolean" ? value.value : otherwise;
    };
    return `'${yes("inclusive_lower", true) ? "[" : "("}${yes("inclusive_upper", false) ? "]" : ")"}'`;
  },
  KeyTransform: ({ args, location }, around) => `(${argument(args[1], around)} -> ${literalOf(args[0] ?? { kind: "nil" }, location)})`,
  KeyTextTransform: ({ args, location }, around) => `(${argument(args[1], around)} ->> ${literalOf(args[0] ?? { kind: "nil" }, location)})`,
  TruncDate: ({ args }, around) => `(${argument(args[0], around)} AT TIME ZONE 'UTC')::date`,
};
