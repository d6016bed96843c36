import type { SourceLocation } from "../../../src/model/source.ts";
import { keywordOf, type Made } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { nil, text, type Arguments, type Value } from "../../../src/script/value.ts";
import { qualifiedName, quoteIdentifier } from "../../../src/sql/quote.ts";
import { expressionSql, isExpression } from "../runtime/expressions.ts";
import type { Session } from "../session.ts";
import { argument, isSet, optionText, textOf } from "../values.ts";
import { isOf, type Column } from "./columns.ts";
import { nameFor } from "./names.ts";

interface At {
  readonly session: Session;
  readonly location: SourceLocation;
}

/** The table that a constraint is on. */
export interface Owner {
  readonly table: string;
  readonly schema: string | null;
}

/** `CONSTRAINT "name" ` before a constraint that has one. */
function prefix(name: string | null): string {
  return name === null ? "" : `CONSTRAINT ${quoteIdentifier(name)} `;
}

/** The name of a column, given as text or as a column. */
export function columnNameOf(value: Value, location: SourceLocation): string {
  if (isOf(value, "Column", "column")) return textOf(argument(value.made, 0, "name"), "the name of a column", location);
  const name = isOf(value, "expression") ? value.attributes.get("name") : value;
  return textOf(name, "the name of a column", location);
}

export function columnList(names: readonly string[]): string {
  return names.map(quoteIdentifier).join(", ");
}

/** What stands behind a constraint. */
function deferring(call: Arguments): string {
  const deferrable = keywordOf(call, "deferrable");
  const initially = optionText(call, "initially");
  const said = deferrable?.kind === "boolean" ? (deferrable.value ? " DEFERRABLE" : " NOT DEFERRABLE") : "";
  return said + (initially === null ? "" : ` INITIALLY ${initially.toUpperCase()}`);
}

/** The columns and table that `schema.table.column` names. */
export function parseTarget(
  target: string,
  location: SourceLocation,
): { readonly schema: string | null; readonly table: string; readonly column: string } {
  const parts = target.split(".");
  const [column, table, ...schema] = parts.toReversed();
  if (column === undefined || table === undefined) throw new Stuck(`${target} names no column of a table`, location);
  return { column, table, schema: schema.length === 0 ? null : schema.toReversed().join(".") };
}

/** `FOREIGN KEY (…) REFERENCES …` with its actions. */
export interface ForeignKey {
  readonly columns: readonly string[];
  readonly schema: string | null;
  readonly table: string;
  readonly referred: readonly string[];
}

export async function foreignKeySql(
  given: Value | null,
  key: ForeignKey,
  on: Owner & { readonly call: Arguments },
  at: At,
): Promise<string> {
  const { call } = on;
  const name = await nameFor(given, { kind: "fk", ...on, columns: key.columns, referred: { table: key.table, columns: key.referred } }, at);
  const match = optionText(call, "match");
  const onDelete = optionText(call, "ondelete");
  const onUpdate = optionText(call, "onupdate");
  const referred = key.referred.length === 0 ? "" : ` (${columnList(key.referred)})`;
  return `${prefix(name)}FOREIGN KEY (${columnList(key.columns)}) REFERENCES ${qualifiedName(key.schema, key.table)}${referred}${match === null ? "" : ` MATCH ${match}`}${onDelete === null ? "" : ` ON DELETE ${onDelete}`}${onUpdate === null ? "" : ` ON UPDATE ${onUpdate}`}${deferring(call)}${isSet(call, "postgresql_not_valid") ? " NOT VALID" : ""}`;
}

export async function uniqueSql(
  given: Value | null,
  columns: readonly string[],
  on: Owner & { readonly call: Arguments | null },
  at: At,
): Promise<string> {
  const name = await nameFor(given, { kind: "uq", ...on, columns }, at);
  const nulls = on.call !== null && isSet(on.call, "postgresql_nulls_not_distinct") ? " NULLS NOT DISTINCT" : "";
  return `${prefix(name)}UNIQUE${nulls} (${columnList(columns)})${on.call === null ? "" : deferring(on.call)}`;
}

export async function primaryKeySql(
  given: Value | null,
  columns: readonly string[],
  on: Owner & { readonly call: Arguments | null },
  at: At,
): Promise<string> {
  const name = await nameFor(given, { kind: "pk", ...on, columns }, at);
  return `${prefix(name)}PRIMARY KEY (${columnList(columns)})${on.call === null ? "" : deferring(on.call)}`;
}

export async function checkSql(
  given: Value | null,
  condition: Value,
  on: Owner & { readonly call: Arguments; readonly columns: readonly string[] },
  at: At,
): Promise<string> {
  const name = await nameFor(given, { kind: "ck", ...on }, at);
  return `${prefix(name)}CHECK (${await conditionSql(condition, at)})${deferring(on.call)}${isSet(on.call, "postgresql_not_valid") ? " NOT VALID" : ""}`;
}

/** A condition: a text is SQL as it is. */
export async function conditionSql(condition: Value, at: At): Promise<string> {
  if (condition.kind === "text") return condition.value;
  if (condition.kind === "unknown") throw new Stuck(`the condition is not known: ${condition.reason}`, at.location);
  return expressionSql(condition, at);
}

/** `EXCLUDE USING gist (… WITH =)`. */
export async function excludeSql(
  given: Value | null,
  elements: readonly Value[],
  on: Owner & { readonly call: Arguments },
  at: At,
): Promise<string> {
  const parts: string[] = [];
  for (const element of elements) {
    if (element.kind !== "list") throw new Stuck("an element of the exclusion is not known", at.location);
    const [what = nil, operator = nil] = element.items;
    const sql =
      isExpression(what) && !isOf(what, "column", "Column")
        ? await expressionSql(what, at)
        : quoteIdentifier(columnNameOf(what, at.location));
    parts.push(`${sql} WITH ${textOf(operator, "the operator", at.location)}`);
  }
  const where = keywordOf(on.call, "where");
  const condition = where === null || where.kind === "nil" ? "" : ` WHERE (${await conditionSql(where, at)})`;
  const name = given === null || given.kind === "nil" ? null : textOf(given, "the name", at.location);
  return `${prefix(name)}EXCLUDE USING ${optionText(on.call, "using") ?? "gist"} (${parts.join(", ")})${condition}${deferring(on.call)}`;
}

/** A constraint that stands for itself among the columns of a table; `null` for what is none. */
export async function tableConstraintSql(item: Made, owner: Owner, at: At): Promise<string | null> {
  const call = item.made;
  const on = { ...owner, call };
  const given = keywordOf(call, "name");
  const names = (values: readonly Value[]): readonly string[] => values.map((each) => columnNameOf(each, call.location));
  if (isOf(item, "UniqueConstraint")) return uniqueSql(given, names(call.positional), on, at);
  if (isOf(item, "CheckConstraint"))
    return checkSql(given ?? call.positional[1] ?? null, call.positional[0] ?? nil, { ...on, columns: [] }, at);
  if (isOf(item, "ExcludeConstraint")) return excludeSql(given, call.positional, on, at);
  if (!isOf(item, "ForeignKeyConstraint") || isSet(call, "use_alter")) return null;
  const [columns = nil, targets = nil] = [argument(call, 0, "columns"), argument(call, 1, "refcolumns")].map((each) => each ?? nil);
  if (columns.kind !== "list" || targets.kind !== "list") throw new Stuck("the columns of the foreign key are not known", call.location);
  const parsed = targets.items.map((each) => parseTarget(textOf(each, "the referred column", call.location), call.location));
  const key = {
    columns: names(columns.items),
    schema: parsed[0]?.schema ?? null,
    table: parsed[0]?.table ?? "",
    referred: parsed.map(({ column }) => column),
  };
  return foreignKeySql(given ?? call.positional[2] ?? null, key, on, at);
}

/** The constraints that a column brings: UNIQUE, CHECK, foreign keys. */
export async function columnConstraints(column: Column, owner: Owner, at: At): Promise<readonly string[]> {
  const found: string[] = [];
  if (column.unique && !column.index) found.push(await uniqueSql(null, [column.name], { ...owner, call: null }, at));
  for (const { made } of column.foreignKeys) {
    if (isSet(made, "use_alter")) continue;
    const target = made.positional[0] ?? nil;
    const { schema, table, column: referred } = parseTarget(textOf(target, "the referred column", made.location), made.location);
    found.push(
      await foreignKeySql(
        keywordOf(made, "name"),
        { columns: [column.name], schema, table, referred: [referred] },
        { ...owner, call: made },
        at,
      ),
    );
  }
  for (const { made } of column.checks)
    found.push(await checkSql(keywordOf(made, "name"), made.positional[0] ?? nil, { ...owner, call: made, columns: [column.name] }, at));
  const { check } = column.type;
  if (check !== null) {
    const name = await nameFor(check.name === null ? null : text(check.name), { kind: "ck", ...owner, columns: [column.name] }, at);
    found.push(`${prefix(name)}CHECK (${check.sql.replace("%s", quoteIdentifier(column.name))})`);
  }
  return found;
}
