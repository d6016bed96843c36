import type { Session } from "../../database/session.ts";
import type { RawRow } from "./load.ts";

/** What a read keeps for the reads after it: of each catalog the rows that initdb wrote, as text, and by what they are known again. */
interface InitialTable {
  readonly fingerprint: string;
  readonly rows: readonly RawRow[];
}

/** The rows that initdb wrote and that nothing has changed since, so that they need not be read, named and printed again. */
export interface InitialRows {
  /** Rows of transactions before this one are initdb's. */
  readonly before: string;
  /** The rows of a catalog as an earlier read found them; `undefined` where one of them was changed since, or where it was not read yet. */
  get(table: string): readonly RawRow[] | undefined;
  keep(table: string, rows: readonly RawRow[]): void;
}

/** All embedded databases start from the same data directory. By version and transaction id. */
const kept = new Map<string, Map<string, InitialTable>>();

/**
 * Finds out which catalogs of an embedded database still hold the rows that initdb wrote: a row that is changed gets a new `xmin`, one that is changed or deleted
 * leaves its place (`ctid`), so number and places of the rows of initdb's transactions (those before template0 was frozen) say whether all are as they
 * were. `null` for a server, whose databases may have begun otherwise, and where the roles were changed, whose names stand in the texts of other catalogs.
 * Inside a transaction.
 */
export async function findInitialRows(
  session: Session,
  tables: readonly { readonly name: string; readonly where: string }[],
): Promise<InitialRows | null> {
  if (!session.engine.embedded) return null;
  const [horizon] = await session.rows<{ before: string; roles: string }>(
    `select d.datfrozenxid::text as before, (select count(*) from pg_authid a where a.oid < 16384 and a.xmin::text::int8 >= d.datfrozenxid::text::int8)::text as roles
       from pg_database d where d.datname = 'template0'`,
  );
  if (horizon === undefined || horizon.roles !== "0") return null;
  const { before } = horizon;
  const fingerprints = await session.rows<{ name: string; fingerprint: string }>(
    tables
      .map(
        ({ name, where }) =>
          `select '${name}' as name, count(*) || '/' || coalesce(sum(hashtidextended(r.ctid, 0)), 0) as fingerprint from ${name} r where r.xmin::text::int8 < ${before} and (${where})`,
      )
      .join(" union all "),
  );
  const now = new Map(fingerprints.map(({ name, fingerprint }) => [name, fingerprint]));
  const key = `${session.engine.version} ${before}`;
  const store = kept.get(key) ?? new Map<string, InitialTable>();
  kept.set(key, store);
  return {
    before,
    get(table) {
      const known = store.get(table);
      return known !== undefined && known.fingerprint === now.get(table) ? known.rows : undefined;
    },
    keep(table, rows) {
      const fingerprint = now.get(table);
      if (fingerprint !== undefined && !store.has(table)) store.set(table, { fingerprint, rows });
    },
  };
}
