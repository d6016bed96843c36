import type { Step } from "../../../src/model/history.ts";
import { childOf, flagOf, listOf, valueOf, type Node } from "../source/node.ts";
import { escapeColumn, escapeName, escapeQualified, quoteText, type Naming } from "../postgres/quoting.ts";
import { readType } from "../postgres/types.ts";
import { defaultSql, escapeSequence, functionSql, readValue, sequenceSql, valueSql, type Value } from "../postgres/values.ts";
import { changeNode, statement, type ChangeType } from "./contract.ts";
import { addForeignKey, addUnique } from "./constraint-sql.ts";

/** The table that a change names. */
export function tableOf(change: Node, naming: Naming, attribute = "tableName"): string {
  return escapeQualified(valueOf(change, attribute) ?? "", valueOf(change, "schemaName"), naming);
}

/** The columns of a change. */
export function columnsOf(change: Node): readonly Node[] {
  return listOf(change, "columns", "column");
}

/** `GENERATED … AS IDENTITY` (`PostgresDatabase.getAutoIncrementClause`). */
export function identityClause(column: Node): string {
  const start = valueOf(column, "startWith");
  const step = valueOf(column, "incrementBy");
  const options = [...(start === null ? [] : [`START WITH ${start}`]), ...(step === null ? [] : [`INCREMENT BY ${step}`])];
  const generated = valueOf(column, "generationType")?.toUpperCase() ?? "BY DEFAULT";
  return `GENERATED ${generated} AS IDENTITY${options.length === 0 ? "" : ` (${options.join(" ")})`}`;
}

/** `COMMENT ON COLUMN` for each column with remarks. */
export function columnRemarks(change: Node, naming: Naming): readonly Step[] {
  return columnsOf(change).flatMap((column) => {
    const remarks = valueOf(column, "remarks")?.trim() ?? "";
    const name = escapeColumn(valueOf(column, "name") ?? "", naming);
    return remarks === ""
      ? []
      : [statement(`COMMENT ON COLUMN ${tableOf(change, naming)}.${name} IS ${quoteText(remarks)}`, column.location)];
  });
}

const addColumn: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "column", "columns"],
  generate(change, { naming }) {
    const table = tableOf(change, naming);
    const added: Step[] = [];
    const updates: Step[] = [];
    const notNull: Step[] = [];
    for (const column of columnsOf(change)) {
      const constraints = childOf(column, "constraints");
      const name = escapeColumn(valueOf(column, "name") ?? "", naming);
      const value = readValue(column, "value");
      const required = constraints !== null && flagOf(constraints, "nullable") === false;
      added.push(
        statement(
          `ALTER TABLE ${table} ADD ${columnDefinition(column, { name, required: required && value === null, naming })}`,
          column.location,
        ),
      );
      if (constraints !== null) added.push(...columnConstraints(change, { column, constraints }, naming));
      if (value !== null) updates.push(statement(`UPDATE ${table} SET ${name} = ${valueSql(value, naming)}`, column.location));
      if (required && value !== null) notNull.push(statement(`ALTER TABLE ${table} ALTER COLUMN  ${name} SET NOT NULL`, column.location));
    }
    return [...added, ...updates, ...notNull, ...columnRemarks(change, naming)];
  },
  inverse(change) {
    const table = { schemaName: valueOf(change, "schemaName"), tableName: valueOf(change, "tableName") };
    return columnsOf(change).flatMap((column) => {
      const own = { ...table, columnName: valueOf(column, "name") };
      const drop = changeNode("dropColumn", own, column.location);
      return readValue(column, "defaultValue") === null ? [drop] : [changeNode("dropDefaultValue", own, column.location), drop];
    });
  },
};

interface Definition {
  readonly name: string;
  readonly required: boolean;
  readonly naming: Naming;
}

function columnDefinition(column: Node, { name, required, naming }: Definition): string {
  const constraints = childOf(column, "constraints");
  const written = valueOf(column, "type");
  const type = written === null ? null : readType(written);
  const value = readValue(column, "defaultValue");
  const notNullName = constraints === null ? null : valueOf(constraints, "notNullConstraintName");
  return [
    name,
    ...(type === null ? [] : [type.sql]),
    ...(flagOf(column, "autoIncrement") === true ? [identityClause(column)] : []),
    ...(value === null ? [] : [`DEFAULT ${type === null ? valueSql(value, naming) : defaultSql(value, type, naming)}`]),
    ...(required && notNullName !== null && notNullName !== "" ? [`CONSTRAINT ${escapeName(notNullName, naming)}`] : []),
    ...(required ? ["NOT NULL"] : []),
    ...(constraints !== null && flagOf(constraints, "primaryKey") === true ? ["PRIMARY KEY"] : []),
  ].join(" ");
}

function columnConstraints(
  change: Node,
  { column, constraints }: { readonly column: Node; readonly constraints: Node },
  naming: Naming,
): readonly Step[] {
  const made: Step[] = [];
  const base = { schema: valueOf(change, "schemaName"), table: valueOf(change, "tableName") ?? "", columns: valueOf(column, "name") ?? "" };
  if (flagOf(constraints, "unique") === true) {
    made.push(statement(addUnique({ ...base, name: valueOf(constraints, "uniqueConstraintName") }, naming), column.location));
  }
  const references = referencesOf(constraints);
  if (references !== null) {
    const rules = `${flagOf(constraints, "deleteCascade") === true ? " ON DELETE CASCADE" : ""}${flagOf(constraints, "validateForeignKey") === false ? " NOT VALID" : ""}`;
    const key = { ...base, name: valueOf(constraints, "foreignKeyName") ?? "", references, rules };
    made.push(statement(addForeignKey(key, naming), column.location));
  }
  return made;
}

/** What a column's constraints refer to; `null` where they refer to nothing. */
function referencesOf(constraints: Node): { readonly schema: string | null; readonly table: string; readonly columns: string } | null {
  const written = valueOf(constraints, "references");
  const match = written === null ? null : /^([\w.]+)\s*\(\s*(\w+)\s*\)$/.exec(written.trim());
  const table = match?.[1] ?? valueOf(constraints, "referencedTableName");
  const columns = match?.[2] ?? valueOf(constraints, "referencedColumnNames");
  if (table === null || columns === null) return null;
  const [schema, own] = table.includes(".") ? table.split(".") : [null, table];
  return { schema: schema ?? null, table: own ?? "", columns };
}

const dropColumn: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "columnName", "column", "columns"],
  generate(change, { naming }) {
    const nested = columnsOf(change).map((column) => valueOf(column, "name") ?? "");
    const names = nested.length > 0 ? nested : [valueOf(change, "columnName") ?? ""];
    return names.map((name) =>
      statement(`ALTER TABLE ${tableOf(change, naming)} DROP COLUMN ${escapeColumn(name, naming)}`, change.location),
    );
  },
};

const renameColumn: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "oldColumnName", "newColumnName", "columnDataType", "remarks"],
  generate: (change, { naming }) => [
    statement(
      `ALTER TABLE ${tableOf(change, naming)} RENAME COLUMN ${escapeColumn(valueOf(change, "oldColumnName") ?? "", naming)} TO ${escapeColumn(valueOf(change, "newColumnName") ?? "", naming)}`,
      change.location,
    ),
  ],
  inverse: (change) => [
    changeNode(
      "renameColumn",
      {
        schemaName: valueOf(change, "schemaName"),
        tableName: valueOf(change, "tableName"),
        oldColumnName: valueOf(change, "newColumnName"),
        newColumnName: valueOf(change, "oldColumnName"),
      },
      change.location,
    ),
  ],
};

const modifyDataType: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "columnName", "newDataType"],
  generate(change, { naming }) {
    const name = escapeColumn(valueOf(change, "columnName") ?? "", naming);
    const type = readType(valueOf(change, "newDataType") ?? "").sql;
    return [
      statement(`ALTER TABLE ${tableOf(change, naming)} ALTER COLUMN ${name} TYPE ${type} USING (${name}::${type})`, change.location),
    ];
  },
};

/** Naming in which sequences are looked for in the schema that the change names (`AddDefaultValueChange`, `InsertDataChange`, `UpdateDataChange`). */
export function sequenceNaming(change: Node, naming: Naming): Naming {
  const schema = valueOf(change, "schemaName")?.trim() ?? "";
  return schema === "" ? naming : { ...naming, defaultSchema: schema };
}

const addDefaultValue: ChangeType = {
  fields: [
    "catalogName",
    "schemaName",
    "tableName",
    "columnName",
    "columnDataType",
    "defaultValue",
    "defaultValueNumeric",
    "defaultValueDate",
    "defaultValueBoolean",
    "defaultValueComputed",
    "defaultValueSequenceNext",
    "defaultValueConstraintName",
  ],
  generate(change, { naming }) {
    const table = tableOf(change, naming);
    const name = escapeColumn(valueOf(change, "columnName") ?? "", naming);
    const value = readValue(change, "defaultValue") ?? { kind: "text", text: "NULL" };
    const own = sequenceNaming(change, naming);
    const set = statement(`ALTER TABLE ${table} ALTER COLUMN  ${name} SET DEFAULT ${addedDefault(value, change, own)}`, change.location);
    if (value.kind !== "sequence-next") return [set];
    return [set, statement(`ALTER SEQUENCE ${escapeSequence(value.name, own)} OWNED BY ${table}.${name}`, change.location)];
  },
  inverse: (change) => [
    changeNode(
      "dropDefaultValue",
      { schemaName: valueOf(change, "schemaName"), tableName: valueOf(change, "tableName"), columnName: valueOf(change, "columnName") },
      change.location,
    ),
  ],
};

/** `AddDefaultValueGenerator`: numbers lose their trailing zeros, as Java reads them; text is printed by what it is, or by the type that is named. */
function addedDefault(value: Value, change: Node, naming: Naming): string {
  if (value.kind === "computed") return functionSql(value.text);
  if (value.kind === "sequence-next") return sequenceSql("nextval", value.name, naming);
  if (value.kind === "number" && /^-?\d+\.\d+$/.test(value.text)) return value.text.replace(/\.?0+$/, "");
  const type = valueOf(change, "columnDataType");
  if (value.kind === "text" && type !== null) return defaultSql(value, readType(type), naming);
  return valueSql(value, naming);
}

const dropDefaultValue: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "columnName", "columnDataType"],
  generate: (change, { naming }) => [
    statement(
      `ALTER TABLE ${tableOf(change, naming)} ALTER COLUMN ${escapeColumn(valueOf(change, "columnName") ?? "", naming)} DROP DEFAULT`,
      change.location,
    ),
  ],
};

const addAutoIncrement: ChangeType = {
  fields: [
    "catalogName",
    "schemaName",
    "tableName",
    "columnName",
    "columnDataType",
    "startWith",
    "incrementBy",
    "defaultOnNull",
    "generationType",
  ],
  generate(change, { naming }) {
    const table = tableOf(change, naming);
    const column = valueOf(change, "columnName") ?? "";
    const name = escapeColumn(column, naming);
    const sequence = escapeQualified(`${valueOf(change, "tableName") ?? ""}_${column}_seq`, valueOf(change, "schemaName"), naming);
    const start = valueOf(change, "startWith");
    const step = valueOf(change, "incrementBy");
    const options = `${start === null ? "" : ` START WITH ${start}`}${step === null ? "" : ` INCREMENT BY ${step}`}`;
    return [
      `CREATE SEQUENCE  IF NOT EXISTS ${sequence}${options}`,
      `ALTER TABLE ${table} ALTER COLUMN  ${name} SET NOT NULL`,
      `ALTER TABLE ${table} ALTER COLUMN  ${name} SET DEFAULT nextval('${sequence}')`,
      `ALTER SEQUENCE ${sequence} OWNED BY ${table}.${name}`,
    ].map((sql) => statement(sql, change.location));
  },
};

const mergeColumns: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "column1Name", "joinString", "column2Name", "finalColumnName", "finalColumnType"],
  generate(change, { naming }) {
    const table = tableOf(change, naming);
    const [first = "", second = "", merged = ""] = ["column1Name", "column2Name", "finalColumnName"].map((attribute) =>
      escapeColumn(valueOf(change, attribute) ?? "", naming),
    );
    const type = readType(valueOf(change, "finalColumnType") ?? "").sql;
    return [
      `ALTER TABLE ${table} ADD ${merged} ${type}`,
      `UPDATE ${table} SET ${merged} = ${first} || '${valueOf(change, "joinString") ?? ""}' || ${second}`,
      `ALTER TABLE ${table} DROP COLUMN ${first}`,
      `ALTER TABLE ${table} DROP COLUMN ${second}`,
    ].map((sql) => statement(sql, change.location));
  },
};

const setColumnRemarks: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "columnName", "remarks", "columnDataType", "columnParentType"],
  generate: (change, { naming }) => [
    statement(
      `COMMENT ON COLUMN ${tableOf(change, naming)}.${escapeColumn(valueOf(change, "columnName") ?? "", naming)} IS ${quoteText(valueOf(change, "remarks") ?? "")}`,
      change.location,
    ),
  ],
};

/** Changes of columns. */
export const columnChanges: Readonly<Record<string, ChangeType>> = {
  addColumn,
  dropColumn,
  renameColumn,
  modifyDataType,
  addDefaultValue,
  dropDefaultValue,
  addAutoIncrement,
  mergeColumns,
  setColumnRemarks,
};
