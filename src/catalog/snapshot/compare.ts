import type { CatalogDifference } from "../../model/catalog.ts";
import type { CatalogSnapshot } from "./read.ts";

/** Every row and column in which two snapshots differ; an empty list where they are equal. Snapshots of different majors must be brought to common terms before. */
export function compareSnapshots(expected: CatalogSnapshot, found: CatalogSnapshot): readonly CatalogDifference[] {
  if (sameAbove(expected, found)) return [];
  const differences: CatalogDifference[] = [];
  for (const catalog of new Set([...expected.catalogs.keys(), ...found.catalogs.keys()])) {
    const left = expected.catalogs.get(catalog) ?? new Map<string, string>();
    const right = found.catalogs.get(catalog) ?? new Map<string, string>();
    for (const [name, payload] of left) {
      const other = right.get(name);
      if (other === undefined) differences.push(whole(`${catalog} ${name}`, "missing", payload));
      else if (other !== payload) differences.push(...compareRows(`${catalog} ${name}`, payload, other));
    }
    for (const [name, payload] of right) if (!left.has(name)) differences.push(whole(`${catalog} ${name}`, "extra", payload));
  }
  return differences;
}

/** Over the same rows of initdb, what stands above them is all that can differ. */
function sameAbove({ above: left }: CatalogSnapshot, { above: right }: CatalogSnapshot): boolean {
  if (left === undefined || right === undefined || left.initial !== right.initial) return false;
  return [...new Set([...left.catalogs.keys(), ...right.catalogs.keys()])].every((catalog) => {
    const [one, other] = [left.catalogs.get(catalog), right.catalogs.get(catalog)];
    return one?.size === other?.size && [...(one ?? [])].every(([name, payload]) => other?.get(name) === payload);
  });
}

function whole(identity: string, what: "missing" | "extra", payload: string): CatalogDifference {
  return {
    identity,
    kind: "catalog-row",
    what,
    aspect: "row",
    expected: what === "missing" ? payload : null,
    found: what === "extra" ? payload : null,
  };
}

function compareRows(identity: string, expected: string, found: string): readonly CatalogDifference[] {
  const left = JSON.parse(expected) as Readonly<Record<string, string>>;
  const right = JSON.parse(found) as Readonly<Record<string, string>>;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((column) => left[column] !== right[column])
    .map((column) => ({
      identity,
      kind: "catalog-row",
      what: "different",
      aspect: column,
      expected: left[column] ?? null,
      found: right[column] ?? null,
    }));
}
