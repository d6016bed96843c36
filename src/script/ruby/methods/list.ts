import {
  boolean,
  dictionary,
  integer,
  keyOf,
  list,
  nil,
  text,
  unknown,
  unknownPart,
  type List,
  type Message,
  type Value,
} from "../../value.ts";
import { isTruthy } from "../control.ts";
import type { Interpreter } from "../interpreter.ts";
import { showSimple } from "../show.ts";

type ListMethod = (
  items: readonly Value[],
  message: Message,
  context: { readonly self: List; readonly run: Interpreter },
) => Promise<Value | null> | Value | null;

const mostItems = 100_000;

/** Calls the block with each item and gives what it gave. */
async function mapped(items: readonly Value[], message: Message): Promise<readonly Value[] | null> {
  const { block } = message;
  if (block === null) return null;
  const made: Value[] = [];
  for (const item of items) made.push(await block.call({ ...message, positional: [item], keywords: null, block: null }));
  return made;
}

async function tested(items: readonly Value[], message: Message): Promise<readonly boolean[] | null> {
  const [pattern] = message.positional;
  if (message.block === null && pattern !== undefined) return items.map((item) => keyOf(item) === keyOf(pattern));
  if (message.block === null) return items.map((item) => isTruthy(item, message.location));
  return (await mapped(items, message))?.map((value) => isTruthy(value, message.location)) ?? null;
}

function filterBy(wanted: boolean): ListMethod {
  return async (items, message) => {
    const kept = await tested(items, message);
    return kept === null || message.block === null ? null : list(items.filter((_item, at) => kept[at] === wanted));
  };
}

async function each(
  items: readonly Value[],
  message: Message,
  run: Interpreter,
  given: (item: Value, at: number) => readonly Value[],
): Promise<boolean> {
  if (message.block === null) return false;
  for (const [at, item] of items.entries())
    await run.perform(message.block, { ...message, positional: given(item, at), keywords: null, block: null });
  return true;
}

function order(left: Value, right: Value): number {
  if (left.kind === "list" && right.kind === "list") {
    for (const [at, item] of left.items.entries()) {
      const compared = order(item, right.items[at] ?? nil);
      if (compared !== 0) return compared;
    }
    return left.items.length - right.items.length;
  }
  if ((left.kind === "integer" || left.kind === "float") && (right.kind === "integer" || right.kind === "float"))
    return Number(left.value) - Number(right.value);
  const [a, b] = [showSimple(left) ?? "", showSimple(right) ?? ""];
  return a < b ? -1 : a > b ? 1 : 0;
}

function flatten(items: readonly Value[]): readonly Value[] {
  return items.flatMap((item) => (item.kind === "list" ? flatten(item.items) : [item]));
}

function unique(items: readonly Value[]): readonly Value[] {
  return [...new Map([...items].reverse().map((item) => [keyOf(item), item])).values()].reverse();
}

function numbers(items: readonly Value[]): Value | null {
  if (items.every((item) => item.kind === "integer"))
    return integer(items.reduce((sum, item) => sum + (item.kind === "integer" ? item.value : 0n), 0n));
  return items.every((item) => item.kind === "integer" || item.kind === "float")
    ? { kind: "float", value: items.reduce((sum, item) => sum + Number(showSimple(item)), 0) }
    : null;
}

const methods: Readonly<Record<string, ListMethod>> = {
  each: async (items, message, { self, run }) => ((await each(items, message, run, (item) => [item])) ? self : null),
  each_entry: async (items, message, { self, run }) => ((await each(items, message, run, (item) => [item])) ? self : null),
  reverse_each: async (items, message, { self, run }) => ((await each([...items].reverse(), message, run, (item) => [item])) ? self : null),
  each_with_index: async (items, message, { self, run }) => {
    if (message.block === null) return list(items.map((item, at) => list([item, integer(at)])));
    return (await each(items, message, run, (item, at) => [item, integer(at)])) ? self : null;
  },
  with_index: async (items, message, { self, run }) => {
    const from = message.positional[0]?.kind === "integer" ? Number(message.positional[0].value) : 0;
    return (await each(items, message, run, (item, at) => [item, integer(at + from)])) ? self : null;
  },
  each_with_object: async (items, message, { run }) => {
    const [memo = nil] = message.positional;
    return (await each(items, message, run, (item) => [item, memo])) ? memo : null;
  },
  each_slice: async (items, message, { self, run }) => {
    const size = message.positional[0]?.kind === "integer" ? Number(message.positional[0].value) : 0;
    if (size < 1) return null;
    const slices = Array.from({ length: Math.ceil(items.length / size) }, (_none, at) => list(items.slice(at * size, (at + 1) * size)));
    return message.block === null ? list(slices) : (await each(slices, message, run, (item) => [item])) ? self : null;
  },
  map: async (items, message) => (message.block === null ? list(items) : list((await mapped(items, message)) ?? [])),
  flat_map: async (items, message) =>
    list(((await mapped(items, message)) ?? []).flatMap((item) => (item.kind === "list" ? item.items : [item]))),
  filter_map: async (items, message) => list(((await mapped(items, message)) ?? []).filter((item) => isTruthy(item, message.location))),
  to_h: async (items, message) => {
    const pairs = message.block === null ? items : await mapped(items, message);
    return pairs?.every((item) => item.kind === "list")
      ? dictionary(pairs.map((item) => [item.items[0] ?? nil, item.items[1] ?? nil] as const))
      : null;
  },
  index_with: async (items, message) => {
    const made = await mapped(items, message);
    return made === null ? null : dictionary(items.map((item, at) => [item, made[at] ?? nil] as const));
  },
  index_by: async (items, message) => {
    const made = await mapped(items, message);
    return made === null ? null : dictionary(items.map((item, at) => [made[at] ?? nil, item] as const));
  },
  group_by: async (items, message) => {
    const made = await mapped(items, message);
    if (made === null) return null;
    const groups = dictionary(unique(made).map((key) => [key, list([])] as const));
    for (const [at, item] of items.entries()) {
      const group = groups.entries.get(keyOf(made[at] ?? nil))?.value;
      if (group?.kind === "list") group.items.push(item);
    }
    return groups;
  },
  select: filterBy(true),
  filter: filterBy(true),
  reject: filterBy(false),
  partition: async (items, message) => {
    const kept = await tested(items, message);
    return kept === null ? null : list([list(items.filter((_item, at) => kept[at])), list(items.filter((_item, at) => !kept[at]))]);
  },
  find: async (items, message) => {
    const kept = await tested(items, message);
    return kept === null ? null : (items[kept.indexOf(true)] ?? nil);
  },
  "any?": async (items, message) => boolean((await tested(items, message))?.includes(true) ?? false),
  "all?": async (items, message) => boolean(!((await tested(items, message))?.includes(false) ?? false)),
  "none?": async (items, message) => boolean(!((await tested(items, message))?.includes(true) ?? false)),
  count: async (items, message) =>
    message.block === null && message.positional.length === 0
      ? integer(items.length)
      : integer((await tested(items, message))?.filter(Boolean).length ?? 0),
  inject: (items, message) => reduce(items, message),
  reduce: (items, message) => reduce(items, message),
  sum: async (items, message) => numbers(message.block === null ? items : ((await mapped(items, message)) ?? [])),
  sort: (items, message) => (message.block === null ? list([...items].sort(order)) : null),
  sort_by: async (items, message) => {
    const made = await mapped(items, message);
    return made === null
      ? null
      : list(
          items
            .map((item, at) => ({ item, by: made[at] ?? nil }))
            .sort((a, b) => order(a.by, b.by))
            .map(({ item }) => item),
        );
  },
  min: (items) => [...items].sort(order)[0] ?? nil,
  max: (items) => [...items].sort(order).at(-1) ?? nil,
  first: (items, { positional: [count] }) => (count?.kind === "integer" ? list(items.slice(0, Number(count.value))) : (items[0] ?? nil)),
  last: (items, { positional: [count] }) => (count?.kind === "integer" ? list(items.slice(-Number(count.value))) : (items.at(-1) ?? nil)),
  take: (items, { positional: [count] }) => (count?.kind === "integer" ? list(items.slice(0, Number(count.value))) : null),
  drop: (items, { positional: [count] }) => (count?.kind === "integer" ? list(items.slice(Number(count.value))) : null),
  length: (items) => integer(items.length),
  size: (items) => integer(items.length),
  "empty?": (items) => boolean(items.length === 0),
  "include?": (items, { positional: [item = nil] }) => {
    const open = unknownPart(item);
    return open === null ? boolean(items.some((each) => keyOf(each) === keyOf(item))) : unknown(open.reason, open.location);
  },
  "member?": (items, { positional: [item = nil] }) => boolean(items.some((each) => keyOf(each) === keyOf(item))),
  index: (items, { positional: [item = nil] }) =>
    items.some((each) => keyOf(each) === keyOf(item)) ? integer(items.findIndex((each) => keyOf(each) === keyOf(item))) : nil,
  join: (items, { positional: [by = nil], location }) => {
    const shown = flatten(items).map((item) => (item.kind === "unknown" ? null : showSimple(item)));
    return shown.includes(null)
      ? unknown("a part of the joined text is not known", location)
      : text(shown.join(by.kind === "text" ? by.value : ""));
  },
  "*": (items, message) =>
    message.positional[0]?.kind === "text" ? (methods["join"]?.(items, message, { self: list(items), run: null as never }) ?? null) : null,
  "+": (items, { positional: [other = nil] }) => (other.kind === "list" ? list([...items, ...other.items]) : null),
  "-": (items, { positional: [other = nil] }) =>
    other.kind === "list" ? list(items.filter((item) => !other.items.some((each) => keyOf(each) === keyOf(item)))) : null,
  "&": (items, { positional: [other = nil] }) =>
    other.kind === "list" ? list(unique(items.filter((item) => other.items.some((each) => keyOf(each) === keyOf(item))))) : null,
  "|": (items, { positional: [other = nil] }) => (other.kind === "list" ? list(unique([...items, ...other.items])) : null),
  "[]": (items, { positional: [first = nil, second = nil] }) => at(items, first, second),
  slice: (items, { positional: [first = nil, second = nil] }) => at(items, first, second),
  dig: (items, { positional: [first = nil, second = nil] }) => at(items, first, second),
  zip: (items, { positional }) =>
    positional.every((other) => other.kind === "list")
      ? list(
          items.map((item, place) =>
            list([item, ...positional.map((other) => (other.kind === "list" ? (other.items[place] ?? nil) : nil))]),
          ),
        )
      : null,
  product: (items, { positional: [other = nil] }) =>
    other.kind === "list" && items.length * other.items.length < mostItems
      ? list(items.flatMap((item) => other.items.map((each) => list([item, each]))))
      : null,
  reverse: (items) => list([...items].reverse()),
  flatten: (items) => list(flatten(items)),
  compact: (items) => list(items.filter((item) => item.kind !== "nil")),
  uniq: (items, message) => (message.block === null ? list(unique(items)) : null),
  to_a: (items) => list(items),
  to_ary: (items) => list(items),
  to_set: (items) => list(unique(items)),
  entries: (items) => list(items),
  lazy: (items) => list(items),
  tally: (items) =>
    dictionary(unique(items).map((item) => [item, integer(items.filter((each) => keyOf(each) === keyOf(item)).length)] as const)),
  push: (_items, { positional }, { self }) => change(self, () => self.items.push(...positional)),
  append: (_items, { positional }, { self }) => change(self, () => self.items.push(...positional)),
  "<<": (_items, { positional }, { self }) => change(self, () => self.items.push(...positional)),
  unshift: (_items, { positional }, { self }) => change(self, () => self.items.unshift(...positional)),
  concat: (_items, { positional }, { self }) =>
    change(self, () => self.items.push(...positional.flatMap((other) => (other.kind === "list" ? other.items : [])))),
  pop: (_items, _message, { self }) => self.items.pop() ?? nil,
  shift: (_items, _message, { self }) => self.items.shift() ?? nil,
  extract_options: (items, _message, { self }) => (items.at(-1)?.kind === "map" ? (self.items.pop() ?? nil) : dictionary([])),
  "[]=": (_items, { positional: [place = nil, value = nil] }, { self }) => {
    if (place.kind !== "integer") return null;
    self.items[Number(place.value)] = value;
    return value;
  },
  delete: (_items, { positional: [item = nil] }, { self }) => {
    self.items.splice(0, self.items.length, ...self.items.filter((each) => keyOf(each) !== keyOf(item)));
    return item;
  },
  values_at: (items, { positional }) =>
    list(positional.map((place) => (place.kind === "integer" ? (items[Number(place.value)] ?? nil) : nil))),
};

const aliases: Readonly<Record<string, string>> = {
  collect: "map",
  detect: "find",
  "exists?": "any?",
  map_with_index: "map",
  find_all: "select",
  in_groups_of: "each_slice",
  collect_concat: "flat_map",
  prepend: "unshift",
  "===": "include?",
  "cover?": "include?",
  to_s: "",
};

function change(self: List, act: () => unknown): Value {
  act();
  return self;
}

function at(items: readonly Value[], first: Value, second: Value): Value | null {
  if (first.kind === "integer" && second.kind === "integer")
    return list(items.slice(Number(first.value), Number(first.value) + Number(second.value)));
  if (first.kind === "integer") return items.at(Number(first.value)) ?? nil;
  if (first.kind === "range" && first.from.kind === "integer") {
    const to = first.to.kind === "integer" ? Number(first.to.value) : -1;
    const end = (to < 0 ? items.length + to : to) + (first.exclusive ? 0 : 1);
    return list(items.slice(Number(first.from.value), end));
  }
  return null;
}

async function reduce(items: readonly Value[], message: Message): Promise<Value | null> {
  const { block } = message;
  if (block === null) return message.positional[0]?.kind === "symbol" && message.positional[0].value === "+" ? numbers(items) : null;
  const [start] = message.positional;
  let memo = start ?? items[0] ?? nil;
  for (const item of start === undefined ? items.slice(1) : items)
    memo = await block.call({ ...message, positional: [memo, item], keywords: null, block: null });
  return memo;
}

/** Methods of lists, and of ranges as the lists that they stand for. */
export async function sendList(
  receiver: Extract<Value, { readonly kind: "list" | "range" }>,
  message: Message,
  run: Interpreter,
): Promise<Value | null> {
  const self = receiver.kind === "list" ? receiver : spread(receiver);
  if (self === null) return null;
  const given = aliases[message.name] ?? message.name;
  const bare = given.endsWith("!") ? given.slice(0, -1) : given;
  if (!Object.hasOwn(methods, bare)) return null;
  const made = (await methods[bare]?.([...self.items], { ...message, name: bare }, { self, run })) ?? null;
  if (bare === given || made?.kind !== "list") return made;
  self.items.splice(0, self.items.length, ...made.items);
  return self;
}

function spread({ from, to, exclusive }: Extract<Value, { readonly kind: "range" }>): List | null {
  if (from.kind === "integer" && to.kind === "integer") {
    const count = Number(to.value - from.value) + (exclusive ? 0 : 1);
    return count > mostItems
      ? null
      : list(Array.from({ length: Math.max(count, 0) }, (_none, place) => integer(from.value + BigInt(place))));
  }
  if (from.kind === "text" && to.kind === "text" && from.value.length === 1 && to.value.length === 1) {
    const [first, last] = [from.value.charCodeAt(0), to.value.charCodeAt(0) - (exclusive ? 1 : 0)];
    return list(Array.from({ length: Math.max(last - first + 1, 0) }, (_none, place) => text(String.fromCharCode(first + place))));
  }
  return null;
}
