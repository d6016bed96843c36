import { RaisedError } from "../../../src/script/signals.ts";
import { boolean, nil, symbol, text, type Value } from "../../../src/script/value.ts";
import { isSet, isYes, optionsOf, textOf, without, type Call, type Options } from "../call.ts";
import type { ColumnRequest } from "../columns.ts";
import type { Connection, Operation } from "../connection.ts";
import { addColumn, removeColumn } from "./columns.ts";
import { addForeignKey, removeForeignKey } from "./foreign-keys.ts";
import { addIndex } from "./indexes.ts";
import { tableOf } from "./shared.ts";

/** What a reference is made of (`ReferenceDefinition`). */
export interface Reference {
  readonly columns: readonly ColumnRequest[];
  readonly index: { readonly columns: readonly string[]; readonly options: Options } | null;
  readonly foreignKey: { readonly toTable: string; readonly options: Options } | null;
}

const own = ["polymorphic", "index", "foreign_key", "type"];

/** The parts of `references :name, …` on a table, by the rules of the version. */
export function referenceParts(name: string, call: Call, { table, at }: { readonly table: string; readonly at: Connection }): Reference {
  const { options, location } = call;
  const polymorphic = options.get("polymorphic");
  const conditional = new Map([...options].filter(([key]) => key === "if_exists" || key === "if_not_exists"));
  const rest = without(options, ...own);
  const type = textOf(options.get("type") ?? symbol(at.level <= 5.0 ? "integer" : "bigint"), "the type of the reference", location);
  const id: ColumnRequest = { name: `${name}_id`, type, options: rest, location };
  const columns: ColumnRequest[] = [id];
  const isPolymorphic = isSet(call, "polymorphic");
  if (isPolymorphic && isSet(call, "foreign_key"))
    throw new RaisedError("ArgumentError", "Cannot add a foreign key to a polymorphic relation", location);
  if (isPolymorphic) {
    const typed = new Map([...optionsOf(polymorphic ?? null), ...conditional, ...[...options].filter(([key]) => key === "null")]);
    columns.unshift({ name: `${name}_type`, type: "string", options: typed, location });
  }
  const names = columns.map((column) => column.name);
  const wantsIndex = options.get("index") ?? boolean(at.level > 4.2);
  const index = isYes(wantsIndex, "the option index", location)
    ? indexOptions({ name, table, isPolymorphic, given: optionsOf(wantsIndex), conditional }, at)
    : null;
  const key = options.get("foreign_key") ?? nil;
  const given = new Map([...optionsOf(key), ["column", text(`${name}_id`)] as const, ...conditional]);
  const named = given.get("to_table");
  given.delete("to_table");
  return {
    columns,
    index: index === null ? null : { columns: names, options: index },
    foreignKey: isSet(call, "foreign_key")
      ? { toTable: named === undefined ? at.inflect.pluralize(name) : textOf(named, "to_table", location), options: given }
      : null,
  };
}

function indexOptions(
  of: {
    readonly name: string;
    readonly table: string;
    readonly isPolymorphic: boolean;
    readonly given: Options;
    readonly conditional: Options;
  },
  { level }: Connection,
): Options {
  const options = new Map([...of.given, ...of.conditional]);
  if (of.isPolymorphic && level > 6.0 && !options.has("name")) options.set("name", text(`index_${of.table}_on_${of.name}`));
  return options;
}

/** An operation on the same place as another. */
function also(call: Call, name: string, args: readonly Value[], options: Options): Call {
  return { name, args, options, block: null, location: call.location };
}

const addReference: Operation = async (call, at) => {
  const table = tableOf(call);
  const name = textOf(call.args[1], "the reference", call.location);
  const { columns, index, foreignKey } = referenceParts(name, call, { table, at });
  for (const column of columns)
    await addColumn(also(call, "add_column", [text(table), text(column.name), symbol(column.type)], column.options), at);
  if (index !== null)
    await addIndex(also(call, "add_index", [text(table), { kind: "list", items: index.columns.map(text) }], index.options), at);
  if (foreignKey !== null)
    await addForeignKey(also(call, "add_foreign_key", [text(table), text(foreignKey.toTable)], foreignKey.options), at);
  return nil;
};

const removeReference: Operation = async (call, at) => {
  const table = tableOf(call);
  const name = textOf(call.args[1], "the reference", call.location);
  const conditional = new Map([...call.options].filter(([key]) => key === "if_exists" || key === "if_not_exists"));
  if (isSet(call, "foreign_key")) {
    const given = optionsOf(call.options.get("foreign_key") ?? nil);
    const options = new Map([...(given.size === 0 ? [["to_table", text(at.inflect.pluralize(name))] as const] : given), ...conditional]);
    if (!options.has("column")) options.set("column", text(`${name}_id`));
    await removeForeignKey(also(call, "remove_foreign_key", [text(table)], options), at);
  }
  await removeColumn(also(call, "remove_column", [text(table), text(`${name}_id`)], conditional), at);
  if (isSet(call, "polymorphic")) await removeColumn(also(call, "remove_column", [text(table), text(`${name}_type`)], conditional), at);
  return nil;
};

export const referenceOperations: Readonly<Record<string, Operation>> = {
  add_reference: addReference,
  add_belongs_to: addReference,
  remove_reference: removeReference,
  remove_belongs_to: removeReference,
};
