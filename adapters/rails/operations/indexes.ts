import { RaisedError } from "../../../src/script/signals.ts";
import { boolean, list, nil, text, type Value } from "../../../src/script/value.ts";
import { isFalse, isSet, optionsOf, optionText, textOf, textsOf, type Call, type Options } from "../call.ts";
import type { IndexInfo } from "../../catalog.ts";
import type { Connection, Operation } from "../connection.ts";
import { indexName, isExpression, quoteColumn, quoteTable, type IndexColumns } from "../names.ts";
import { splitName } from "../../catalog.ts";
import { commentSql, record, renameIndexSql, tableOf } from "./shared.ts";

/** Columns as they are given: a text that is an expression stays one. */
export function indexColumns(value: Value | undefined, call: Pick<Call, "location">): IndexColumns {
  if (value?.kind === "list") return textsOf(value, "the columns of the index", call.location);
  const said = textOf(value, "the columns of the index", call.location);
  return isExpression(said) ? said : [said];
}

/** How an index without a name is called by the rules of a version (`indexName`). */
export function indexNameStyle(version: number): "shortened" | "whole" {
  return version >= 7.1 ? "shortened" : "whole";
}

/** Per column, or for all of them the same. */
function perColumn(options: Options, name: string, columns: readonly string[], call: Pick<Call, "location">): ReadonlyMap<string, string> {
  const value = options.get(name);
  if (value === undefined || value.kind === "nil") return new Map();
  if (value.kind === "map")
    return new Map([...optionsOf(value)].map(([column, said]) => [column, textOf(said, `the option ${name}`, call.location)]));
  const said = textOf(value, `the option ${name}`, call.location);
  return new Map(columns.map((column) => [column, said]));
}

/** `CREATE INDEX` as Rails writes it (`visit_CreateIndexDefinition`), and its comment. */
export async function createIndexSql(
  table: string,
  columns: IndexColumns,
  { call, at, whole }: { readonly call: Call; readonly at: Connection; readonly whole: "new" | "standing" },
): Promise<readonly string[]> {
  const { options, location } = call;
  const name = optionText(call, "name") ?? indexName(table, columns, indexNameStyle(at.level));
  if (Buffer.byteLength(name) > 63)
    throw new RaisedError("ArgumentError", `Index name '${name}' on table '${table}' is too long; the limit is 63 characters`, location);
  const types = at.schemaPlus && isFalse(call, "case_sensitive") ? await at.catalog.columns(table) : [];
  const isText = (name: string): boolean => /^(?:text|character varying)/.test(types.find((column) => column.name === name)?.type ?? "");
  const list = typeof columns === "string" ? columns : quotedColumns(columns, { call, isText });
  const algorithm = optionText(call, "algorithm");
  const [using, where] = [optionText(call, "using"), optionText(call, "where")];
  const include = options.get("include");
  const included =
    include === undefined || include.kind === "nil"
      ? null
      : include.kind === "text"
        ? include.value
        : textsOf(include, "the option include", location).map(quoteColumn).join(", ");
  const isColumn =
    where !== null &&
    whole === "standing" &&
    at.installed >= 7.2 &&
    (await at.catalog.columns(table)).some((column) => column.name === where);
  const sql = [
    `CREATE ${isSet(call, "unique") ? "UNIQUE " : ""}INDEX`,
    ...(algorithm === null ? [] : [algorithm.toUpperCase()]),
    ...(isSet(call, "if_not_exists") ? ["IF NOT EXISTS"] : []),
    `${quoteColumn(name)} ON ${quoteTable(table)}`,
    ...(using === null ? [] : [`USING ${using}`]),
    `(${list})`,
    ...(included === null ? [] : [`INCLUDE (${included})`]),
    ...(isSet(call, "nulls_not_distinct") ? ["NULLS NOT DISTINCT"] : []),
    ...(where === null ? [] : [`WHERE ${isColumn ? quoteColumn(where) : where}`]),
  ].join(" ");
  const comment = optionText(call, "comment");
  return [sql, ...(comment === null ? [] : [commentSql(`INDEX ${quoteColumn(name)}`, comment)])];
}

function quotedColumns(
  columns: readonly string[],
  { call, isText }: { readonly call: Call; readonly isText: (column: string) => boolean },
): string {
  const opclasses = perColumn(call.options, call.options.has("operator_class") ? "operator_class" : "opclass", columns, call);
  const orders = perColumn(call.options, "order", columns, call);
  return columns
    .map((column) =>
      [isText(column) ? `lower(${quoteColumn(column)})` : quoteColumn(column), opclasses.get(column), orders.get(column)?.toUpperCase()]
        .filter((part) => part !== undefined && part !== "")
        .join(" "),
    )
    .join(", ");
}

export const addIndex: Operation = async (call, at) => {
  const table = tableOf(call);
  const columns = indexColumns(call.args[1] ?? call.options.get("expression"), call);
  if (call.options.has("operator_class") || call.options.has("expression"))
    at.note(
      "rails-gem-option",
      "expression: and operator_class: of an index are options of the gem schema_plus; they were taken as it takes them.",
      call.location,
    );
  for (const sql of await createIndexSql(table, columns, { call, at, whole: "standing" })) await at.send(sql, call.location);
  return nil;
};

/** A table as the owner of an index that is named for itself, schema included. */
function inSchemaOf(table: string, name: string): string {
  const schema = splitName(name).schema ?? splitName(table).schema;
  const bare = splitName(name).name;
  return schema === null ? quoteColumn(bare) : `${quoteColumn(schema)}.${quoteColumn(bare)}`;
}

function sameColumns(index: IndexInfo, table: string, wanted: IndexColumns): boolean {
  return indexName(table, index.columns, "whole") === indexName(table, wanted, "whole");
}

async function findForRemoval(call: Call, table: string, at: Connection): Promise<string> {
  const given = call.args[1]?.kind === "nil" ? undefined : call.args[1];
  const columns = given ?? call.options.get("column");
  const named = optionText(call, "name");
  const indexes = await at.catalog.indexes(table);
  if (named !== null && columns === undefined) return named;
  const wanted = columns === undefined ? null : indexColumns(columns, call);
  const generated = wanted === null ? null : indexName(table, wanted, "whole");
  if (at.level <= 4.2) {
    const name = named ?? generated;
    const found = indexes.find((index) => index.name === name);
    if (found !== undefined) return found.name;
    throw new RaisedError("ArgumentError", `Index name '${name}' on table '${table}' does not exist`, call.location);
  }
  const found = indexes.filter((index) => {
    if (named !== null && index.name !== named) return false;
    if (wanted === null) return true;
    return isExpression(wanted) ? named !== null || index.name === generated : sameColumns(index, table, wanted);
  });
  const [only, ...others] = found;
  if (only === undefined) throw new RaisedError("ArgumentError", `No indexes found on ${table} with the options provided.`, call.location);
  if (others.length > 0)
    throw new RaisedError(
      "ArgumentError",
      `Multiple indexes found on ${table} columns ${String(wanted)}. Specify an index name from ${found.map((index) => index.name).join(", ")}`,
      call.location,
    );
  return only.name;
}

const removeIndex: Operation = async (call, at) => {
  const table = tableOf(call);
  if (isSet(call, "if_exists") && !(await matchesAny(call, table, at))) return nil;
  const name = await findForRemoval(call, table, at);
  const algorithm = optionText(call, "algorithm");
  await at.send(`DROP INDEX ${algorithm === null ? "" : `${algorithm.toUpperCase()} `}${inSchemaOf(table, name)}`, call.location);
  return nil;
};

/** `index_exists?` (`IndexDefinition#defined_for?`). */
async function matchesAny(call: Call, table: string, at: Connection): Promise<boolean> {
  const given = call.args[1]?.kind === "nil" ? undefined : call.args[1];
  const columns = given ?? call.options.get("column");
  const wanted = columns === undefined || columns.kind === "nil" ? null : indexColumns(columns, call);
  const named = optionText(call, "name") ?? (at.level <= 4.2 && wanted !== null ? indexName(table, wanted, "whole") : null);
  const listed = (columns: IndexColumns): string => JSON.stringify(typeof columns === "string" ? [columns] : columns);
  return (await at.catalog.indexes(table)).some(
    (index) =>
      (wanted === null || listed(index.columns) === listed(wanted)) &&
      (named === null || index.name === named) &&
      (!call.options.has("unique") || index.unique === isSet(call, "unique")) &&
      (!call.options.has("valid") || index.valid === isSet(call, "valid")),
  );
}

const renameIndex: Operation = async (call, at) => {
  const table = tableOf(call);
  const [old, name] = [textOf(call.args[1], "the index", call.location), textOf(call.args[2], "the new name", call.location)];
  await at.send(renameIndexSql(table, old, name), call.location);
  return nil;
};

export const indexOperations: Readonly<Record<string, Operation>> = {
  add_index: addIndex,
  remove_index: removeIndex,
  rename_index: renameIndex,
  "index_exists?": async (call, at) => boolean(await matchesAny(call, tableOf(call), at)),
  "index_name_exists?": async (call, at) => {
    const name = textOf(call.args[1], "the index", call.location);
    return boolean((await at.catalog.indexes(tableOf(call))).some((index) => index.name === splitName(name).name));
  },
  index_name: async (call, at) => {
    const table = tableOf(call);
    return text(
      optionText(call, "name") ??
        indexName(table, indexColumns(call.args[1] ?? call.options.get("column"), call), indexNameStyle(at.installed)),
    );
  },
  indexes: async (call, at) =>
    list(
      (await at.catalog.indexes(tableOf(call))).map((index) =>
        record("an index", {
          name: text(index.name),
          unique: boolean(index.unique),
          columns: typeof index.columns === "string" ? text(index.columns) : list(index.columns.map(text)),
        }),
      ),
    ),
};
