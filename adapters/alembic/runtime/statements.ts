import { given, isMade, keywordOf, makeThing, type Made } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { dictionary, nil, text, type Arguments, type Value } from "../../../src/script/value.ts";
import { quoteIdentifier } from "../../../src/sql/quote.ts";
import { numberOf, textOf, textsOf } from "../values.ts";
import type { Session } from "../session.ts";
import { typeSql } from "../schema/types.ts";
import { expressionSql, isExpression, sqlExpression, tablesOf, type Compiling } from "./expressions.ts";
import { literalSql } from "./literals.ts";
import { columnsOf, isTable, tableName, typeOfColumn } from "./tables.ts";

export type StatementKind = "insert" | "update" | "delete" | "select";

interface Parts {
  readonly kind: StatementKind;
  readonly table: Made | null;
  readonly columns: readonly Value[];
  readonly where: readonly Value[];
  readonly from: readonly Value[];
  readonly order: readonly Value[];
  readonly group: readonly Value[];
  readonly limit: number | null;
  readonly values: readonly (readonly [Value, Value])[];
  readonly rows: readonly Value[];
  readonly source: { readonly names: readonly string[]; readonly select: Value } | null;
  /** What was said to it that is not followed here. */
  readonly beyond: string | null;
}

const statements = new WeakMap<object, Parts>();

/** Whether a value is a statement that SQLAlchemy would build. */
export function isStatement(value: Value): boolean {
  return statements.has(value);
}

interface Begun {
  readonly table: Made | null;
  readonly call: Arguments;
  readonly session: Session;
}

/** `sa.update(table)`, `table.insert()`, `sa.select(…)`: a statement that is built up by its methods. */
export function makeStatement(kind: StatementKind, { table, call, session }: Begun): Value {
  const empty: Parts = {
    kind,
    table,
    columns: [],
    where: [],
    from: [],
    order: [],
    group: [],
    limit: null,
    values: [],
    rows: [],
    source: null,
    beyond: null,
  };
  const [first] = call.positional;
  const listed = first?.kind === "list" && first.form === undefined ? first.items : call.positional;
  if (kind === "select") return wrap({ ...empty, columns: table === null ? listed : [table] }, session);
  const valued = keywordOf(call, "values");
  return withValues(
    wrap({ ...empty, where: kind === "insert" ? [] : call.positional.filter((each) => isExpression(each)) }, session),
    valued === null ? [] : [valued],
    session,
  );
}

function withValues(statement: Value, positional: readonly Value[], session: Session): Value {
  const parts = statements.get(statement);
  if (parts === undefined) return statement;
  const pairs: (readonly [Value, Value])[] = [];
  const rows: Value[] = [];
  for (const each of positional) {
    if (each.kind === "map") for (const { key, value } of each.entries.values()) pairs.push([key, value]);
    else if (each.kind === "list") rows.push(...each.items);
  }
  return wrap({ ...parts, values: [...parts.values, ...pairs], rows: [...parts.rows, ...rows] }, session);
}

function wrap(parts: Parts, session: Session): Value {
  const thing = makeThing({ name: `a ${parts.kind}`, attribute: async (name) => method(name, thing, { parts, session }) });
  statements.set(thing, parts);
  return thing;
}

function method(name: string, self: Value, { parts, session }: { readonly parts: Parts; readonly session: Session }): Value | null {
  const next = (more: (call: Arguments) => Partial<Parts>): Value => given(async (call) => wrap({ ...parts, ...more(call) }, session));
  switch (name) {
    case "where":
    case "filter":
      return next(({ positional }) => ({ where: [...parts.where, ...positional] }));
    case "values":
      return given(async ({ positional, keywords }) =>
        withValues(self, keywords === null ? positional : [...positional, keywords], session),
      );
    case "select_from":
      return next(({ positional }) => ({ from: positional }));
    case "order_by":
      return next(({ positional }) => ({ order: positional }));
    case "group_by":
      return next(({ positional }) => ({ group: positional }));
    case "limit":
      return next(({ positional, location }) => ({ limit: numberOf(positional[0], "the limit", location) }));
    case "from_select":
      return next(({ positional: [names = nil, select = nil], location }) => ({
        source: { names: textsOf(names, "the columns", location), select },
      }));
    case "returning":
    case "execution_options":
    case "with_for_update":
      return next(() => ({}));
    case "scalar_subquery":
    case "as_scalar":
    case "subquery":
      return given(async ({ location }) => sqlExpression(`(${await statementSql(self, { session, location })})`, location));
    default:
      return name.startsWith("__") ? null : next(() => ({ beyond: name }));
  }
}

/** The SQL of a statement; `parameters`: what `execute` was given with it. Throws `Stuck` where it is not followed. */
export async function statementSql(statement: Value, at: Compiling, parameters: Value | null = null): Promise<string> {
  const parts = statements.get(statement);
  if (parts === undefined) throw new Stuck("it is no statement", at.location);
  if (parts.beyond !== null)
    throw new Stuck(`${parts.kind} with ${parts.beyond} is not followed here`, at.location, parts.kind === "select" ? "anything" : "rows");
  if (parts.kind === "select") return selectSql(parts, at);
  if (!isTable(parts.table)) throw new Stuck("which table it is about is not known", at.location, "rows");
  const given = parameters === null ? parts : partsWith(parts, parameters);
  const table = tableName(parts.table);
  if (parts.kind === "delete") return `DELETE FROM ${table}${await whereSql(parts, at)}`;
  if (parts.kind === "insert") return insertSql(given, at);
  const assignments: string[] = [];
  for (const [key, value] of given.values)
    assignments.push(`${quoteIdentifier(columnName(key, at))} = ${await valueSql(key, value, given, at)}`);
  if (assignments.length === 0) throw new Stuck("what it sets is not known", at.location, "rows");
  return `UPDATE ${table} SET ${assignments.join(", ")}${await whereSql(parts, at)}`;
}

function partsWith(parts: Parts, parameters: Value): Parts {
  if (parameters.kind === "map")
    return {
      ...parts,
      values: [...parts.values, ...[...parameters.entries.values()].map(({ key, value }): readonly [Value, Value] => [key, value])],
    };
  return parameters.kind === "list" ? { ...parts, rows: [...parts.rows, ...parameters.items] } : parts;
}

function columnName(key: Value, { location }: Compiling): string {
  const name = isMade(key) ? (key.attributes.get("name") ?? key.made.positional[0] ?? nil) : key;
  return textOf(name, "the name of the column", location);
}

/** A value as the type of its column writes it. */
async function valueSql(key: Value, value: Value, { table }: Parts, at: Compiling): Promise<string> {
  if (isExpression(value)) return expressionSql(value, at);
  const column = table === null ? undefined : columnsOf(table).get(columnName(key, at));
  const type = column === undefined ? null : typeOfColumn(column);
  const known =
    type === null
      ? null
      : await typeSql(type, at).catch((error: unknown) => (error instanceof Stuck ? null : Promise.reject(error as Error)));
  const sql = literalSql(value, known?.values ?? "plain", at.location);
  return sql.startsWith("ARRAY[") && known !== null ? `CAST(${sql} AS ${known.sql})` : sql;
}

async function insertSql(parts: Parts, at: Compiling): Promise<string> {
  const table = parts.table === null ? "" : tableName(parts.table);
  if (parts.source !== null)
    return `INSERT INTO ${table} (${parts.source.names.map(quoteIdentifier).join(", ")}) ${await statementSql(parts.source.select, at)}`;
  const rows =
    parts.rows.length === 0
      ? [dictionary(parts.values.map(([key, value]): [Value, Value] => [text(columnName(key, at)), value]))]
      : parts.rows;
  const [first] = rows;
  if (first?.kind !== "map") throw new Stuck("the rows are not known", at.location, "rows");
  if (first.entries.size === 0) return `INSERT INTO ${table} DEFAULT VALUES`;
  const keys = [...first.entries];
  const tuples: string[] = [];
  for (const row of rows) {
    if (row.kind !== "map") throw new Stuck("a row is not known", at.location, "rows");
    const values: string[] = [];
    for (const [index, { key }] of keys) values.push(await valueSql(key, row.entries.get(index)?.value ?? nil, parts, at));
    tuples.push(`(${values.join(", ")})`);
  }
  return `INSERT INTO ${table} (${keys.map(([, { key }]) => quoteIdentifier(columnName(key, at))).join(", ")}) VALUES ${tuples.join(", ")}`;
}

async function whereSql({ where }: Parts, at: Compiling): Promise<string> {
  const conditions: string[] = [];
  for (const each of where) conditions.push(await expressionSql(each, at));
  return conditions.length === 0
    ? ""
    : ` WHERE ${conditions.length === 1 ? conditions[0] : conditions.map((each) => `(${each})`).join(" AND ")}`;
}

async function selectSql(parts: Parts, at: Compiling): Promise<string> {
  const shown: string[] = [];
  for (const each of parts.columns) shown.push(isTable(each) ? `${tableName(each)}.*` : await expressionSql(each, at));
  const own = parts.columns.flatMap((each) => (isTable(each) ? [tableName(each)] : tablesOf([each])));
  const named = parts.from.flatMap((each) => (isTable(each) ? [tableName(each)] : []));
  const from = [...new Set([...named, ...own, ...tablesOf(parts.where)])];
  const list = async (values: readonly Value[]): Promise<string> => {
    const all: string[] = [];
    for (const each of values) all.push(await expressionSql(each, at));
    return all.join(", ");
  };
  const group = parts.group.length === 0 ? "" : ` GROUP BY ${await list(parts.group)}`;
  const order = parts.order.length === 0 ? "" : ` ORDER BY ${await list(parts.order)}`;
  return `SELECT ${shown.join(", ")}${from.length === 0 ? "" : ` FROM ${from.join(", ")}`}${await whereSql(parts, at)}${group}${order}${parts.limit === null ? "" : ` LIMIT ${parts.limit}`}`;
}

/** Whether a statement only asks. */
export function isQuery(statement: Value): boolean {
  return statements.get(statement)?.kind === "select";
}

/** The reason of every value that came out of the rows of a database. */
export const queryReason = "what a query gives depends on the rows of the database";
