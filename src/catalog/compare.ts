import type { CatalogDifference, CatalogObject, CatalogSlice } from "../model/catalog.ts";

/** What only the catalog's own numbering says: an object that was made again has other numbers and is the same. */
const NUMBERING: ReadonlySet<string> = new Set(["oid", "number", "isDefault"]);

/**
 * Every difference between two states of the same objects; an empty list where they are equal. Objects are matched by oid, and those without a partner by
 * kind and identity (a down may make an object again). The order of columns and of enum labels counts; oids and `attnum` do not.
 */
export function compareSlices(expected: CatalogSlice, found: CatalogSlice): readonly CatalogDifference[] {
  const differences: CatalogDifference[] = [];
  const unmatched = new Map<string, CatalogObject>();
  for (const [key, object] of found) if (!expected.has(key)) unmatched.set(identityKey(object), object);
  for (const [key, object] of expected) {
    let other = found.get(key);
    if (other === undefined) {
      other = unmatched.get(identityKey(object));
      unmatched.delete(identityKey(object));
    }
    if (other === undefined) differences.push(whole(object, "missing"));
    else differences.push(...compareObjects(object, other));
  }
  for (const object of unmatched.values()) differences.push(whole(object, "extra"));
  // Objects come in the order of their oids' hashes, which another database has otherwise.
  return differences.sort((a, b) => (a.identity < b.identity ? -1 : a.identity > b.identity ? 1 : 0));
}

function identityKey(object: CatalogObject): string {
  return `${object.kind} ${object.identity}`;
}

function whole(object: CatalogObject, what: "missing" | "extra"): CatalogDifference {
  return {
    identity: object.identity,
    kind: object.kind,
    what,
    aspect: "object",
    expected: what === "missing" ? object.identity : null,
    found: what === "extra" ? object.identity : null,
  };
}

function compareObjects(expected: CatalogObject, found: CatalogObject): readonly CatalogDifference[] {
  const base = { identity: expected.identity, kind: expected.kind, what: "different" as const };
  const differences: CatalogDifference[] = [];
  const report: Report = (aspect, left, right) => differences.push({ ...base, aspect, expected: print(left), found: print(right) });
  if (expected.kind !== found.kind) report("kind", expected.kind, found.kind);
  if (expected.identity !== found.identity) report("identity", expected.identity, found.identity);
  compareValues("", expected.facts, found.facts, report);
  return differences;
}

type Report = (aspect: string, expected: unknown, found: unknown) => void;

function compareValues(aspect: string, expected: unknown, found: unknown, report: Report): void {
  if (isNamedList(expected) && isNamedList(found) && expected.length + found.length > 0)
    return compareNamed(aspect, expected, found, report);
  if (Array.isArray(expected) && Array.isArray(found)) {
    if (JSON.stringify(expected) !== JSON.stringify(found)) report(aspect, expected, found);
  } else if (isRecord(expected) && isRecord(found)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      if (!NUMBERING.has(key)) compareValues(aspect === "" ? key : `${aspect}.${key}`, expected[key] ?? null, found[key] ?? null, report);
    }
  } else if (!Object.is(expected ?? null, found ?? null)) report(aspect, expected, found);
}

/** Columns, constraints, indexes, …: by name, and columns by their order too. */
function compareNamed(aspect: string, expected: readonly Named[], found: readonly Named[], report: Report): void {
  const others = new Map(found.map((entry) => [entry.name, entry]));
  for (const entry of expected) {
    const other = others.get(entry.name);
    others.delete(entry.name);
    if (other === undefined) report(`${aspect}[${entry.name}]`, entry, null);
    else compareValues(`${aspect}[${entry.name}]`, entry, other, report);
  }
  for (const [name, entry] of others) report(`${aspect}[${name}]`, null, entry);
  if (aspect !== "columns") return;
  const here = new Set(expected.map((entry) => entry.name));
  const there = new Set(found.map((entry) => entry.name));
  const order = expected.filter((entry) => there.has(entry.name)).map((entry) => entry.name);
  const foundOrder = found.filter((entry) => here.has(entry.name)).map((entry) => entry.name);
  if (order.join("\0") !== foundOrder.join("\0")) report("columnOrder", order, foundOrder);
}

interface Named {
  readonly name: string;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNamedList(value: unknown): value is readonly Named[] {
  return Array.isArray(value) && value.every((entry) => isRecord(entry) && typeof entry["name"] === "string");
}

function print(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}
