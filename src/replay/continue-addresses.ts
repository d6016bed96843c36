import { addressKey, type CatalogObject, type CatalogSlice, type ObjectAddress } from "../model/catalog.ts";
import type { MigrationReplay } from "../model/replay.ts";

/** One place in a history as two shadows have it: the objects that stand there, each with the oids of its own shadow. */
export interface Boundary {
  readonly there: CatalogSlice;
  readonly here: CatalogSlice;
}

/** More than every oid (32 bits). */
const MORE_THAN_OIDS = 2 ** 32;

/** What was made on one shadow, in the numbers of another. */
export interface Renumbered {
  readonly replays: readonly MigrationReplay[];
  /** The objects behind the last of them. */
  readonly last: CatalogSlice;
}

/**
 * Replays of the second part of a history, made on a shadow of its own, as if the shadow of the first part had gone on: addresses of what stood at the boundary become
 * those of the first shadow, so that an object is the same object all through the history; what was made later gets numbers that nothing in `first` ever had. Facts keep
 * the oids of their parts, which only count within one migration.
 */
export function continueAddresses(first: readonly MigrationReplay[], second: Renumbered, { there, here }: Boundary): Renumbered {
  const known = new Map([...there.values()].map((object) => [nameOf(object), object.address]));
  const renumbered = new Map<string, ObjectAddress>();
  for (const [key, object] of here) {
    const address = known.get(nameOf(object));
    if (address !== undefined) renumbered.set(key, address);
  }
  const beyond = numbersBeyond(first);
  const move = (address: ObjectAddress): ObjectAddress =>
    renumbered.get(addressKey(address)) ?? { catalog: address.catalog, oid: address.oid + beyond };
  const moveSlice = (slice: CatalogSlice): CatalogSlice =>
    new Map(
      [...slice.values()].map((object): [string, CatalogObject] => {
        const address = move(object.address);
        return [addressKey(address), { ...object, address }];
      }),
    );
  const replays = second.replays.map((replay) => ({
    ...replay,
    before: moveSlice(replay.before),
    after: moveSlice(replay.after),
    rows: replay.rows.map((row) => ({ ...row, table: move(row.table) })),
    sequences: replay.sequences.map((sequence) => ({ ...sequence, sequence: move(sequence.sequence) })),
    ...(replay.rowsBefore === undefined ? {} : { rowsBefore: replay.rowsBefore.map((rows) => ({ ...rows, table: move(rows.table) })) }),
  }));
  return { replays, last: moveSlice(second.last) };
}

/** Each shadow has 2³² numbers of its own: the first that none of these replays uses. */
function numbersBeyond(replays: readonly MigrationReplay[]): number {
  let highest = 0;
  for (const { before, after } of replays) {
    for (const slice of [before, after]) for (const { address } of slice.values()) highest = Math.max(highest, address.oid);
  }
  return (Math.floor(highest / MORE_THAN_OIDS) + 1) * MORE_THAN_OIDS;
}

function nameOf({ address, kind, identity }: CatalogObject): string {
  return `${address.catalog} ${kind} ${identity}`;
}
