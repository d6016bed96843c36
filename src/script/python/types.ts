import type { SourceLocation } from "../../model/source.ts";
import { RaisedError } from "../signals.ts";
import { boolean, dictionary, integer, list, nil, text, unknown, type Arguments, type Value } from "../value.ts";
import { valueOfMember } from "./enums.ts";
import type { Interpreter } from "./interpreter.ts";
import { makeSet } from "./literals.ts";
import { pairsOf } from "./methods/maps.ts";
import { showValue } from "./show-value.ts";
import { isClass, isInstance, isLibraryThing, isMade, libraryBases, libraryThing, linearize, makeThing } from "./things.ts";
import { isTruthy } from "./truth.ts";

type Make = (call: Arguments, run: Interpreter) => Promise<Value> | Value;

async function items({ positional: [value], location }: Arguments, run: Interpreter): Promise<readonly Value[]> {
  return value === undefined ? [] : run.iterate(value, location);
}

function wholeNumber({ positional: [given = integer(0), base], location }: Arguments): Value {
  const value = valueOfMember(given);
  if (value.kind === "unknown") return unknown(value.reason, value.location);
  if (value.kind === "integer") return value;
  if (value.kind === "boolean") return integer(value.value ? 1 : 0);
  if (value.kind === "float") return integer(Math.trunc(value.value));
  if (value.kind === "text" && base?.kind === "integer") {
    const parsed = Number.parseInt(value.value, Number(base.value));
    if (!Number.isNaN(parsed)) return integer(parsed);
  }
  if (value.kind === "text" && /^\s*[-+]?\d+\s*$/.test(value.value)) return integer(BigInt(value.value.trim().replace("+", "")));
  throw new RaisedError("ValueError", "it is no whole number", location);
}

function floating({ positional: [value = integer(0)], location }: Arguments): Value {
  if (value.kind === "unknown") return unknown(value.reason, value.location);
  if (value.kind === "integer" || value.kind === "float") return { kind: "float", value: Number(value.value) };
  if (value.kind === "text" && !Number.isNaN(Number(value.value))) return { kind: "float", value: Number(value.value) };
  throw new RaisedError("ValueError", "it is no number", location);
}

async function makeDictionary(call: Arguments, run: Interpreter): Promise<Value> {
  const [first] = call.positional;
  if (first?.kind === "unknown") return unknown(first.reason, first.location);
  const pairs = [
    ...(first === undefined ? [] : await pairsOf(first, call, run)),
    ...(call.keywords === null ? [] : await pairsOf(call.keywords, call, run)),
  ];
  return dictionary(pairs);
}

function range({ positional, location }: Arguments): Value {
  const numbers = positional.map((value) => (value.kind === "integer" ? Number(value.value) : Number.NaN));
  if (numbers.some((each) => Number.isNaN(each))) return unknown("the ends of the range are not known", location);
  const [from = 0, to = 0, by = 1] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  const count = Math.min(Math.max(Math.ceil((to - from) / by), 0), 100_000);
  return list(Array.from({ length: count }, (_, index) => integer(from + index * by)));
}

const types: Readonly<Record<string, Make>> = {
  str: async (call, run) => (call.positional[0] === undefined ? text("") : showValue(call.positional[0], { run, location: call.location })),
  int: wholeNumber,
  float: floating,
  bool: ({ positional: [value = nil], location }) =>
    value.kind === "unknown" ? unknown(value.reason, value.location) : boolean(isTruthy(value, location)),
  list: async (call, run) => list(await items(call, run)),
  tuple: async (call, run) => ({ kind: "list", form: "tuple", items: [...(await items(call, run))] }),
  set: async (call, run) => makeSet(await items(call, run)),
  frozenset: async (call, run) => makeSet(await items(call, run)),
  dict: makeDictionary,
  range,
  bytes: ({ positional: [value = text("")] }) => value,
  bytearray: ({ positional: [value = text("")] }) => value,
  type: ({ positional: [value = nil], location }) => typeOf(value, location),
  object: () => makeThing({ name: "an object", attribute: async () => null }),
};

function typeOf(value: Value, location: SourceLocation): Value {
  if (isInstance(value)) return value.class;
  if (isMade(value)) return libraryThing(value.path);
  return unknown("what type it has is not followed here", location);
}

/** Python's own types, which are called to make a value and named to ask for one; `null`: there is none of that name. */
export function builtinTypes(name: string, run: Interpreter): Value | null {
  const make = Object.hasOwn(types, name) ? types[name] : undefined;
  if (make === undefined) return null;
  return libraryThing(`builtins.${name}`, {
    invoke: async (call) => make(call, run),
    attribute: async (method) => (name === "dict" && method === "fromkeys" ? fromKeys(run) : null),
  });
}

function fromKeys(run: Interpreter): Value {
  return {
    kind: "callable",
    parameters: 2,
    call: async ({ positional: [keys = nil, value = nil], location }) =>
      dictionary((await run.iterate(keys, location)).map((key): [Value, Value] => [key, value])),
  };
}

const kinds: Readonly<Record<string, (value: Value) => boolean>> = {
  str: ({ kind }) => kind === "text",
  bytes: () => false,
  int: ({ kind }) => kind === "integer" || kind === "boolean",
  float: ({ kind }) => kind === "float",
  bool: ({ kind }) => kind === "boolean",
  list: (value) => value.kind === "list" && value.form === undefined,
  tuple: (value) => value.kind === "list" && value.form === "tuple",
  set: (value) => value.kind === "list" && value.form === "set",
  frozenset: () => false,
  dict: ({ kind }) => kind === "map",
  object: () => true,
};

/** `isinstance(value, type)`. */
export function isOfType(value: Value, type: Value, location: SourceLocation): Value {
  if (value.kind === "unknown") return unknown(value.reason, location);
  if (type.kind === "list") {
    const each = type.items.map((one) => isOfType(value, one, location));
    const yes = each.some((one) => one.kind === "boolean" && one.value);
    return yes ? boolean(true) : (each.find((one) => one.kind === "unknown") ?? boolean(false));
  }
  if (isClass(type)) return boolean(isInstance(value) && linearize(value.class).includes(type));
  if (!isLibraryThing(type)) return unknown("the type that it asks for is not known", location);
  const own = /^builtins\.(\w+)$/.exec(type.path)?.[1];
  if (own !== undefined && Object.hasOwn(kinds, own)) return boolean(kinds[own]?.(value) ?? false);
  if (isInstance(value)) return boolean(libraryBases(value.class).includes(type.path));
  return boolean(isMade(value) && value.path === type.path);
}
