import type { Node } from "libpg-query";
import type { ObjectRef } from "../../model/object.ts";
import { nameKey } from "../../model/object.ts";
import { dependencies } from "../references.ts";
import { hasSecretOption, isSecretConnection } from "../secrets.ts";
import { allOf, options, partOf, relationRef, roleName, strings } from "../tree.ts";
import { change } from "./context.ts";
import type { Classifiers } from "./context.ts";
import { columnsIn, namedFunction } from "./columns.ts";

function server(name: string | undefined): ObjectRef {
  return { kind: "server", schema: null, name: name ?? "" };
}

function wrapper(name: string | undefined): ObjectRef {
  return { kind: "foreign-data-wrapper", schema: null, name: name ?? "" };
}

function handlers(nodes: readonly Node[] | undefined): (ObjectRef | null)[] {
  return allOf(nodes, "DefElem").map((option) =>
    option.arg !== undefined && "List" in option.arg ? namedFunction(option.arg.List.items) : null,
  );
}

function mappingOf(user: string, serverName: string | undefined): ObjectRef {
  return { kind: "user-mapping", schema: null, name: user, parent: serverName ?? "" };
}

/** Tables and schemas that a publication holds, with the columns it names. */
function published(objects: readonly Node[] | undefined): ObjectRef[] {
  return allOf(objects, "PublicationObjSpec").flatMap((spec): ObjectRef[] => {
    if (spec.pubobjtype === "PUBLICATIONOBJ_TABLES_IN_SCHEMA") return [{ kind: "schema", schema: null, name: spec.name ?? "" }];
    if (spec.pubtable === undefined) return [];
    const table = relationRef(spec.pubtable.relation);
    const columns = [...strings(spec.pubtable.columns), ...columnsIn(spec.pubtable.whereClause)];
    return [table, ...columns.map((column) => partOf(table, "column", column)), ...dependencies(spec.pubtable.whereClause)];
  });
}

/** What reaches out of the database: foreign data, replication, databases, tablespaces, the server's settings. */
export const OUTSIDE_CLASSIFIERS = {
  CreateFdwStmt(fdw) {
    return [
      change("create-foreign-data-wrapper", wrapper(fdw.fdwname), {
        reads: handlers(fdw.func_options),
        details: { secret: hasSecretOption(fdw.options) },
      }),
    ];
  },
  AlterFdwStmt(fdw) {
    return [
      change("alter-foreign-data-wrapper", wrapper(fdw.fdwname), {
        reads: handlers(fdw.func_options),
        details: { secret: hasSecretOption(fdw.options) },
      }),
    ];
  },
  CreateForeignServerStmt(foreign) {
    return [
      change("create-server", server(foreign.servername), {
        reads: [wrapper(foreign.fdwname)],
        details: { ifNotExists: foreign.if_not_exists, secret: hasSecretOption(foreign.options) },
      }),
    ];
  },
  AlterForeignServerStmt(foreign) {
    return [change("alter-server", server(foreign.servername), { details: { secret: hasSecretOption(foreign.options) } })];
  },
  CreateUserMappingStmt(mapping) {
    return [
      change("create-user-mapping", mappingOf(roleName(mapping.user), mapping.servername), {
        reads: [server(mapping.servername)],
        details: { ifNotExists: mapping.if_not_exists, secret: hasSecretOption(mapping.options), roles: [roleName(mapping.user)] },
      }),
    ];
  },
  AlterUserMappingStmt(mapping) {
    return [
      change("alter-user-mapping", mappingOf(roleName(mapping.user), mapping.servername), {
        reads: [server(mapping.servername)],
        details: { secret: hasSecretOption(mapping.options), roles: [roleName(mapping.user)] },
      }),
    ];
  },
  DropUserMappingStmt(mapping) {
    return [
      change("drop-user-mapping", mappingOf(roleName(mapping.user), mapping.servername), {
        reads: [server(mapping.servername)],
        details: { ifExists: mapping.missing_ok, roles: [roleName(mapping.user)] },
      }),
    ];
  },
  ImportForeignSchemaStmt(imported) {
    const schema: ObjectRef = { kind: "schema", schema: null, name: imported.local_schema ?? "" };
    return [change("import-foreign-schema", schema, { reads: [server(imported.server_name)] })];
  },
  CreatePublicationStmt(publication) {
    return [
      change(
        "create-publication",
        { kind: "publication", schema: null, name: publication.pubname ?? "" },
        {
          reads: published(publication.pubobjects),
          details: { subcommand: publication.for_all_tables === true ? "ALL TABLES" : undefined },
        },
      ),
    ];
  },
  AlterPublicationStmt(publication) {
    return [
      change(
        "alter-publication",
        { kind: "publication", schema: null, name: publication.pubname ?? "" },
        {
          reads: published(publication.pubobjects),
          details: { subcommand: publication.pubobjects === undefined ? "SET" : publication.action },
        },
      ),
    ];
  },
  CreateSubscriptionStmt(subscription) {
    return [
      change(
        "create-subscription",
        { kind: "subscription", schema: null, name: subscription.subname ?? "" },
        {
          details: { clusterWide: true, secret: isSecretConnection(subscription.conninfo) },
        },
      ),
    ];
  },
  AlterSubscriptionStmt(subscription) {
    return [
      change(
        "alter-subscription",
        { kind: "subscription", schema: null, name: subscription.subname ?? "" },
        {
          details: { clusterWide: true, secret: isSecretConnection(subscription.conninfo), subcommand: subscription.kind },
        },
      ),
    ];
  },
  DropSubscriptionStmt(subscription) {
    return [
      change(
        "drop-subscription",
        { kind: "subscription", schema: null, name: subscription.subname ?? "" },
        {
          details: { clusterWide: true, ifExists: subscription.missing_ok, cascade: subscription.behavior === "DROP_CASCADE" },
        },
      ),
    ];
  },
  CreatedbStmt(database) {
    return [change("create-database", { kind: "database", schema: null, name: database.dbname ?? "" }, { details: { clusterWide: true } })];
  },
  AlterDatabaseStmt(database) {
    return [
      change(
        "alter-database",
        { kind: "database", schema: null, name: database.dbname ?? "" },
        {
          details: { clusterWide: true, subcommand: [...options(database.options).keys()].sort().join(",") },
        },
      ),
    ];
  },
  AlterDatabaseRefreshCollStmt(database) {
    return [
      change(
        "alter-database",
        { kind: "database", schema: null, name: database.dbname ?? "" },
        {
          details: { clusterWide: true, subcommand: "REFRESH COLLATION VERSION" },
        },
      ),
    ];
  },
  AlterDatabaseSetStmt(database) {
    return [
      change(
        "alter-database",
        { kind: "database", schema: null, name: database.dbname ?? "" },
        {
          details: { clusterWide: true, setting: database.setstmt?.name, subcommand: "SET" },
        },
      ),
    ];
  },
  DropdbStmt(database) {
    return [
      change(
        "drop-database",
        { kind: "database", schema: null, name: database.dbname ?? "" },
        {
          details: { clusterWide: true, ifExists: database.missing_ok },
        },
      ),
    ];
  },
  CreateTableSpaceStmt(tablespace) {
    return [
      change(
        "create-tablespace",
        { kind: "tablespace", schema: null, name: tablespace.tablespacename ?? "" },
        { details: { clusterWide: true } },
      ),
    ];
  },
  DropTableSpaceStmt(tablespace) {
    return [
      change(
        "drop-tablespace",
        { kind: "tablespace", schema: null, name: tablespace.tablespacename ?? "" },
        {
          details: { clusterWide: true, ifExists: tablespace.missing_ok },
        },
      ),
    ];
  },
  AlterTableSpaceOptionsStmt(tablespace) {
    return [
      change(
        "alter-tablespace",
        { kind: "tablespace", schema: null, name: tablespace.tablespacename ?? "" },
        { details: { clusterWide: true } },
      ),
    ];
  },
  AlterSystemStmt(system) {
    return [
      change(
        "alter-system",
        { kind: "parameter", schema: null, name: system.setstmt?.name ?? "all" },
        {
          details: { clusterWide: true, setting: system.setstmt?.name },
        },
      ),
    ];
  },
  CreateSchemaStmt(schema, { classify }) {
    const name = schema.schemaname ?? roleName(schema.authrole);
    const elements = (schema.schemaElts ?? []).flatMap((node) => classify(node));
    const made = new Set(elements.flatMap((element) => (element.object === null ? [] : [nameKey(element.object)])));
    const inside = (ref: ObjectRef): ObjectRef => (ref.schema === null && ref.kind !== "role" ? { ...ref, schema: name } : ref);
    return [
      change(
        "create-schema",
        { kind: "schema", schema: null, name },
        {
          details: { ifNotExists: schema.if_not_exists, roles: schema.authrole === undefined ? undefined : [roleName(schema.authrole)] },
        },
      ),
      // Unqualified names inside CREATE SCHEMA mean the new schema (manual, CREATE SCHEMA).
      ...elements.map((element) => ({
        ...element,
        object: element.object === null ? null : inside(element.object),
        writes: element.writes.map(inside),
        reads: element.reads.map((ref) => (made.has(nameKey(ref)) ? inside(ref) : ref)),
      })),
    ];
  },
} satisfies Partial<Classifiers>;
