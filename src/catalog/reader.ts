import type { Session, StatementResult } from "../database/session.ts";
import { addressKey, type CatalogObject, type CatalogSlice, type ObjectAddress } from "../model/catalog.ts";
import { createMemory, type ReadObject } from "./memory.ts";
import { allObjects, asArrays, createObserver, type EndOptions } from "./observe.ts";
import type { ReadScope, Touched } from "./touched.ts";

export interface ReaderOptions {
  /** Tables that no read shows, with all that hangs on them: the bookkeeping of the source tool. `schema: null` is any schema. */
  readonly excludeFromReads: readonly { readonly schema: string | null; readonly name: string }[];
}

/** The objects that something touched, before and after. */
export interface Slices {
  readonly before: CatalogSlice;
  readonly after: CatalogSlice;
}

/**
 * Says what SQL did to a shadow, at a cost that does not grow with the schema: event triggers name what was touched, change counters of the
 * catalogs catch what those do not say, and the definitions before are the remembered ones.
 */
export interface CatalogReader {
  /**
   * Notes where things stand. Inside the transaction, before its first statement; `unwrapped` where what runs ends transactions itself: rows are then counted
   * by the server's totals.
   */
  begin(mode?: "transaction" | "unwrapped"): Promise<void>;
  /**
   * Does what `begin` does between BEGIN, in the words of `statement`, and `sql`, in one message; gives the results of `sql`. Throws its `StatementError`, offset
   * counted in `sql`; the transaction is open then, and waits for ROLLBACK.
   */
  open(statement: string, sql: string): Promise<readonly StatementResult[]>;
  /** What was touched since `begin`. Inside the same transaction; after it, where a file ended it by itself (`ownTransactionEnded`). */
  end(scope?: ReadScope, options?: EndOptions): Promise<Touched>;
  /** The touched objects as remembered and as they stand now; with them those whose definition a rename changed. */
  slices(touched: Touched): Promise<Slices>;
  /** The change stands: its `after` is what the next one calls `before`. */
  accept(slices: Slices): void;
  /** Objects as they stand now; those that do not exist are absent. `touched`: of an `end` after which nothing ran; what was read with it is not read again. */
  read(addresses: readonly ObjectAddress[], touched?: Touched): Promise<CatalogSlice>;
  /** As `read`, from what `end` itself read; `null` where that is not all of them. For after the transaction. */
  readTogether(addresses: readonly ObjectAddress[], touched: Touched): CatalogSlice | null;
  /** Objects as last accepted. */
  remembered(addresses: readonly ObjectAddress[]): CatalogSlice;
  /** The object that has this quoted, schema-qualified name, as last accepted. */
  named(catalog: string, identity: string): CatalogObject | undefined;
  /** Every object that was last accepted. */
  all(): CatalogSlice;
  /** Puts positions of sequences back: `nextval` and `setval` outlive a rolled-back transaction. */
  restoreSequences(slice: CatalogSlice): Promise<void>;
}

/** A reader for a shadow that has the reader's functions; it begins by reading everything that is there. */
export async function createReader(session: Session, options: ReaderOptions): Promise<CatalogReader> {
  const memory = createMemory(options.excludeFromReads);
  const observer = await createObserver(session, memory);
  const parts = new WeakMap<Slices, readonly ReadObject[]>();

  const readObjects = async (addresses: readonly ObjectAddress[]): Promise<readonly ReadObject[]> => {
    if (addresses.length === 0) return [];
    const rows = await session.rows<{ object: ReadObject }>(
      "select o as object from pggit_shadow.read($1::pg_catalog.text[], $2::pg_catalog.oid[]) o",
      asArrays(addresses),
    );
    return memory.shown(rows.map((row) => row.object));
  };
  /** As `readObjects`, but for what was read when it was touched. */
  const readTouched = async (addresses: readonly ObjectAddress[], touched: Touched | undefined): Promise<readonly ReadObject[]> => {
    const known = touched === undefined ? undefined : observer.readTogether(touched);
    if (known === undefined) return readObjects(addresses);
    const found = addresses.flatMap((address) => known.get(addressKey(address)) ?? []);
    const rest = await readObjects(addresses.filter((address) => !known.has(addressKey(address))));
    return memory.shown([...found, ...rest]);
  };
  const dependants = async (objects: readonly ObjectAddress[]): Promise<readonly ObjectAddress[]> =>
    objects.length === 0
      ? []
      : session.rows<ObjectAddress>(
          "select catalog, oid from pggit_shadow.dependants($1::pg_catalog.text[], $2::pg_catalog.oid[])",
          asArrays(objects),
        );

  memory.replace(new Map(), await readObjects(await allObjects(session)));
  return {
    begin: (mode = "transaction") => observer.begin(mode),
    open: (statement, sql) => observer.open(statement, sql),
    end: (scope = "rows", options = {}) => observer.end(scope, options),
    async slices(touched) {
      const before = new Map<string, CatalogObject>(memory.slice(touched.addresses));
      const objects = [...(await readTouched(touched.addresses, touched))];
      const seen = new Set(touched.addresses.map(addressKey));
      const related = await dependants(objects.filter((object) => memory.changesNames(object) && !memory.namesEverything(object)));
      const more = memory.withParts(related).filter((address) => !seen.has(addressKey(address)));
      for (const [key, object] of memory.slice(more)) before.set(key, object);
      objects.push(...(await readObjects(more)));
      const slices = { before, after: memory.toSlice(objects) };
      // The name of a schema or role stands in texts everywhere: everything is remembered anew, the slices show the rename alone.
      parts.set(slices, objects.some((object) => memory.namesEverything(object)) ? await readObjects(await allObjects(session)) : objects);
      return slices;
    },
    accept(slices) {
      const objects = parts.get(slices);
      if (objects === undefined) throw new Error("accept was given slices that this reader did not make");
      memory.replace(slices.before, objects);
    },
    read: async (addresses, touched) => memory.toSlice(await readTouched(addresses, touched)),
    readTogether(addresses, touched) {
      const known = observer.readTogether(touched);
      if (known === undefined || addresses.some((address) => !known.has(addressKey(address)))) return null;
      return memory.toSlice(memory.shown(addresses.flatMap((address) => known.get(addressKey(address)) ?? [])));
    },
    remembered: (addresses) => memory.slice(addresses),
    named: (catalog, identity) => memory.named(catalog, identity),
    all: () => memory.slice(memory.addresses()),
    async restoreSequences(slice) {
      const positions = [...slice.values()].flatMap(({ address, facts }) =>
        facts.kind === "sequence"
          ? [{ oid: address.oid, at: facts.lastValue ?? facts.waitingAt ?? facts.start, called: facts.lastValue !== null }]
          : [],
      );
      if (positions.length === 0) return;
      await session.rows(
        `select pg_catalog.setval(u.o::pg_catalog.regclass, u.at, u.called)
           from unnest($1::pg_catalog.oid[], $2::pg_catalog.int8[], $3::pg_catalog.bool[]) as u(o, at, called)`,
        [positions.map((position) => position.oid), positions.map((position) => position.at), positions.map((position) => position.called)],
      );
    },
  };
}
