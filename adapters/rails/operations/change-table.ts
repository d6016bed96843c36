import { nil, text, type Message, type Thing, type Value } from "../../../src/script/value.ts";
import { toCall, type Call } from "../call.ts";
import { columnTypes } from "../types.ts";

/** Sends one operation to whoever carries it out: the connection, or a recorder that takes it back. */
export type Carry = (call: Call) => Promise<Value>;

/** `t.method` → the operation that it is, with the table before its arguments. */
const operations: Readonly<Record<string, string>> = {
  column: "add_column",
  index: "add_index",
  rename_index: "rename_index",
  timestamps: "add_timestamps",
  change: "change_column",
  change_default: "change_column_default",
  change_null: "change_column_null",
  change_comment: "change_column_comment",
  remove_index: "remove_index",
  remove_timestamps: "remove_timestamps",
  rename: "rename_column",
  foreign_key: "add_foreign_key",
  remove_foreign_key: "remove_foreign_key",
  validate_foreign_key: "validate_foreign_key",
  check_constraint: "add_check_constraint",
  remove_check_constraint: "remove_check_constraint",
  validate_check_constraint: "validate_check_constraint",
  exclusion_constraint: "add_exclusion_constraint",
  remove_exclusion_constraint: "remove_exclusion_constraint",
  unique_constraint: "add_unique_constraint",
  remove_unique_constraint: "remove_unique_constraint",
  validate_constraint: "validate_constraint",
  "column_exists?": "column_exists?",
  "index_exists?": "index_exists?",
  "foreign_key_exists?": "foreign_key_exists?",
  "check_constraint_exists?": "check_constraint_exists?",
};

/** These take several names, and are one operation for each. */
const perName: Readonly<Record<string, string>> = {
  references: "add_reference",
  belongs_to: "add_reference",
  remove_references: "remove_reference",
  remove_belongs_to: "remove_reference",
};

/** The `t` of `change_table`. */
export function tableChanger(table: string, carry: Carry): Thing {
  const self: Thing = {
    kind: "thing",
    name: `the change of the table ${table}`,
    async receive(message: Message): Promise<Value | null> {
      const call = toCall(message);
      const of = (name: string, args: readonly Value[]): Call => ({ ...call, name, args: [text(table), ...args] });
      if (message.name === "name") return text(table);
      if (message.name === "remove") return carry(of("remove_columns", call.args));
      if (Object.hasOwn(operations, message.name)) return carry(of(operations[message.name] ?? "", call.args));
      if (Object.hasOwn(perName, message.name)) {
        for (const name of call.args) await carry(of(perName[message.name] ?? "", [name]));
        return self;
      }
      if (!columnTypes.has(message.name)) return null;
      for (const name of call.args) await carry(of("add_column", [name, { kind: "symbol", value: message.name }]));
      return self;
    },
  };
  return self;
}

/** Runs the block of `change_table`. */
export async function changeTable(call: Call, carry: Carry): Promise<Value> {
  const [table = nil] = call.args;
  const name = table.kind === "text" || table.kind === "symbol" ? table.value : "";
  await call.block?.call({ positional: [tableChanger(name, carry)], keywords: null, block: null, location: call.location });
  return nil;
}
