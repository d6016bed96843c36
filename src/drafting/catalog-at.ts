import { addressKey, type CatalogObject, type CatalogSlice } from "../model/catalog.ts";
import type { MigrationReplay } from "../model/replay.ts";
import { deriveDefinitions } from "../rollback/derive/derive.ts";

/** All objects as they stand before the migration at a place, from what the replays touched. */
export function catalogBefore(replays: readonly MigrationReplay[], place: number): CatalogSlice {
  const objects = new Map<string, CatalogObject>();
  for (const { before, after } of replays.slice(0, place)) {
    for (const key of before.keys()) if (!after.has(key)) objects.delete(key);
    for (const [key, object] of after) objects.set(key, object);
  }
  return objects;
}

/** The statements that make these objects, in an order that works; what belongs to another by itself is made with it. */
export function definitionsOf(objects: readonly CatalogObject[]): readonly string[] {
  const slice = new Map(objects.map((object) => [addressKey(object.address), object]));
  const owner = objects.map(({ facts }) => ("owner" in facts ? facts.owner : "")).find((name) => name !== "") ?? "";
  return deriveDefinitions({ before: slice, after: new Map(), matching: "oid", sessionRole: owner, major: 18 }).statements;
}

/** Every name that the history ever gave, in lower case: of schemas, objects, columns and what hangs on a table. */
export function namesIn(replays: readonly MigrationReplay[]): ReadonlySet<string> {
  const names = new Set<string>(["public"]);
  for (const { before, after } of replays)
    for (const object of [...before.values(), ...after.values()]) for (const name of namesOf(object)) names.add(name.toLowerCase());
  return names;
}

function namesOf({ schema, name, facts }: CatalogObject): readonly string[] {
  const own = [name, ...(schema === null ? [] : [schema])];
  if (facts.kind !== "relation") return own;
  const { columns, constraints, indexes, triggers } = facts;
  return [...own, ...[...columns, ...constraints, ...indexes, ...triggers].map((part) => part.name)];
}
