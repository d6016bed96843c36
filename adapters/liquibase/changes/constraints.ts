import { flagOf, valueOf, type Node } from "../source/node.ts";
import { escapeColumn, escapeColumnList, escapeName, escapeQualified, quoteText, type Naming } from "../postgres/quoting.ts";
import { columnsOf, tableOf } from "./columns.ts";
import { addForeignKey, addUnique } from "./constraint-sql.ts";
import { changeNode, statement, type ChangeType } from "./contract.ts";
import { dropOf } from "./tables.ts";

/** `AddPrimaryKeyGenerator`; `forIndexName` is for other databases. */
const addPrimaryKey: ChangeType = {
  fields: [
    "catalogName",
    "schemaName",
    "tableName",
    "tablespace",
    "columnNames",
    "constraintName",
    "clustered",
    "validate",
    "forIndexName",
    "forIndexSchemaName",
    "forIndexCatalogName",
  ],
  generate(change, { naming }) {
    const given = valueOf(change, "constraintName");
    const name = given === null || given === "" ? "" : `CONSTRAINT ${escapeName(given, naming)} `;
    const tablespace = valueOf(change, "tablespace");
    const keys = `(${escapeColumnList(valueOf(change, "columnNames") ?? "", naming)})${tablespace === null ? "" : ` USING INDEX TABLESPACE ${tablespace}`}`;
    const table = tableOf(change, naming);
    const clustered = flagOf(change, "clustered") === true && given !== null && given !== "";
    return [
      statement(`ALTER TABLE ${table} ADD ${name}PRIMARY KEY ${keys}`, change.location),
      ...(clustered ? [statement(`CLUSTER ${table} USING ${escapeName(given, naming)}`, change.location)] : []),
    ];
  },
  inverse: (change) => [dropOf("dropPrimaryKey", change, ["tableName", "constraintName"])],
};

const dropPrimaryKey: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "constraintName", "dropIndex"],
  generate(change, { naming }) {
    const table = tableOf(change, naming);
    const name = valueOf(change, "constraintName");
    if (name !== null) return [statement(`ALTER TABLE ${table} DROP CONSTRAINT ${escapeName(name, naming)}`, change.location)];
    // As the catalog stores the names: folded where they are not quoted.
    const stored = (written: string): string => {
      const escaped = escapeName(written, naming);
      return escaped.startsWith('"') ? escaped.slice(1, -1) : escaped.toLowerCase();
    };
    const sql = [
      "DO $$ DECLARE constraint_name varchar;",
      "BEGIN",
      "  SELECT tc.CONSTRAINT_NAME into strict constraint_name",
      "    FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS tc",
      "    WHERE CONSTRAINT_TYPE = 'PRIMARY KEY'",
      `      AND TABLE_NAME = '${stored(valueOf(change, "tableName") ?? "")}' AND TABLE_SCHEMA = '${stored(valueOf(change, "schemaName") ?? naming.defaultSchema)}';`,
      `    EXECUTE 'alter table ${table} drop constraint "' || constraint_name || '"';`,
      "END $$",
    ];
    return [statement(sql.join("\n"), change.location)];
  },
};

const addUniqueConstraint: ChangeType = {
  fields: [
    "catalogName",
    "schemaName",
    "tableName",
    "columnNames",
    "constraintName",
    "tablespace",
    "clustered",
    "deferrable",
    "initiallyDeferred",
    "disabled",
    "validate",
    "forIndexName",
    "forIndexSchemaName",
    "forIndexCatalogName",
  ],
  generate(change, { naming }) {
    const tablespace = valueOf(change, "tablespace");
    const index = valueOf(change, "forIndexName");
    const rules = `${deferral(change)}${tablespace === null ? "" : ` USING INDEX TABLESPACE ${tablespace}`}${index === null ? "" : ` USING INDEX ${escapeQualified(index, valueOf(change, "forIndexSchemaName"), naming)}`}`;
    const unique = {
      ...baseOf(change, "tableName"),
      columns: valueOf(change, "columnNames") ?? "",
      name: valueOf(change, "constraintName"),
      rules,
    };
    return [statement(addUnique(unique, naming), change.location)];
  },
  inverse: (change) => [dropOf("dropUniqueConstraint", change, ["tableName", "constraintName"])],
};

function baseOf(change: Node, table: string, schema = "schemaName"): { readonly schema: string | null; readonly table: string } {
  return { schema: valueOf(change, schema), table: valueOf(change, table) ?? "" };
}

function deferral(change: Node): string {
  return `${flagOf(change, "deferrable") === true ? " DEFERRABLE" : ""}${flagOf(change, "initiallyDeferred") === true ? " INITIALLY DEFERRED" : ""}`;
}

const dropUniqueConstraint: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "constraintName", "uniqueColumns"],
  generate: (change, { naming }) => [
    statement(
      `ALTER TABLE ${tableOf(change, naming)} DROP CONSTRAINT ${escapeName(valueOf(change, "constraintName") ?? "", naming)}`,
      change.location,
    ),
  ],
};

const addForeignKeyConstraint: ChangeType = {
  fields: [
    "constraintName",
    "baseTableCatalogName",
    "baseTableSchemaName",
    "baseTableName",
    "baseColumnNames",
    "referencedTableCatalogName",
    "referencedTableSchemaName",
    "referencedTableName",
    "referencedColumnNames",
    "deferrable",
    "initiallyDeferred",
    "deleteCascade",
    "onDelete",
    "onUpdate",
    "validate",
    "referencesUniqueColumn",
  ],
  generate(change, { naming }) {
    const onUpdate = valueOf(change, "onUpdate");
    const onDelete = flagOf(change, "deleteCascade") === true ? "CASCADE" : valueOf(change, "onDelete");
    const rules = `${rule("UPDATE", onUpdate)}${rule("DELETE", onDelete)}${deferral(change)}${flagOf(change, "validate") === false ? " NOT VALID" : ""}`;
    const references = {
      ...baseOf(change, "referencedTableName", "referencedTableSchemaName"),
      columns: valueOf(change, "referencedColumnNames") ?? "",
    };
    const base = { ...baseOf(change, "baseTableName", "baseTableSchemaName"), columns: valueOf(change, "baseColumnNames") ?? "" };
    return [
      statement(addForeignKey({ ...base, name: valueOf(change, "constraintName") ?? "", references, rules }, naming), change.location),
    ];
  },
  inverse: (change) => [
    changeNode(
      "dropForeignKeyConstraint",
      {
        baseTableSchemaName: valueOf(change, "baseTableSchemaName"),
        baseTableName: valueOf(change, "baseTableName"),
        constraintName: valueOf(change, "constraintName"),
      },
      change.location,
    ),
  ],
};

function rule(event: "UPDATE" | "DELETE", action: string | null): string {
  return action === null || action.trim() === "" ? "" : ` ON ${event} ${action.trim()}`;
}

const dropForeignKeyConstraint: ChangeType = {
  fields: ["baseTableCatalogName", "baseTableSchemaName", "baseTableName", "constraintName"],
  generate: (change, { naming }) => [
    statement(
      `ALTER TABLE ${escapeQualified(valueOf(change, "baseTableName") ?? "", valueOf(change, "baseTableSchemaName"), naming)} DROP CONSTRAINT ${escapeName(valueOf(change, "constraintName") ?? "", naming)}`,
      change.location,
    ),
  ],
};

const dropAllForeignKeyConstraints: ChangeType = {
  fields: ["baseTableCatalogName", "baseTableSchemaName", "baseTableName"],
  async generate(change, { naming, at }) {
    const table = escapeQualified(valueOf(change, "baseTableName") ?? "", valueOf(change, "baseTableSchemaName"), naming);
    const keys = await at.rows(
      "select conname::text as name from pg_constraint where contype = 'f' and conrelid = to_regclass($1) order by oid",
      [table],
    );
    return keys.map(({ name }) => statement(`ALTER TABLE ${table} DROP CONSTRAINT ${escapeName(String(name), naming)}`, change.location));
  },
};

const addNotNullConstraint: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "columnName", "columnDataType", "defaultNullValue", "constraintName", "validate"],
  generate(change, { naming }) {
    const table = tableOf(change, naming);
    const name = escapeColumn(valueOf(change, "columnName") ?? "", naming);
    const value = valueOf(change, "defaultNullValue");
    return [
      ...(value === null
        ? []
        : [statement(`UPDATE ${table} SET ${name} = ${nullReplacement(value, naming)} WHERE ${name} IS NULL`, change.location)]),
      statement(`ALTER TABLE ${table} ALTER COLUMN  ${name} SET NOT NULL`, change.location),
    ];
  },
  inverse: (change) => [dropOf("dropNotNullConstraint", change, ["tableName", "columnName"])],
};

/** `AddNotNullConstraintChange`: what looks like a truth value is one; all else is text. */
function nullReplacement(value: string, naming: Naming): string {
  if (/^(?:true|false)$/i.test(value)) return value.toUpperCase();
  return /^null$/i.test(value) ? "NULL" : /\(.*\)$/.test(value) && naming.strategy === "QUOTE_ALL_OBJECTS" ? value : quoteText(value);
}

const dropNotNullConstraint: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "columnName", "columnDataType", "constraintName"],
  generate: (change, { naming }) => [
    statement(
      `ALTER TABLE ${tableOf(change, naming)} ALTER COLUMN  ${escapeColumn(valueOf(change, "columnName") ?? "", naming)} DROP NOT NULL`,
      change.location,
    ),
  ],
  inverse: (change) => [dropOf("addNotNullConstraint", change, ["tableName", "columnName"])],
};

const createIndex: ChangeType = {
  fields: [
    "catalogName",
    "schemaName",
    "tableName",
    "indexName",
    "unique",
    "clustered",
    "tablespace",
    "associatedWith",
    "column",
    "columns",
  ],
  generate(change, { naming }) {
    // The constraint makes the index itself.
    if (/^(?:primaryKey|uniqueConstraint|foreignKey)/.test(valueOf(change, "associatedWith")?.trim() ?? "")) return [];
    const table = tableOf(change, naming);
    const columns = columnsOf(change).map((column) => {
      const name = valueOf(column, "name") ?? "";
      const computed = flagOf(column, "computed");
      const written = computed === true ? name : escapeColumn(name, naming, "as-they-are");
      return `${written}${flagOf(column, "descending") === true ? " DESC" : ""}`;
    });
    const given = valueOf(change, "indexName");
    const name = given === null ? "" : `${escapeName(given, naming)} `;
    const tablespace = valueOf(change, "tablespace")?.trim() ?? "";
    const unique = flagOf(change, "unique") === true ? "UNIQUE " : "";
    const sql = `CREATE ${unique}INDEX ${name}ON ${table}(${columns.join(", ")})${tablespace === "" ? "" : ` TABLESPACE ${tablespace}`}`;
    const cluster = flagOf(change, "clustered") === true ? [statement(`CLUSTER ${table} USING ${name.trim()}`, change.location)] : [];
    return [statement(sql, change.location), ...cluster];
  },
  inverse: (change) => [dropOf("dropIndex", change, ["tableName", "indexName", "associatedWith"])],
};

const dropIndex: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "indexName", "associatedWith"],
  generate(change, { naming }) {
    if (/^(?:primaryKey|uniqueConstraint|foreignKey)/.test(valueOf(change, "associatedWith")?.trim() ?? "")) return [];
    return [statement(`DROP INDEX ${tableOf(change, naming, "indexName")}`, change.location)];
  },
};

/** Changes of constraints and indexes. */
export const constraintChanges: Readonly<Record<string, ChangeType>> = {
  addPrimaryKey,
  dropPrimaryKey,
  addUniqueConstraint,
  dropUniqueConstraint,
  addForeignKeyConstraint,
  dropForeignKeyConstraint,
  dropAllForeignKeyConstraints,
  addNotNullConstraint,
  dropNotNullConstraint,
  createIndex,
  dropIndex,
};
