import type { SourceLocation } from "../model/source.ts";

/** What a script may say, whatever its language. Texts, lists and maps are shared by reference and may change, as in the languages themselves. */
export type Value =
  | { readonly kind: "nil" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | Text
  /** Ruby's `:name`; a language without symbols never makes one. */
  | { readonly kind: "symbol"; readonly value: string }
  | List
  | Dictionary
  | { readonly kind: "range"; readonly from: Value; readonly to: Value; readonly exclusive: boolean }
  | { readonly kind: "pattern"; readonly source: string; readonly flags: string }
  | Callable
  | Thing
  | Unknown;

export interface Text {
  readonly kind: "text";
  value: string;
  /** Where its first character stands, for texts of several lines that are written as they are. */
  readonly origin?: SourceLocation;
}

export interface List {
  readonly kind: "list";
  readonly items: Value[];
  /** Python's tuples and sets; absent for what both languages call a list or an array. */
  readonly form?: "tuple" | "set";
}

/** In the order of insertion; by `keyOf`. */
export interface Dictionary {
  readonly kind: "map";
  readonly entries: Map<string, { readonly key: Value; readonly value: Value }>;
}

/** A block, lambda, function or method object. */
export interface Callable {
  readonly kind: "callable";
  /** How many positional parameters it declares. */
  readonly parameters: number;
  /** `self`: what it runs as, where that is not what it was written in. */
  call(call: Arguments, self?: Value): Promise<Value>;
}

/** Something with methods: an instance, a class, or what the program offers to scripts. */
export interface Thing {
  readonly kind: "thing";
  /** In words, for messages: `a connection`, `the class Post`. */
  readonly name: string;
  /** What the message gives; `null` where it is not understood. */
  receive(message: Message): Promise<Value | null>;
}

/** What cannot be known without running the script. It hurts only where it reaches something that must be known. */
export interface Unknown {
  readonly kind: "unknown";
  readonly reason: string;
  readonly location: SourceLocation;
  /** What gave it may have changed something; a script that throws such a value away has still done it. */
  readonly effect: "none" | "rows" | "anything";
}

export interface Arguments {
  readonly positional: readonly Value[];
  readonly keywords: Dictionary | null;
  readonly block: Callable | null;
  readonly location: SourceLocation;
}

export interface Message extends Arguments {
  readonly name: string;
}

export const nil: Value = { kind: "nil" };

export function boolean(value: boolean): Value {
  return { kind: "boolean", value };
}

export function integer(value: bigint | number): Value {
  return { kind: "integer", value: BigInt(value) };
}

export function text(value: string): Text {
  return { kind: "text", value };
}

export function symbol(value: string): Value {
  return { kind: "symbol", value };
}

export function list(items: readonly Value[]): List {
  return { kind: "list", items: [...items] };
}

/** A map of these entries; of equal keys the last counts. */
export function dictionary(entries: Iterable<readonly [Value, Value]>): Dictionary {
  return { kind: "map", entries: new Map([...entries].map(([key, value]) => [keyOf(key), { key, value }])) };
}

export function unknown(reason: string, location: SourceLocation, effect: Unknown["effect"] = "none"): Unknown {
  return { kind: "unknown", reason, location, effect };
}

/** What an assignment keeps: whatever giving the value did is remembered by the name from then on. */
export function kept(value: Value): Value {
  return value.kind === "unknown" ? unknown(value.reason, value.location) : value;
}

const identities = new WeakMap<object, number>();
let nextIdentity = 1;

/** Equal for equal values; things and callables are equal only to themselves. */
export function keyOf(value: Value): string {
  switch (value.kind) {
    case "nil":
      return "nil";
    case "boolean":
    case "integer":
    case "float":
    case "text":
    case "symbol":
      return `${value.kind} ${value.value}`;
    case "list":
      return `list [${value.items.map((item) => JSON.stringify(keyOf(item))).join(",")}]`;
    case "map":
      return `map {${[...value.entries].map(([key, entry]) => JSON.stringify([key, keyOf(entry.value)])).join(",")}}`;
    case "range":
      return `range ${JSON.stringify([keyOf(value.from), keyOf(value.to), value.exclusive])}`;
    case "pattern":
      return `pattern /${value.source}/${value.flags}`;
    case "callable":
    case "thing":
    case "unknown": {
      const known = identities.get(value) ?? nextIdentity++;
      identities.set(value, known);
      return `${value.kind} #${known}`;
    }
  }
}

/** The first part of a value that is not known; `null` where all of it is. */
export function unknownPart(value: Value): Unknown | null {
  if (value.kind === "unknown") return value;
  const parts =
    value.kind === "list"
      ? value.items
      : value.kind === "map"
        ? [...value.entries.values()].flatMap((entry) => [entry.key, entry.value])
        : [];
  for (const part of parts) {
    const found = unknownPart(part);
    if (found !== null) return found;
  }
  return null;
}
