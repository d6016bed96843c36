import { dictionary, integer, keyOf, list, nil, text, unknown, type Value } from "../../value.ts";
import { withDefault } from "../items.ts";
import { pairsOf } from "../methods/maps.ts";
import { areEqual } from "../operators.ts";
import { given, makeThing } from "../things.ts";
import type { Library } from "./index.ts";

const tuple = (items: readonly Value[]): Value => ({ kind: "list", form: "tuple", items: [...items] });

export const collections: Library = {
  "collections.OrderedDict": (run) =>
    given(async (call) => {
      const [first] = call.positional;
      return dictionary([
        ...(first === undefined ? [] : await pairsOf(first, call, run)),
        ...(call.keywords === null ? [] : await pairsOf(call.keywords, call, run)),
      ]);
    }),
  "collections.defaultdict": () => given(async ({ positional: [factory = nil] }) => withDefault(dictionary([]), factory)),
  "collections.Counter": (run) =>
    given(async ({ positional: [items = list([])], location }) => {
      const counts = dictionary([]);
      for (const key of await run.iterate(items, location)) {
        const before = counts.entries.get(keyOf(key))?.value;
        counts.entries.set(keyOf(key), { key, value: integer(before?.kind === "integer" ? before.value + 1n : 1n) });
      }
      return counts;
    }),
  "collections.namedtuple": (run) =>
    given(async ({ positional: [, fields = list([])], location }) => {
      const names =
        fields.kind === "text"
          ? fields.value.split(/[\s,]+/)
          : (await run.iterate(fields, location)).map((each) => (each.kind === "text" ? each.value : ""));
      return given(async ({ positional, keywords }) => {
        const values = names.map((name, index) => positional[index] ?? keywords?.entries.get(keyOf(text(name)))?.value ?? nil);
        const attributes = new Map(names.map((name, index) => [name, values[index] ?? nil]));
        return makeThing({
          name: "a named tuple",
          attribute: async (name) => attributes.get(name) ?? (name === "__iter__" ? given(async () => tuple(values)) : null),
        });
      });
    }),
  "itertools.chain": (run) =>
    given(async ({ positional, location }) => {
      const all: Value[] = [];
      for (const each of positional) all.push(...(await run.iterate(each, location)));
      return list(all);
    }),
  "itertools.product": (run) =>
    given(async ({ positional, location }) => {
      let rows: readonly (readonly Value[])[] = [[]];
      for (const each of positional) {
        const items = await run.iterate(each, location);
        rows = rows.flatMap((row) => items.map((item) => [...row, item]));
      }
      return list(rows.map(tuple));
    }),
  "itertools.count": () => given(async ({ location }) => unknown("it never ends", location)),
  "itertools.islice": (run) =>
    given(async ({ positional: [items = nil, stop], location }) =>
      list((await run.iterate(items, location)).slice(0, stop?.kind === "integer" ? Number(stop.value) : 0)),
    ),
  "itertools.groupby": (run) =>
    given(async ({ positional: [items = nil, by], location }) => {
      const groups: { readonly key: Value; readonly items: Value[] }[] = [];
      for (const item of await run.iterate(items, location)) {
        const key = by === undefined ? item : await run.call(by, { positional: [item], keywords: null, block: null, location });
        const last = groups.at(-1);
        if (last !== undefined && areEqual(last.key, key)) last.items.push(item);
        else groups.push({ key, items: [item] });
      }
      return list(groups.map((group) => tuple([group.key, list(group.items)])));
    }),
};
