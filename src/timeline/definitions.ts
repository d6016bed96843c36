import { addressKey, type CatalogObject, type CatalogSlice } from "../model/catalog.ts";
import { deriveDefinitions } from "../rollback/derive/derive.ts";

/** What definitions are written for. */
export interface DefinitionTerms {
  /** The role that runs the shadow: it stands for whoever runs the statements, and its name is never written. */
  readonly sessionRole: string;
  readonly major: number;
}

const NOTHING: CatalogSlice = new Map();

/** The statements that make objects where there are none, in an order in which they can run. */
export function makeStatements(objects: CatalogSlice, terms: DefinitionTerms): readonly string[] {
  return changeStatements({ from: NOTHING, to: objects }, terms);
}

/** The statements that turn one state into another. Objects are told by their oids, so a rename is a rename; rows are not looked at. */
export function changeStatements(
  { from, to }: { readonly from: CatalogSlice; readonly to: CatalogSlice },
  terms: DefinitionTerms,
): readonly string[] {
  return deriveDefinitions({ before: atRest(to), after: atRest(from), matching: "oid", ...terms }).statements;
}

/** The objects of a state that an earlier one lacks or has otherwise: of an empty database, what the history made. */
export function broughtBy(state: CatalogSlice, earlier: CatalogSlice): CatalogSlice {
  return new Map([...state].filter(([key, object]) => JSON.stringify(earlier.get(key)) !== JSON.stringify(object)));
}

/** A slice without what rows alone make of it: where sequences stand. Sequences of identity columns come and go with them. */
export function atRest(slice: CatalogSlice): CatalogSlice {
  const kept: [string, CatalogObject][] = [];
  for (const object of slice.values()) kept.push([addressKey(object.address), restingObject(object)]);
  return new Map(kept);
}

function restingObject(object: CatalogObject): CatalogObject {
  if (object.facts.kind !== "sequence") return object;
  return { ...object, facts: { ...object.facts, lastValue: null, waitingAt: null } };
}
