import type { Node, ObjectType, RangeVar, RenameStmt } from "libpg-query";
import type { Change, ChangeKind } from "../../model/change.ts";
import type { ObjectKind, ObjectRef } from "../../model/object.ts";
import { fieldsOf, partOf, relationRef, roleName } from "../tree.ts";
import { change } from "./context.ts";
import type { Classifiers } from "./context.ts";
import { kindOfObject, objectRef } from "./objects.ts";

/** DROP, ALTER and RENAME by the kind of what they act on. `opaque` where PostgreSQL has no such statement. */
const CHANGES: Readonly<Record<ObjectKind, { readonly drop: ChangeKind; readonly alter: ChangeKind; readonly rename: ChangeKind }>> = {
  schema: { drop: "drop-schema", alter: "opaque", rename: "rename-schema" },
  table: { drop: "drop-table", alter: "set-table-schema", rename: "rename-table" },
  column: { drop: "drop-column", alter: "opaque", rename: "rename-column" },
  constraint: { drop: "drop-constraint", alter: "opaque", rename: "rename-constraint" },
  index: { drop: "drop-index", alter: "alter-index", rename: "rename-index" },
  view: { drop: "drop-view", alter: "alter-view", rename: "rename-view" },
  "materialized-view": { drop: "drop-materialized-view", alter: "alter-materialized-view", rename: "alter-materialized-view" },
  "foreign-table": { drop: "drop-foreign-table", alter: "alter-foreign-table", rename: "alter-foreign-table" },
  sequence: { drop: "drop-sequence", alter: "alter-sequence", rename: "rename-sequence" },
  function: { drop: "drop-function", alter: "alter-function", rename: "alter-function" },
  procedure: { drop: "drop-procedure", alter: "alter-procedure", rename: "alter-procedure" },
  aggregate: { drop: "drop-aggregate", alter: "alter-aggregate", rename: "alter-aggregate" },
  trigger: { drop: "drop-trigger", alter: "alter-trigger", rename: "alter-trigger" },
  "event-trigger": { drop: "drop-event-trigger", alter: "alter-event-trigger", rename: "alter-event-trigger" },
  rule: { drop: "drop-rule", alter: "alter-rule", rename: "alter-rule" },
  policy: { drop: "drop-policy", alter: "alter-policy", rename: "alter-policy" },
  enum: { drop: "drop-type", alter: "alter-type", rename: "rename-type" },
  "composite-type": { drop: "drop-type", alter: "alter-type", rename: "rename-type" },
  "range-type": { drop: "drop-type", alter: "alter-type", rename: "rename-type" },
  "base-type": { drop: "drop-type", alter: "alter-type", rename: "rename-type" },
  type: { drop: "drop-type", alter: "alter-type", rename: "rename-type" },
  domain: { drop: "drop-domain", alter: "alter-domain", rename: "alter-domain" },
  extension: { drop: "drop-extension", alter: "alter-extension", rename: "opaque" },
  collation: { drop: "drop-collation", alter: "alter-collation", rename: "alter-collation" },
  conversion: { drop: "drop-conversion", alter: "alter-conversion", rename: "alter-conversion" },
  cast: { drop: "drop-cast", alter: "opaque", rename: "opaque" },
  operator: { drop: "drop-operator", alter: "alter-operator", rename: "opaque" },
  "operator-class": { drop: "drop-operator-class", alter: "alter-operator-class", rename: "alter-operator-class" },
  "operator-family": { drop: "drop-operator-family", alter: "alter-operator-family", rename: "alter-operator-family" },
  "text-search-configuration": { drop: "drop-text-search", alter: "alter-text-search", rename: "alter-text-search" },
  "text-search-dictionary": { drop: "drop-text-search", alter: "alter-text-search", rename: "alter-text-search" },
  "text-search-parser": { drop: "drop-text-search", alter: "alter-text-search", rename: "alter-text-search" },
  "text-search-template": { drop: "drop-text-search", alter: "alter-text-search", rename: "alter-text-search" },
  statistics: { drop: "drop-statistics", alter: "alter-statistics", rename: "alter-statistics" },
  language: { drop: "drop-language", alter: "alter-language", rename: "alter-language" },
  transform: { drop: "drop-transform", alter: "opaque", rename: "opaque" },
  "access-method": { drop: "drop-access-method", alter: "opaque", rename: "opaque" },
  "foreign-data-wrapper": { drop: "drop-foreign-data-wrapper", alter: "alter-foreign-data-wrapper", rename: "alter-foreign-data-wrapper" },
  server: { drop: "drop-server", alter: "alter-server", rename: "alter-server" },
  "user-mapping": { drop: "drop-user-mapping", alter: "alter-user-mapping", rename: "opaque" },
  publication: { drop: "drop-publication", alter: "alter-publication", rename: "alter-publication" },
  subscription: { drop: "drop-subscription", alter: "alter-subscription", rename: "alter-subscription" },
  role: { drop: "drop-role", alter: "alter-role", rename: "alter-role" },
  database: { drop: "drop-database", alter: "alter-database", rename: "alter-database" },
  tablespace: { drop: "drop-tablespace", alter: "alter-tablespace", rename: "alter-tablespace" },
  parameter: { drop: "opaque", alter: "opaque", rename: "opaque" },
  "default-privileges": { drop: "opaque", alter: "opaque", rename: "opaque" },
  "large-object": { drop: "opaque", alter: "alter-large-object", rename: "opaque" },
};

/** Kinds that live in the cluster, not in one database. */
const SHARED: ReadonlySet<ObjectKind> = new Set(["role", "database", "tablespace", "subscription"]);

/** Whether changing an object of this kind reaches beyond the database. */
export function isShared(kind: ObjectKind): boolean {
  return SHARED.has(kind);
}

interface Named {
  readonly type: ObjectType | undefined;
  readonly relation: RangeVar | undefined;
  readonly object: Node | undefined;
  readonly subname?: string | undefined;
}

/** What ALTER … names, wherever its grammar puts it: a relation, an object, or a part of either. */
function named({ type, relation, object, subname }: Named): ObjectRef | null {
  const kind = kindOfObject(type);
  if (kind === null) return null;
  if (relation === undefined) {
    if (type === "OBJECT_DOMCONSTRAINT" && subname !== undefined) return partOf(objectRef("domain", object), "constraint", subname);
    return object === undefined ? { kind, schema: null, name: subname ?? "" } : objectRef(kind, object);
  }
  if (subname === undefined) return relationRef(relation, kind);
  return partOf(relationRef(relation), kind, subname);
}

function renameAttribute(type: ObjectRef, rename: RenameStmt): Change {
  return change("alter-type", type, {
    details: {
      column: rename.subname,
      newName: rename.newname,
      cascade: rename.behavior === "DROP_CASCADE",
      subcommand: "RENAME ATTRIBUTE",
    },
  });
}

/** Statements that act on any kind of object by its name. */
export const NAMING_CLASSIFIERS = {
  DropStmt(drop) {
    const kind = kindOfObject(drop.removeType);
    if (kind === null) return [change("opaque", null)];
    return (drop.objects ?? []).map((node) =>
      change(CHANGES[kind].drop, objectRef(kind, node), {
        details: {
          ifExists: drop.missing_ok,
          cascade: drop.behavior === "DROP_CASCADE",
          concurrently: drop.concurrent,
          constraintName: kind === "constraint" ? objectRef(kind, node).name : undefined,
        },
      }),
    );
  },
  RenameStmt(rename) {
    const object = named({ type: rename.renameType, relation: rename.relation, object: rename.object, subname: rename.subname });
    if (object === null) return [change("opaque", null)];
    if (rename.renameType === "OBJECT_ATTRIBUTE") return [renameAttribute(relationRef(rename.relation, "composite-type"), rename)];
    const renamed: ObjectRef = { ...object, name: rename.newname ?? "" };
    return [
      change(CHANGES[object.kind].rename, object, {
        writes: [renamed],
        details: {
          newName: rename.newname,
          ifExists: rename.missing_ok,
          cascade: rename.behavior === "DROP_CASCADE",
          column: object.kind === "column" ? object.name : undefined,
          constraintName: object.kind === "constraint" ? object.name : undefined,
          clusterWide: isShared(object.kind),
          subcommand: "RENAME",
        },
      }),
    ];
  },
  AlterObjectSchemaStmt(alter) {
    const object = named({ type: alter.objectType, relation: alter.relation, object: alter.object });
    if (object === null) return [change("opaque", null)];
    return [
      change(CHANGES[object.kind].alter, object, {
        reads: [{ kind: "schema", schema: null, name: alter.newschema ?? "" }],
        writes: [{ ...object, schema: alter.newschema ?? null }],
        details: { newSchema: alter.newschema, ifExists: alter.missing_ok, subcommand: "SET SCHEMA" },
      }),
    ];
  },
  AlterOwnerStmt(alter) {
    const object = named({ type: alter.objectType, relation: alter.relation, object: alter.object });
    if (object === null) return [change("opaque", null)];
    return [
      change("alter-owner", object, {
        reads: [{ kind: "role", schema: null, name: roleName(alter.newowner) }],
        details: { roles: [roleName(alter.newowner)], clusterWide: isShared(object.kind) },
      }),
    ];
  },
  AlterObjectDependsStmt(alter) {
    const object = named({
      type: alter.objectType,
      relation: alter.relation,
      object: alter.object,
      subname:
        alter.objectType === "OBJECT_TRIGGER" ? (fieldsOf(fieldsOf(alter.object, "List")?.items?.at(-1), "String")?.sval ?? "") : undefined,
    });
    return [
      change("alter-depends", object, {
        reads: [{ kind: "extension", schema: null, name: alter.extname?.sval ?? "" }],
        details: { subcommand: alter.remove === true ? "NO DEPENDS" : "DEPENDS" },
      }),
    ];
  },
  CommentStmt(comment) {
    const kind = kindOfObject(comment.objtype);
    const object = kind === null ? null : objectRef(kind, comment.object);
    return [
      change("comment", object, {
        details: {
          subcommand: comment.comment === undefined ? "DROP" : "SET",
          column: kind === "column" ? object?.name : undefined,
          constraintName: kind === "constraint" ? object?.name : undefined,
          clusterWide: kind !== null && isShared(kind),
        },
      }),
    ];
  },
  SecLabelStmt(label) {
    const kind = kindOfObject(label.objtype);
    return [change("security-label", kind === null ? null : objectRef(kind, label.object), { details: { method: label.provider } })];
  },
  AlterExtensionStmt(extension) {
    return [
      change("alter-extension", { kind: "extension", schema: null, name: extension.extname ?? "" }, { details: { subcommand: "UPDATE" } }),
    ];
  },
  AlterExtensionContentsStmt(extension) {
    const kind = kindOfObject(extension.objtype);
    return [
      change(
        "alter-extension",
        { kind: "extension", schema: null, name: extension.extname ?? "" },
        {
          writes: [kind === null ? null : objectRef(kind, extension.object)],
          details: { subcommand: extension.action === 1 ? "ADD" : "DROP" },
        },
      ),
    ];
  },
} satisfies Partial<Classifiers>;
