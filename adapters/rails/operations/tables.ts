import { RaisedError } from "../../../src/script/signals.ts";
import { boolean, list, nil, symbol, text, type Value } from "../../../src/script/value.ts";
import { isSet, optionsOf, optionText, textOf, textsOf, toKeywords, withDefaults, without, type Call } from "../call.ts";
import { columnSql, primaryKeyColumn } from "../columns.ts";
import type { Connection, Operation } from "../connection.ts";
import { indexName, joinTableName, quoteColumn, quoteTable } from "../names.ts";
import { commentSql, renameIndexSql, tableOf } from "./shared.ts";
import { createIndexSql, indexNameStyle } from "./indexes.ts";
import { addDefinedColumn, emptyDefinition, tableBuilder, type TableDefinition } from "./table-definition.ts";

function dropSql(table: string, { ifExists, cascade }: { readonly ifExists: boolean; readonly cascade: boolean }): string {
  return `DROP TABLE ${ifExists ? "IF EXISTS " : ""}${quoteTable(table)}${cascade ? " CASCADE" : ""}`;
}

function isCascade(call: Call): boolean {
  const force = call.options.get("force");
  return (force?.kind === "symbol" || force?.kind === "text") && force.value === "cascade";
}

const createTable: Operation = async (call, at) => {
  const table = tableOf(call);
  const definition = emptyDefinition();
  const building = { table, definition, at };
  const key = primaryKeyColumn(call, at);
  const several = call.options.get("primary_key");
  if (several?.kind === "list" && !hasNoId(call)) definition.primaryKeys = textsOf(several, "primary_key", call.location);
  if (key !== null) addDefinedColumn(key, building);
  if (call.block !== null)
    await at.run.perform(call.block, { positional: [tableBuilder(building)], keywords: null, block: null, location: call.location });
  if (isSet(call, "force")) await at.send(dropSql(table, { ifExists: true, cascade: isCascade(call) }), call.location);
  await sendTable(call, building);
  return nil;
};

function hasNoId({ options }: Call): boolean {
  const id = options.get("id");
  return id?.kind === "boolean" && !id.value;
}

async function sendTable(
  call: Call,
  { table, definition, at }: { readonly table: string; readonly definition: TableDefinition; readonly at: Connection },
): Promise<void> {
  const { location } = call;
  const columns = await Promise.all(definition.columns.map((column) => columnSql(column, at)));
  const keys = definition.primaryKeys.length === 0 ? [] : [`PRIMARY KEY (${definition.primaryKeys.map(quoteColumn).join(", ")})`];
  const parts = [...columns, ...keys, ...definition.foreignKeys, ...definition.checks, ...definition.exclusions, ...definition.uniques];
  const [options, as] = [optionText(call, "options"), call.options.get("as")];
  const body = parts.length === 0 && as !== undefined ? "" : ` (${parts.join(", ")})`;
  const kind = isSet(call, "temporary") ? "TEMPORARY TABLE" : "TABLE";
  const condition = isSet(call, "if_not_exists") ? "IF NOT EXISTS " : "";
  const select = as === undefined || as.kind === "nil" ? "" : ` AS ${textOf(as, "the option as", location)}`;
  await at.send(`CREATE ${kind} ${condition}${quoteTable(table)}${body}${options === null ? "" : ` ${options}`}${select}`, location);
  const inherited = isSet(call, "if_not_exists") ? { if_not_exists: boolean(true) } : {};
  for (const { columns: on, call: index } of definition.indexes) {
    const sql = await createIndexSql(table, on, { call: { ...index, options: withDefaults(index.options, inherited) }, at, whole: "new" });
    for (const each of sql) await at.send(each, index.location);
  }
  const comment = optionText(call, "comment");
  if (comment !== null) await at.send(commentSql(`TABLE ${quoteTable(table)}`, comment), location);
  for (const column of definition.columns) {
    const said = optionText(column, "comment");
    if (said !== null) await at.send(commentSql(`COLUMN ${quoteTable(table)}.${quoteColumn(column.name)}`, said), column.location);
  }
}

/** What refers to a table in a join table: `music_artists` → `music_artist`. */
function referenceName(table: string, at: Connection): string {
  return at.inflect.singularize(table.replace(/^.*\./, "")).replace(/^_+/, "");
}

function joinName(call: Call): string {
  const [first, second] = [textOf(call.args[0], "the first table", call.location), textOf(call.args[1], "the second table", call.location)];
  return optionText(call, "table_name") ?? joinTableName(first, second);
}

const createJoinTable: Operation = async (call, at) => {
  const tables = call.args.slice(0, 2).map((each) => textOf(each, "the table", call.location));
  const given = optionsOf(call.options.get("column_options") ?? nil);
  const columnOptions = withDefaults(given, {
    null: boolean(false),
    index: boolean(false),
    ...(at.level <= 5.0 ? { type: symbol("integer") } : {}),
  });
  const block: Call["block"] = {
    kind: "callable",
    parameters: 1,
    async call(inner) {
      const [t = nil] = inner.positional;
      if (t.kind !== "thing") return nil;
      for (const table of tables)
        await t.receive({
          name: "references",
          positional: [text(referenceName(table, at))],
          keywords: toKeywords(columnOptions),
          block: null,
          location: call.location,
        });
      return call.block === null ? nil : call.block.call(inner);
    },
  };
  const options = withDefaults(without(call.options, "column_options", "table_name"), {
    id: call.options.has("primary_key") ? symbol("primary_key") : boolean(false),
  });
  return createTable({ ...call, args: [text(joinName(call))], options, block }, at);
};

const dropTable: Operation = async (call, at) => {
  for (const table of call.args.map((each) => textOf(each, "the table", call.location)))
    await at.send(dropSql(table, { ifExists: isSet(call, "if_exists"), cascade: isCascade(call) }), call.location);
  return nil;
};

const dropJoinTable: Operation = async (call, at) =>
  dropTable({ ...call, args: [text(joinName(call))], options: without(call.options, "table_name", "column_options") }, at);

const renameTable: Operation = async (call, at) => {
  const { location } = call;
  const [old, name] = [tableOf(call), textOf(call.args[1], "the new name", location)];
  await at.send(`ALTER TABLE ${quoteTable(old)} RENAME TO ${quoteTable(name)}`, location);
  const sequence = await at.catalog.primaryKeySequence(name);
  if (sequence !== null) {
    await at.send(`ALTER INDEX ${quoteTable(`${old.slice(0, 58)}_pkey`)} RENAME TO ${quoteTable(`${name.slice(0, 58)}_pkey`)}`, location);
    const ending = `_${sequence.column}_seq`;
    if (sequence.name !== null && sequence.name === `${old.slice(0, 63 - ending.length)}${ending}`)
      await at.send(
        `ALTER TABLE ${quoteTable(`${sequence.schema}.${sequence.name}`)} RENAME TO ${quoteColumn(`${name.slice(0, 63 - ending.length)}${ending}`)}`,
        location,
      );
  }
  const style = indexNameStyle(at.level);
  for (const index of await at.catalog.indexes(name)) {
    if (indexName(old, index.columns, style) === index.name)
      await at.send(renameIndexSql(name, index.name, indexName(name, index.columns, style)), location);
  }
  return nil;
};

function relationExists(kinds: readonly string[]): Operation {
  return async (call, at) => {
    const kind = await at.catalog.relationKind(textOf(call.args[0], "the relation", call.location));
    return boolean(kind !== null && kinds.includes(kind));
  };
}

function relationsOf(kinds: readonly string[]): Operation {
  return async (_call, at): Promise<Value> => {
    const rows = await at.catalog.rows(
      "select c.relname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = any(pg_catalog.current_schemas(false)) and c.relkind = any($1) order by 1",
      [kinds],
    );
    return list(rows.map((row) => text(String(row["name"]))));
  };
}

export const tableOperations: Readonly<Record<string, Operation>> = {
  create_table: createTable,
  create_join_table: createJoinTable,
  drop_table: dropTable,
  drop_join_table: dropJoinTable,
  rename_table: renameTable,
  "table_exists?": relationExists(["r", "p"]),
  "data_source_exists?": relationExists(["r", "v", "m", "p", "f"]),
  "view_exists?": relationExists(["v", "m"]),
  tables: relationsOf(["r", "p"]),
  views: relationsOf(["v", "m"]),
  data_sources: relationsOf(["r", "v", "m", "p", "f"]),
  primary_key: async (call, at) => {
    const key = (await at.catalog.constraints(tableOf(call))).find(({ type }) => type === "p");
    return key === undefined ? nil : key.columns.length === 1 ? text(key.columns[0] ?? "") : list(key.columns.map(text));
  },
  create_virtual_table: async (call) => {
    throw new RaisedError("NotImplementedError", "PostgreSQL has no virtual tables", call.location);
  },
};
