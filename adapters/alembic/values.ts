import type { SourceLocation } from "../../src/model/source.ts";
import { showSimple } from "../../src/script/python/show.ts";
import { isInstance, keywordOf } from "../../src/script/python/things.ts";
import { isEnum, valueOfMember } from "../../src/script/python/enums.ts";
import { Stuck } from "../../src/script/stuck.ts";
import { unknownPart, type Arguments, type Value } from "../../src/script/value.ts";

/** Throws `Stuck` where a value that must be known is not. */
export function demand(value: Value, what: string, location: SourceLocation): Value {
  const open = unknownPart(value);
  if (open !== null)
    throw new Stuck(`${what} is not known: ${open.reason}`, open.location.file === location.file ? open.location : location);
  return value;
}

/** A name or other text. Throws `Stuck` where it is none. */
export function textOf(value: Value | null | undefined, what: string, location: SourceLocation): string {
  const known = value === undefined || value === null ? null : showSimple(valueOfMember(demand(value, what, location)));
  if (known === null || value?.kind === "nil") throw new Stuck(`${what} is missing`, location);
  return known;
}

/** A list of names; one name is a list of it. */
export function textsOf(value: Value | null | undefined, what: string, location: SourceLocation): readonly string[] {
  if (value?.kind === "list") return value.items.map((item) => textOf(item, what, location));
  return [textOf(value, what, location)];
}

/** An argument by its place or its name; `null` where it was not given. */
export function argument(call: Arguments, index: number, ...names: readonly string[]): Value | null {
  const positional = index < 0 ? undefined : call.positional[index];
  if (positional !== undefined) return positional;
  for (const name of names) {
    const found = keywordOf(call, name);
    if (found !== null) return found;
  }
  return null;
}

/** A text that a keyword gives; `null` where it is absent or None. */
export function optionText(call: Arguments, name: string): string | null {
  const value = keywordOf(call, name);
  return value === null || value.kind === "nil" ? null : textOf(value, name, call.location);
}

/** A whole number that a keyword or place gives; `null` where it is absent or None. */
export function numberOf(value: Value | null | undefined, what: string, location: SourceLocation): number | null {
  if (value === null || value === undefined || value.kind === "nil") return null;
  const known = demand(value, what, location);
  if (known.kind === "integer") return Number(known.value);
  throw new Stuck(`${what} is no whole number`, location);
}

/** Whether a keyword is there and true. Throws `Stuck` where it is not known. */
export function isSet(call: Arguments, name: string): boolean {
  const value = keywordOf(call, name);
  return value !== null && isTrue(demand(value, name, call.location));
}

/** Whether a keyword says False. */
export function isFalse(call: Arguments, name: string): boolean {
  const value = keywordOf(call, name);
  return value?.kind === "boolean" && !value.value;
}

function isTrue(value: Value): boolean {
  return value.kind === "boolean" ? value.value : value.kind !== "nil";
}

/** Whether a value is a member of an enumeration of the project. */
export function isMember(value: Value): boolean {
  return isInstance(value) && isEnum(value.class);
}
