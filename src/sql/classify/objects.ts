import type { Node, ObjectType } from "libpg-query";
import type { ObjectKind, ObjectRef } from "../../model/object.ts";
import { allOf, fieldsOf, formatType, listName, relationRef, strings, textOf, toName } from "../tree.ts";
import { routineRef, typeList } from "./routines.ts";

/** PostgreSQL's word for a sort of object, in the model's. `null`: no object of the catalog that a statement can name by itself. */
const KINDS: Readonly<Record<ObjectType, ObjectKind | null>> = {
  OBJECT_ACCESS_METHOD: "access-method",
  OBJECT_AGGREGATE: "aggregate",
  OBJECT_AMOP: "operator-family",
  OBJECT_AMPROC: "operator-family",
  OBJECT_ATTRIBUTE: "column",
  OBJECT_CAST: "cast",
  OBJECT_COLUMN: "column",
  OBJECT_COLLATION: "collation",
  OBJECT_CONVERSION: "conversion",
  OBJECT_DATABASE: "database",
  OBJECT_DEFAULT: "column",
  OBJECT_DEFACL: "default-privileges",
  OBJECT_DOMAIN: "domain",
  OBJECT_DOMCONSTRAINT: "constraint",
  OBJECT_EVENT_TRIGGER: "event-trigger",
  OBJECT_EXTENSION: "extension",
  OBJECT_FDW: "foreign-data-wrapper",
  OBJECT_FOREIGN_SERVER: "server",
  OBJECT_FOREIGN_TABLE: "foreign-table",
  OBJECT_FUNCTION: "function",
  OBJECT_INDEX: "index",
  OBJECT_LANGUAGE: "language",
  OBJECT_LARGEOBJECT: "large-object",
  OBJECT_MATVIEW: "materialized-view",
  OBJECT_OPCLASS: "operator-class",
  OBJECT_OPERATOR: "operator",
  OBJECT_OPFAMILY: "operator-family",
  OBJECT_PARAMETER_ACL: "parameter",
  OBJECT_POLICY: "policy",
  OBJECT_PROCEDURE: "procedure",
  OBJECT_PUBLICATION: "publication",
  OBJECT_PUBLICATION_NAMESPACE: null,
  OBJECT_PUBLICATION_REL: null,
  OBJECT_ROLE: "role",
  OBJECT_ROUTINE: "function",
  OBJECT_RULE: "rule",
  OBJECT_SCHEMA: "schema",
  OBJECT_SEQUENCE: "sequence",
  OBJECT_SUBSCRIPTION: "subscription",
  OBJECT_STATISTIC_EXT: "statistics",
  OBJECT_TABCONSTRAINT: "constraint",
  OBJECT_TABLE: "table",
  OBJECT_TABLESPACE: "tablespace",
  OBJECT_TRANSFORM: "transform",
  OBJECT_TRIGGER: "trigger",
  OBJECT_TSCONFIGURATION: "text-search-configuration",
  OBJECT_TSDICTIONARY: "text-search-dictionary",
  OBJECT_TSPARSER: "text-search-parser",
  OBJECT_TSTEMPLATE: "text-search-template",
  OBJECT_TYPE: "type",
  OBJECT_USER_MAPPING: "user-mapping",
  OBJECT_VIEW: "view",
};

/** The model's kind for what the grammar calls an object type. ALTER TABLE stands for any relation, TYPE for any type. */
export function kindOfObject(type: ObjectType | undefined): ObjectKind | null {
  return type === undefined ? null : KINDS[type];
}

const ROUTINES: ReadonlySet<ObjectKind> = new Set(["function", "procedure", "aggregate"]);

/** Parts of another object: the last name of the list is theirs, the ones before their owner's. */
const PARTS: ReadonlySet<ObjectKind> = new Set(["column", "constraint", "trigger", "rule", "policy"]);

function typeNameRef(kind: ObjectKind, node: Node | undefined): ObjectRef | null {
  const type = fieldsOf(node, "TypeName");
  return type === null ? null : { kind, ...listName(type.names) };
}

/** `schema.table.part`; a constraint of a domain has its domain as a type. */
function partRef(kind: ObjectKind, items: readonly Node[]): ObjectRef {
  const domain = fieldsOf(items[0], "TypeName");
  const names = strings(items);
  const name = names.at(-1) ?? "";
  const owner = domain === null ? toName(names.slice(0, -1)) : listName(domain.names);
  return { kind, schema: owner.schema, name, parent: owner.name };
}

function listRef(kind: ObjectKind, items: readonly Node[]): ObjectRef {
  const types = allOf(items, "TypeName").map(formatType);
  if (kind === "cast") return { kind, schema: null, name: types.join(" AS ") };
  if (kind === "transform") return { kind, schema: null, name: `${types.join("")} LANGUAGE ${strings(items).at(-1) ?? ""}` };
  // The access method comes first: `USING btree`.
  if (kind === "operator-class" || kind === "operator-family") return { kind, ...listName(items.slice(1)) };
  return PARTS.has(kind) ? partRef(kind, items) : { kind, ...listName(items) };
}

/**
 * The object that DROP, COMMENT, ALTER … OWNER and their like name. The grammar wraps it in one of six nodes by its kind
 * (`src/backend/catalog/objectaddress.c`, `get_object_address()`).
 */
export function objectRef(kind: ObjectKind, node: Node | undefined): ObjectRef {
  if (ROUTINES.has(kind)) return routineRef(node, kind);
  const operator = fieldsOf(node, "ObjectWithArgs");
  if (operator !== null) return { kind, ...listName(operator.objname), arguments: typeList(operator.objargs) };
  const type = typeNameRef(kind, node);
  if (type !== null) return type;
  const relation = fieldsOf(node, "RangeVar");
  if (relation !== null) return relationRef(relation, kind);
  const list = fieldsOf(node, "List");
  if (list !== null) return listRef(kind, list.items ?? []);
  return { kind, schema: null, name: textOf(node) ?? "" };
}
