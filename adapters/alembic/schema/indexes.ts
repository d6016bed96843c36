import type { SourceLocation } from "../../../src/model/source.ts";
import { keywordOf } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { keyOf, text, type Arguments, type Value } from "../../../src/script/value.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../../src/sql/quote.ts";
import { expressionSql, isExpression } from "../runtime/expressions.ts";
import type { Session } from "../session.ts";
import { isSet, optionText, textOf, textsOf } from "../values.ts";
import { isOf } from "./columns.ts";
import { columnNameOf, conditionSql, type Owner } from "./constraints.ts";
import { nameFor } from "./names.ts";

interface At {
  readonly session: Session;
  readonly location: SourceLocation;
}

interface Index extends Owner {
  readonly name: Value | null;
  readonly columns: readonly Value[];
  readonly call: Arguments;
  readonly unique: boolean;
}

async function elementSql(
  value: Value,
  { call, at }: { readonly call: Arguments; readonly at: At },
): Promise<{ readonly sql: string; readonly name: string | null }> {
  const ops = keywordOf(call, "postgresql_ops");
  const operatorClass = (name: string): string => {
    const found = ops?.kind === "map" ? ops.entries.get(keyOf(text(name)))?.value : undefined;
    return found === undefined ? "" : ` ${textOf(found, "the operator class", at.location)}`;
  };
  if (value.kind === "text" || isOf(value, "column", "Column")) {
    const name = columnNameOf(value, at.location);
    return { sql: quoteIdentifier(name) + operatorClass(name), name };
  }
  if (!isExpression(value))
    throw new Stuck(
      value.kind === "unknown" ? `a column of the index is not known: ${value.reason}` : "a column of the index is not known",
      at.location,
    );
  const sql = await expressionSql(value, at);
  // `sa.text("lower(x) text_pattern_ops")` is as it is; other expressions are put in parentheses where they are no function calls.
  const shown =
    isOf(value, "text") || /^[\w".]+\(.*\)$/s.test(sql) || isOf(value, "desc", "asc") || /\s(?:DESC|ASC)\b|\sNULLS\s/.test(sql)
      ? sql
      : `(${sql})`;
  return { sql: shown, name: null };
}

/** `CREATE INDEX`, as SQLAlchemy's PostgreSQL dialect writes it. */
export async function createIndexSql({ name: given, table, schema, columns, call, unique }: Index, at: At): Promise<string> {
  const elements: { readonly sql: string; readonly name: string | null }[] = [];
  for (const each of columns) elements.push(await elementSql(each, { call, at }));
  if (elements.length === 0) throw new Stuck("the index has no columns", at.location);
  const known = elements.flatMap((each) => (each.name === null ? [] : [each.name]));
  const name = await nameFor(given, { kind: "ix", table, schema, columns: known }, at);
  if (name === null) throw new Stuck("the index has no name", at.location);
  const include = keywordOf(call, "postgresql_include");
  const using = optionText(call, "postgresql_using");
  const where = keywordOf(call, "postgresql_where");
  const parts = [
    `CREATE${unique ? " UNIQUE" : ""} INDEX${isSet(call, "postgresql_concurrently") ? " CONCURRENTLY" : ""}${isSet(call, "if_not_exists") ? " IF NOT EXISTS" : ""} ${quoteIdentifier(name)}`,
    ` ON ${qualifiedName(schema, table)}${using === null ? "" : ` USING ${using}`} (${elements.map(({ sql }) => sql).join(", ")})`,
    include === null || include.kind === "nil"
      ? ""
      : ` INCLUDE (${textsOf(include, "the included columns", at.location).map(quoteIdentifier).join(", ")})`,
    isSet(call, "postgresql_nulls_not_distinct") ? " NULLS NOT DISTINCT" : "",
    storage(keywordOf(call, "postgresql_with"), at),
    optionText(call, "postgresql_tablespace") === null
      ? ""
      : ` TABLESPACE ${quoteIdentifier(optionText(call, "postgresql_tablespace") ?? "")}`,
    where === null || where.kind === "nil" ? "" : ` WHERE ${await conditionSql(where, at)}`,
  ];
  return parts.join("");
}

/** ` WITH (fillfactor = 70)`. */
export function storage(value: Value | null, { location }: At): string {
  if (value?.kind !== "map") return "";
  const pairs = [...value.entries.values()].map(
    ({ key, value: of }) => `${textOf(key, "a storage parameter", location)} = ${textOf(of, "a storage parameter", location)}`,
  );
  return pairs.length === 0 ? "" : ` WITH (${pairs.join(", ")})`;
}

/** `COMMENT ON …`; a comment that is None is taken away. */
export function commentSql(on: string, comment: string | null): string {
  return `COMMENT ON ${on} IS ${comment === null ? "NULL" : quoteLiteral(comment)}`;
}
