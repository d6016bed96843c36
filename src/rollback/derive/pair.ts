import type { CatalogObject, CatalogSlice } from "../../model/catalog.ts";
import type { Pair } from "./action.ts";

/** `oid`: a table that was dropped and made again is another table. `identity`: it stands for the first one (after a way back ran). */
export type Matching = "oid" | "identity";

/** Which objects are the same before and after, which are missing now and which are extra. */
export interface Pairing {
  readonly changed: readonly Pair[];
  readonly missing: readonly CatalogObject[];
  readonly extra: readonly CatalogObject[];
}

/** Pairs two slices by oid, then what is left by kind and identity. */
export function pairSlices(before: CatalogSlice, after: CatalogSlice, matching: Matching): Pairing {
  const changed: Pair[] = [];
  const missing: CatalogObject[] = [];
  const extra = new Map<string, CatalogObject>();
  for (const [key, object] of after) if (!before.has(key)) extra.set(`${object.kind} ${object.identity}`, object);
  for (const [key, object] of before) {
    const same = after.get(key);
    if (same !== undefined && same.facts.kind === object.facts.kind) {
      changed.push({ before: object, after: same });
      continue;
    }
    const name = `${object.kind} ${object.identity}`;
    const namesake = extra.get(name);
    if (namesake !== undefined && isSuccessor(object, namesake, matching)) {
      extra.delete(name);
      changed.push({ before: object, after: namesake });
    } else missing.push(object);
  }
  return { changed, missing, extra: [...extra.values()] };
}

/** Whether an object of the same name is to be changed into the one that is gone, instead of making way for it. */
function isSuccessor(gone: CatalogObject, namesake: CatalogObject, matching: Matching): boolean {
  if (gone.facts.kind === "sequence" && namesake.facts.kind === "sequence") {
    if (gone.facts.identity !== namesake.facts.identity) return false;
    // Owned ones come and go with their column, which may be another one.
    return matching === "identity" || (gone.facts.ownedBy === null && namesake.facts.ownedBy === null);
  }
  const holdsRows = gone.kind === "table" || gone.kind === "foreign-table";
  return matching === "identity" || !holdsRows;
}

/** Pairs the parts of two relations: by their own oid or number, then by name. */
export function pairParts<T extends { readonly name: string }>(
  before: readonly T[],
  after: readonly T[],
  same: (left: T, right: T) => boolean,
): {
  readonly changed: readonly { readonly before: T; readonly after: T }[];
  readonly missing: readonly T[];
  readonly extra: readonly T[];
} {
  const changed: { before: T; after: T }[] = [];
  const extra = new Set(after);
  const unmatched: T[] = [];
  for (const part of before) {
    const twin = after.find((candidate) => extra.has(candidate) && same(part, candidate));
    if (twin === undefined) unmatched.push(part);
    else {
      extra.delete(twin);
      changed.push({ before: part, after: twin });
    }
  }
  const missing: T[] = [];
  for (const part of unmatched) {
    const twin = [...extra].find((candidate) => candidate.name === part.name);
    if (twin === undefined) missing.push(part);
    else {
      extra.delete(twin);
      changed.push({ before: part, after: twin });
    }
  }
  return { changed, missing, extra: [...extra] };
}

/**
 * Renames that cannot run into each other: where a wanted name is still in use by another of them, all go through a temporary name.
 */
export function untangleRenames(
  renames: readonly { readonly from: string; readonly to: string }[],
): readonly { readonly from: string; readonly to: string }[] {
  const sources = new Set(renames.map(({ from }) => from));
  if (!renames.some(({ to }) => sources.has(to))) return renames;
  return [
    ...renames.map(({ from }, at) => ({ from, to: `pggit_renaming_${at}` })),
    ...renames.map(({ to }, at) => ({ from: `pggit_renaming_${at}`, to })),
  ];
}
