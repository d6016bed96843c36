import type { SourceLocation } from "../../../src/model/source.ts";
import { given, isLibraryThing, isMade, keywordOf, makeMade, type Made } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { keyOf, nil, text, type Arguments, type Value } from "../../../src/script/value.ts";
import { quoteIdentifier, quoteLiteral } from "../../../src/sql/quote.ts";
import { argument, textOf } from "../values.ts";
import type { Session } from "../session.ts";
import { typeSql } from "../schema/types.ts";
import { literalSql } from "./literals.ts";

/** Where expressions are compiled. */
export interface Compiling {
  readonly session: Session;
  readonly location: SourceLocation;
}

const noCall = (location: SourceLocation): Arguments => ({ positional: [], keywords: null, block: null, location });

/** An expression that is SQL already. `from`: the tables that it names. */
export function sqlExpression(sql: string, location: SourceLocation, from: readonly string[] = []): Made {
  const made = makeMade("sqlalchemy.expression", noCall(location));
  made.attributes.set("sql", text(sql));
  made.attributes.set("from", { kind: "list", items: from.map((name) => text(name)) });
  return made;
}

/** Whether a value is an expression of SQL. */
export function isExpression(value: Value): value is Made {
  return (
    isMade(value) &&
    (value.attributes.has("sql") ||
      /^sqlalchemy\.(?:text|column|Column|literal|literal_column|true|false|null|and_|or_|not_|cast|case|bindparam|type_coerce|desc|asc|func\..+)$/.test(
        value.path,
      ))
  );
}

/** The tables that expressions name, each once. */
export function tablesOf(values: readonly Value[]): readonly string[] {
  const names = values.flatMap((value) => {
    const from = isMade(value) ? value.attributes.get("from") : undefined;
    return from?.kind === "list" ? from.items.flatMap((item) => (item.kind === "text" ? [item.value] : [])) : [];
  });
  return [...new Set(names)];
}

/** The SQL of an expression; a plain value is a literal. Throws `Stuck` where it is not followed. */
export async function expressionSql(value: Value, at: Compiling): Promise<string> {
  const { location } = at;
  if (isLibraryThing(value) && /^sqlalchemy\.(?:true|false|null)$/.test(value.path)) return constant(value.path);
  if (!isMade(value)) return literalSql(value, "plain", location);
  const known = value.attributes.get("sql");
  if (known?.kind === "text") return known.value;
  return compile(value, at);
}

function constant(path: string): string {
  const name = path.replace("sqlalchemy.", "");
  return name === "null" ? "NULL" : name;
}

async function compile(value: Made, at: Compiling): Promise<string> {
  const { made, path } = value;
  const { location } = at;
  const each = async (values: readonly Value[]): Promise<readonly string[]> => {
    const compiled: string[] = [];
    for (const one of values) compiled.push(await expressionSql(one, at));
    return compiled;
  };
  const [first = nil, second = nil] = made.positional;
  const func = /^sqlalchemy\.func\.(.+)$/.exec(path)?.[1];
  if (func !== undefined) return functionSql(func, await each(made.positional));
  switch (path.replace("sqlalchemy.", "")) {
    case "text":
      return textSql(value, at);
    case "literal_column":
      return textOf(first, "the SQL", location);
    case "literal":
      return literalSql(first, "plain", location);
    case "column":
    case "Column":
      return quoteIdentifier(textOf(argument(made, 0, "name"), "the name of the column", location));
    case "true":
    case "false":
    case "null":
      return constant(path);
    case "and_":
    case "or_":
      return (await each(made.positional)).map((part) => `(${part})`).join(path.endsWith("and_") ? " AND " : " OR ");
    case "not_":
      return `NOT (${await expressionSql(first, at)})`;
    case "desc":
    case "asc":
      return `${await expressionSql(first, at)} ${path.endsWith("desc") ? "DESC" : "ASC"}`;
    case "cast":
    case "type_coerce":
      return path.endsWith("cast")
        ? `CAST(${await expressionSql(first, at)} AS ${(await typeSql(second, at)).sql})`
        : expressionSql(first, at);
    case "case":
      return caseSql(made, at);
    default:
      throw new Stuck(`${path} is an expression that is not followed here`, location);
  }
}

/** `func.now()`; the functions without parentheses are those of the standard. */
function functionSql(name: string, args: readonly string[]): string {
  if (
    args.length === 0 &&
    /^(?:current_timestamp|current_date|current_time|localtime|localtimestamp|current_user|session_user|user)$/i.test(name)
  )
    return name.toUpperCase();
  const quoted = name.split(".").map((part) => (/^[a-z_][a-z0-9_]*$/.test(part) ? part : quoteIdentifier(part)));
  return `${quoted.join(".")}(${args.join(", ")})`;
}

async function caseSql(call: Arguments, at: Compiling): Promise<string> {
  const [first] = call.positional;
  const whens = call.positional.length === 1 && first?.kind === "list" && first.form === undefined ? first.items : call.positional;
  const parts: string[] = [];
  for (const when of whens) {
    if (when.kind !== "list") throw new Stuck("this CASE is not followed here", at.location);
    const [condition = nil, value = nil] = when.items;
    parts.push(`WHEN ${await expressionSql(condition, at)} THEN ${await expressionSql(value, at)}`);
  }
  const otherwise = keywordOf(call, "else_");
  return `CASE ${parts.join(" ")}${otherwise === null ? "" : ` ELSE ${await expressionSql(otherwise, at)}`} END`;
}

/** The SQL of `sa.text()`, with the parameters that were bound to it. A colon behind a backslash is a colon. */
async function textSql(value: Made, at: Compiling): Promise<string> {
  const sql = textOf(argument(value.made, 0, "text"), "the SQL", at.location);
  const bound = value.attributes.get("bound");
  return bindNames(sql, bound?.kind === "map" ? bound : null, at);
}

/** `:name` of a text replaced by what is bound to it; others stay as they are. */
export function bindNames(sql: string, bound: Value | null, { location }: Compiling): string {
  const entries = bound?.kind === "map" ? bound.entries : null;
  // As `TextClause._bind_params_regex`: no bind behind a colon, a word or a backslash.
  return sql
    .replace(/(?<![:\w\\]):(\w+)(?!:)/g, (whole, name: string) => {
      const value = entries?.get(keyOf(text(name)))?.value;
      return value === undefined ? whole : literalSql(value, "plain", location);
    })
    .replace(/\\:/g, ":");
}

const operators: Readonly<Record<string, string>> = {
  "==": "=",
  "!=": "!=",
  "<": "<",
  ">": ">",
  "<=": "<=",
  ">=": ">=",
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "/",
  "%": "%",
  "&": "AND",
  "|": "OR",
  "<<": "<<",
  ">>": ">>",
};

/** An operator between expressions; `null` where neither is one. */
export async function operateOn(operator: string, operands: readonly Value[], at: Compiling): Promise<Value | null> {
  if (!operands.some((each) => isExpression(each))) return null;
  const [left = nil, right = nil] = operands;
  const from = tablesOf(operands);
  if (operands.length === 1)
    return sqlExpression(`${operator === "~" ? "NOT " : "-"}(${await expressionSql(left, at)})`, at.location, from);
  if (operator === "[]") return sqlExpression(`${await expressionSql(left, at)} -> ${await expressionSql(right, at)}`, at.location, from);
  const word = operators[operator];
  if (word === undefined) return null;
  const [a, b] = [await expressionSql(left, at), await expressionSql(right, at)];
  if (b === "NULL" && (word === "=" || word === "!=")) return sqlExpression(`${a} IS ${word === "=" ? "" : "NOT "}NULL`, at.location, from);
  if (word === "AND" || word === "OR") return sqlExpression(`(${a}) ${word} (${b})`, at.location, from);
  const concatenates = word === "+" && (isText(left) || isText(right));
  return sqlExpression(`${a} ${concatenates ? "||" : word} ${b}`, at.location, from);
}

function isText(value: Value): boolean {
  return value.kind === "text";
}

type Method = (sql: string, args: readonly Value[], at: Compiling) => Promise<string> | string;

const comparing =
  (word: string): Method =>
  async (sql, [other = nil], at) =>
    `${sql} ${word} ${await expressionSql(other, at)}`;

const membership =
  (word: string): Method =>
  async (sql, [items = nil], at) => {
    if (items.kind !== "list") return `${sql} ${word} (${await expressionSql(items, at)})`;
    const parts: string[] = [];
    for (const item of items.items) parts.push(await expressionSql(item, at));
    return parts.length === 0 ? (word === "IN" ? "false" : "true") : `${sql} ${word} (${parts.join(", ")})`;
  };

const matching =
  (before: string, behind: string): Method =>
  (sql, [part = nil], { location }) =>
    `${sql} LIKE ${quoteLiteral(before + textOf(part, "the text", location) + behind)}`;

const methods: Readonly<Record<string, Method>> = {
  in_: membership("IN"),
  notin_: membership("NOT IN"),
  not_in: membership("NOT IN"),
  is_: comparing("IS"),
  isnot: comparing("IS NOT"),
  is_not: comparing("IS NOT"),
  is_distinct_from: comparing("IS DISTINCT FROM"),
  like: comparing("LIKE"),
  ilike: comparing("ILIKE"),
  notlike: comparing("NOT LIKE"),
  concat: comparing("||"),
  has_key: comparing("?"),
  startswith: matching("", "%"),
  endswith: matching("%", ""),
  contains: async (sql, [part = nil], at) =>
    part.kind === "text" ? matching("%", "%")(sql, [part], at) : `${sql} @> ${await expressionSql(part, at)}`,
  between: async (sql, [low = nil, high = nil], at) =>
    `${sql} BETWEEN ${await expressionSql(low, at)} AND ${await expressionSql(high, at)}`,
  label: async (sql, [name = nil], { location }) => `${sql} AS ${quoteIdentifier(textOf(name, "the label", location))}`,
  cast: async (sql, [type = nil], at) => `CAST(${sql} AS ${(await typeSql(type, at)).sql})`,
  desc: (sql) => `${sql} DESC`,
  asc: (sql) => `${sql} ASC`,
  nulls_last: (sql) => `${sql} NULLS LAST`,
  nullslast: (sql) => `${sql} NULLS LAST`,
  nulls_first: (sql) => `${sql} NULLS FIRST`,
  collate: async (sql, [name = nil], { location }) => `${sql} COLLATE ${quoteIdentifier(textOf(name, "the collation", location))}`,
  self_group: (sql) => sql,
  distinct: (sql) => `DISTINCT ${sql}`,
};

/** A method of an expression: `.in_([…])`, `.label("x")`; `null` where it has none of that name. */
export function expressionMember(value: Made, name: string, { session }: Pick<Compiling, "session">): Value | null {
  const from = tablesOf([value]);
  if (name === "op")
    return given(async ({ positional: [word = nil] }) =>
      given(async ({ positional: [other = nil], location: place }) =>
        sqlExpression(
          `${await expressionSql(value, { session, location: place })} ${textOf(word, "the operator", place)} ${await expressionSql(other, { session, location: place })}`,
          place,
          from,
        ),
      ),
    );
  if (name === "bindparams" && value.path === "sqlalchemy.text")
    return given(async ({ positional, keywords }) => {
      const bound = makeMade("sqlalchemy.text", value.made);
      const pairs = keywords?.entries ?? new Map<string, { readonly key: Value; readonly value: Value }>();
      const entries = new Map(pairs);
      for (const each of positional)
        if (isMade(each))
          entries.set(keyOf(each.made.positional[0] ?? nil), {
            key: each.made.positional[0] ?? nil,
            value: argument(each.made, 1, "value") ?? nil,
          });
      bound.attributes.set("bound", { kind: "map", entries });
      return bound;
    });
  if (name === "columns" && value.path === "sqlalchemy.text") return given(async () => value);
  if (!Object.hasOwn(methods, name)) return null;
  const method = methods[name];
  return method === undefined
    ? null
    : given(async ({ positional, location: place }) =>
        sqlExpression(
          await method(await expressionSql(value, { session, location: place }), positional, { session, location: place }),
          place,
          tablesOf([value, ...positional]),
        ),
      );
}
