import { RaisedError } from "../signals.ts";
import { Stuck } from "../stuck.ts";
import { boolean, dictionary, integer, keyOf, list, nil, text, unknown, type Arguments, type Value } from "../value.ts";
import { wrap } from "./attributes.ts";
import { builtinTypes, isOfType } from "./types.ts";
import type { Frame, Interpreter } from "./interpreter.ts";
import { compareValues, operate } from "./operators.ts";
import { sortItems } from "./methods/lists.ts";
import { represent } from "./show.ts";
import { showValue } from "./show-value.ts";
import { given, isClass, isInstance, isMade, isPythonThing, keywordOf, libraryThing } from "./things.ts";
import { isTruthy } from "./truth.ts";
import { openFile } from "./files.ts";

type Builtin = (call: Arguments, run: Interpreter) => Promise<Value> | Value;

function first({ positional: [value], location }: Arguments): Value {
  return value ?? unknown("an argument is missing", location);
}

async function lengthOf(call: Arguments, run: Interpreter): Promise<Value> {
  const value = first(call);
  if (value.kind === "unknown") return unknown(value.reason, value.location);
  if (value.kind === "text") return integer(Array.from(value.value).length);
  return integer((await run.iterate(value, call.location)).length);
}

async function items(call: Arguments, run: Interpreter): Promise<readonly Value[]> {
  return run.iterate(first(call), call.location);
}

function extreme(sign: 1 | -1): Builtin {
  return async (call, run) => {
    const all = call.positional.length > 1 ? call.positional : await items(call, run);
    const by = keywordOf(call, "key");
    const sorted = await sortItems(all, { ...call, name: "sorted", keywords: by === null ? null : dictionary([[text("key"), by]]) }, run);
    const found = sorted.at(sign === 1 ? -1 : 0) ?? keywordOf(call, "default");
    if (found === null || found === undefined) throw new RaisedError("ValueError", "of nothing there is no greatest", call.location);
    return sign === 1 ? (all.find((item) => compareValues(item, found, call.location) === 0) ?? found) : found;
  };
}

async function attributeBuiltin(call: Arguments, run: Interpreter): Promise<Value> {
  const [of = nil, name, otherwise] = call.positional;
  if (name?.kind !== "text") return unknown("the name of the attribute is not known", call.location);
  const found = await run.find(of, name.value, call.location);
  if (found !== null) return found;
  if (otherwise !== undefined) return of.kind === "unknown" ? unknown(of.reason, call.location) : otherwise;
  return run.attribute(of, name.value, call.location);
}

async function each(call: Arguments, run: Interpreter, keep: "mapped" | "filtered"): Promise<Value> {
  const [by = nil, ...lists] = call.positional;
  const columns: (readonly Value[])[] = [];
  for (const each of lists) columns.push(await run.iterate(each, call.location));
  const results: Value[] = [];
  for (let index = 0; index < Math.min(...columns.map(({ length }) => length)); index++) {
    const values = columns.map((column) => column[index] ?? nil);
    const made =
      by.kind === "nil"
        ? (values[0] ?? nil)
        : await run.call(by, { positional: values, keywords: null, block: null, location: call.location });
    if (keep === "mapped") results.push(made);
    else if (isTruthy(made, call.location)) results.push(values[0] ?? nil);
  }
  return list(results);
}

const functions: Readonly<Record<string, Builtin>> = {
  len: lengthOf,
  repr: (call) => {
    const shown = represent(first(call));
    return shown === null ? unknown("what it looks like is not known", call.location) : text(shown);
  },
  print: () => nil,
  abs: (call) => {
    const value = first(call);
    return value.kind === "integer" ? integer(value.value < 0n ? -value.value : value.value) : value;
  },
  round: (call) => {
    const value = first(call);
    const places = call.positional[1];
    if (value.kind !== "float") return value;
    if (places?.kind === "integer") return { kind: "float", value: Number(value.value.toFixed(Number(places.value))) };
    return integer(Math.round(value.value));
  },
  sum: async (call, run) => {
    let total: Value = call.positional[1] ?? integer(0);
    for (const item of await items(call, run)) total = await operate("+", [total, item], { run, location: call.location });
    return total;
  },
  min: extreme(-1),
  max: extreme(1),
  any: async (call, run) => boolean((await items(call, run)).some((item) => isTruthy(item, call.location))),
  all: async (call, run) => boolean((await items(call, run)).every((item) => isTruthy(item, call.location))),
  sorted: async (call, run) => list(await sortItems(await items(call, run), { ...call, name: "sorted" }, run)),
  reversed: async (call, run) => list([...(await items(call, run))].reverse()),
  enumerate: async (call, run) => {
    const start = call.positional[1] ?? keywordOf(call, "start");
    const from = start?.kind === "integer" ? start.value : 0n;
    return list(
      (await items(call, run)).map((item, index) => ({ kind: "list", form: "tuple", items: [integer(from + BigInt(index)), item] })),
    );
  },
  zip: async (call, run) => {
    const columns: (readonly Value[])[] = [];
    for (const each of call.positional) columns.push(await run.iterate(each, call.location));
    const length = columns.length === 0 ? 0 : Math.min(...columns.map((column) => column.length));
    return list(
      Array.from({ length }, (_, index) => ({ kind: "list", form: "tuple", items: columns.map((column) => column[index] ?? nil) })),
    );
  },
  map: (call, run) => each(call, run, "mapped"),
  filter: (call, run) => each(call, run, "filtered"),
  iter: first,
  next: async (call, run) => {
    const [found] = await items(call, run);
    if (found !== undefined) {
      const [source] = call.positional;
      if (source?.kind === "list") source.items.shift();
      return found;
    }
    if (call.positional[1] !== undefined) return call.positional[1];
    throw new RaisedError("StopIteration", "", call.location);
  },
  isinstance: (call) => isOfType(first(call), call.positional[1] ?? nil, call.location),
  issubclass: (call) => unknown("whether it is a subclass is not followed here", call.location),
  callable: (call) => boolean(first(call).kind === "callable"),
  hasattr: async (call, run) => {
    const [of = nil, name] = call.positional;
    if (of.kind === "unknown") return unknown(of.reason, call.location);
    return boolean(name?.kind === "text" && (await run.find(of, name.value, call.location)) !== null);
  },
  getattr: attributeBuiltin,
  setattr: (call) => {
    const [of, name, value] = call.positional;
    if (of?.kind === "thing" && isPythonThing(of) && of.assign !== undefined && name?.kind === "text" && value !== undefined)
      of.assign(name.value, value);
    else throw new Stuck("what it sets an attribute of is not known", call.location);
    return nil;
  },
  ord: (call) => {
    const value = first(call);
    return value.kind === "text" ? integer(value.value.codePointAt(0) ?? 0) : unknown("the character is not known", call.location);
  },
  chr: (call) => {
    const value = first(call);
    return value.kind === "integer" ? text(String.fromCodePoint(Number(value.value))) : unknown("the number is not known", call.location);
  },
  format: async (call, run) => showValue(first(call), { run, location: call.location }),
  open: (call, run) => openFile(call, run),
  staticmethod: (call) => wrapped(first(call), "static"),
  classmethod: (call) => wrapped(first(call), "class"),
  property: (call) => wrapped(first(call), "property"),
  vars: (call) => {
    const value = first(call);
    if (isInstance(value) || isMade(value) || isClass(value))
      return dictionary([...value.attributes].map(([name, of]): [Value, Value] => [text(name), of]));
    return unknown("what it has is not known", call.location);
  },
  id: (call) => text(keyOf(first(call))),
  divmod: async (call, run) => {
    const [left = nil, right = nil] = call.positional;
    const at = { run, location: call.location };
    return { kind: "list", form: "tuple", items: [await operate("//", [left, right], at), await operate("%", [left, right], at)] };
  },
  pow: (call, run) => operate("**", [call.positional[0] ?? nil, call.positional[1] ?? nil], { run, location: call.location }),
};

function wrapped(value: Value, how: "static" | "class" | "property"): Value {
  return value.kind === "callable" ? wrap(value, how) : value;
}

const errors = /^(?:[A-Z]\w*(?:Error|Exception|Warning|Iteration|Exit|Interrupt)|Exception)$/;

/** What every module has without importing it; `null`: Python has none of that name. */
export function builtin(name: string, { frame, run }: { readonly frame: Frame; readonly run: Interpreter }): Value | null {
  if (Object.hasOwn(functions, name)) {
    const found = functions[name];
    return found === undefined ? null : given(async (call) => found(call, run));
  }
  if (name === "globals" || name === "locals")
    return given(async () => dictionary([...frame.scope.names].map(([key, value]): [Value, Value] => [text(key), value])));
  if (name === "__builtins__") return nil;
  return builtinTypes(name, run) ?? (errors.test(name) ? libraryThing(`builtins.${name}`) : name === "NotImplemented" ? nil : null);
}
