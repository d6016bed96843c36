import { boolean, nil, symbol, type Message, type Thing, type Value } from "../../../src/script/value.ts";
import { isYes, optionsOf, textOf, textsOf, toCall, withDefaults, withOptions, without, type Call } from "../call.ts";
import { resolveColumn, timestampOptions, type ColumnRequest } from "../columns.ts";
import type { Connection } from "../connection.ts";
import type { IndexColumns } from "../names.ts";
import { columnTypes } from "../types.ts";
import { checkSql, exclusionSql, uniqueSql } from "./constraints.ts";
import { foreignKeySql } from "./foreign-keys.ts";
import { indexColumns } from "./indexes.ts";
import { referenceParts } from "./references.ts";

/** What a `create_table` block asked for, in order. */
export interface TableDefinition {
  readonly columns: ColumnRequest[];
  readonly indexes: { readonly columns: IndexColumns; readonly call: Call }[];
  readonly foreignKeys: string[];
  readonly checks: string[];
  readonly exclusions: string[];
  readonly uniques: string[];
  primaryKeys: readonly string[];
}

export function emptyDefinition(): TableDefinition {
  return { columns: [], indexes: [], foreignKeys: [], checks: [], exclusions: [], uniques: [], primaryKeys: [] };
}

interface Building {
  readonly table: string;
  readonly definition: TableDefinition;
  readonly at: Connection;
}

/** A column with what its `index:` asks for. */
export function addDefinedColumn(asked: ColumnRequest, { table, definition, at }: Building): void {
  const index = asked.options.get("index");
  const column = resolveColumn({ ...asked, options: without(asked.options, "index", "foreign_key") }, at, "create_table");
  const before = definition.columns.findIndex(({ name }) => name === column.name);
  if (before === -1) definition.columns.push(column);
  else definition.columns[before] = column;
  const call: Call = { name: "index", args: [], options: optionsOf(index ?? nil), block: null, location: asked.location };
  if (index !== undefined && isYes(index, "the option index", asked.location)) definition.indexes.push({ columns: [asked.name], call });
  const key = asked.options.get("foreign_key");
  if (key !== undefined && isYes(key, "the option key", asked.location)) {
    const options = withDefaults(optionsOf(key), { column: symbol(asked.name) });
    const toTable =
      options.get("to_table") === undefined
        ? at.inflect.pluralize(asked.name.replace(/_id$/, ""))
        : textOf(options.get("to_table"), "to_table", asked.location);
    definition.foreignKeys.push(foreignKeySql(table, toTable, { call: { ...call, options: without(options, "to_table") }, at }));
  }
}

type Builder = (call: Call, building: Building) => void;

const addReferences: Builder = (call, building) => {
  const { table, definition, at } = building;
  for (const name of call.args.map((each) => textOf(each, "the reference", call.location))) {
    const { columns, index, foreignKey } = referenceParts(name, call, { table, at });
    for (const column of columns) addDefinedColumn(column, building);
    if (index !== null) definition.indexes.push({ columns: index.columns, call: { ...call, options: index.options } });
    if (foreignKey !== null)
      definition.foreignKeys.push(foreignKeySql(table, foreignKey.toTable, { call: { ...call, options: foreignKey.options }, at }));
  }
};

const addTimestamps: Builder = (call, building) => {
  const options = timestampOptions(call.options, building.at.level);
  for (const name of ["created_at", "updated_at"]) addDefinedColumn({ name, type: "datetime", options, location: call.location }, building);
};

const builders: Readonly<Record<string, Builder>> = {
  column: (call, building) =>
    addDefinedColumn(
      {
        name: textOf(call.args[0], "the column", call.location),
        type: textOf(call.args[1], "the type", call.location),
        options: call.options,
        location: call.location,
      },
      building,
    ),
  references: addReferences,
  belongs_to: addReferences,
  timestamps: addTimestamps,
  index: (call, { definition }) => {
    definition.indexes.push({ columns: indexColumns(call.args[0], call), call });
  },
  foreign_key: (call, { table, definition, at }) => {
    definition.foreignKeys.push(foreignKeySql(table, textOf(call.args[0], "the referenced table", call.location), { call, at }));
  },
  check_constraint: (call, { table, definition, at }) => {
    definition.checks.push(checkSql(table, textOf(call.args[0], "the expression", call.location), { call, at }));
  },
  exclusion_constraint: (call, { table, definition, at }) => {
    definition.exclusions.push(exclusionSql(table, textOf(call.args[0], "the expression", call.location), { call, at }));
  },
  unique_constraint: (call, { table, definition, at }) => {
    definition.uniques.push(
      uniqueSql(table, call.args[0] === undefined ? [] : textsOf(call.args[0], "the columns", call.location), { call, at }),
    );
  },
  primary_key: (call, building) => {
    const said = call.args[1] === undefined ? "primary_key" : textOf(call.args[1], "the type", call.location);
    const type = building.at.level <= 5.0 && said === "primary_key" ? "integer" : said;
    const options = type === "uuid" ? withDefaults(call.options, { default: { kind: "text", value: "gen_random_uuid()" } }) : call.options;
    const name = textOf(call.args[0], "the column", call.location);
    addDefinedColumn(
      {
        name,
        type,
        options: type === "primary_key" ? options : withOptions(options, { primary_key: boolean(true) }),
        location: call.location,
      },
      building,
    );
  },
  remove_column: (call, { definition }) => {
    const name = textOf(call.args[0], "the column", call.location);
    definition.columns.splice(0, definition.columns.length, ...definition.columns.filter((column) => column.name !== name));
  },
};

/** The `t` of `create_table`. */
export function tableBuilder(building: Building): Thing {
  const self: Thing = {
    kind: "thing",
    name: `the definition of the table ${building.table}`,
    async receive(message: Message): Promise<Value | null> {
      const call = toCall(message);
      if (Object.hasOwn(builders, message.name)) {
        builders[message.name]?.(call, building);
        return self;
      }
      if (message.name === "name") return { kind: "text", value: building.table };
      if (!columnTypes.has(message.name)) return null;
      for (const name of call.args.map((each) => textOf(each, "the column", call.location)))
        addDefinedColumn({ name, type: message.name, options: call.options, location: call.location }, building);
      return self;
    },
  };
  return self;
}
