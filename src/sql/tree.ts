import type { Node, RangeVar, RoleSpec, TypeName } from "libpg-query";
import type { ObjectRef } from "../model/object.ts";
import { quoteIdentifier } from "./quote.ts";

/** The name of any node of the grammar (`CreateStmt`, `ColumnDef`, …). */
export type NodeName = Node extends infer N ? (N extends unknown ? keyof N : never) : never;

/** The fields of the node with that name. */
export type NodeFields<Name extends NodeName> = Extract<Node, Record<Name, unknown>>[Name];

/** The name of the node that a wrapper holds. */
export function nodeName(node: Node): NodeName {
  const [name] = Object.keys(node);
  return name as NodeName;
}

/** The fields of a node if it is of that name, else `null`. */
export function fieldsOf<Name extends NodeName>(node: Node | undefined, name: Name): NodeFields<Name> | null {
  if (node === undefined || !(name in node)) return null;
  return (node as unknown as Record<Name, NodeFields<Name>>)[name];
}

/** The fields of every node of that name in a list, in order. */
export function allOf<Name extends NodeName>(nodes: readonly Node[] | undefined, name: Name): NodeFields<Name>[] {
  return (nodes ?? []).map((node) => fieldsOf(node, name)).filter((fields) => fields !== null);
}

/** A schema and a name, both unquoted. */
export interface Name {
  readonly schema: string | null;
  readonly name: string;
}

/** The strings of a list of `String` nodes, in order; an `A_Star` gives `*`. */
export function strings(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).map((node) => fieldsOf(node, "String")?.sval ?? (fieldsOf(node, "A_Star") === null ? "" : "*"));
}

/** The last two parts of a dotted name; the catalog name of a three-part name is the current database's and says nothing. */
export function toName(parts: readonly string[]): Name {
  return { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? "" };
}

/** The name in a list of `String` nodes. */
export function listName(nodes: readonly Node[] | undefined): Name {
  return toName(strings(nodes));
}

/** The name of a relation. */
export function relationName(relation: RangeVar | undefined): Name {
  return { schema: relation?.schemaname ?? null, name: relation?.relname ?? "" };
}

/** A relation as a reference; `table` unless the statement says more. */
export function relationRef(relation: RangeVar | undefined, kind: ObjectRef["kind"] = "table"): ObjectRef {
  return { kind, ...relationName(relation) };
}

/** A column, constraint, trigger, … of a relation. */
export function partOf(parent: ObjectRef, kind: ObjectRef["kind"], name: string): ObjectRef {
  return { kind, schema: parent.schema, name, parent: parent.name };
}

/** The names by which SQL calls pg_catalog's types, as `format_type()` gives them. */
const SQL_TYPE_NAMES: Readonly<Record<string, string>> = {
  bool: "boolean",
  int2: "smallint",
  int4: "integer",
  int8: "bigint",
  float4: "real",
  float8: "double precision",
  bpchar: "character",
  varchar: "character varying",
  varbit: "bit varying",
  time: "time without time zone",
  timetz: "time with time zone",
  timestamp: "timestamp without time zone",
  timestamptz: "timestamp with time zone",
};

function modifier(node: Node): string {
  const constant = fieldsOf(node, "A_Const");
  if (constant === null) return strings(fieldsOf(node, "ColumnRef")?.fields).map(quoteIdentifier).join(".");
  if (constant.ival !== undefined) return String(constant.ival.ival ?? 0);
  return constant.sval?.sval ?? constant.fval?.fval ?? "";
}

/** `INTERVAL DAY TO SECOND(3)`: the grammar gives a mask of fields (`src/include/utils/timestamp.h`) and a precision. */
const INTERVAL_FIELDS: Readonly<Record<string, string>> = {
  4: " year",
  2: " month",
  8: " day",
  1024: " hour",
  2048: " minute",
  4096: " second",
  6: " year to month",
  1032: " day to hour",
  3080: " day to minute",
  7176: " day to second",
  3072: " hour to minute",
  7168: " hour to second",
  6144: " minute to second",
};

function modifiers(name: string, typmods: readonly Node[] | undefined): { readonly inner: string; readonly fields: string } {
  const values = (typmods ?? []).map(modifier);
  if (name !== "interval") return { inner: values.length === 0 ? "" : `(${values.join(",")})`, fields: "" };
  const [mask, precision] = values;
  return { inner: precision === undefined ? "" : `(${precision})`, fields: INTERVAL_FIELDS[mask ?? ""] ?? "" };
}

/**
 * A type as `format_type()` would print it: `integer`, `character varying(20)`, `timestamp(3) with time zone`, `app.mood[]`;
 * `t.c%TYPE` and `serial` as written. Schema only where the statement gives one other than `pg_catalog`.
 */
export function formatType(type: TypeName | undefined): string {
  const parts = strings(type?.names);
  const { schema, name } = toName(parts);
  const builtin = schema === "pg_catalog" || (schema === null && name in SQL_TYPE_NAMES);
  const base = builtin ? (SQL_TYPE_NAMES[name] ?? quoteIdentifierOfType(name)) : parts.map(quoteIdentifier).join(".");
  const { inner, fields } = modifiers(name, type?.typmods);
  const [head = "", ...tail] = base.split(" with");
  const withModifier = builtin && name.startsWith("time") ? [`${head}${inner}`, ...tail].join(" with") : `${base}${fields}${inner}`;
  const bounds = (type?.arrayBounds ?? []).map(() => "[]").join("");
  return `${type?.setof === true ? "SETOF " : ""}${withModifier}${type?.pct_type === true ? "%TYPE" : ""}${bounds}`;
}

/** `interval` and `numeric` are key words, yet types go by them unquoted; `"char"` does not. */
function quoteIdentifierOfType(name: string): string {
  return ["bit", "numeric", "interval", "json", "time", "timestamp"].includes(name) ? name : quoteIdentifier(name);
}

/** A role's name; PUBLIC is `public`, CURRENT_USER and its like are their lower-case key words. */
export function roleName(role: RoleSpec | undefined): string {
  switch (role?.roletype) {
    case "ROLESPEC_PUBLIC":
      return "public";
    case "ROLESPEC_CURRENT_ROLE":
      return "current_role";
    case "ROLESPEC_CURRENT_USER":
      return "current_user";
    case "ROLESPEC_SESSION_USER":
      return "session_user";
    default:
      return role?.rolename ?? "";
  }
}

/** The roles of a list of `RoleSpec` nodes. */
export function roleNames(roles: readonly Node[] | undefined): string[] {
  return allOf(roles, "RoleSpec").map(roleName);
}

/** The options of a list of `DefElem` nodes by name, the last of each. */
export function options(nodes: readonly Node[] | undefined): ReadonlyMap<string, Node | undefined> {
  return new Map(allOf(nodes, "DefElem").map((option) => [option.defname ?? "", option.arg]));
}

/** Whether an option is given and not switched off (`CASCADE`, `(FULL)`, `(CONCURRENTLY true)`; `defGetBoolean()` of PostgreSQL). */
export function isOn(given: ReadonlyMap<string, Node | undefined>, name: string): boolean {
  if (!given.has(name)) return false;
  const value = given.get(name);
  if (value === undefined) return true;
  const boolean = fieldsOf(value, "Boolean");
  if (boolean !== null) return boolean.boolval === true;
  const integer = fieldsOf(value, "Integer");
  if (integer !== null) return integer.ival === 1;
  return /^(?:true|on)$/i.test(textOf(value) ?? "");
}

/** A `String`, number, type name or constant as text, else `null`. */
export function textOf(node: Node | undefined): string | null {
  if (node === undefined) return null;
  const constant = fieldsOf(node, "A_Const");
  if (constant !== null) {
    if (constant.boolval !== undefined) return String(constant.boolval.boolval ?? false);
    return constant.isnull === true ? null : modifier(node);
  }
  const type = fieldsOf(node, "TypeName");
  if (type !== null) return strings(type.names).at(-1) ?? null;
  const integer = fieldsOf(node, "Integer");
  if (integer !== null) return String(integer.ival ?? 0);
  return fieldsOf(node, "String")?.sval ?? fieldsOf(node, "Float")?.fval ?? null;
}
