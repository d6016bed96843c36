import { boolean, list, nil, symbol, text, type Value } from "../../../src/script/value.ts";
import { demand, isSet, isYes, optionsOf, optionText, textOf, textsOf, without, type Call } from "../call.ts";
import { columnSql, columnType, resolveColumn, timestampOptions, type ColumnRequest } from "../columns.ts";
import type { Connection, Operation } from "../connection.ts";
import { indexName, quoteColumn, quoteTable } from "../names.ts";
import { plainSql, valueSql } from "../values.ts";
import { addIndex, indexNameStyle } from "./indexes.ts";
import { commentSql, record, renameIndexSql, tableOf } from "./shared.ts";

async function hasColumn(table: string, column: string, at: Connection): Promise<boolean> {
  return (await at.catalog.columns(table)).some(({ name }) => name === column);
}

export const addColumn: Operation = async (call, at) => {
  const table = tableOf(call);
  const name = textOf(call.args[1], "the column", call.location);
  if (isSet(call, "if_not_exists") && (await hasColumn(table, name, at))) return nil;
  const asked: ColumnRequest = {
    name,
    type: textOf(call.args[2], "the type", call.location),
    options: call.options,
    location: call.location,
  };
  const column = resolveColumn(asked, at, "add_column");
  await at.send(`ALTER TABLE ${quoteTable(table)} ADD ${await columnSql(column, at)}`, call.location);
  const comment = optionText(call, "comment");
  if (comment !== null) await at.send(commentSql(`COLUMN ${quoteTable(table)}.${quoteColumn(name)}`, comment), call.location);
  if (at.schemaPlus && isSet(call, "index")) {
    const options = optionsOf(call.options.get("index") ?? nil);
    await addIndex({ ...call, args: [text(table), text(name)], options }, at);
  }
  return nil;
};

const addColumns: Operation = async (call, at) => {
  const [table = nil, ...names] = call.args;
  const type = call.options.get("type") ?? nil;
  for (const name of names) await addColumn({ ...call, args: [table, name, type], options: without(call.options, "type") }, at);
  return nil;
};

export const removeColumn: Operation = async (call, at) => {
  const table = tableOf(call);
  const name = textOf(call.args[1], "the column", call.location);
  if (isSet(call, "if_exists") && !(await hasColumn(table, name, at))) return nil;
  await at.send(`ALTER TABLE ${quoteTable(table)} DROP COLUMN ${quoteColumn(name)}`, call.location);
  return nil;
};

const removeColumns: Operation = async (call, at) => {
  const table = tableOf(call);
  const names = call.args.slice(1).flatMap((each) => textsOf(each, "the column", call.location));
  await at.send(`ALTER TABLE ${quoteTable(table)} ${names.map((name) => `DROP COLUMN ${quoteColumn(name)}`).join(", ")}`, call.location);
  return nil;
};

const addTimestamps: Operation = async (call, at) => {
  const options = timestampOptions(call.options, at.level);
  const [table = nil] = call.args;
  for (const name of ["created_at", "updated_at"]) await addColumn({ ...call, args: [table, text(name), symbol("datetime")], options }, at);
  return nil;
};

const removeTimestamps: Operation = async (call, at) =>
  removeColumns({ ...call, args: [call.args[0] ?? nil, text("updated_at"), text("created_at")], options: new Map() }, at);

const renameColumn: Operation = async (call, at) => {
  const table = tableOf(call);
  const [old, name] = [textOf(call.args[1], "the column", call.location), textOf(call.args[2], "the new name", call.location)];
  await at.send(`ALTER TABLE ${quoteTable(table)} RENAME COLUMN ${quoteColumn(old)} TO ${quoteColumn(name)}`, call.location);
  for (const index of await at.catalog.indexes(table)) {
    if (typeof index.columns === "string" || !index.columns.includes(name)) continue;
    const before = index.columns.map((column) => (column === name ? old : column));
    const style = indexNameStyle(at.installed);
    if (indexName(table, before, style) !== index.name) continue;
    await at.send(renameIndexSql(table, index.name, indexName(table, index.columns, style)), call.location);
  }
  return nil;
};

const changeColumn: Operation = async (call, at) => {
  if (at.level > 5.1) return changeType(call, at);
  await changeType({ ...call, options: without(call.options, "default", "null", "comment") }, at);
  const [table = nil, column = nil] = call.args;
  const then = (args: readonly Value[]): Call => ({ ...call, args: [table, column, ...args], options: new Map() });
  const value = call.options.get("default");
  if (value !== undefined) await changeDefault(then([value]), at);
  const nullable = call.options.get("null");
  if (nullable !== undefined) await changeNull(then([nullable, ...(value === undefined ? [] : [value])]), at);
  const comment = call.options.get("comment");
  if (comment !== undefined) await changeColumnComment(then([comment]), at);
  return nil;
};

const changeType: Operation = async (call, at) => {
  const table = tableOf(call);
  const name = textOf(call.args[1], "the column", call.location);
  const column = resolveColumn(
    { name, type: textOf(call.args[2], "the type", call.location), options: call.options, location: call.location },
    at,
    "add_column",
  );
  const type = columnType(column, at);
  const quoted = quoteColumn(name);
  const [collation, using, castAs] = [optionText(call, "collation"), optionText(call, "using"), optionText(call, "cast_as")];
  const value = call.options.get("default");
  const parts = [
    `ALTER COLUMN ${quoted} TYPE ${type}${collation === null ? "" : ` COLLATE "${collation}"`}${using === null ? (castAs === null ? "" : ` USING CAST(${quoted} AS ${castAs})`) : ` USING ${using}`}`,
    ...(value === undefined
      ? []
      : [
          value.kind === "nil"
            ? `ALTER COLUMN ${quoted} DROP DEFAULT`
            : `ALTER COLUMN ${quoted} SET DEFAULT ${await valueSql(value, type, call.location)}`,
        ]),
    ...(call.options.has("null") ? [`ALTER COLUMN ${quoted} ${isSet(call, "null") ? "DROP" : "SET"} NOT NULL`] : []),
  ];
  await at.send(`ALTER TABLE ${quoteTable(table)} ${parts.join(", ")}`, call.location);
  if (call.options.has("comment"))
    await at.send(commentSql(`COLUMN ${quoteTable(table)}.${quoted}`, optionText(call, "comment")), call.location);
  return nil;
};

/** `from:` and `to:` say what it becomes by their second. */
function newValue(call: Call, place: number): Value {
  return call.options.has("from") && call.options.has("to") ? (call.options.get("to") ?? nil) : (call.args[place] ?? nil);
}

async function typeOfColumn(table: string, column: string, at: Connection): Promise<string> {
  const type = (await at.catalog.columns(table)).find(({ name }) => name === column)?.type ?? "text";
  return type.replace(/^timestamp.*/, "timestamp");
}

const changeDefault: Operation = async (call, at) => {
  const table = tableOf(call);
  const name = textOf(call.args[1], "the column", call.location);
  const value = newValue(call, 2);
  const action =
    value.kind === "nil"
      ? "DROP DEFAULT"
      : `SET DEFAULT ${await valueSql(demand(value, "the default", call.location), await typeOfColumn(table, name, at), call.location)}`;
  await at.send(`ALTER TABLE ${quoteTable(table)} ALTER COLUMN ${quoteColumn(name)} ${action}`, call.location);
  return nil;
};

const changeNull: Operation = async (call, at) => {
  const table = tableOf(call);
  const name = textOf(call.args[1], "the column", call.location);
  const nullable = isYes(call.args[2] ?? nil, "the option null", call.location);
  const value = call.args[3] ?? nil;
  if (!nullable && value.kind !== "nil") {
    const sql = await valueSql(value, await typeOfColumn(table, name, at), call.location);
    await at.send(`UPDATE ${quoteTable(table)} SET ${quoteColumn(name)}=${sql} WHERE ${quoteColumn(name)} IS NULL`, call.location);
  }
  await at.send(`ALTER TABLE ${quoteTable(table)} ALTER COLUMN ${quoteColumn(name)} ${nullable ? "DROP" : "SET"} NOT NULL`, call.location);
  return nil;
};

const changeColumnComment: Operation = async (call, at) => {
  const name = textOf(call.args[1], "the column", call.location);
  const value = newValue(call, 2);
  const comment = value.kind === "nil" ? null : textOf(value, "the comment", call.location);
  await at.send(commentSql(`COLUMN ${quoteTable(tableOf(call))}.${quoteColumn(name)}`, comment), call.location);
  return nil;
};

const changeTableComment: Operation = async (call, at) => {
  const value = newValue(call, 1);
  await at.send(
    commentSql(`TABLE ${quoteTable(tableOf(call))}`, value.kind === "nil" ? null : textOf(value, "the comment", call.location)),
    call.location,
  );
  return nil;
};

/** `column_exists?`, by name, type and options. */
const columnExists: Operation = async (call, at) => {
  const name = textOf(call.args[1], "the column", call.location);
  const found = (await at.catalog.columns(tableOf(call))).find((column) => column.name === name);
  if (found === undefined) return boolean(false);
  const type = call.args[2];
  if (type !== undefined && type.kind !== "nil") {
    const wanted = columnType({ name, type: textOf(type, "the type", call.location), options: new Map(), location: call.location }, at);
    if (plainType(wanted) !== plainType(found.type)) return boolean(false);
  }
  if (call.options.has("null") && isSet(call, "null") !== found.nullable) return boolean(false);
  if (call.options.has("limit") && !found.type.includes(`(${optionText(call, "limit") ?? ""})`))
    return boolean(optionText(call, "limit") === null && !found.type.includes("("));
  const value = call.options.get("default");
  if (value === undefined) return boolean(true);
  const said = value.kind === "nil" ? null : plainSql(value, call.location);
  return boolean(said === null ? found.default === null : (found.default ?? "").replace(/::.*$/, "").toLowerCase() === said.toLowerCase());
};

function plainType(type: string): string {
  const bare = type.replace(/\(.*?\)/g, "").replace(/ without time zone$/, "");
  const same: Readonly<Record<string, string>> = {
    float: "double precision",
    decimal: "numeric",
    timestamptz: "timestamp with time zone",
    varchar: "character varying",
  };
  return same[bare] ?? bare;
}

export const columnOperations: Readonly<Record<string, Operation>> = {
  add_column: addColumn,
  add_columns: addColumns,
  remove_column: removeColumn,
  remove_columns: removeColumns,
  add_timestamps: addTimestamps,
  remove_timestamps: removeTimestamps,
  rename_column: renameColumn,
  change_column: changeColumn,
  change_column_default: changeDefault,
  change_column_null: changeNull,
  change_column_comment: changeColumnComment,
  change_table_comment: changeTableComment,
  "column_exists?": columnExists,
  columns: async (call, at) =>
    list(
      (await at.catalog.columns(tableOf(call))).map(({ name, type, nullable }) =>
        record("a column", { name: text(name), sql_type: text(type), null: boolean(nullable) }),
      ),
    ),
};
