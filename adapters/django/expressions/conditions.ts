import { Stuck } from "../../../src/script/stuck.ts";
import type { Value } from "../../../src/script/value.ts";
import { isNullable } from "../state/field.ts";
import { fieldOf } from "../state/view.ts";
import { lastPart, specOf, textOf } from "../values.ts";
import { combinedPath, type Compiled, type Compiling } from "./around.ts";
import { compileLookup, isLookup } from "./lookups.ts";
import { transform } from "./transforms.ts";

/** A condition as `sql.where.WhereNode` holds it. */
type Where =
  | { readonly kind: "leaf"; readonly sql: string }
  | { readonly kind: "node"; readonly connector: string; readonly isNegated: boolean; readonly children: readonly Where[] };

/** A `Q`, an expression that is true or false, or several of them, as SQL (`Query.build_where`). Throws `Stuck` where a part is not understood. */
export function conditionSql(value: Value, around: Compiling): string {
  return whereSql(buildWhere(value, around, "plain"));
}

function whereSql(where: Where): string {
  if (where.kind === "leaf") return where.sql;
  const parts = where.children.map(whereSql).filter((part) => part !== "");
  const sql = parts.join(` ${where.connector} `);
  if (where.isNegated && sql !== "") return `NOT (${sql})`;
  return parts.length > 1 ? `(${sql})` : sql;
}

type Sense = "plain" | "negated";

function flip(sense: Sense): Sense {
  return sense === "plain" ? "negated" : "plain";
}

function buildWhere(value: Value, around: Compiling, sense: Sense): Where {
  const spec = specOf(value);
  if (spec === null) throw new Stuck("a condition is not understood", around.location);
  if (spec.path === combinedPath) {
    const [operator, left, right] = spec.args;
    const sign = textOf(operator, "the operator", spec.location);
    if (left === undefined) throw new Stuck("a condition has no operands", spec.location);
    // `~Q` is a Q around the other that is negated.
    if (sign === "~") return node("AND", "negated", [buildWhere(left, around, flip(sense))]);
    if (right === undefined || !/^[&|]$/.test(sign)) throw new Stuck(`the operator ${sign} between conditions is not known`, spec.location);
    return node(sign === "&" ? "AND" : "OR", "plain", [buildWhere(left, around, sense), buildWhere(right, around, sense)]);
  }
  if (lastPart(spec.path) !== "Q") return leafOf(value, around, sense);
  const negated = spec.keywords.get("_negated");
  const connector = spec.keywords.get("_connector");
  const own: Sense = negated?.kind === "boolean" && negated.value ? "negated" : "plain";
  const inner = own === "negated" ? flip(sense) : sense;
  const named = [...spec.keywords].filter(([name]) => name !== "_negated" && name !== "_connector").sort(([a], [b]) => (a < b ? -1 : 1));
  const children = [
    ...spec.args.map((each) => childOf(each, around, inner)),
    ...named.map(([path, each]) => filterOf(path, each, { around: { ...around, location: spec.location }, sense: inner })),
  ];
  return node(connector?.kind === "text" ? connector.value : "AND", own, children);
}

/** `Node.add`: children of the same connector stand beside each other. */
function node(connector: string, sense: Sense, children: readonly Where[]): Where {
  const flat = children.flatMap((child) =>
    child.kind === "node" && !child.isNegated && (child.connector === connector || child.children.length === 1) ? child.children : [child],
  );
  return { kind: "node", connector, isNegated: sense === "negated", children: flat };
}

function childOf(value: Value, around: Compiling, sense: Sense): Where {
  if (value.kind !== "list") return buildWhere(value, around, sense);
  const [path, given] = value.items;
  if (path === undefined || given === undefined) throw new Stuck("a condition is not understood", around.location);
  return filterOf(textOf(path, "the field of a condition", around.location), given, { around, sense });
}

/** An expression as a condition: `Exact(F("a"), 1)`, `GreaterThan(…)`, or one that is true or false itself. */
function leafOf(value: Value, around: Compiling, sense: Sense): Where {
  const spec = specOf(value);
  const lookup = spec === null ? undefined : expressionLookups[lastPart(spec.path)];
  const [left, right] = spec?.args ?? [];
  if (lookup !== undefined && left !== undefined && right !== undefined) {
    const compiled = left.kind === "text" ? around.column(left.value) : around.compile(left);
    return { kind: "leaf", sql: compileLookup({ lookup, left: compiled, right }, around) };
  }
  if (sense === "negated" && spec === null) throw new Stuck("a condition is not understood", around.location);
  return { kind: "leaf", sql: around.compile(value).sql };
}

const expressionLookups: Readonly<Record<string, string>> = {
  Exact: "exact",
  GreaterThan: "gt",
  GreaterThanOrEqual: "gte",
  LessThan: "lt",
  LessThanOrEqual: "lte",
  IsNull: "isnull",
  In: "in",
  Range: "range",
};

/** `Query.build_filter` of one `field__lookup=value`. */
function filterOf(path: string, value: Value, { around, sense }: { readonly around: Compiling; readonly sense: Sense }): Where {
  const [name = "", ...rest] = path.split("__");
  const field = fieldOf(around.model, name, around.location);
  let left: Compiled = around.column(name);
  // The last part is a lookup where the value has one of that name, else a transform like those before it.
  const last = rest.at(-1);
  const lookup = last !== undefined && isLookup(last, left, rest.length) ? last : "exact";
  const transforms = lookup === "exact" && last !== "exact" ? rest : rest.slice(0, -1);
  for (const part of transforms) left = transform(left, part, around);
  const isNull = lookup === "isnull" || (lookup === "exact" && value.kind === "nil");
  const asked: Value = lookup === "exact" && value.kind === "nil" ? { kind: "boolean", value: true } : value;
  const leaf: Where = { kind: "leaf", sql: compileLookup({ lookup: isNull ? "isnull" : lookup, left, right: asked }, around) };
  if (sense === "plain" || isNull) return leaf;
  const nulls: Where[] = [];
  if (isNullable(field.field)) nulls.push({ kind: "leaf", sql: `${around.column(name).sql} IS NOT NULL` });
  const compared = specOf(value);
  if (compared !== null && lastPart(compared.path) === "F") {
    const other = around.compile(value);
    if (other.field !== null && isNullable(other.field.field)) nulls.push({ kind: "leaf", sql: `${other.sql} IS NOT NULL` });
  }
  return nulls.length === 0 ? leaf : { kind: "node", connector: "AND", isNegated: false, children: [leaf, ...nulls] };
}
