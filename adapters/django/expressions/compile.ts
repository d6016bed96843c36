import { Stuck } from "../../../src/script/stuck.ts";
import type { Value } from "../../../src/script/value.ts";
import { quoteName } from "../names.ts";
import { columnName, fieldOf } from "../state/view.ts";
import { lastPart, specOf, textOf, type Spec } from "../values.ts";
import { combinedPath, type Around, type Compiled, type Compiling } from "./around.ts";
import { functions } from "./functions.ts";
import { literalOf } from "./literals.ts";
import { conditionSql } from "./conditions.ts";
import { transform } from "./transforms.ts";

/** An expression of Django's query language as SQL, its columns without their table. Throws `Stuck` where one of its parts is not understood. */
export function compileExpression(value: Value, around: Around): Compiled {
  if (value.kind !== "thing") return { sql: literalOf(value, around.location), field: null, kind: "value" };
  const spec = specOf(value);
  if (spec === null) return { sql: literalOf(value, around.location), field: null, kind: "value" };
  const name = lastPart(spec.path);
  const at = { ...around, location: spec.location };
  if (name === "F" || name === "Col")
    return columnOf(textOf(spec.args[0] ?? spec.keywords.get("name"), "the name of the field", spec.location), at);
  if (name === "Value") return { sql: valueOf(spec), field: null, kind: "value" };
  if (name === "Q" || name === "Exists") return { sql: compileCondition(value, at), field: null, kind: "condition" };
  if (spec.path === combinedPath) return combined(value, spec, at);
  const compile = functions[name];
  if (compile === undefined) throw new Stuck(`the SQL of ${spec.path} is not known`, spec.location);
  return {
    sql: compile(spec, compilingAt(at)),
    field: null,
    kind: "expression",
  };
}

/** A `Q`, an expression that is true or false, or several of them, as SQL. Throws `Stuck` where a part is not understood. */
export function compileCondition(value: Value, around: Around): string {
  return conditionSql(value, compilingAt(around));
}

function compilingAt(around: Around): Compiling {
  return {
    ...around,
    compile: (value) => compileExpression(value, around),
    column: (path) => columnOf(path, around),
    condition: (value) => compileCondition(value, around),
  };
}

/** A field by name, with the keys of a JSON document or transforms behind it. */
function columnOf(path: string, around: Around): Compiled {
  const [name = "", ...rest] = path.split("__");
  const field = fieldOf(around.model, name, around.location);
  const column: Compiled = { sql: quoteName(columnName(field)), field, kind: "column" };
  return rest.reduce<Compiled>((inner, part) => transform(inner, part, around), column);
}

function valueOf(spec: Spec): string {
  const value = spec.args[0] ?? spec.keywords.get("value");
  return value === undefined ? "NULL" : literalOf(value, spec.location);
}

const operators: Readonly<Record<string, string>> = { "+": "+", "-": "-", "*": "*", "/": "/", "%": "%", "**": "^" };

function combined(value: Value, { args, location }: Spec, around: Around): Compiled {
  const [operator, left, right] = args;
  const sign = textOf(operator, "the operator", location);
  if (left === undefined) throw new Stuck("an expression has no operands", location);
  if (/^[&|^~]$/.test(sign)) return { sql: compileCondition(value, around), field: null, kind: "condition" };
  if (right === undefined) return { sql: `(${compileExpression(left, around).sql} * -1)`, field: null, kind: "expression" };
  const between = operators[sign];
  if (between === undefined) throw new Stuck(`the operator ${sign} between expressions is not known`, location);
  return {
    sql: `(${compileExpression(left, around).sql} ${between} ${compileExpression(right, around).sql})`,
    field: null,
    kind: "expression",
  };
}

const wrappers: ReadonlySet<string> = new Set(["OrderBy", "Collate", "OpClass"]);

/** `IndexExpression`: an expression of an index: in parentheses unless it is a column, with its order, collation and operator class behind it. */
export function indexExpression(value: Value, around: Around): string {
  const outer: { readonly kind: string; readonly spec: Spec }[] = [];
  let inner = value;
  for (let spec = specOf(inner); spec !== null && wrappers.has(lastPart(spec.path)); spec = specOf(inner)) {
    outer.push({ kind: lastPart(spec.path), spec });
    inner = spec.args[0] ?? spec.keywords.get("expression") ?? inner;
  }
  const root = inner.kind === "text" ? columnOf(inner.value, around) : compileExpression(inner, around);
  const find = (kind: string): Spec | undefined => outer.find((each) => each.kind === kind)?.spec;
  const collate = find("Collate");
  const opclass = find("OpClass");
  const order = find("OrderBy");
  let sql = root.kind === "column" ? root.sql : `(${root.sql})`;
  if (collate !== undefined)
    sql = `${sql} COLLATE ${quoteName(textOf(collate.args[1] ?? collate.keywords.get("collation"), "the collation", collate.location))}`;
  if (opclass !== undefined)
    sql = `${sql} ${textOf(opclass.args[1] ?? opclass.keywords.get("name"), "the operator class", opclass.location)}`;
  return order === undefined ? sql : `${sql}${orderOf(order)}`;
}

function orderOf({ keywords }: Spec): string {
  const yes = (name: string): boolean => {
    const value = keywords.get(name);
    return value?.kind === "boolean" && value.value;
  };
  return `${yes("descending") ? " DESC" : " ASC"}${yes("nulls_first") ? " NULLS FIRST" : ""}${yes("nulls_last") ? " NULLS LAST" : ""}`;
}
