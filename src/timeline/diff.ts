import type { CatalogObject, CatalogSlice } from "../model/catalog.ts";
import { comparePart, partsOf, type Part } from "./parts.ts";

/** What happened to one part of an object between two states. */
export interface PartDifference {
  readonly kind: string;
  readonly name: string;
  readonly what: "new" | "dropped" | "changed";
  /** What changed in words, or what is new in SQL. */
  readonly text: string;
}

/** What happened to one object between two states. */
export interface ObjectDifference {
  readonly kind: string;
  /** The later name, where it stands in both. */
  readonly identity: string;
  readonly what: "new" | "dropped" | "changed";
  /** Changes of the object itself, in words; `null` where its parts alone changed. */
  readonly text: string | null;
  readonly parts: readonly PartDifference[];
}

/** What differs between two states of one shadow, by kind and name. Objects are told by their oids, then by name: what was renamed is one object. Rows are not looked at. */
export function diffStates(from: CatalogSlice, to: CatalogSlice): readonly ObjectDifference[] {
  const found: ObjectDifference[] = [];
  const arrived = new Map<string, CatalogObject>();
  for (const [key, object] of to) if (!from.has(key)) arrived.set(nameOf(object), object);
  for (const [key, before] of from) {
    const after = to.get(key) ?? arrived.get(nameOf(before));
    if (after === undefined) found.push({ kind: before.kind, identity: before.identity, what: "dropped", text: null, parts: [] });
    else {
      arrived.delete(nameOf(after));
      const changed = diffObject(before, after);
      if (changed !== null) found.push(changed);
    }
  }
  for (const object of arrived.values()) {
    const [, ...parts] = partsOf(object);
    found.push({ kind: object.kind, identity: object.identity, what: "new", text: null, parts: parts.map(arrivedPart) });
  }
  return found.filter(({ kind }) => kind !== "database").sort((a, b) => compare(`${a.kind} ${a.identity}`, `${b.kind} ${b.identity}`));
}

function diffObject(before: CatalogObject, after: CatalogObject): ObjectDifference | null {
  const keyOf = before.address.oid === after.address.oid ? ({ key }: Part) => key : ({ kind, name }: Part) => `${kind} ${name}`;
  const [wholeBefore, ...partsBefore] = partsOf(before);
  const [wholeAfter, ...partsAfter] = partsOf(after);
  const rest = new Map(partsBefore.map((part) => [keyOf(part), part]));
  const parts: PartDifference[] = [];
  for (const part of partsAfter) {
    const old = rest.get(keyOf(part));
    rest.delete(keyOf(part));
    const text = old === undefined ? null : comparePart(old, part);
    if (old === undefined) parts.push(arrivedPart(part));
    else if (text !== null) parts.push({ kind: part.kind, name: part.name, what: "changed", text });
  }
  for (const { kind, name } of rest.values()) parts.push({ kind, name, what: "dropped", text: "" });
  const text = wholeBefore === undefined || wholeAfter === undefined ? null : comparePart(wholeBefore, wholeAfter);
  return text === null && parts.length === 0 ? null : { kind: after.kind, identity: after.identity, what: "changed", text, parts };
}

function arrivedPart({ kind, name, definition }: Part): PartDifference {
  return { kind, name, what: "new", text: definition };
}

function nameOf({ kind, identity }: CatalogObject): string {
  return `${kind} ${identity}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
