import { flagOf, listOf, valueOf, type Node } from "../source/node.ts";
import { escapeColumn, quoteText, type Naming } from "../postgres/quoting.ts";
import { readValue, valueSql, type Value } from "../postgres/values.ts";
import { columnsOf, sequenceNaming, tableOf } from "./columns.ts";
import { statement, type ChangeContext, type ChangeType } from "./contract.ts";

/** A value, and the content of the file where it is one. */
function written(value: Value | null, context: ChangeContext): string {
  if (value?.kind !== "file") return value?.kind === "number" ? value.text : valueSql(value, context.naming);
  const file = context.file(value.path);
  return value.content === "text" ? quoteText(file.text) : `'\\x${file.bytes.toString("hex")}'`;
}

const insert: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "dbms", "column", "columns"],
  generate(change, given) {
    const context = { ...given, naming: sequenceNaming(change, given.naming) };
    const columns = columnsOf(change).filter((column) => flagOf(column, "autoIncrement") !== true);
    const names = columns.map((column) => escapeColumn(valueOf(column, "name") ?? "", context.naming)).join(", ");
    const values = columns.map((column) => written(readValue(column, "value"), context)).join(", ");
    return [statement(`INSERT INTO ${tableOf(change, context.naming)} (${names}) VALUES (${values})`, change.location)];
  },
};

const update: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "column", "columns", "where", "whereParams"],
  generate(change, given) {
    const context = { ...given, naming: sequenceNaming(change, given.naming) };
    // `UpdateStatement` keeps its columns sorted by name.
    const columns = columnsOf(change).filter((column) => flagOf(column, "autoIncrement") !== true);
    const sorted = columns.toSorted((left, right) => ((valueOf(left, "name") ?? "") < (valueOf(right, "name") ?? "") ? -1 : 1));
    const set = sorted.map(
      (column) => ` ${escapeColumn(valueOf(column, "name") ?? "", context.naming)} = ${written(readValue(column, "value"), context)}`,
    );
    return [statement(`UPDATE ${tableOf(change, context.naming)} SET${set.join(",")}${whereOf(change, context)}`, change.location)];
  },
};

const deleteRows: ChangeType = {
  fields: ["catalogName", "schemaName", "tableName", "where", "whereParams"],
  generate: (change, context) => [statement(`DELETE FROM ${tableOf(change, context.naming)}${whereOf(change, context)}`, change.location)],
};

/** `WHERE …` with `:name` and `:value` filled in, one parameter after the other (`SqlUtil.replacePredicatePlaceholders`). */
function whereOf(change: Node, context: ChangeContext): string {
  const where = valueOf(change, "where")?.trim() ?? "";
  if (where === "") return "";
  const parameters = listOf(change, "whereParams", "param");
  const names = parameters.flatMap((parameter) => valueOf(parameter, "name") ?? []);
  const values = parameters.map((parameter) => readValue(parameter, "value"));
  let [name, value] = [0, 0];
  const filled = where.replaceAll(/:name\b|\?|:value\b/g, (placeholder) => {
    if (placeholder === ":name") {
      const next = names[name++];
      return next === undefined ? placeholder : escapeColumn(next, context.naming);
    }
    const next = values[value++];
    return next === undefined ? placeholder : written(next, context);
  });
  return ` WHERE ${filled}`;
}

/** The rows of one INSERT. */
export function insertRows(
  rows: readonly (readonly string[])[],
  into: { readonly table: string; readonly columns: readonly string[] },
): string {
  return `INSERT INTO ${into.table} (${into.columns.join(", ")}) VALUES ${rows.map((row) => `(${row.join(", ")})`).join(", ")}`;
}

/** `DO` block that updates a row and inserts it where there is none (`InsertOrUpdateGeneratorPostgres`). */
export function upsert(
  row: { readonly table: string; readonly columns: readonly string[]; readonly values: readonly string[] },
  keys: ReadonlySet<string>,
): { readonly update: string; readonly block: string } {
  const pairs = row.columns.map((column, index) => [column, row.values[index] ?? "NULL"] as const);
  const where = pairs
    .filter(([column]) => keys.has(column))
    .map(([column, value]) => (value === "NULL" ? `${column} is NULL` : `${column} = ${value}`));
  const others = pairs.filter(([column]) => !keys.has(column)).toSorted(([left], [right]) => (left < right ? -1 : 1));
  const set = others.map(([column, value]) => `${column} = ${value}`);
  const update = set.length === 0 ? "" : `UPDATE ${row.table} SET ${set.join(", ")} WHERE ${where.join(" AND ")}`;
  const insertion = insertRows([row.values], row);
  const body = update === "" ? `PERFORM 1 FROM ${row.table} WHERE ${where.join(" AND ")};` : `${update};`;
  return { update, block: `DO\n$$\nBEGIN\n${body}\nIF not found THEN\n${insertion};\nEND IF;\nEND;\n$$\nLANGUAGE plpgsql` };
}

/** Changes of rows that a changelog holds itself. */
export const dataChanges: Readonly<Record<string, ChangeType>> = { insert, update, delete: deleteRows };

/** Names of columns, escaped. */
export function escapeAll(names: readonly string[], naming: Naming): readonly string[] {
  return names.map((name) => escapeColumn(name, naming));
}
