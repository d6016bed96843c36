import { boolean, dictionary, integer, list, nil, text, unknown, type Value } from "../../../src/script/value.ts";
import { sendCore } from "../../../src/script/ruby/methods/index.ts";
import { isSelect } from "../../../src/sql/place-statements.ts";
import { textOf, type Call } from "../call.ts";
import type { Connection, Operation } from "../connection.ts";
import { quoteColumn, quoteTable } from "../names.ts";
import { plainSql, quoteText } from "../values.ts";
import { nameOf, tableOf } from "./shared.ts";

/** Sends a text as it is; what a query gives depends on the rows of each database. */
const execute: Operation = async (call, at) => {
  const given = call.args[0];
  const sql = textOf(given, "the SQL", call.location);
  const location = given?.kind === "text" && given.origin !== undefined ? given.origin : call.location;
  if (isSelect(sql) && asksCatalog(sql)) return result(call, await typedRows(sql, at), at);
  if (sql.trim() !== "") await at.send(sql, location);
  return unknown("what the statement gives depends on the database", call.location);
};

/** A query is asked of no database; what asks for the catalog alone is answered by the shadow. */
const query: Operation = async (call, at) => {
  const sql = textOf(call.args[0], "the SQL", call.location);
  if (!isSelect(sql)) return execute(call, at);
  if (/\bfrom\s+"?schema_migrations"?\b/i.test(sql) && /^\s*select\b/i.test(sql))
    return answered(call, await typedRows(withVersions(sql, at.versionsBefore), at));
  if (asksCatalog(sql)) return answered(call, await typedRows(sql, at));
  return unknown("what the query gives depends on the rows of the database", call.location);
};

/** The rows of a query with numbers as numbers. */
async function typedRows(sql: string, at: Connection): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const plain = sql.trim().replace(/;$/, "");
  const rows = await at.catalog.rows(`SELECT pg_catalog.to_jsonb(given) AS given FROM (${plain}) given`);
  return rows.map(({ given }) => given as Readonly<Record<string, unknown>>);
}

/** A query of the catalog alone, which the shadow answers as any database at this point would. */
function asksCatalog(sql: string): boolean {
  const relations = [...sql.matchAll(/\b(?:from|join)\s+((?:"?\w+"?\.)?"?\w+"?)/gi)].map(([, name = ""]) => name);
  return relations.length > 0 && relations.every((name) => /^"?(?:pg_|information_schema\b|pg_catalog\b)/i.test(name));
}

/** A query of `schema_migrations` with the versions that it would find there. */
function withVersions(sql: string, versions: readonly string[]): string {
  const rows =
    versions.length === 0
      ? "SELECT NULL::varchar WHERE false"
      : `VALUES ${versions.map((version) => `(${quoteText(version)})`).join(", ")}`;
  return `WITH schema_migrations (version) AS (${rows}) ${sql}`;
}

/** A `PG::Result`. */
function result(call: Call, rows: readonly Readonly<Record<string, unknown>>[], at: Connection): Value {
  if (/pg_available_extensions/i.test(textOf(call.args[0], "the SQL", call.location)))
    at.note(
      "rails-shadow-extensions",
      "Which way the migration goes depends on the extensions of the server; those of the shadow were taken.",
      call.location,
    );
  const items = answered(call, rows);
  return {
    kind: "thing",
    name: "the result of a query",
    receive: async (message) => {
      if (message.name === "ntuples" || message.name === "cmd_tuples") return integer(rows.length);
      if (message.name === "values") return list(rows.map((row) => list(Object.values(row).map((value) => text(String(value))))));
      return sendCore(items, message, at.run);
    },
  };
}

function answered(call: Call, rows: readonly Readonly<Record<string, unknown>>[]): Value {
  const value = (given: unknown): Value => {
    if (given === null || given === undefined) return nil;
    if (typeof given === "boolean") return boolean(given);
    if (typeof given === "number" || typeof given === "bigint") return integer(BigInt(given));
    return text(typeof given === "string" ? given : JSON.stringify(given));
  };
  const [first] = rows;
  const columns = rows.map((row) => Object.values(row).map(value));
  if (call.name === "select_value" || call.name === "query_value") return first === undefined ? nil : value(Object.values(first)[0]);
  if (call.name === "select_values" || call.name === "query_values") return list(columns.map(([head = nil]) => head));
  if (call.name === "select_rows") return list(columns.map(list));
  return list(rows.map((row) => dictionary(Object.entries(row).map(([name, each]) => [text(name), value(each)]))));
}

export const rawOperations: Readonly<Record<string, Operation>> = {
  execute,
  exec_query: query,
  select_value: query,
  select_values: query,
  select_all: query,
  select_one: query,
  select_rows: query,
  query_value: query,
  query_values: query,
  exec_update: execute,
  exec_insert: execute,
  exec_delete: execute,
  update: execute,
  insert: execute,
  delete: execute,
  update_sql: execute,
  insert_sql: execute,
  quote: async (call) => text(plainSql(call.args[0] ?? nil, call.location)),
  quote_string: async (call) => text(textOf(call.args[0], "the text", call.location).replaceAll("'", "''")),
  quote_column_name: async (call) => text(quoteColumn(nameOf(call))),
  quote_table_name: async (call) => text(quoteTable(nameOf(call))),
  quoted_true: async () => text("TRUE"),
  quoted_false: async () => text("FALSE"),
  adapter_name: async () => text("PostgreSQL"),
  "supports_foreign_keys?": async () => boolean(true),
  "supports_extensions?": async () => boolean(true),
  "supports_concurrent_index?": async () => boolean(true),
  current_schema: async (_call, at) => text(String(await at.catalog.value("select current_schema()"))),
  current_database: async (call) => unknown("the name of the database is not known", call.location),
  schema_search_path: async (_call, at) => text(String(await at.catalog.value("select current_setting('search_path')"))),
  "transaction_open?": async () => boolean(true),
  "reset_pk_sequence!": async (call, at) => {
    const table = tableOf(call);
    const sequence = await at.catalog.primaryKeySequence(table);
    if (sequence?.name === null || sequence === null) return nil;
    const name = quoteText(quoteTable(`${sequence.schema}.${sequence.name}`));
    await at.send(
      `SELECT setval(${name}, coalesce(max(${quoteColumn(sequence.column)}), 1), max(${quoteColumn(sequence.column)}) IS NOT NULL) FROM ${quoteTable(table)}`,
      call.location,
    );
    return nil;
  },
  enable_query_cache: async () => nil,
  schema_cache: async () => nil,
  "clear_cache!": async () => nil,
  reload_type_map: async () => nil,
  native_database_types: async (call) => unknown("the types of the adapter are not listed here", call.location),
  postgresql_version: async (_call, at) => integer(Number(await at.catalog.value("select current_setting('server_version_num')"))),
  database_version: async (_call, at) => integer(Number(await at.catalog.value("select current_setting('server_version_num')"))),
};
