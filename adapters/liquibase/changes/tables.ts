import { childOf, flagOf, valueOf, type Node } from "../source/node.ts";
import {
  escapeColumn,
  escapeColumnList,
  escapeName,
  escapeQualified,
  primaryKeyName,
  quoteText,
  type Naming,
} from "../postgres/quoting.ts";
import { readType } from "../postgres/types.ts";
import { defaultSql, readValue, valueSql } from "../postgres/values.ts";
import { columnRemarks, columnsOf, identityClause, tableOf } from "./columns.ts";
import { changeNode, statement, type ChangeType } from "./contract.ts";

/** `CreateTableGenerator`: columns, then the primary key, foreign keys, unique constraints. */
const createTable: ChangeType = {
  fields: [
    "catalogName",
    "schemaName",
    "tableName",
    "remarks",
    "tablespace",
    "column",
    "columns",
    "ifNotExists",
    "rowDependencies",
    "tableType",
  ],
  generate(change, { naming }) {
    const columns = columnsOf(change);
    const parts = [
      ...columns.map((column) => columnDefinition(column, naming)),
      ...primaryKey(change, columns, naming),
      ...columns.flatMap((column) => foreignKey(column, naming)),
      ...uniqueConstraints(columns, naming),
    ];
    const type = valueOf(change, "tableType")?.trim().toUpperCase() ?? "";
    const tablespace = valueOf(change, "tablespace")?.trim() ?? "";
    const head = `CREATE ${type === "" ? "" : `${type} `}TABLE ${flagOf(change, "ifNotExists") === true ? "IF NOT EXISTS " : ""}`;
    // A temporary table stands in the session's own schema.
    const table = /temp/i.test(type) ? escapeName(valueOf(change, "tableName") ?? "", naming) : tableOf(change, naming);
    const remarks = valueOf(change, "remarks")?.trim() ?? "";
    return [
      statement(`${head}${table} (${parts.join(", ")})${tablespace === "" ? "" : ` TABLESPACE ${tablespace}`}`, change.location),
      ...(remarks === ""
        ? []
        : [statement(`COMMENT ON TABLE ${table} IS ${quoteText(valueOf(change, "remarks") ?? "")}`, change.location)]),
      ...columnRemarks(change, naming),
    ];
  },
  inverse: (change) => [dropOf("dropTable", change, ["tableName"])],
};

function constraint(column: Node, name: string): string | null {
  const constraints = childOf(column, "constraints");
  const value = constraints === null ? null : valueOf(constraints, name);
  return value === null || value.trim() === "" ? null : value.trim();
}

function allows(column: Node, name: string): boolean | null {
  const constraints = childOf(column, "constraints");
  return constraints === null ? null : flagOf(constraints, name);
}

function columnDefinition(column: Node, naming: Naming): string {
  const written = valueOf(column, "type");
  const computed = flagOf(column, "computed") === true;
  const name = escapeColumn(valueOf(column, "name") ?? "", naming, written === null || computed ? "as-they-are" : "quoted");
  const type = written === null ? null : readType(written);
  const value = readValue(column, "defaultValue");
  const identity = flagOf(column, "autoIncrement") === true || type?.autoIncrement === true;
  const required = allows(column, "nullable") === false || allows(column, "primaryKey") === true;
  const generated = value?.kind === "computed" && value.text.startsWith("GENERATED ALWAYS ");
  return [
    name,
    ...(type === null ? [] : [type.sql]),
    ...(value === null || type?.autoIncrement === true
      ? []
      : [`${generated ? "" : "DEFAULT "}${type === null ? valueSql(value, naming) : defaultSql(value, type, naming)}`]),
    ...(identity ? [identityClause(column)] : []),
    ...(required ? ["NOT NULL"] : []),
  ].join(" ");
}

function primaryKey(change: Node, columns: readonly Node[], naming: Naming): readonly string[] {
  const keys = columns.filter((column) => allows(column, "primaryKey") === true);
  if (keys.length === 0) return [];
  const last = (attribute: string): string | null =>
    keys.map((column) => constraint(column, attribute)).findLast((value) => value !== null) ?? null;
  const name = last("primaryKeyName") ?? primaryKeyName(valueOf(change, "tableName") ?? "");
  const names = escapeColumnList(keys.map((column) => valueOf(column, "name") ?? "").join(", "), naming);
  const tablespace = last("primaryKeyTablespace");
  const deferred = `${last("initiallyDeferred") === "true" ? " INITIALLY DEFERRED" : ""}${last("deferrable") === "true" ? " DEFERRABLE" : ""}`;
  return [
    `CONSTRAINT ${escapeName(name, naming)} PRIMARY KEY (${names})${tablespace === null ? "" : ` USING INDEX TABLESPACE ${tablespace}`}${deferred}`,
  ];
}

function foreignKey(column: Node, naming: Naming): readonly string[] {
  const references = constraint(column, "references");
  const table = constraint(column, "referencedTableName");
  const columns = constraint(column, "referencedColumnNames");
  if (references === null && (table === null || columns === null)) return [];
  const schema = constraint(column, "referencedTableSchemaName");
  const target =
    references === null
      ? `${escapeQualified(table ?? "", schema, naming)}(${escapeColumnList(columns ?? "", naming)})`
      : references.includes(".")
        ? references
        : `${escapeName(naming.defaultSchema, naming)}.${references}`;
  const rules = [
    ...(allows(column, "deleteCascade") === true ? ["ON DELETE CASCADE"] : []),
    ...(allows(column, "initiallyDeferred") === true ? ["INITIALLY DEFERRED"] : []),
    ...(allows(column, "deferrable") === true ? ["DEFERRABLE"] : []),
  ];
  const name = escapeName(constraint(column, "foreignKeyName") ?? "", naming);
  return [
    [`CONSTRAINT ${name} FOREIGN KEY (${escapeName(valueOf(column, "name") ?? "", naming)}) REFERENCES ${target}`, ...rules].join(" "),
  ];
}

/** Those of one name are one constraint over all their columns; those without a name come first. */
function uniqueConstraints(columns: readonly Node[], naming: Naming): readonly string[] {
  const named = new Map<string, string[]>();
  const unnamed: string[] = [];
  for (const column of columns) {
    if (allows(column, "unique") !== true) continue;
    const name = constraint(column, "uniqueConstraintName");
    const own = valueOf(column, "name") ?? "";
    if (name === null) unnamed.push(`UNIQUE (${escapeColumnList(own, naming)})`);
    else named.set(name, [...(named.get(name) ?? []), own]);
  }
  return [
    ...unnamed,
    ...[...named].map(([name, own]) => `CONSTRAINT ${escapeName(name, naming)} UNIQUE (${escapeColumnList(own.join(", "), naming)})`),
  ];
}

/** The change that drops what another made, by the attributes that name it. */
export function dropOf(name: string, change: Node, attributes: readonly string[]): Node {
  const own = ["schemaName", ...attributes].map((attribute) => [attribute, valueOf(change, attribute)] as const);
  return changeNode(name, Object.fromEntries(own), change.location);
}

const dropTable: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "cascadeConstraints"],
  generate: (change, { naming }) => [
    statement(`DROP TABLE ${tableOf(change, naming)}${flagOf(change, "cascadeConstraints") === true ? " CASCADE" : ""}`, change.location),
  ],
};

const renameTable: ChangeType = {
  fields: ["catalogName", "schemaName", "oldTableName", "newTableName"],
  generate: (change, { naming }) => [
    statement(
      `ALTER TABLE ${tableOf(change, naming, "oldTableName")} RENAME TO ${escapeName(valueOf(change, "newTableName") ?? "", naming)}`,
      change.location,
    ),
  ],
  inverse: (change) => [
    changeNode(
      "renameTable",
      {
        schemaName: valueOf(change, "schemaName"),
        oldTableName: valueOf(change, "newTableName"),
        newTableName: valueOf(change, "oldTableName"),
      },
      change.location,
    ),
  ],
};

const setTableRemarks: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "remarks"],
  generate: (change, { naming }) => [
    statement(`COMMENT ON TABLE ${tableOf(change, naming)} IS ${quoteText(valueOf(change, "remarks") ?? "")}`, change.location),
  ],
};

const addLookupTable: ChangeType = {
  fields: [
    "existingTableCatalogName",
    "existingTableSchemaName",
    "existingTableName",
    "existingColumnName",
    "newTableCatalogName",
    "newTableSchemaName",
    "newTableName",
    "newColumnName",
    "newColumnDataType",
    "constraintName",
  ],
  generate(change, { naming }) {
    const { existing, made } = lookupTables(change, naming);
    const old = escapeColumn(valueOf(change, "existingColumnName") ?? "", naming);
    const column = escapeColumn(valueOf(change, "newColumnName") ?? "", naming);
    return [
      `CREATE TABLE ${made} AS SELECT DISTINCT ${old} AS ${column} FROM ${existing} WHERE ${old} IS NOT NULL`,
      `ALTER TABLE ${made} ALTER COLUMN  ${column} SET NOT NULL`,
      `ALTER TABLE ${made} ADD PRIMARY KEY (${column})`,
      `ALTER TABLE ${existing} ADD CONSTRAINT ${escapeName(lookupKey(change), naming)} FOREIGN KEY (${old}) REFERENCES ${made} (${column})`,
    ].map((sql) => statement(sql, change.location));
  },
  inverse: (change) => [
    changeNode(
      "dropForeignKeyConstraint",
      {
        baseTableSchemaName: valueOf(change, "existingTableSchemaName"),
        baseTableName: valueOf(change, "existingTableName"),
        constraintName: lookupKey(change),
      },
      change.location,
    ),
    changeNode(
      "dropTable",
      { schemaName: valueOf(change, "newTableSchemaName"), tableName: valueOf(change, "newTableName") },
      change.location,
    ),
  ],
};

function lookupTables(change: Node, naming: Naming): { readonly existing: string; readonly made: string } {
  return {
    existing: escapeQualified(valueOf(change, "existingTableName") ?? "", valueOf(change, "existingTableSchemaName"), naming),
    made: escapeQualified(valueOf(change, "newTableName") ?? "", valueOf(change, "newTableSchemaName"), naming),
  };
}

/** `AddLookupTableChange.getFinalConstraintName`. */
function lookupKey(change: Node): string {
  const given = valueOf(change, "constraintName");
  return given ?? `FK_${valueOf(change, "existingTableName") ?? ""}_${valueOf(change, "newTableName") ?? ""}`.toUpperCase();
}

/** Changes of whole tables. */
export const tableChanges: Readonly<Record<string, ChangeType>> = { createTable, dropTable, renameTable, setTableRemarks, addLookupTable };
