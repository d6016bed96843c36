import type { CatalogObject } from "../model/catalog.ts";
import { nameKey, type ObjectRef } from "../model/object.ts";
import type { MigrationReplay } from "../model/replay.ts";
import { relationOf } from "./names.ts";

/**
 * The schema as it grows along the history: which objects stand, and under which name each is found. Fed with one replay after
 * the other; cost in proportion to what a migration touched.
 */
export interface CatalogState {
  /** Objects that stand, by `addressKey`. */
  readonly objects: ReadonlyMap<string, CatalogObject>;
  /** The address keys that a name may mean: several for overloaded functions, none where it is unknown. */
  resolve(ref: ObjectRef): readonly string[];
  /** Takes over what a migration made of the objects that it touched. */
  advance(replay: MigrationReplay): void;
}

function refOf(object: CatalogObject): ObjectRef {
  return { kind: object.kind, schema: object.schema, name: object.name };
}

function keysOf(object: CatalogObject): readonly string[] {
  const keys = [nameKey(refOf(object)), nameKey({ ...refOf(object), schema: null })];
  if (object.facts.kind === "relation") {
    for (const index of object.facts.indexes) {
      keys.push(
        nameKey({ kind: "index", schema: object.schema, name: index.name }),
        nameKey({ kind: "index", schema: null, name: index.name }),
      );
    }
  }
  return keys;
}

/** An empty schema. */
export function createCatalogState(): CatalogState {
  const objects = new Map<string, CatalogObject>();
  const names = new Map<string, Set<string>>();
  const forget = (key: string): void => {
    const object = objects.get(key);
    if (object === undefined) return;
    objects.delete(key);
    for (const name of keysOf(object)) {
      const holders = names.get(name);
      holders?.delete(key);
      if (holders?.size === 0) names.delete(name);
    }
  };
  const learn = (key: string, object: CatalogObject): void => {
    objects.set(key, object);
    for (const name of keysOf(object)) {
      const holders = names.get(name);
      if (holders === undefined) names.set(name, new Set([key]));
      else holders.add(key);
    }
  };
  return {
    objects,
    resolve(ref) {
      const relation = relationOf(ref);
      const wanted: ObjectRef = relation === null || ref.kind === "index" ? ref : { kind: "table", ...relation };
      const { kind, schema, name } = wanted;
      const holders = [...(names.get(nameKey({ kind, schema, name })) ?? [])];
      if (schema !== null || holders.length <= 1) return holders;
      // Without a schema `public` is the likeliest; overloads stay together.
      const inPublic = holders.filter((key) => objects.get(key)?.schema === "public");
      return inPublic.length > 0 ? inPublic : holders;
    },
    advance(replay) {
      for (const key of replay.before.keys()) forget(key);
      for (const [key, object] of replay.after) {
        forget(key);
        learn(key, object);
      }
    },
  };
}
