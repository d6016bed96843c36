import { type HostClass, type RubyModule } from "../../../src/script/ruby/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { boolean, integer, list, nil, text, unknown, type Message, type Thing, type Value } from "../../../src/script/value.ts";
import { optionsOf } from "../call.ts";
import type { Connection } from "../connection.ts";
import { quoteColumn, quoteTable } from "../names.ts";
import { plainSql, valueSql } from "../values.ts";
import { connectionThing, runBlock } from "./migration-class.ts";

/** What models of the application may be asked, and what of it is SQL for certain. */
export interface ModelWorld {
  readonly connection: Connection;
  /** `--assume fresh=yes`: the tables have no rows when the history runs. */
  readonly fresh: boolean;
}

/** Rows of a model that some conditions choose. */
interface Relation {
  readonly table: string;
  readonly model: string;
  readonly conditions: readonly string[];
}

/** Scopes and enums of a model change what its relations mean. */
const SPOILED = "@spoiled";
const TABLE = "@table_name";

/** `ActiveRecord::Base`: what classes of the application that stand on it understand. */
export function modelBase(world: ModelWorld): HostClass {
  const base: HostClass = {
    kind: "thing",
    name: "ActiveRecord::Base",
    onInstance: async (self, message) => rowsUnknown(`${self.of.name}#${message.name}`, message),
    onClass: async (self, message) => onModel(self, message, world),
    async receive(message) {
      if (/^(?:connection|lease_connection)$/.test(message.name)) return connectionThing(world.connection);
      if (message.name === "transaction" || message.name === "uncached") return runBlock(message);
      if (message.name === "with_connection" || message.name === "connection_pool")
        return message.block === null ? base : runBlock(message, [connectionThing(world.connection)]);
      if (message.name === "establish_connection") return nil;
      return rowsUnknown(`ActiveRecord::Base.${message.name}`, message);
    },
  };
  return base;
}

function rowsUnknown(what: string, { location }: Message): Value {
  return unknown(`${what} works on rows with Ruby`, location, "rows");
}

function tableOf(self: RubyModule, { inflect }: Connection): string {
  const said = self.variables.get(TABLE);
  if (said?.kind === "text" || said?.kind === "symbol") return said.value;
  const parts = self.name.split("::");
  return inflect.pluralize(inflect.underscore(parts.at(-1) ?? self.name));
}

async function onModel(self: RubyModule, message: Message, world: ModelWorld): Promise<Value | null> {
  const {
    name,
    positional: [first = nil],
  } = message;
  switch (name) {
    case "table_name=":
      self.variables.set(TABLE, first);
      return first;
    case "table_name":
      return text(tableOf(self, world.connection));
    case "quoted_table_name":
      return text(quoteTable(tableOf(self, world.connection)));
    case "connection":
    case "lease_connection":
      return connectionThing(world.connection);
    case "transaction":
    case "uncached":
      return runBlock(message);
    case "reset_column_information":
      return nil;
    case "column_names":
      return list((await world.connection.catalog.columns(tableOf(self, world.connection))).map((column) => text(column.name)));
    case "table_exists?":
      return boolean((await world.connection.catalog.relationKind(tableOf(self, world.connection))) !== null);
    case "enum":
      for (const attribute of [...(first.kind === "symbol" ? [first.value] : []), ...optionsOf(message.keywords).keys()])
        self.variables.set(`${SPOILED} ${attribute}`, boolean(true));
      return nil;
    case "name":
    case "to_s":
    case "===":
    case "include":
    case "extend":
    case "class":
    case "instance_methods":
      return null;
    default:
  }
  if (name === "default_scope") {
    self.variables.set(SPOILED, boolean(true));
    return nil;
  }
  if (isMacro(name)) return nil;
  const relation: Relation = { table: tableOf(self, world.connection), model: self.name, conditions: [] };
  return onRelation(relation, message, { world, model: self });
}

/** Declarations in the body of a model, which say nothing of its rows. */
function isMacro(name: string): boolean {
  return /^(?:has_|belongs_to|validates?|validate_|before_|after_|around_|scope$|attr_|alias_attribute|serialize|accepts_nested|delegate|acts_as|attribute$|store_accessor$|store$|inheritance_column=|primary_key=|ignored_columns|abstract_class=|sequence_name=|private|public|protected|enumerize|mount_|encrypts|normalizes|default_value_for|counter_culture|paginates_per|attribute_|rolify|devise|monetize)/.test(
    name,
  );
}

interface Place {
  readonly world: ModelWorld;
  readonly model: RubyModule;
}

function relationThing(relation: Relation, place: Place): Thing {
  return { kind: "thing", name: `rows of ${relation.model}`, receive: (message) => onRelation(relation, message, place) };
}

/** What asks for rows, and what it gives where there are none: a list is the migration's own, which may put something into it. */
const reads: Readonly<Record<string, () => Value>> = {
  count: () => integer(0),
  size: () => integer(0),
  "exists?": () => boolean(false),
  "any?": () => boolean(false),
  "none?": () => boolean(true),
  "empty?": () => boolean(true),
  pluck: () => list([]),
  ids: () => list([]),
  first: () => nil,
  last: () => nil,
  find_by: () => nil,
  take: () => nil,
  maximum: () => nil,
  minimum: () => nil,
  sum: () => integer(0),
  to_a: () => list([]),
};

/** What walks over rows and does something with each. */
const walks: ReadonlySet<string> = new Set(["each", "find_each", "find_in_batches", "map", "each_with_index", "each_slice", "update_each"]);

async function onRelation(relation: Relation, message: Message, place: Place): Promise<Value | null> {
  const { name } = message;
  const { world, model } = place;
  if (name === "all" || name === "unscoped" || name === "in_batches" || name === "load" || name === "select") {
    const same = relationThing(relation, place);
    if (name === "in_batches" && message.block !== null) return runBlock(message, [same]);
    return same;
  }
  if (name === "each" && message.block !== null && message.block.parameters === 1 && world.fresh) return nil;
  if (name === "where" || name === "not") return chosen(relation, message, place);
  if (name === "update_all" || name === "delete_all") return change(relation, message, place);
  if (world.fresh && (walks.has(name) || Object.hasOwn(reads, name))) return reads[name]?.() ?? nil;
  if (Object.hasOwn(reads, name)) return unknown(`${model.name}.${name} depends on the rows of each database`, message.location);
  // Of no rows a part is no rows, whatever chooses it; what makes some is another matter.
  if (world.fresh && !/[!=]$|^(?:create|insert|upsert|new$|update$|build|find_or|first_or)/.test(name))
    return relationThing({ ...relation, conditions: [...relation.conditions, "false"] }, place);
  return rowsUnknown(`${model.name}.${name}`, message);
}

/** `where` with what SQL says for certain; else what it chooses is not known. */
async function chosen(relation: Relation, message: Message, place: Place): Promise<Value> {
  const negated = message.name === "not";
  if (message.name === "where" && message.positional.length === 0 && message.keywords === null) return relationThing(relation, place);
  try {
    const conditions = await conditionsOf(message, relation, place);
    const more = negated ? [`NOT (${conditions.join(" AND ")})`] : conditions;
    return relationThing({ ...relation, conditions: [...relation.conditions, ...more] }, place);
  } catch (error) {
    if (!(error instanceof Stuck)) throw error;
    return unknown(error.reason, error.location, "rows");
  }
}

async function conditionsOf({ positional, keywords, location }: Message, { table }: Relation, place: Place): Promise<readonly string[]> {
  const [first = nil, ...binds] = positional;
  if (first.kind === "text") return [`(${bound(first.value, [...binds, ...(keywords === null ? [] : [keywords])], location)})`];
  if (first.kind === "list")
    return [`(${bound(first.items[0]?.kind === "text" ? first.items[0].value : "", first.items.slice(1), location)})`];
  const pairs = optionsOf(first.kind === "map" ? first : keywords);
  if (pairs.size === 0) throw new Stuck("the condition is not known", location, "rows");
  const made: string[] = [];
  for (const [column, value] of pairs) made.push(await condition(column, value, { table, place, location }));
  return made;
}

interface At {
  readonly table: string;
  readonly place: Place;
  readonly location: Message["location"];
}

async function condition(column: string, value: Value, at: At): Promise<string> {
  const name = `${quoteTable(at.table)}.${quoteColumn(column)}`;
  if (value.kind === "nil") return `${name} IS NULL`;
  if (value.kind === "map") throw new Stuck(`the condition on ${column} reaches into another table`, at.location, "rows");
  if (value.kind !== "list") return `${name} = ${await attributeSql(column, value, at)}`;
  const items: string[] = [];
  for (const item of value.items) items.push(await attributeSql(column, item, at));
  return items.length === 0 ? "1=0" : `${name} IN (${items.join(", ")})`;
}

/** A value as the model's attribute takes it. An enum of the model gives it a meaning that only Ruby knows. */
async function attributeSql(column: string, value: Value, { table, place, location }: At): Promise<string> {
  if (place.model.variables.has(`${SPOILED} ${column}`) && value.kind !== "integer")
    throw new Stuck(`${column} is an enum of the model`, location, "rows");
  const found = (await place.world.connection.catalog.columns(table)).find(({ name }) => name === column);
  if (found === undefined) throw new Stuck(`${table} has no column ${column}`, location, "rows");
  return valueSql(value, found.type.replace(/^timestamp.*/, "timestamp"), location);
}

function bound(sql: string, binds: readonly Value[], location: Message["location"]): string {
  const many = (value: Value): string =>
    value.kind === "list" ? value.items.map((item) => plainSql(item, location)).join(", ") : plainSql(value, location);
  const [named] = binds;
  if (named?.kind === "map") {
    const given = optionsOf(named);
    return sql.replace(/(?<![:\w]):([a-z_]\w*)/gi, (whole, name: string) => (given.has(name) ? many(given.get(name) ?? nil) : whole));
  }
  let next = 0;
  return binds.length === 0 ? sql : sql.replace(/\?/g, () => many(binds[next++] ?? nil));
}

async function change(relation: Relation, message: Message, place: Place): Promise<Value> {
  const { location } = message;
  if (place.model.variables.has(SPOILED)) return unknown(`${relation.model} has a default scope`, location, "rows");
  try {
    const where = relation.conditions.length === 0 ? "" : ` WHERE ${relation.conditions.join(" AND ")}`;
    const table = quoteTable(relation.table);
    const sql =
      message.name === "delete_all"
        ? `DELETE FROM ${table}${where}`
        : `UPDATE ${table} SET ${await assignments(message, relation, place)}${where}`;
    await place.world.connection.send(sql, location);
    return unknown("how many rows it changes depends on the database", location);
  } catch (error) {
    if (!(error instanceof Stuck)) throw error;
    return unknown(error.reason, error.location, "rows");
  }
}

async function assignments({ positional, keywords, location }: Message, { table }: Relation, place: Place): Promise<string> {
  const [first = nil, ...binds] = positional;
  if (first.kind === "text") return bound(first.value, binds, location);
  if (first.kind === "list") return bound(first.items[0]?.kind === "text" ? first.items[0].value : "", first.items.slice(1), location);
  const pairs = optionsOf(first.kind === "map" ? first : keywords);
  if (pairs.size === 0) throw new Stuck("what is assigned is not known", location, "rows");
  const made: string[] = [];
  for (const [column, value] of pairs)
    made.push(`${quoteColumn(column)} = ${await attributeSql(column, value, { table, place, location })}`);
  return made.join(", ");
}
