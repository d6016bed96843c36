import { nil, unknown, type Arguments, type Value } from "../../value.ts";
import { generators } from "../generators.ts";
import type { Interpreter } from "../interpreter.ts";
import { pairsOf } from "../methods/maps.ts";
import { given, isClass, keywordOf, libraryThing, linearize, type PythonClass } from "../things.ts";
import { makeManager, managerOf } from "../with.ts";
import { childrenOf, partOf, statementsOf } from "../parse.ts";
import { describe } from "../things.ts";
import { dictionary } from "../../value.ts";
import type { Library } from "./index.ts";

/** `@contextmanager`: entering it runs the function, whose `yield` is the body. */
async function contextManager({ positional: [function_ = nil], location }: Arguments): Promise<Value> {
  const generator = function_.kind === "callable" ? generators.get(function_) : undefined;
  if (generator === undefined) return unknown("what it makes a context manager of is not known", location);
  return given(async (call) => managerOf((yielded) => generator(call, yielded)));
}

/** `@dataclass`: an `__init__` that takes what the class declares. */
function dataclass(of: PythonClass, run: Interpreter): Value {
  const fields = linearize(of)
    .toReversed()
    .flatMap((each) => (isClass(each) ? fieldsOf(each) : []));
  const init: Value = given(async (call) => {
    const [self, ...values] = call.positional;
    if (self?.kind !== "thing" || !("assign" in self) || typeof self.assign !== "function") return nil;
    for (const [index, name] of fields.entries()) {
      const value = values[index] ?? keywordOf(call, name) ?? (await run.find(of, name, call.location)) ?? nil;
      (self.assign as (name: string, value: Value) => void)(name, value);
    }
    return nil;
  });
  if (init.kind === "callable") describe(init, { name: "__init__", location: of.source.locate(of.node), text: "" });
  if (!of.attributes.has("__init__")) of.attributes.set("__init__", init);
  return of;
}

function fieldsOf({ node, source }: PythonClass): readonly string[] {
  const body = partOf(node, "Body");
  if (body === null) return [];
  return statementsOf(body).flatMap((statement) => {
    const [name, type] = childrenOf(statement);
    return statement.name === "AssignStatement" && type?.name === "TypeDef" && name !== undefined ? [source.textOf(name)] : [];
  });
}

/** A decorator that changes nothing of what a function does: given it, or what it is configured with. */
function transparent(): Value {
  return given(async ({ positional: [first] }) =>
    first?.kind === "callable" ? first : given(async ({ positional: [inner = nil] }) => inner),
  );
}

export const functional: Library = {
  "contextlib.contextmanager": () => given(contextManager),
  "contextlib.suppress": () => makeManagerMaker(),
  "contextlib.nullcontext": () => given(async ({ positional: [value = nil] }) => makeManager("a context", (body) => body(value))),
  "functools.lru_cache": transparent,
  "functools.cache": transparent,
  "functools.wraps": () => given(async () => given(async ({ positional: [inner = nil] }) => inner)),
  "functools.partial": (run) =>
    given(async ({ positional: [callee = nil, ...first], keywords }) =>
      given(async (call) => {
        const pairs = [
          ...(keywords === null ? [] : await pairsOf(keywords, call, run)),
          ...(call.keywords === null ? [] : await pairsOf(call.keywords, call, run)),
        ];
        return run.call(callee, {
          ...call,
          positional: [...first, ...call.positional],
          keywords: pairs.length === 0 ? null : dictionary(pairs),
        });
      }),
    ),
  "functools.reduce": (run) =>
    given(async ({ positional: [by = nil, items = nil, start], location }) => {
      const all = await run.iterate(items, location);
      let [total = nil, ...rest] = start === undefined ? all : [start, ...all];
      for (const item of rest) total = await run.call(by, { positional: [total, item], keywords: null, block: null, location });
      return total;
    }),
  "operator.itemgetter": () => libraryThing("operator.itemgetter"),
  "dataclasses.dataclass": (run) =>
    given(async ({ positional: [of] }) => {
      if (of !== undefined && isClass(of)) return dataclass(of, run);
      return given(async ({ positional: [later = nil] }) => (isClass(later) ? dataclass(later, run) : later));
    }),
  "copy.copy": () => given(async ({ positional: [value = nil] }) => value),
  "copy.deepcopy": () => given(async ({ positional: [value = nil] }) => value),
  "enum.unique": () => given(async ({ positional: [value = nil] }) => value),
};

function makeManagerMaker(): Value {
  return given(async () => makeManager("a context", (body) => body(nil)));
}
