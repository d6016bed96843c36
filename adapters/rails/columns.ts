import { Stuck } from "../../src/script/stuck.ts";
import { boolean, integer, nil, symbol } from "../../src/script/value.ts";
import { isFalse, isSet, optionText, withOptions, type Call, type Options } from "./call.ts";
import type { Connection } from "./connection.ts";
import { quoteColumn } from "./names.ts";
import { typeSql } from "./types.ts";
import { valueSql } from "./values.ts";

/** A column as a migration asks for it. */
export interface ColumnRequest extends Pick<Call, "options" | "location"> {
  readonly name: string;
  readonly type: string;
}

/** Where it is asked for: `t.column` and `add_column` differ in what old versions make of them. */
export type ColumnPlace = "create_table" | "add_column";

/** What `new_column_definition` and the compatibility layer of the version make of it. */
export function resolveColumn(asked: ColumnRequest, at: Connection, place: ColumnPlace): ColumnRequest {
  let { type } = asked;
  const options = new Map(asked.options);
  if (type === "primary_key" && place === "add_column" && at.level <= 5.0) {
    type = "integer";
    options.set("primary_key", boolean(true));
  }
  if (type === "virtual") type = optionText(asked, "type") ?? type;
  if (type === "datetime" && !options.has("precision")) options.set("precision", at.level >= 7.0 ? integer(6) : nil);
  const key = isSet({ options, location: asked.location }, "primary_key") || type === "primary_key";
  if (key) options.set("null", boolean(false));
  if (key && (type === "integer" || type === "bigint") && !options.has("default")) {
    const big = type === "bigint" || optionText({ options, location: asked.location }, "limit") === "8";
    type = big ? "bigserial" : "serial";
    options.delete("limit");
  }
  return { ...asked, type, options };
}

/** The type of a column as SQL writes it. */
export function columnType(column: ColumnRequest, at: Connection): string {
  return typeSql(column.type, column, at);
}

/** `"name" type COLLATE … DEFAULT … NOT NULL PRIMARY KEY` (`visit_ColumnDefinition`). */
export async function columnSql(column: ColumnRequest, at: Connection): Promise<string> {
  const type = columnType(column, at);
  const name = quoteColumn(column.name);
  if (column.type === "primary_key") return `${name} ${type}`;
  const collation = optionText(column, "collation");
  const generated = optionText(column, "as");
  return [
    `${name} ${type}`,
    ...(collation === null ? [] : [`COLLATE "${collation}"`]),
    ...(generated === null ? [] : [`GENERATED ALWAYS AS (${generated}) ${isSet(column, "stored") ? "STORED" : "VIRTUAL"}`]),
    ...(await defaultSql(column, type, at)),
    ...(isFalse(column, "null") ? ["NOT NULL"] : []),
    ...(isSet(column, "primary_key") ? ["PRIMARY KEY"] : []),
  ].join(" ");
}

async function defaultSql(column: ColumnRequest, type: string, at: Connection): Promise<readonly string[]> {
  const value = column.options.get("default");
  if (value === undefined || (value.kind === "nil" && isFalse(column, "null"))) return [];
  try {
    return [`DEFAULT ${await valueSql(value, type, column.location)}`];
  } catch (error) {
    if (!(error instanceof Stuck)) throw error;
    at.note("rails-default-unknown", `The default of ${column.name} is not known and was left out: ${error.reason}.`, column.location);
    return [];
  }
}

/** The options of `timestamps` (created_at, updated_at) by version. */
export function timestampOptions(options: Options, level: number): Options {
  const made = new Map(options);
  if (level <= 4.2 && !made.has("null")) made.set("null", boolean(true));
  if (!made.has("null") || made.get("null")?.kind === "nil") made.set("null", boolean(false));
  if (!made.has("precision")) made.set("precision", level <= 5.2 ? nil : integer(6));
  return made;
}

/** The primary key column of `create_table`, `null` where it has none of its own (`set_primary_key`). */
export function primaryKeyColumn(call: Call, at: Connection): ColumnRequest | null {
  const id = call.options.get("id") ?? symbol("primary_key");
  const legacy = at.level <= 5.0 && !call.options.has("id");
  if (id.kind === "nil" || (id.kind === "boolean" && !id.value) || isSet(call, "as")) return null;
  const named = call.options.get("primary_key");
  if (named?.kind === "list") return null;
  const own = new Map([...call.options].filter(([name]) => ["limit", "default", "precision"].includes(name)));
  if (id.kind === "map")
    for (const { key, value } of id.entries.values()) if (key.kind === "symbol" && key.value !== "type") own.set(key.value, value);
  const inner = id.kind === "map" ? [...id.entries.values()].find(({ key }) => key.kind === "symbol" && key.value === "type")?.value : id;
  const said = inner?.kind === "symbol" || inner?.kind === "text" ? inner.value : "primary_key";
  let type = legacy ? "integer" : said;
  if (at.level <= 5.0) {
    if (type === "uuid" && !own.has("default")) own.set("default", { kind: "text", value: "uuid_generate_v4()" });
    if (!legacy && (type === "integer" || type === "bigint") && !own.has("default")) own.set("default", nil);
    if (type === "primary_key") type = "integer";
  }
  if (type === "uuid" && !own.has("default")) own.set("default", { kind: "text", value: "gen_random_uuid()" });
  const name = optionText(call, "primary_key") ?? "id";
  return { name, type, options: type === "primary_key" ? own : withOptions(own, { primary_key: boolean(true) }), location: call.location };
}
