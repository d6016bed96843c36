import { addressKey, type CatalogObject } from "../model/catalog.ts";
import type { MigrationReplay } from "../model/replay.ts";
import type { ParsedStatement } from "../model/sql.ts";
import type { CatalogReader } from "../catalog/reader.ts";
import { type FindObject, holdsRows } from "../rows/shape.ts";
import { qualifiedName } from "../sql/quote.ts";
import { targetsOf } from "./hidden-changes.ts";

/** The tables whose rows a migration or its way back may change or stumble over. */
export interface RowTables {
  /** As they were before the migration: they get rows before it runs, and those must be there again at the end. */
  readonly before: readonly CatalogObject[];
  /** Those that it made, as they are after it. */
  readonly created: readonly CatalogObject[];
  /** Tables that stayed, before and after. */
  readonly pairs: readonly (readonly [before: CatalogObject, after: CatalogObject])[];
  readonly findBefore: FindObject;
  readonly findAfter: FindObject;
  readonly belowBefore: (identity: string) => readonly CatalogObject[];
  readonly belowAfter: (identity: string) => readonly CatalogObject[];
}

/** Finds them in what was touched, in the data statements of both ways, in the queries of the condition, and where rows are saved (`also`). */
export function findRowTables(
  replay: MigrationReplay,
  {
    reader,
    statements,
    conditions,
    also = [],
  }: {
    readonly reader: CatalogReader;
    readonly statements: readonly ParsedStatement[];
    readonly conditions: readonly string[];
    readonly also?: readonly CatalogObject[];
  },
): RowTables {
  const before = new Map<string, CatalogObject>();
  const pairs: (readonly [CatalogObject, CatalogObject])[] = [];
  const created: CatalogObject[] = [];
  const stands = (object: CatalogObject): void => {
    const key = addressKey(object.address);
    if (!holdsRows(object) || before.has(key) || (replay.after.has(key) && !replay.before.has(key))) return;
    before.set(key, object);
    pairs.push([object, object]);
  };
  for (const [key, object] of replay.before) {
    const now = replay.after.get(key);
    if (!holdsRows(object)) continue;
    before.set(key, object);
    if (now !== undefined) pairs.push([object, now]);
  }
  for (const [key, object] of replay.after) if (holdsRows(object) && !replay.before.has(key)) created.push(object);
  const findAfter: FindObject = (catalog, identity) => reader.named(catalog, identity);
  for (const { table, existedBefore } of replay.rows) {
    const object = existedBefore ? reader.remembered([table]).get(addressKey(table)) : undefined;
    if (object !== undefined) stands(object);
  }
  const targets = statements.flatMap(({ changes }) => changes.flatMap(targetsOf));
  const named = new Map(targets.map((target) => [JSON.stringify([target.schema, target.name]), target]));
  for (const { schema, name } of named.values()) {
    const object = schema === null ? findByName(reader, name) : reader.named("pg_class", qualifiedName(schema, name));
    if (object !== undefined) stands(object);
  }
  for (const [, identity = ""] of conditions.flatMap((query) => [
    ...query.matchAll(/ FROM ((?:"(?:[^"]|"")+"|\w+)\.(?:"(?:[^"]|"")+"|\w+))/g),
  ])) {
    const object = reader.named("pg_class", identity);
    if (object !== undefined) stands(object);
  }
  for (const object of also) stands(object);
  const old = new Map([...replay.before.values()].map((object) => [`${object.address.catalog} ${object.identity}`, object]));
  const findBefore: FindObject = (catalog, identity) => {
    const known = old.get(`${catalog} ${identity}`);
    if (known !== undefined) return known;
    const now = reader.named(catalog, identity);
    return now === undefined || replay.after.has(addressKey(now.address)) ? undefined : now;
  };
  return {
    before: [...before.values()],
    created,
    pairs,
    findBefore,
    findAfter,
    belowBefore: partitionsIn([...before.values()]),
    belowAfter: partitionsIn([...created, ...pairs.map(([, after]) => after)]),
  };
}

function partitionsIn(objects: readonly CatalogObject[]): (identity: string) => readonly CatalogObject[] {
  return (identity) =>
    objects.filter(({ facts }) => facts.kind === "relation" && facts.partitionBound !== null && facts.inherits.includes(identity));
}

/** A statement that gives no schema means the table of that name in `public`, else the only one there is. */
function findByName(reader: CatalogReader, name: string): CatalogObject | undefined {
  const usual = reader.named("pg_class", qualifiedName("public", name));
  if (usual !== undefined) return usual;
  const found = [...reader.all().values()].filter((object) => object.name === name && holdsRows(object));
  return found.length === 1 ? found[0] : undefined;
}
