import { addressKey, type CatalogObject, type CatalogSlice, type ObjectAddress } from "../model/catalog.ts";
import type { MigrationReplay } from "../model/replay.ts";

/** One place in a history as two shadows have it: the objects that stand there, each with the oids of its own shadow. */
export interface Boundary {
  readonly there: CatalogSlice;
  readonly here: CatalogSlice;
}

/** Beyond every oid (32 bits): what was made here after the boundary gets numbers that no object there has. */
const NEW_OBJECTS = 2 ** 32;

/**
 * Replays of the second part of a history, made on a shadow of its own, as if the shadow of the first part had gone on: addresses of what stood at the boundary become
 * those of the first shadow, so that an object is the same object all through the history. Facts keep the oids of their parts, which only count within one migration.
 */
export function continueAddresses(replays: readonly MigrationReplay[], { there, here }: Boundary): readonly MigrationReplay[] {
  const known = new Map([...there.values()].map((object) => [nameOf(object), object.address]));
  const renumbered = new Map<string, ObjectAddress>();
  for (const [key, object] of here) {
    const address = known.get(nameOf(object));
    if (address !== undefined) renumbered.set(key, address);
  }
  const move = (address: ObjectAddress): ObjectAddress =>
    renumbered.get(addressKey(address)) ?? { catalog: address.catalog, oid: address.oid + NEW_OBJECTS };
  const moveSlice = (slice: CatalogSlice): CatalogSlice =>
    new Map(
      [...slice.values()].map((object): [string, CatalogObject] => {
        const address = move(object.address);
        return [addressKey(address), { ...object, address }];
      }),
    );
  return replays.map((replay) => ({
    ...replay,
    before: moveSlice(replay.before),
    after: moveSlice(replay.after),
    rows: replay.rows.map((row) => ({ ...row, table: move(row.table) })),
    sequences: replay.sequences.map((sequence) => ({ ...sequence, sequence: move(sequence.sequence) })),
    ...(replay.rowsBefore === undefined ? {} : { rowsBefore: replay.rowsBefore.map((rows) => ({ ...rows, table: move(rows.table) })) }),
  }));
}

function nameOf({ address, kind, identity }: CatalogObject): string {
  return `${address.catalog} ${kind} ${identity}`;
}
