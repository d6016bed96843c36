import { isMade, keywordOf } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { nil, type Arguments, type Value } from "../../../src/script/value.ts";
import { qualifiedName, quoteIdentifier } from "../../../src/sql/quote.ts";
import { columnSql, commentOf, defaultSql, identitySql, isOf, readColumn } from "../schema/columns.ts";
import { columnConstraints, primaryKeySql } from "../schema/constraints.ts";
import { commentSql } from "../schema/indexes.ts";
import { typeSql } from "../schema/types.ts";
import { argument, isSet, numberOf, optionText, textOf } from "../values.ts";
import { columnIndexes } from "./tables.ts";
import { schemaOf, type At, type Operation } from "./shared.ts";

/** `op.add_column`: the column, then its constraints, indexes and comment, each for itself. */
export const addColumn: Operation = async (call, at) => {
  const table = textOf(argument(call, 0, "table_name"), "the name of the table", call.location);
  const owner = { table, schema: schemaOf(call) };
  const column = await readColumn(argument(call, 1, "column") ?? nil, at);
  const name = qualifiedName(owner.schema, table);
  const counted = column.primaryKey ? column : null;
  await at.session.send(
    `ALTER TABLE ${name} ADD COLUMN ${isSet(call, "if_not_exists") ? "IF NOT EXISTS " : ""}${await columnSql(column, counted, at)}`,
    at.location,
  );
  if (column.primaryKey && isSet(call, "inline_primary_key"))
    await at.session.send(`ALTER TABLE ${name} ADD ${await primaryKeySql(null, [column.name], { ...owner, call: null }, at)}`, at.location);
  for (const constraint of await columnConstraints(column, owner, at))
    await at.session.send(`ALTER TABLE ${name} ADD ${constraint}`, at.location);
  await columnIndexes(column, owner, at);
  if (column.comment !== null)
    await at.session.send(commentSql(`COLUMN ${name}.${quoteIdentifier(column.name)}`, column.comment), at.location);
  return nil;
};

export const dropColumn: Operation = async (call, at) => {
  const table = qualifiedName(schemaOf(call), textOf(argument(call, 0, "table_name"), "the name of the table", call.location));
  const column = quoteIdentifier(textOf(argument(call, 1, "column_name"), "the name of the column", call.location));
  await at.session.send(`ALTER TABLE ${table} DROP COLUMN ${isSet(call, "if_exists") ? "IF EXISTS " : ""}${column}`, at.location);
  return nil;
};

/** `op.alter_column`: the type, NULL, the default, the comment and the name, in the order of Alembic's PostgreSQL implementation. */
export const alterColumn: Operation = async (call, at) => {
  const table = qualifiedName(schemaOf(call), textOf(argument(call, 0, "table_name"), "the name of the table", call.location));
  const name = textOf(argument(call, 1, "column_name"), "the name of the column", call.location);
  const column = `ALTER TABLE ${table} ALTER COLUMN ${quoteIdentifier(name)}`;
  const type = keywordOf(call, "type_");
  const using = optionText(call, "postgresql_using");
  if (type !== null && type.kind !== "nil")
    await at.session.send(`${column} TYPE ${(await typeSql(type, at)).sql}${using === null ? "" : ` USING ${using}`}`, at.location);
  else if (using !== null) throw new Stuck("postgresql_using is only for another type", call.location);
  const nullable = keywordOf(call, "nullable");
  if (nullable !== null && nullable.kind !== "nil")
    await at.session.send(`${column} ${isSet(call, "nullable") ? "DROP" : "SET"} NOT NULL`, at.location);
  await alterDefault({ call, column, name }, at);
  if (keywordOf(call, "comment") !== null && keywordOf(call, "comment")?.kind !== "boolean")
    await at.session.send(commentSql(`COLUMN ${table}.${quoteIdentifier(name)}`, await commentOf(call, at)), at.location);
  const renamed = optionText(call, "new_column_name") ?? optionText(call, "name");
  if (renamed !== null && renamed !== name)
    await at.session.send(`ALTER TABLE ${table} RENAME ${quoteIdentifier(name)} TO ${quoteIdentifier(renamed)}`, at.location);
  return nil;
};

interface Altered {
  readonly call: Arguments;
  readonly column: string;
  readonly name: string;
}

async function alterDefault({ call, column, name }: Altered, at: At): Promise<void> {
  const value = keywordOf(call, "server_default");
  const before = keywordOf(call, "existing_server_default");
  // False is what it is where nothing is said.
  if (value === null || (value.kind === "boolean" && !value.value)) return;
  if (isOf(value, "Computed")) throw new Stuck("PostgreSQL cannot make a column computed", call.location);
  if (isOf(value, "Identity") || (before !== null && isOf(before, "Identity"))) {
    await at.session.send(identityChange(value, before, column), at.location);
    return;
  }
  const sql = await defaultSql(value, name, at);
  if (sql !== null || value.kind === "nil")
    await at.session.send(`${column} ${sql === null ? "DROP DEFAULT" : `SET DEFAULT ${sql}`}`, at.location);
}

function identityChange(value: Value, before: Value | null, column: string): string {
  if (!isMade(value) || !isOf(value, "Identity")) return `${column} DROP IDENTITY`;
  if (before === null || !isOf(before, "Identity")) return `${column} ADD ${identitySql(value)}`;
  const always = argument(value.made, 0, "always");
  const changes = [`SET GENERATED ${always?.kind === "boolean" && always.value ? "ALWAYS" : "BY DEFAULT"}`];
  const numbers: readonly (readonly [string, string])[] = [["start", "START WITH"], ["increment", "INCREMENT BY"], ["minvalue", "MINVALUE"], ["maxvalue", "MAXVALUE"], ["cache", "CACHE"]]; // prettier-ignore
  for (const [name, words] of numbers) {
    const number = numberOf(keywordOf(value.made, name), name, value.made.location);
    if (number !== null) changes.push(`SET ${words} ${number}`);
  }
  return `${column} ${changes.join(" ")}`;
}
