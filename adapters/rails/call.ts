import type { SourceLocation } from "../../src/model/source.ts";
import { showSimple } from "../../src/script/ruby/show.ts";
import { Stuck } from "../../src/script/stuck.ts";
import { dictionary, symbol, unknownPart, type Callable, type Message, type Value } from "../../src/script/value.ts";

/** An operation of a migration, its options apart. */
export interface Call {
  readonly name: string;
  readonly args: readonly Value[];
  readonly options: Options;
  readonly block: Callable | null;
  readonly location: SourceLocation;
}

export type Options = ReadonlyMap<string, Value>;

/** Operations whose last argument is a value, which may be a map. */
const takesValue: ReadonlySet<string> = new Set(["change_column_default", "change_default", "change_column_null", "change_null"]);

/** A message as an operation: keywords, or a map that stands last (as Ruby 2 took it), are its options. */
export function toCall(message: Message): Call {
  const last = message.positional.at(-1);
  const isOptions = message.keywords === null && last?.kind === "map" && !takesValue.has(message.name);
  const map = message.keywords ?? (isOptions ? last : null);
  const args = isOptions ? message.positional.slice(0, -1) : message.positional;
  return { name: message.name, args, options: optionsOf(map), block: message.block, location: message.location };
}

/** The entries of a map by the text of their keys; of anything else none. */
export function optionsOf(value: Value | null): Map<string, Value> {
  if (value?.kind !== "map") return new Map();
  return new Map([...value.entries.values()].map((entry) => [showSimple(entry.key) ?? "", entry.value]));
}

/** Options back as a map with symbols for keys. */
export function toKeywords(options: Options): Message["keywords"] {
  return dictionary([...options].map(([name, value]) => [symbol(name), value]));
}

/** Throws `Stuck` where a value that must be known is not. */
export function demand(value: Value, what: string, location: SourceLocation): Value {
  const open = unknownPart(value);
  if (open !== null)
    throw new Stuck(`${what} is not known: ${open.reason}`, open.location.file === location.file ? open.location : location);
  return value;
}

/** A name or other text. Throws `Stuck` where it is none. */
export function textOf(value: Value | undefined, what: string, location: SourceLocation): string {
  const known = value === undefined ? null : showSimple(demand(value, what, location));
  if (known === null || value?.kind === "nil") throw new Stuck(`${what} is missing`, location);
  return known;
}

/** A name or a list of names, as a list. */
export function textsOf(value: Value | undefined, what: string, location: SourceLocation): readonly string[] {
  if (value?.kind === "list") return value.items.map((item) => textOf(item, what, location));
  return [textOf(value, what, location)];
}

/** What an option says; `null` where it is absent or nil. */
export function optionText({ options, location }: Pick<Call, "options" | "location">, name: string): string | null {
  const value = options.get(name);
  return value === undefined || value.kind === "nil" ? null : textOf(value, `the option ${name}`, location);
}

/** A number that an option gives; `null` where it is absent or nil. */
export function optionNumber(call: Pick<Call, "options" | "location">, name: string): number | null {
  const said = optionText(call, name);
  if (said === null) return null;
  if (!Number.isInteger(Number(said))) throw new Stuck(`the option ${name} is not a whole number`, call.location);
  return Number(said);
}

/** Whether an option is there and neither false nor nil. */
export function isSet({ options, location }: Pick<Call, "options" | "location">, name: string): boolean {
  const value = options.get(name);
  return value !== undefined && isYes(value, `the option ${name}`, location);
}

/** Whether a value is neither false nor nil. Throws `Stuck` where it is not known. */
export function isYes(value: Value, what: string, location: SourceLocation): boolean {
  return !isNo(demand(value, what, location));
}

/** Whether an option says `false`. */
export function isFalse({ options, location }: Pick<Call, "options" | "location">, name: string): boolean {
  const value = options.get(name);
  return value !== undefined && demand(value, `the option ${name}`, location).kind === "boolean" && isNo(value);
}

function isNo(value: Value): boolean {
  return value.kind === "nil" || (value.kind === "boolean" && !value.value);
}

/** Options without some of them. */
export function without(options: Options, ...names: readonly string[]): Map<string, Value> {
  return new Map([...options].filter(([name]) => !names.includes(name)));
}

/** Options with others over them. */
export function withOptions(options: Options, others: Readonly<Record<string, Value>>): Map<string, Value> {
  return new Map([...options, ...Object.entries(others)]);
}

/** Options with others where they say nothing. */
export function withDefaults(options: Options, others: Readonly<Record<string, Value>>): Map<string, Value> {
  return new Map([...Object.entries(others).filter(([name]) => !options.has(name)), ...options]);
}
