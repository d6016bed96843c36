import type { Message, Value } from "../../value.ts";
import type { Interpreter } from "../interpreter.ts";
import { listMethods } from "./lists.ts";
import { mapMethods } from "./maps.ts";
import { textMethods } from "./texts.ts";

/** A method of one of Python's own values. */
export type CoreMethod<V> = (self: V, message: Message, run: Interpreter) => Promise<Value> | Value;

function find(of: Value, name: string): CoreMethod<never> | null {
  const table: Readonly<Record<string, CoreMethod<never>>> =
    of.kind === "text" ? textMethods : of.kind === "list" ? listMethods : of.kind === "map" ? mapMethods : {};
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}

/** The methods of texts, lists, tuples, sets and dictionaries. */
export const sendCore = {
  knows: (of: Value, name: string): boolean => find(of, name) !== null,
  async send(of: Value, message: Message, run: Interpreter): Promise<Value> {
    const method = find(of, message.name);
    if (method === null) throw new TypeError(`there is no method ${message.name}`);
    return method(of as never, message, run);
  },
};
