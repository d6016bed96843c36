import { given, isMade, makeThing, type Made } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { boolean, dictionary, integer, keyOf, list, nil, text, unknown, type Arguments, type Value } from "../../../src/script/value.ts";
import { isSelect } from "../../../src/sql/place-statements.ts";
import { qualifiedName } from "../../../src/sql/quote.ts";
import { argument, isSet, optionText, textOf } from "../values.ts";
import { createTypeSql } from "../schema/types.ts";
import { bindNames, expressionSql, type Compiling } from "./expressions.ts";
import { isQuery, isStatement, queryReason, statementSql } from "./statements.ts";

/** `op.execute` and `connection.execute`: sends what is static; a query is answered by the shadow where its answer is the same in every database. */
export async function execute(call: Arguments, at: Compiling): Promise<Value> {
  const what = argument(call, 0, "sqltext", "statement", "object_", "clause") ?? nil;
  const parameters = call.positional[1] ?? null;
  const { sql, location } = await sqlOf(what, parameters, { session: at.session, location: call.location });
  if (sql.trim() === "") return nil;
  if ((isStatement(what) && isQuery(what)) || isSelect(sql)) return query(sql, { session: at.session, location: call.location });
  await at.session.send(sql, location);
  return resultOf(null, call.location);
}

async function sqlOf(
  what: Value,
  parameters: Value | null,
  at: Compiling,
): Promise<{ readonly sql: string; readonly location: Compiling["location"] }> {
  const { location } = at;
  if (what.kind === "unknown") throw new Stuck(`the SQL is not known: ${what.reason}`, location);
  if (what.kind === "text") return { sql: bindNames(what.value, parameters, at), location: what.origin ?? location };
  if (isStatement(what)) return { sql: await statementSql(what, at, parameters), location };
  if (!isMade(what))
    throw new Stuck(`${what.kind === "thing" ? what.name : `a ${what.kind}`} is nothing that can be executed here`, location);
  const ddl = await ddlSql(what, at);
  if (ddl !== null) return { sql: ddl, location };
  const sql = await expressionSql(what, at);
  const written = what.path === "sqlalchemy.text" ? argument(what.made, 0, "text") : null;
  return {
    sql: parameters === null ? sql : bindNames(sql, parameters, at),
    location: written?.kind === "text" && written.origin !== undefined ? written.origin : location,
  };
}

/** `CreateSchema("x")`, `CreateSequence(Sequence("s"))`, `DDL("…")`; `null` for what is none. */
async function ddlSql({ path, made }: Made, at: Compiling): Promise<string | null> {
  const [first = nil] = made.positional;
  const exists = (word: string): string => (isSet(made, word) ? `${word.replaceAll("_", " ").toUpperCase()} ` : "");
  const name = (): string => textOf(argument(made, 0, "name", "element"), "the name", at.location);
  switch (path.replace("sqlalchemy.", "")) {
    case "DDL":
      return textOf(first, "the DDL", at.location);
    case "CreateSchema":
      return `CREATE SCHEMA ${exists("if_not_exists")}${qualifiedName(null, name())}`;
    case "DropSchema":
      return `DROP SCHEMA ${exists("if_exists")}${qualifiedName(null, name())}${isSet(made, "cascade") ? " CASCADE" : ""}`;
    case "CreateSequence":
    case "DropSequence":
      return isMade(first) ? sequenceSql(first, path.includes("Create") ? "CREATE" : "DROP") : null;
    default:
      return null;
  }
}

/** `CREATE SEQUENCE` with what `sa.Sequence` was given. */
export function sequenceSql({ made }: Made, verb: "CREATE" | "DROP"): string {
  const name = qualifiedName(optionText(made, "schema"), textOf(argument(made, 0, "name"), "the name of the sequence", made.location));
  if (verb === "DROP") return `DROP SEQUENCE ${name}`;
  const option = (key: string, words: string, place = -1): string => {
    const value = argument(made, place, key);
    return value?.kind === "integer" ? ` ${words} ${value.value}` : "";
  };
  return `CREATE SEQUENCE ${name}${option("increment", "INCREMENT BY", 2)}${option("start", "START WITH", 1)}${option("minvalue", "MINVALUE")}${option("maxvalue", "MAXVALUE")}${option("cache", "CACHE")}${isSet(made, "cycle") ? " CYCLE" : ""}`;
}

/** A query of the catalog alone, which the shadow answers as any database at this point would. */
function asksCatalog(sql: string): boolean {
  const relations = [...sql.matchAll(/\b(?:from|join)\s+((?:"?\w+"?\.)?"?\w+"?)/gi)].map(([, name = ""]) => name);
  return relations.length > 0 && relations.every((name) => /^"?(?:pg_|information_schema\b|pg_catalog\b)/i.test(name));
}

async function query(sql: string, { session, location }: Compiling): Promise<Value> {
  if (!asksCatalog(sql) && !session.fresh) return resultOf(null, location);
  const plain = sql.trim().replace(/;$/, "");
  const rows = await session.catalog.rows(`SELECT pg_catalog.to_json(given) AS given FROM (${plain}) given`);
  const values = rows.map(({ given: row }) => row as Readonly<Record<string, unknown>>);
  return resultOf(values, location);
}

function fromDatabase(value: unknown): Value {
  if (value === null || value === undefined) return nil;
  if (typeof value === "boolean") return boolean(value);
  if (typeof value === "number") return Number.isInteger(value) ? integer(value) : { kind: "float", value };
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return list(value.map(fromDatabase));
  return dictionary(Object.entries(value).map(([key, of]): [Value, Value] => [text(key), fromDatabase(of)]));
}

/** A row: by place, by name and as attributes. */
function rowOf(columns: Readonly<Record<string, unknown>>): Value {
  const entries = Object.entries(columns).map(([name, value]) => [name, fromDatabase(value)] as const);
  const byName = new Map(entries);
  const values = entries.map(([, value]) => value);
  const mapping = dictionary(entries.map(([name, value]): [Value, Value] => [text(name), value]));
  const own: Readonly<Record<string, Value>> = {
    _mapping: mapping,
    keys: given(async () => list(entries.map(([name]) => text(name)))),
    _asdict: given(async () => mapping),
    __iter__: given(async () => list(values)),
    __getitem__: given(async ({ positional: [key = nil], location }) => {
      const found = key.kind === "integer" ? values.at(Number(key.value)) : mapping.entries.get(keyOf(key))?.value;
      return found ?? unknown("the row has no such column", location);
    }),
  };
  return makeThing({
    name: "a row",
    attribute: async (name) => byName.get(name) ?? (Object.hasOwn(own, name) ? (own[name] ?? null) : null),
  });
}

/** The result of a query, `rows` where they are known. What is not known can be passed on, and hurts where it is needed. */
export function resultOf(rows: readonly Readonly<Record<string, unknown>>[] | null, location: Arguments["location"]): Value {
  const open = (): Value => unknown(queryReason, location);
  const all = rows?.map(rowOf) ?? null;
  const first = (row: Readonly<Record<string, unknown>> | undefined): Value =>
    row === undefined ? nil : fromDatabase(Object.values(row)[0]);
  const everything = given(async () => (all === null ? open() : list(all)));
  const answers: Readonly<Record<string, Value>> = {
    fetchall: everything,
    all: everything,
    __iter__: everything,
    fetchone: given(async () => (all === null ? open() : (all[0] ?? nil))),
    first: given(async () => (all === null ? open() : (all[0] ?? nil))),
    one: given(async () => (all === null ? open() : (all[0] ?? open()))),
    one_or_none: given(async () => (all === null ? open() : (all[0] ?? nil))),
    scalar: given(async () => (rows === null ? open() : first(rows[0]))),
    scalar_one: given(async () => (rows === null ? open() : first(rows[0]))),
    scalar_one_or_none: given(async () => (rows === null ? open() : first(rows[0]))),
    scalars: given(async () => (rows === null ? resultOf(null, location) : scalarsOf(rows, location))),
    mappings: given(async () => (rows === null ? resultOf(null, location) : resultOf(rows, location))),
    close: given(async () => nil),
    rowcount: rows === null ? open() : integer(rows.length),
  };
  return makeThing({
    name: "the result of a query",
    attribute: async (name) => (Object.hasOwn(answers, name) ? (answers[name] ?? null) : null),
  });
}

function scalarsOf(rows: readonly Readonly<Record<string, unknown>>[], location: Arguments["location"]): Value {
  const values = list(rows.map((row) => fromDatabase(Object.values(row)[0])));
  const everything = given(async () => values);
  const answers: Readonly<Record<string, Value>> = {
    all: everything,
    fetchall: everything,
    __iter__: everything,
    first: given(async () => values.items[0] ?? nil),
    one: given(async () => values.items[0] ?? unknown(queryReason, location)),
  };
  return makeThing({
    name: "the values of a query",
    attribute: async (name) => (Object.hasOwn(answers, name) ? (answers[name] ?? null) : null),
  });
}

/** What makes or drops an enum type. */
export function enumSql(verb: "create" | "drop", type: Parameters<typeof createTypeSql>[0]): string {
  return verb === "create" ? createTypeSql(type) : `DROP TYPE ${qualifiedName(type.schema, type.name)}`;
}
