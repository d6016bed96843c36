import type { CatalogObject, CatalogSlice } from "../../model/catalog.ts";
import { listenForEchoes } from "./echo.ts";
import { compareObject } from "./objects.ts";
import type { Transition } from "./transition.ts";

/** A sequence that a column owns is a part of its table: it is made, renamed and dropped with it. */
export function isPartOfTable(object: CatalogObject): boolean {
  return object.facts.kind === "sequence" && (object.facts.ownedBy !== null || object.facts.identity);
}

function nameKey(object: CatalogObject): string {
  return `${object.kind}:${object.identity}`;
}

function whole(kind: "created" | "dropped", object: CatalogObject): Transition {
  return { kind, object, before: kind === "created" ? null : object, part: null, detail: null, from: null, to: null };
}

/**
 * What one migration changed in the catalog, from the objects that it touched as they were and as they became. Objects are
 * matched by oid, so renames are exact; one that was dropped and made again under its name counts as changed.
 */
export function findTransitions(slices: { readonly before: CatalogSlice; readonly after: CatalogSlice }): readonly Transition[] {
  const gone = new Map<string, CatalogObject>();
  for (const [key, object] of slices.before) if (!slices.after.has(key)) gone.set(nameKey(object), object);
  const echo = listenForEchoes(slices);
  const found: Transition[] = [];
  for (const [key, after] of slices.after) {
    if (after.facts.extension !== null) continue;
    const was = slices.before.get(key) ?? gone.get(nameKey(after));
    if (was === undefined) {
      if (!isPartOfTable(after)) found.push(whole("created", after));
      continue;
    }
    if (!slices.before.has(key)) gone.delete(nameKey(after));
    if (was !== after) found.push(...compareObject({ before: was, after, echo }));
  }
  for (const object of gone.values()) if (!isPartOfTable(object) && object.facts.extension === null) found.push(whole("dropped", object));
  return found;
}
