import { RaisedError } from "../../signals.ts";
import { boolean, integer, nil, type List, type Message, type Value } from "../../value.ts";
import type { Interpreter } from "../interpreter.ts";
import { makeSet } from "../literals.ts";
import { areEqual, compareValues } from "../operators.ts";
import { isTruthy } from "../truth.ts";
import { keywordOf } from "../things.ts";
import type { CoreMethod } from "./index.ts";

function has(list: List, item: Value): boolean {
  return list.items.some((each) => areEqual(each, item));
}

/** `sorted` and `.sort`. */
export async function sortItems(items: readonly Value[], message: Message, run: Interpreter): Promise<Value[]> {
  const by = keywordOf(message, "key");
  const reverse = keywordOf(message, "reverse");
  const keyed: { readonly item: Value; readonly key: Value }[] = [];
  for (const item of items)
    keyed.push({
      item,
      key:
        by === null || by.kind === "nil"
          ? item
          : await run.call(by, { positional: [item], keywords: null, block: null, location: message.location }),
    });
  const backwards = reverse !== null && isTruthy(reverse, message.location);
  const sign = backwards ? -1 : 1;
  return keyed.sort((left, right) => sign * compareValues(left.key, right.key, message.location)).map(({ item }) => item);
}

async function others({ positional, location }: Message, run: Interpreter): Promise<readonly Value[]> {
  const items: Value[] = [];
  for (const each of positional) items.push(...(await run.iterate(each, location)));
  return items;
}

const add: CoreMethod<List> = (self, { positional: [item] }) => {
  if (item !== undefined && !(self.form === "set" && has(self, item))) self.items.push(item);
  return nil;
};

const update: CoreMethod<List> = async (self, message, run) => {
  for (const item of await others(message, run)) if (self.form !== "set" || !has(self, item)) self.items.push(item);
  return nil;
};

const take: CoreMethod<List> = (self, { positional: [item], location, name }) => {
  const at = item === undefined ? -1 : self.items.findIndex((each) => areEqual(each, item));
  if (at === -1 && name === "remove")
    throw new RaisedError(self.form === "set" ? "KeyError" : "ValueError", "it is not in the list", location);
  if (at !== -1) self.items.splice(at, 1);
  return nil;
};

export const listMethods: Readonly<Record<string, CoreMethod<List>>> = {
  append: add,
  add,
  extend: update,
  update,
  remove: take,
  discard: take,
  insert: (self, { positional: [at, item] }) => {
    if (at?.kind === "integer" && item !== undefined) self.items.splice(Number(at.value), 0, item);
    return nil;
  },
  pop: (self, { positional: [at], location }) => {
    const index = at?.kind === "integer" ? Number(at.value) : -1;
    const [taken] = self.items.splice(index, 1);
    if (taken === undefined) throw new RaisedError("IndexError", "pop from an empty list", location);
    return taken;
  },
  clear: (self) => {
    self.items.length = 0;
    return nil;
  },
  copy: (self) => ({ ...self, items: [...self.items] }),
  reverse: (self) => {
    self.items.reverse();
    return nil;
  },
  sort: async (self, message, run) => {
    self.items.splice(0, self.items.length, ...(await sortItems(self.items, message, run)));
    return nil;
  },
  index: (self, { positional: [item], location }) => {
    const at = item === undefined ? -1 : self.items.findIndex((each) => areEqual(each, item));
    if (at === -1) throw new RaisedError("ValueError", "it is not in the list", location);
    return integer(at);
  },
  count: (self, { positional: [item] }) => integer(item === undefined ? 0 : self.items.filter((each) => areEqual(each, item)).length),
  union: async (self, message, run) => makeSet([...self.items, ...(await others(message, run))]),
  intersection: async (self, message, run) => {
    const given = await others(message, run);
    return makeSet(self.items.filter((item) => given.some((each) => areEqual(each, item))));
  },
  difference: async (self, message, run) => {
    const given = await others(message, run);
    return makeSet(self.items.filter((item) => !given.some((each) => areEqual(each, item))));
  },
  issubset: async (self, message, run) => {
    const given = await others(message, run);
    return boolean(self.items.every((item) => given.some((each) => areEqual(each, item))));
  },
  issuperset: async (self, message, run) => boolean((await others(message, run)).every((item) => has(self, item))),
  isdisjoint: async (self, message, run) => boolean(!(await others(message, run)).some((item) => has(self, item))),
};
