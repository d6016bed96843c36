import type { CatalogObject, RelationFacts } from "../../model/catalog.ts";
import type { DeriveContext } from "./action.ts";
import { mentionsAny } from "./order.ts";

/** A relation that stayed, as it was and as it is. */
export interface Sides {
  readonly before: CatalogObject;
  readonly after: CatalogObject;
  readonly wanted: RelationFacts;
  readonly found: RelationFacts;
}

/** A relation's word in ALTER; views and the like are altered as tables too. */
export function alterTable(object: CatalogObject): string {
  return `ALTER ${object.kind === "foreign-table" ? "FOREIGN TABLE" : "TABLE"} ${object.identity}`;
}

/** The definition of the same constraint or index follows a rename by itself; anything else needs it made anew. */
export function mustReplacePart(
  parts: { readonly wanted: string; readonly found: string; readonly sameOid: boolean },
  context: DeriveContext,
): boolean {
  if (mentionsAny(parts.found, context.replaced)) return true;
  if (parts.wanted === parts.found) return false;
  return !(parts.sameOid && context.renames);
}
