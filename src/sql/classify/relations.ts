import type { CreateStmt, Node, RangeVar } from "libpg-query";
import type { ObjectRef } from "../../model/object.ts";
import { qualifiedName } from "../quote.ts";
import { collectReferences, dependencies, typeRef } from "../references.ts";
import { allOf, fieldsOf, isOn, listName, options, partOf, relationName, relationRef, strings } from "../tree.ts";
import { columnsIn, constraintReads, describeColumn } from "./columns.ts";
import { change } from "./context.ts";
import type { ChangeParts, Classifiers } from "./context.ts";

/** A relation in `pg_temp`. */
export function isTemporary(relation: RangeVar | undefined): boolean {
  return relation?.relpersistence === "t" || relation?.schemaname?.startsWith("pg_temp") === true;
}

function quoted(relation: RangeVar): string {
  const { schema, name } = relationName(relation);
  return qualifiedName(schema, name);
}

function tableParts(table: CreateStmt, ref: ObjectRef): ChangeParts {
  const columns = allOf(table.tableElts, "ColumnDef");
  const own = (read: ObjectRef): boolean => read.kind === "column" && read.parent === ref.name && read.schema === ref.schema;
  const parents = allOf(table.inhRelations, "RangeVar");
  return {
    reads: [
      ...parents.map((parent) => relationRef(parent)),
      ...allOf(table.tableElts, "TableLikeClause").map((clause) => relationRef(clause.relation)),
      typeRef(table.ofTypename),
      ...columns.flatMap((column) => describeColumn(column, ref).reads),
      ...[...allOf(table.tableElts, "Constraint"), ...allOf(table.constraints, "Constraint")].flatMap((constraint) =>
        constraintReads(constraint, ref),
      ),
      ...dependencies(table.partspec, table.partbound),
    ].filter((read) => read !== null && !own(read)),
    details: {
      columns: columns.map((column) => column.colname ?? ""),
      ifNotExists: table.if_not_exists,
      temporary: isTemporary(table.relation),
      partitioned: table.partspec !== undefined,
      parents: parents.length === 0 ? undefined : parents.map(quoted),
      subcommand: table.partbound === undefined ? (parents.length > 0 ? "INHERITS" : undefined) : "PARTITION OF",
    },
  };
}

/** Tables, views, indexes, sequences and extended statistics. */
export const RELATION_CLASSIFIERS = {
  CreateStmt(table) {
    const ref = relationRef(table.relation);
    return [change("create-table", ref, tableParts(table, ref))];
  },
  CreateForeignTableStmt(table) {
    const ref = relationRef(table.base?.relation, "foreign-table");
    const parts = tableParts(table.base ?? {}, ref);
    const server: ObjectRef = { kind: "server", schema: null, name: table.servername ?? "" };
    return [change("create-foreign-table", ref, { ...parts, reads: [...(parts.reads ?? []), server] })];
  },
  CreateTableAsStmt(create) {
    const materialized = create.objtype === "OBJECT_MATVIEW";
    const found = collectReferences(create.query);
    return [
      change(
        materialized ? "create-materialized-view" : "create-table-as",
        relationRef(create.into?.rel, materialized ? "materialized-view" : "table"),
        {
          reads: dependencies(create.query),
          details: {
            columns: create.into?.colNames === undefined ? undefined : strings(create.into.colNames),
            ifNotExists: create.if_not_exists,
            temporary: isTemporary(create.into?.rel),
            nondeterministic: found.nondeterministic.length === 0 ? undefined : found.nondeterministic,
            subcommand: create.into?.skipData === true ? "WITH NO DATA" : undefined,
          },
        },
      ),
    ];
  },
  ViewStmt(view) {
    return [
      change("create-view", relationRef(view.view, "view"), {
        reads: dependencies(view.query),
        details: {
          orReplace: view.replace,
          temporary: isTemporary(view.view),
          columns: view.aliases === undefined ? undefined : strings(view.aliases),
        },
      }),
    ];
  },
  RefreshMatViewStmt(refresh) {
    return [
      change("refresh-materialized-view", relationRef(refresh.relation, "materialized-view"), {
        details: { concurrently: refresh.concurrent, subcommand: refresh.skipData === true ? "WITH NO DATA" : undefined },
      }),
    ];
  },
  IndexStmt(index) {
    const table = relationRef(index.relation);
    const elements = [...allOf(index.indexParams, "IndexElem"), ...allOf(index.indexIncludingParams, "IndexElem")];
    const columns = elements.flatMap((element) => (element.name === undefined ? columnsIn(element.expr) : [element.name]));
    const read = [...new Set([...columns, ...columnsIn(index.whereClause)])];
    return [
      change(
        "create-index",
        { kind: "index", schema: table.schema, name: index.idxname ?? "" },
        {
          reads: [table, ...read.map((column) => partOf(table, "column", column)), ...dependencies(index.indexParams, index.whereClause)],
          writes: [table],
          details: {
            unique: index.unique,
            concurrently: index.concurrent,
            ifNotExists: index.if_not_exists,
            columns,
            method: index.accessMethod,
          },
        },
      ),
    ];
  },
  ReindexStmt(reindex) {
    const given = options(reindex.params);
    const kind = reindex.kind === "REINDEX_OBJECT_INDEX" ? "index" : "table";
    const whole = reindex.kind === "REINDEX_OBJECT_SCHEMA" ? "schema" : "database";
    const named: ObjectRef | null = reindex.name === undefined ? null : { kind: whole, schema: null, name: reindex.name };
    const object = reindex.relation === undefined ? named : relationRef(reindex.relation, kind);
    return [change("reindex", object, { details: { concurrently: isOn(given, "concurrently"), subcommand: reindex.kind } })];
  },
  ClusterStmt(cluster) {
    const table = cluster.relation === undefined ? null : relationRef(cluster.relation);
    const index: ObjectRef | null =
      cluster.indexname === undefined || table === null ? null : { kind: "index", schema: table.schema, name: cluster.indexname };
    return [change("cluster", table, { reads: [index] })];
  },
  CreateSeqStmt(sequence) {
    const ref = relationRef(sequence.sequence, "sequence");
    const owner = sequenceOwner(sequence.options);
    return [
      change("create-sequence", ref, {
        reads: owner,
        details: { ifNotExists: sequence.if_not_exists, temporary: isTemporary(sequence.sequence) },
      }),
    ];
  },
  AlterSeqStmt(sequence) {
    const given = options(sequence.options);
    return [
      change("alter-sequence", relationRef(sequence.sequence, "sequence"), {
        reads: sequenceOwner(sequence.options),
        details: { ifExists: sequence.missing_ok, subcommand: [...given.keys()].sort().join(",") },
      }),
    ];
  },
  CreateStatsStmt(statistics) {
    const relations = allOf(statistics.relations, "RangeVar").map((relation) => relationRef(relation));
    const table = relations[0];
    const columns = allOf(statistics.exprs, "StatsElem").flatMap((element) =>
      element.name === undefined ? columnsIn(element.expr) : [element.name],
    );
    const name = listName(statistics.defnames);
    return [
      change(
        "create-statistics",
        { kind: "statistics", ...name, schema: name.schema ?? table?.schema ?? null },
        {
          reads: [
            ...relations,
            ...(table === undefined ? [] : columns.map((column) => partOf(table, "column", column))),
            ...dependencies(statistics.exprs),
          ],
          details: { ifNotExists: statistics.if_not_exists, columns },
        },
      ),
    ];
  },
  AlterStatsStmt(statistics) {
    return [
      change(
        "alter-statistics",
        { kind: "statistics", ...listName(statistics.defnames) },
        { details: { ifExists: statistics.missing_ok } },
      ),
    ];
  },
  AlterTableMoveAllStmt(move) {
    const kind =
      move.objtype === "OBJECT_INDEX"
        ? "alter-index"
        : move.objtype === "OBJECT_MATVIEW"
          ? "alter-materialized-view"
          : "alter-table-options";
    return [
      change(kind, null, {
        reads: [
          { kind: "tablespace", schema: null, name: move.orig_tablespacename ?? "" },
          { kind: "tablespace", schema: null, name: move.new_tablespacename ?? "" },
        ],
        details: { subcommand: "ALL IN TABLESPACE" },
      }),
    ];
  },
} satisfies Partial<Classifiers>;

/** `OWNED BY schema.table.column`; `OWNED BY NONE` names nothing. */
function sequenceOwner(nodes: readonly Node[] | undefined): ObjectRef[] {
  const owner = strings(fieldsOf(options(nodes).get("owned_by"), "List")?.items);
  const column = owner.at(-1);
  const table = owner.at(-2);
  if (column === undefined || table === undefined) return [];
  const ref: ObjectRef = { kind: "table", schema: owner.at(-3) ?? null, name: table };
  return [ref, partOf(ref, "column", column)];
}
