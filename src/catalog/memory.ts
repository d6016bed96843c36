import { addressKey, type CatalogObject, type CatalogSlice, type ObjectAddress, type ObjectFacts } from "../model/catalog.ts";
import type { ObjectKind } from "../model/object.ts";

/** One object as the shadow's functions give it. */
export interface ReadObject {
  readonly catalog: string;
  readonly oid: number;
  readonly kind: ObjectKind;
  readonly schema: string | null;
  readonly name: string;
  readonly identity: string;
  readonly facts: ObjectFacts;
  /** Relations: `relfilenode`. */
  readonly filenode?: number;
  /** Relations: the oids of its parents; sequences: of the table that owns it. */
  readonly parents?: readonly number[];
}

interface Known {
  readonly object: CatalogObject;
  readonly filenode: number;
  readonly parents: readonly number[];
}

/** What the reader remembers: every object as it was last accepted, and which object each index, trigger, constraint, policy and rule is part of. */
export interface Memory {
  get(address: ObjectAddress): CatalogObject | undefined;
  filenode(oid: number): number | undefined;
  /** By its quoted, schema-qualified name. */
  named(catalog: string, identity: string): CatalogObject | undefined;
  slice(addresses: readonly ObjectAddress[]): CatalogSlice;
  addresses(): readonly ObjectAddress[];
  addressesOf(catalogs: ReadonlySet<string>): readonly ObjectAddress[];
  /** Each once, parts replaced by what they were part of, and with tables the inheritors and owned sequences that were known. */
  withParts(addresses: readonly ObjectAddress[]): readonly ObjectAddress[];
  /** Whether texts that name this object, one of its columns or its type may read differently now. */
  changesNames(object: ReadObject): boolean;
  /** Whether texts anywhere may name it, without a dependency that says so: a renamed schema, role or tablespace, an extension that moved. */
  namesEverything(object: ReadObject): boolean;
  /** What was read, without the tables that are left out and the sequences that they own. */
  shown(objects: readonly ReadObject[]): readonly ReadObject[];
  /** Whether this table is left out. */
  isExcluded(table: { readonly oid: number; readonly schema: string; readonly name: string }): boolean;
  toSlice(objects: readonly ReadObject[]): CatalogSlice;
  replace(before: CatalogSlice, objects: readonly ReadObject[]): void;
}

export function createMemory(excluded: readonly { readonly schema: string | null; readonly name: string }[]): Memory {
  const known = new Map<string, Known>();
  const names = new Map<string, string>();
  const owners = new Map<string, ObjectAddress>();
  const below = new Map<number, Set<number>>();
  const hidden = new Set<number>();

  const isNamed = (read: { readonly schema: string | null; readonly name: string }): boolean =>
    excluded.some((table) => table.name === read.name && (table.schema === null || table.schema === read.schema));
  const forget = (key: string): void => {
    const entry = known.get(key);
    if (entry === undefined) return;
    known.delete(key);
    const name = nameKey(entry.object.address.catalog, entry.object.identity);
    if (names.get(name) === key) names.delete(name);
    for (const part of partsOf(entry.object.facts)) owners.delete(addressKey(part));
    for (const parent of entry.parents) below.get(parent)?.delete(entry.object.address.oid);
  };
  const remember = (read: ReadObject): void => {
    const object = toObject(read);
    known.set(addressKey(object.address), { object, filenode: read.filenode ?? 0, parents: read.parents ?? [] });
    names.set(nameKey(object.address.catalog, object.identity), addressKey(object.address));
    for (const part of partsOf(object.facts)) owners.set(addressKey(part), object.address);
    for (const parent of read.parents ?? []) {
      const set = below.get(parent) ?? new Set();
      below.set(parent, set.add(object.address.oid));
    }
  };

  return {
    get: (address) => known.get(addressKey(address))?.object,
    named: (catalog, identity) => known.get(names.get(nameKey(catalog, identity)) ?? "")?.object,
    filenode: (oid) => known.get(addressKey({ catalog: "pg_class", oid }))?.filenode,
    slice(addresses) {
      const slice = new Map<string, CatalogObject>();
      for (const address of addresses) {
        const object = known.get(addressKey(address))?.object;
        if (object !== undefined) slice.set(addressKey(address), object);
      }
      return slice;
    },
    addresses: () => [...known.values()].map((entry) => entry.object.address),
    addressesOf: (catalogs) => [...known.values()].map((entry) => entry.object.address).filter((address) => catalogs.has(address.catalog)),
    withParts(addresses) {
      const found = new Map<string, ObjectAddress>();
      const queue = [...addresses];
      for (let address = queue.pop(); address !== undefined; address = queue.pop()) {
        const owner = owners.get(addressKey(address)) ?? { catalog: address.catalog, oid: address.oid };
        const key = addressKey(owner);
        if (found.has(key)) continue;
        found.set(key, owner);
        if (owner.catalog === "pg_class") for (const oid of below.get(owner.oid) ?? []) queue.push({ catalog: "pg_class", oid });
      }
      return [...found.values()].filter((address) => !PART_CATALOGS.has(address.catalog));
    },
    changesNames(read) {
      const before = known.get(addressKey(read))?.object;
      if (before === undefined) return false;
      if (before.identity !== read.identity) return true;
      if (before.facts.kind === "type" && read.facts.kind === "type") {
        const labels = new Set(read.facts.labels);
        return before.facts.labels.some((label) => !labels.has(label));
      }
      if (before.facts.kind !== "relation" || read.facts.kind !== "relation") return false;
      const columns = new Map(before.facts.columns.map((column) => [column.number, column]));
      return read.facts.columns.some((column) => {
        const old = columns.get(column.number);
        return old !== undefined && (old.name !== column.name || old.type !== column.type);
      });
    },
    namesEverything(read) {
      const before = known.get(addressKey(read))?.object;
      return before !== undefined && EVERYWHERE.has(read.catalog) && (before.identity !== read.identity || before.schema !== read.schema);
    },
    shown(objects) {
      if (excluded.length === 0) return objects;
      for (const read of objects) {
        if (read.catalog === "pg_class" && read.facts.kind === "relation" && isNamed(read)) hidden.add(read.oid);
      }
      for (const read of objects) {
        if (read.facts.kind === "sequence" && (read.parents ?? []).some((parent) => hidden.has(parent))) hidden.add(read.oid);
      }
      return objects.filter((read) => read.catalog !== "pg_class" || !hidden.has(read.oid));
    },
    isExcluded(table) {
      if (isNamed(table)) hidden.add(table.oid);
      return hidden.has(table.oid);
    },
    toSlice: (objects) => new Map(objects.map((read) => [addressKey(read), toObject(read)])),
    replace(before, objects) {
      for (const key of before.keys()) forget(key);
      for (const object of objects) {
        forget(addressKey(object));
        remember(object);
      }
    },
  };
}

function nameKey(catalog: string, identity: string): string {
  return `${catalog} ${identity}`;
}

const EVERYWHERE: ReadonlySet<string> = new Set(["pg_namespace", "pg_authid", "pg_tablespace", "pg_extension"]);

/** Catalogs whose rows are only ever parts; an unknown one of them has nothing to be read. */
const PART_CATALOGS: ReadonlySet<string> = new Set([
  "pg_trigger",
  "pg_policy",
  "pg_rewrite",
  "pg_attrdef",
  "pg_constraint",
  "pg_amop",
  "pg_amproc",
  "pg_publication_rel",
  "pg_publication_namespace",
]);

function toObject(read: ReadObject): CatalogObject {
  const { catalog, oid, kind, schema, name, identity, facts } = read;
  return { address: { catalog, oid }, kind, schema, name, identity, facts };
}

function partsOf(facts: ObjectFacts): readonly ObjectAddress[] {
  if (facts.kind !== "relation") return [];
  const as = (catalog: string) => (part: { readonly oid: number }) => ({ catalog, oid: part.oid });
  return [
    ...facts.constraints.map(as("pg_constraint")),
    ...facts.indexes.map(as("pg_class")),
    ...facts.triggers.map(as("pg_trigger")),
    ...facts.policies.map(as("pg_policy")),
    ...facts.rules.map(as("pg_rewrite")),
  ];
}
