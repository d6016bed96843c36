import { isMade, keywordOf } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { nil, text, type Arguments, type Value } from "../../../src/script/value.ts";
import { qualifiedName, quoteIdentifier } from "../../../src/sql/quote.ts";
import { makeTable } from "../runtime/tables.ts";
import { columnSql, commentOf, isColumn, isOf, readColumn, serialColumn, type Column } from "../schema/columns.ts";
import { columnConstraints, columnNameOf, primaryKeySql, tableConstraintSql, type Owner } from "../schema/constraints.ts";
import { commentSql, createIndexSql, storage } from "../schema/indexes.ts";
import { createTypeSql, type EnumType } from "../schema/types.ts";
import { argument, isSet, optionText, textOf, textsOf } from "../values.ts";
import { schemaOf, type At, type Operation } from "./shared.ts";

const typeThere = `select 1 from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
where t.typname = $1 and n.nspname = any(case when $2::text is null then pg_catalog.current_schemas(false)::text[] else array[$2::text] end)`;

/** Whether a type is there. */
export async function hasType({ name, schema }: Pick<EnumType, "name" | "schema">, { session }: At): Promise<boolean> {
  return (await session.catalog.rows(typeThere, [name, schema])).length > 0;
}

/** `create_table` makes the enum types of its columns, each once in a run; one that is there is passed over and noted. */
async function createTypes(columns: readonly Column[], at: At): Promise<void> {
  for (const { type } of columns) {
    const { enumType } = type;
    if (enumType === null || enumType.made === "elsewhere") continue;
    const key = qualifiedName(enumType.schema, enumType.name);
    if (at.session.madeTypes.has(key)) continue;
    at.session.madeTypes.add(key);
    if (await hasType(enumType, at))
      at.session.note(
        "alembic-enum-exists",
        `The type ${enumType.name} is there already; Alembic would try to make it again where this is run for itself.`,
        at.location,
      );
    else await at.session.send(createTypeSql(enumType), at.location);
  }
}

/** What follows the parentheses of `CREATE TABLE`. */
async function tableOptions(call: Arguments, at: At): Promise<string> {
  const inherits = keywordOf(call, "postgresql_inherits");
  const partition = optionText(call, "postgresql_partition_by");
  const using = optionText(call, "postgresql_using");
  const withOids = keywordOf(call, "postgresql_with_oids");
  const onCommit = optionText(call, "postgresql_on_commit");
  const tablespace = optionText(call, "postgresql_tablespace");
  const parts = [
    inherits === null || inherits.kind === "nil"
      ? ""
      : ` INHERITS (${textsOf(inherits, "the parent tables", at.location).map(quoteIdentifier).join(", ")})`,
    partition === null ? "" : ` PARTITION BY ${partition}`,
    using === null ? "" : ` USING ${using}`,
    withOids === null ? storage(keywordOf(call, "postgresql_with"), at) : "",
    onCommit === null ? "" : ` ON COMMIT ${onCommit.toUpperCase().replaceAll("_", " ")}`,
    tablespace === null ? "" : ` TABLESPACE ${quoteIdentifier(tablespace)}`,
  ];
  return parts.join("");
}

/** `op.create_table`: enum types, the table, its indexes, its comments. */
export const createTable: Operation = async (call, at) => {
  const table = textOf(argument(call, 0, "table_name"), "the name of the table", call.location);
  const owner: Owner = { table, schema: schemaOf(call) };
  const items = call.positional.slice(1).flatMap((each) => (each.kind === "list" ? each.items : [each]));
  const open = items.find((each) => each.kind === "unknown");
  if (open?.kind === "unknown") throw new Stuck(`a part of the table ${table} is not known: ${open.reason}`, call.location);
  const columns: Column[] = [];
  for (const each of items) if (isColumn(each)) columns.push(await readColumn(each, at));
  const keyed = items.find((each) => isOf(each, "PrimaryKeyConstraint"));
  const ownKey = keyed !== undefined && isMade(keyed) ? keyed.made : null;
  const key =
    ownKey === null
      ? columns.filter(({ primaryKey }) => primaryKey).map(({ name }) => name)
      : ownKey.positional.map((each) => columnNameOf(each, call.location));
  const keyName = ownKey === null ? null : keywordOf(ownKey, "name");
  await createTypes(columns, at);
  const counted = serialColumn(columns, key, referringColumns(items, call));
  const lines: string[] = [];
  for (const column of columns) lines.push(await columnSql(column, counted, at));
  if (key.length > 0) lines.push(await primaryKeySql(keyName, key, { ...owner, call: ownKey }, at));
  for (const each of items) {
    const sql = isMade(each) ? await tableConstraintSql(each, owner, at) : null;
    if (sql !== null) lines.push(sql);
  }
  for (const column of columns) lines.push(...(await columnConstraints(column, owner, at)));
  const prefixes = keywordOf(call, "prefixes");
  const before = prefixes === null || prefixes.kind === "nil" ? "" : ` ${textsOf(prefixes, "the prefixes", call.location).join(" ")}`;
  const name = qualifiedName(owner.schema, table);
  await at.session.send(
    `CREATE${before} TABLE ${isSet(call, "if_not_exists") ? "IF NOT EXISTS " : ""}${name} (\n  ${lines.join(",\n  ")}\n)${await tableOptions(call, at)}`,
    at.location,
  );
  await createIndexes({ owner, columns, items }, at);
  const comment = await commentOf(call, at);
  if (comment !== null) await at.session.send(commentSql(`TABLE ${name}`, comment), at.location);
  for (const column of columns)
    if (column.comment !== null)
      await at.session.send(commentSql(`COLUMN ${name}.${quoteIdentifier(column.name)}`, column.comment), at.location);
  return makeTable({ ...call, positional: [text(table), ...items] });
};

/** The columns of foreign keys among the constraints of a table. */
function referringColumns(items: readonly Value[], { location }: Arguments): readonly string[] {
  return items.flatMap((each) => {
    const columns = isOf(each, "ForeignKeyConstraint") ? argument(each.made, 0, "columns") : null;
    return columns?.kind === "list" ? columns.items.map((one) => columnNameOf(one, location)) : [];
  });
}

interface Made {
  readonly owner: Owner;
  readonly columns: readonly Column[];
  readonly items: readonly Value[];
}

async function createIndexes({ owner, columns, items }: Made, at: At): Promise<void> {
  for (const column of columns) await columnIndexes(column, owner, at);
  for (const item of items) {
    if (!isOf(item, "Index")) continue;
    const [name = null, ...on] = item.made.positional;
    await at.session.send(
      await createIndexSql({ ...owner, name, columns: on, call: item.made, unique: isSet(item.made, "unique") }, at),
      at.location,
    );
  }
}

/** The indexes that a column brings: `index=True`, and PostGIS'. */
export async function columnIndexes(column: Column, owner: Owner, at: At): Promise<void> {
  const call: Arguments = { positional: [], keywords: null, block: null, location: at.location };
  const on = { ...owner, columns: [text(column.name)], call };
  if (column.index) await at.session.send(await createIndexSql({ ...on, name: null, unique: column.unique }, at), at.location);
  if (!column.type.spatialIndex) return;
  const name = `idx_${owner.table}_${column.name}`;
  await at.session.send(
    `CREATE INDEX ${quoteIdentifier(name)} ON ${qualifiedName(owner.schema, owner.table)} USING gist (${quoteIdentifier(column.name)})`,
    at.location,
  );
}

export const dropTable: Operation = async (call, at) => {
  const table = textOf(argument(call, 0, "table_name"), "the name of the table", call.location);
  await at.session.send(`DROP TABLE ${isSet(call, "if_exists") ? "IF EXISTS " : ""}${qualifiedName(schemaOf(call), table)}`, at.location);
  return nil;
};

export const renameTable: Operation = async (call, at) => {
  const from = textOf(argument(call, 0, "old_table_name"), "the name of the table", call.location);
  const to = textOf(argument(call, 1, "new_table_name"), "the new name of the table", call.location);
  await at.session.send(`ALTER TABLE ${qualifiedName(schemaOf(call), from)} RENAME TO ${quoteIdentifier(to)}`, at.location);
  return nil;
};

export const createTableComment: Operation = async (call, at) => {
  const table = qualifiedName(schemaOf(call), textOf(argument(call, 0, "table_name"), "the name of the table", call.location));
  const comment = argument(call, 1, "comment");
  await at.session.send(
    commentSql(`TABLE ${table}`, comment === null || comment.kind === "nil" ? null : textOf(comment, "the comment", call.location)),
    at.location,
  );
  return nil;
};

export const dropTableComment: Operation = async (call, at) => {
  await at.session.send(
    commentSql(
      `TABLE ${qualifiedName(schemaOf(call), textOf(argument(call, 0, "table_name"), "the name of the table", call.location))}`,
      null,
    ),
    at.location,
  );
  return nil;
};
