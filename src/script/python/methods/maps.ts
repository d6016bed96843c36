import { RaisedError } from "../../signals.ts";
import { dictionary, keyOf, list, nil, type Dictionary, type Message, type Value } from "../../value.ts";
import type { Interpreter } from "../interpreter.ts";
import type { CoreMethod } from "./index.ts";

function pair(key: Value, value: Value): Value {
  return { kind: "list", form: "tuple", items: [key, value] };
}

/** The pairs of a dictionary, or of a list of pairs. */
export async function pairsOf(value: Value, message: Pick<Message, "location">, run: Interpreter): Promise<readonly [Value, Value][]> {
  if (value.kind === "map") return [...value.entries.values()].map(({ key, value: of }): [Value, Value] => [key, of]);
  const pairs: [Value, Value][] = [];
  for (const item of await run.iterate(value, message.location)) {
    const [key = nil, of = nil] = await run.iterate(item, message.location);
    pairs.push([key, of]);
  }
  return pairs;
}

export const mapMethods: Readonly<Record<string, CoreMethod<Dictionary>>> = {
  get: (self, { positional: [key = nil, otherwise = nil] }) => self.entries.get(keyOf(key))?.value ?? otherwise,
  keys: (self) => list([...self.entries.values()].map(({ key }) => key)),
  values: (self) => list([...self.entries.values()].map(({ value }) => value)),
  items: (self) => list([...self.entries.values()].map(({ key, value }) => pair(key, value))),
  pop: (self, { positional: [key = nil, otherwise], location }) => {
    const found = self.entries.get(keyOf(key));
    self.entries.delete(keyOf(key));
    if (found !== undefined) return found.value;
    if (otherwise === undefined) throw new RaisedError("KeyError", "there is no such key", location);
    return otherwise;
  },
  popitem: (self, { location }) => {
    const last = [...self.entries].at(-1);
    if (last === undefined) throw new RaisedError("KeyError", "the dictionary is empty", location);
    self.entries.delete(last[0]);
    return pair(last[1].key, last[1].value);
  },
  setdefault: (self, { positional: [key = nil, value = nil] }) => {
    const found = self.entries.get(keyOf(key));
    if (found === undefined) self.entries.set(keyOf(key), { key, value });
    return found?.value ?? value;
  },
  update: async (self, message, run) => {
    const [other] = message.positional;
    const pairs = [
      ...(other === undefined ? [] : await pairsOf(other, message, run)),
      ...(message.keywords === null ? [] : await pairsOf(message.keywords, message, run)),
    ];
    for (const [key, value] of pairs) self.entries.set(keyOf(key), { key, value });
    return nil;
  },
  copy: (self) => dictionary([...self.entries.values()].map(({ key, value }): [Value, Value] => [key, value])),
  clear: (self) => {
    self.entries.clear();
    return nil;
  },
};
