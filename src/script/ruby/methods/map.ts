import {
  boolean,
  dictionary,
  integer,
  keyOf,
  list,
  nil,
  symbol,
  text,
  unknown,
  type Dictionary,
  type Message,
  type Value,
} from "../../value.ts";
import { isTruthy } from "../control.ts";
import type { Interpreter } from "../interpreter.ts";
import { showSimple } from "../show.ts";
import { sendList } from "./list.ts";

type Pair = readonly [Value, Value];

function pairsOf(self: Dictionary): readonly Pair[] {
  return [...self.entries.values()].map(({ key, value }) => [key, value] as const);
}

function keys(positional: readonly Value[]): ReadonlySet<string> {
  return new Set(positional.flatMap((value) => (value.kind === "list" ? value.items : [value])).map(keyOf));
}

type Kept = (self: Dictionary, message: Message, run: Interpreter) => Promise<Value | null> | Value | null;

async function filter(self: Dictionary, message: Message, wanted: boolean): Promise<Value | null> {
  const { block } = message;
  if (block === null) return null;
  const kept: Pair[] = [];
  for (const [key, value] of pairsOf(self)) {
    if (isTruthy(await block.call({ ...message, positional: [key, value], block: null, keywords: null }), message.location) === wanted)
      kept.push([key, value]);
  }
  return dictionary(kept);
}

async function transform(self: Dictionary, message: Message, part: "keys" | "values"): Promise<Value | null> {
  const { block } = message;
  if (block === null) return null;
  const made: Pair[] = [];
  for (const [key, value] of pairsOf(self)) {
    const changed = await block.call({ ...message, positional: [part === "keys" ? key : value], block: null, keywords: null });
    made.push(part === "keys" ? [changed, value] : [key, changed]);
  }
  return dictionary(made);
}

function replace(self: Dictionary, made: Value | null): Value | null {
  if (made?.kind !== "map") return made;
  self.entries.clear();
  for (const [key, entry] of made.entries) self.entries.set(key, entry);
  return self;
}

const methods: Readonly<Record<string, Kept>> = {
  "[]": (self, { positional: [key = nil] }) =>
    key.kind === "unknown" ? unknown(key.reason, key.location) : (self.entries.get(keyOf(key))?.value ?? nil),
  "[]=": (self, { positional: [key = nil, value = nil] }) => {
    self.entries.set(keyOf(key), { key, value });
    return value;
  },
  store: (self, { positional: [key = nil, value = nil] }) => {
    self.entries.set(keyOf(key), { key, value });
    return value;
  },
  fetch: async (self, message) => {
    const [key = nil, otherwise] = message.positional;
    const found = self.entries.get(keyOf(key))?.value ?? otherwise;
    return found ?? (await message.block?.call({ ...message, block: null })) ?? null;
  },
  dig: (self, { positional }) => {
    let at: Value = self;
    for (const key of positional) {
      if (at.kind === "map") at = at.entries.get(keyOf(key))?.value ?? nil;
      else if (at.kind === "list" && key.kind === "integer") at = at.items[Number(key.value)] ?? nil;
      else return at.kind === "nil" ? nil : null;
    }
    return at;
  },
  keys: (self) => list(pairsOf(self).map(([key]) => key)),
  values: (self) => list(pairsOf(self).map(([, value]) => value)),
  values_at: (self, { positional }) => list(positional.map((key) => self.entries.get(keyOf(key))?.value ?? nil)),
  "key?": (self, { positional: [key = nil] }) => boolean(self.entries.has(keyOf(key))),
  "has_key?": (self, { positional: [key = nil] }) => boolean(self.entries.has(keyOf(key))),
  "include?": (self, { positional: [key = nil] }) => boolean(self.entries.has(keyOf(key))),
  "value?": (self, { positional: [value = nil] }) => boolean(pairsOf(self).some(([, each]) => keyOf(each) === keyOf(value))),
  key: (self, { positional: [value = nil] }) => pairsOf(self).find(([, each]) => keyOf(each) === keyOf(value))?.[0] ?? nil,
  length: (self) => integer(self.entries.size),
  size: (self) => integer(self.entries.size),
  "empty?": (self) => boolean(self.entries.size === 0),
  to_h: async (self, message) => {
    if (message.block === null) return self;
    const made: Pair[] = [];
    for (const [key, value] of pairsOf(self)) {
      const each = await message.block.call({ ...message, positional: [key, value], block: null });
      if (each.kind !== "list") return null;
      made.push([each.items[0] ?? nil, each.items[1] ?? nil]);
    }
    return dictionary(made);
  },
  to_hash: (self) => self,
  merge: (self, { positional, keywords }) =>
    dictionary([self, ...positional.filter((each) => each.kind === "map"), ...(keywords === null ? [] : [keywords])].flatMap(pairsOf)),
  update: (self, message) =>
    replace(
      self,
      dictionary(
        [
          self,
          ...message.positional.filter((each) => each.kind === "map"),
          ...(message.keywords === null ? [] : [message.keywords]),
        ].flatMap(pairsOf),
      ),
    ),
  delete: (self, { positional: [key = nil] }) => {
    const found = self.entries.get(keyOf(key))?.value ?? nil;
    self.entries.delete(keyOf(key));
    return found;
  },
  except: (self, { positional }) => dictionary(pairsOf(self).filter(([key]) => !keys(positional).has(keyOf(key)))),
  slice: (self, { positional }) => dictionary(pairsOf(self).filter(([key]) => keys(positional).has(keyOf(key)))),
  invert: (self) => dictionary(pairsOf(self).map(([key, value]) => [value, key])),
  compact: (self) => dictionary(pairsOf(self).filter(([, value]) => value.kind !== "nil")),
  select: (self, message) => filter(self, message, true),
  filter: (self, message) => filter(self, message, true),
  reject: (self, message) => filter(self, message, false),
  transform_values: (self, message) => transform(self, message, "values"),
  transform_keys: (self, message) => transform(self, message, "keys"),
  symbolize_keys: (self) => dictionary(pairsOf(self).map(([key, value]) => [symbol(showSimple(key) ?? ""), value])),
  stringify_keys: (self) => dictionary(pairsOf(self).map(([key, value]) => [text(showSimple(key) ?? ""), value])),
  with_indifferent_access: () => null,
  each_key: async (self, message, run) => {
    for (const [key] of pairsOf(self))
      if (message.block !== null) await run.perform(message.block, { ...message, positional: [key], block: null });
    return self;
  },
  each_value: async (self, message, run) => {
    for (const [, value] of pairsOf(self))
      if (message.block !== null) await run.perform(message.block, { ...message, positional: [value], block: null });
    return self;
  },
};

export async function mapMethods(self: Dictionary, message: Message, run: Interpreter): Promise<Value | null> {
  const bare = message.name.endsWith("!") ? message.name.slice(0, -1) : message.name;
  if (Object.hasOwn(methods, bare)) {
    const made = (await methods[bare]?.(self, message, run)) ?? null;
    return bare === message.name ? made : replace(self, made);
  }
  const name = message.name === "each_pair" ? "each" : message.name;
  return sendList(list(pairsOf(self).map(([key, value]) => list([key, value]))), { ...message, name }, run);
}
