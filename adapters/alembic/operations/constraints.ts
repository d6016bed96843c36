import { keywordOf } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { nil, type Arguments, type Value } from "../../../src/script/value.ts";
import { qualifiedName, quoteIdentifier } from "../../../src/sql/quote.ts";
import { checkSql, excludeSql, foreignKeySql, primaryKeySql, uniqueSql } from "../schema/constraints.ts";
import { createIndexSql } from "../schema/indexes.ts";
import { nameFor } from "../schema/names.ts";
import { argument, isSet, optionText, textOf, textsOf } from "../values.ts";
import { schemaOf, type At, type Operation } from "./shared.ts";

function on(
  call: Arguments,
  index: number,
  ...names: readonly string[]
): { readonly table: string; readonly schema: string | null; readonly call: Arguments } {
  return { table: textOf(argument(call, index, ...names), "the name of the table", call.location), schema: schemaOf(call), call };
}

async function add(
  owner: { readonly table: string; readonly schema: string | null },
  constraint: string,
  { session, location }: At,
): Promise<Value> {
  await session.send(`ALTER TABLE ${qualifiedName(owner.schema, owner.table)} ADD ${constraint}`, location);
  return nil;
}

export const createForeignKey: Operation = async (call, at) => {
  const source = optionText(call, "source_schema");
  const owner = { ...on(call, 1, "source_table", "source"), schema: source };
  const table = textOf(argument(call, 2, "referent_table", "referent"), "the referred table", call.location);
  const columns = textsOf(argument(call, 3, "local_cols"), "the columns", call.location);
  const referred = textsOf(argument(call, 4, "remote_cols"), "the referred columns", call.location);
  const key = { columns, schema: optionText(call, "referent_schema"), table, referred };
  return add(owner, await foreignKeySql(argument(call, 0, "constraint_name", "name"), key, owner, at), at);
};

export const createUniqueConstraint: Operation = async (call, at) => {
  const owner = on(call, 1, "table_name", "source");
  const columns = textsOf(argument(call, 2, "columns", "local_cols"), "the columns", call.location);
  return add(owner, await uniqueSql(argument(call, 0, "constraint_name", "name"), columns, owner, at), at);
};

export const createPrimaryKey: Operation = async (call, at) => {
  const owner = on(call, 1, "table_name", "source");
  const columns = textsOf(argument(call, 2, "columns", "cols"), "the columns", call.location);
  return add(owner, await primaryKeySql(argument(call, 0, "constraint_name", "name"), columns, owner, at), at);
};

export const createCheckConstraint: Operation = async (call, at) => {
  const owner = on(call, 1, "table_name", "source");
  return add(
    owner,
    await checkSql(argument(call, 0, "constraint_name", "name"), argument(call, 2, "condition") ?? nil, { ...owner, columns: [] }, at),
    at,
  );
};

export const createExcludeConstraint: Operation = async (call, at) => {
  const owner = on(call, 1, "table_name");
  return add(owner, await excludeSql(argument(call, 0, "constraint_name", "name"), call.positional.slice(2), owner, at), at);
};

export const dropConstraint: Operation = async (call, at) => {
  const owner = on(call, 1, "table_name");
  const given = argument(call, 0, "constraint_name", "name");
  if (given === null || given.kind === "nil") throw new Stuck("Alembic refuses to drop a constraint without a name", call.location);
  const name = await dropName(given, { call, owner }, at);
  await at.session.send(
    `ALTER TABLE ${qualifiedName(owner.schema, owner.table)} DROP CONSTRAINT ${isSet(call, "if_exists") ? "IF EXISTS " : ""}${quoteIdentifier(name)}`,
    at.location,
  );
  return nil;
};

/** The name of what is dropped: a convention goes around it as it did when it was made. */
async function dropName(
  given: Value,
  { call, owner }: { readonly call: Arguments; readonly owner: { readonly table: string; readonly schema: string | null } },
  at: At,
): Promise<string> {
  const type = optionText(call, "type_") ?? textOrNull(argument(call, 2), call);
  const kinds: Readonly<Record<string, "fk" | "uq" | "ck" | "pk">> = { foreignkey: "fk", unique: "uq", check: "ck", primary: "pk" };
  const kind = type === null ? undefined : kinds[type];
  return (await nameFor(given, { kind: kind ?? "ix", ...owner, columns: [] }, at)) ?? textOf(given, "the name", call.location);
}

function textOrNull(value: Value | null, call: Arguments): string | null {
  return value === null || value.kind === "nil" ? null : textOf(value, "the kind of the constraint", call.location);
}

export const createIndex: Operation = async (call, at) => {
  const owner = on(call, 1, "table_name");
  const columns = argument(call, 2, "columns");
  const listed = columns?.kind === "list" ? columns.items : columns === null ? [] : [columns];
  await at.session.send(
    await createIndexSql({ ...owner, name: argument(call, 0, "index_name", "name"), columns: listed, unique: isUnique(call) }, at),
    at.location,
  );
  return nil;
};

function isUnique(call: Arguments): boolean {
  return keywordOf(call, "unique") === null ? call.positional[3]?.kind === "boolean" && call.positional[3].value : isSet(call, "unique");
}

export const dropIndex: Operation = async (call, at) => {
  const given = argument(call, 0, "index_name", "name");
  const table = argument(call, 1, "table_name");
  const named = {
    kind: "ix" as const,
    table: table === null || table.kind === "nil" ? "" : textOf(table, "the table", call.location),
    schema: schemaOf(call),
    columns: [],
  };
  const name = given === null || given.kind === "nil" ? null : await nameFor(given, named, at);
  if (name === null) throw new Stuck("which index is dropped is not known", call.location);
  await at.session.send(
    `DROP INDEX ${isSet(call, "postgresql_concurrently") ? "CONCURRENTLY " : ""}${isSet(call, "if_exists") ? "IF EXISTS " : ""}${qualifiedName(schemaOf(call), name)}`,
    at.location,
  );
  return nil;
};
