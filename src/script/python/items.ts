import type { SourceLocation } from "../../model/source.ts";
import { RaisedError } from "../signals.ts";
import { Stuck } from "../stuck.ts";
import { keyOf, text, unknown, type Value } from "../value.ts";
import { enumItem, valueOfMember } from "./enums.ts";
import type { Interpreter } from "./interpreter.ts";
import { represent } from "./show.ts";
import { isClass, isLibraryThing } from "./things.ts";

interface At {
  readonly run: Interpreter;
  readonly location: SourceLocation;
}

/** `of[key]`. Throws what Python raises where there is none. */
export async function itemOf(of: Value, given: Value, { run, location }: At): Promise<Value> {
  if (of.kind === "unknown") return unknown(of.reason, location, of.effect);
  if (given.kind === "unknown") return unknown(given.reason, location);
  const key = valueOfMember(given);
  if (of.kind === "map") {
    const found = of.entries.get(keyOf(given)) ?? of.entries.get(keyOf(key));
    if (found !== undefined) return found.value;
    const standard = await missing(of, key, { run, location });
    if (standard !== null) return standard;
    throw new RaisedError("KeyError", represent(key) ?? "a key", location);
  }
  if (of.kind === "list" || of.kind === "text" || of.kind === "range") {
    if (key.kind !== "integer") throw new RaisedError("TypeError", `a ${of.kind} has items by number`, location);
    const items = of.kind === "text" ? Array.from(of.value).map((char) => text(char)) : await run.iterate(of, location);
    const index = Number(key.value);
    const found = items[index < 0 ? items.length + index : index];
    if (found === undefined) throw new RaisedError("IndexError", `there is no item ${index}`, location);
    return found;
  }
  if (isClass(of)) {
    const member = enumItem(of, key, location);
    if (member !== null) return member;
    // `Generic[T]` is the class itself.
    return of;
  }
  const operated = await run.world.operate?.("[]", [of, key], run, location);
  if (operated !== null && operated !== undefined) return operated;
  if (isLibraryThing(of)) return of;
  const method = await run.find(of, "__getitem__", location);
  if (method !== null) return run.call(method, { positional: [given], keywords: null, block: null, location });
  return unknown(`nothing is known of the items of ${of.kind === "thing" ? of.name : `a ${of.kind}`}`, location);
}

/** What a `defaultdict` has for a key that it does not have. */
const defaults = new WeakMap<object, Value>();

/** A dictionary that makes what it does not have. */
export function withDefault(map: Extract<Value, { readonly kind: "map" }>, factory: Value): Value {
  defaults.set(map, factory);
  return map;
}

async function missing(of: Extract<Value, { readonly kind: "map" }>, key: Value, { run, location }: At): Promise<Value | null> {
  const factory = defaults.get(of);
  if (factory === undefined) return null;
  const value = await run.call(factory, { positional: [], keywords: null, block: null, location });
  of.entries.set(keyOf(key), { key, value });
  return value;
}

/** `of[start:stop:step]`. */
export function sliceOf(of: Value, [start, stop, step]: readonly Value[], location: SourceLocation): Value {
  if (of.kind === "unknown") return unknown(of.reason, location);
  const ends = [start, stop, step].map((end) =>
    end === undefined || end.kind === "nil" ? null : end.kind === "integer" ? Number(end.value) : Number.NaN,
  );
  if (ends.some((end) => Number.isNaN(end)) || (of.kind !== "text" && of.kind !== "list"))
    throw new Stuck("this slice is not followed here", location);
  const all: readonly Value[] = of.kind === "text" ? Array.from(of.value).map((char) => text(char)) : of.items;
  const by = ends[2] ?? 1;
  const clamp = (end: number): number =>
    Math.min(Math.max(end < 0 ? end + all.length : end, by < 0 ? -1 : 0), by < 0 ? all.length - 1 : all.length);
  const from = ends[0] === null || ends[0] === undefined ? (by < 0 ? all.length - 1 : 0) : clamp(ends[0]);
  const to = ends[1] === null || ends[1] === undefined ? (by < 0 ? -1 : all.length) : clamp(ends[1]);
  const items: Value[] = [];
  for (let index = from; by < 0 ? index > to : index < to; index += by) {
    const item = all[index];
    if (item !== undefined) items.push(item);
  }
  if (of.kind === "text") return text(items.map((item) => (item.kind === "text" ? item.value : "")).join(""));
  return of.form === undefined ? { kind: "list", items } : { kind: "list", form: of.form, items };
}
