import type { Session } from "../database/session.ts";
import { addressKey, type CatalogObject, type CatalogSlice, type ObjectAddress } from "../model/catalog.ts";
import type { RowChange, TableRows } from "../model/replay.ts";
import { quoteIdentifier } from "../sql/quote.ts";

/** Tables with more rows than this are counted, not read: their rows are then not part of a proof. */
const MOST_ROWS = 200_000;

/** Values print the same whatever a migration set; only inside a transaction. */
export const READ_ROWS_SETTINGS = `SET LOCAL ROLE NONE; SET LOCAL search_path = pg_catalog; SET LOCAL "DateStyle" = 'ISO, YMD'; SET LOCAL "IntervalStyle" = 'postgres'; SET LOCAL "TimeZone" = 'UTC'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL row_security = on`;

/**
 * Knows the rows of every table that has any, as digests. Like the definitions they are remembered from the last migration that touched the
 * table, so that one which touches no rows costs nothing.
 */
export interface RowMemory {
  /** Reads the rows of all these tables that have any. Not inside a transaction. */
  learn(objects: CatalogSlice): Promise<void>;
  /** As last remembered; `undefined` for a table that was empty. */
  get(table: ObjectAddress): TableRows | undefined;
  /** Brings the memory up to date after a migration: tables whose rows or structure it touched. Not inside a transaction. */
  update(change: { readonly before: CatalogSlice; readonly after: CatalogSlice; readonly rows: readonly RowChange[] }): Promise<void>;
}

export function createRowMemory(session: Session, find: (address: ObjectAddress) => CatalogObject | undefined): RowMemory {
  const known = new Map<string, TableRows>();
  const read = async (tables: readonly (readonly [string, CatalogObject])[]): Promise<void> => {
    if (tables.length === 0) return;
    await session.run(`BEGIN; ${READ_ROWS_SETTINGS}`);
    for (const [key, object] of tables) {
      const found = await readTableRows(session, object);
      if (found.count === 0) known.delete(key);
      else known.set(key, found);
    }
    await session.run("COMMIT");
  };
  return {
    get: (table) => known.get(addressKey(table)),
    async learn(objects) {
      const filled = await session.rows<{ oid: number }>(
        "select c.oid from pg_catalog.pg_class c where c.relkind = 'r' and c.oid >= 16384 and pg_catalog.pg_relation_size(c.oid) > 0",
      );
      const oids = new Set(filled.map(({ oid }) => oid));
      await read([...objects].filter(([, object]) => isTable(object) && oids.has(object.address.oid)));
    },
    async update({ before, after, rows }) {
      for (const key of before.keys()) if (!after.has(key)) known.delete(key);
      const touched = new Map<string, CatalogObject>();
      for (const [key, object] of after) if (known.has(key)) touched.set(key, object);
      for (const { table } of rows) {
        const object = find(table);
        if (object !== undefined) touched.set(addressKey(table), object);
      }
      await read([...touched].filter(([, object]) => isTable(object)));
    },
  };
}

/** Whether an object holds rows of its own. */
export function isTable({ facts }: CatalogObject): boolean {
  return facts.kind === "relation" && facts.relationKind === "table";
}

/** Counts a table's rows and digests them, by whole row and by column; columns in the order of their names. Under `READ_ROWS_SETTINGS`. */
export async function readTableRows(session: Session, object: CatalogObject): Promise<TableRows> {
  const { facts, identity, address } = object;
  if (facts.kind !== "relation") throw new Error(`${identity} has no rows`);
  const [counted] = await session.rows<{ count: string }>(`select count(*) as count from only ${identity}`);
  const count = Number(counted?.count ?? 0);
  if (count === 0 || count > MOST_ROWS) return { table: address, identity, count, digest: null, columns: {} };
  const names = facts.columns.map(({ name }) => name).sort();
  const values = names.map((name) => `r.${quoteIdentifier(name)}`);
  const digest = (value: string): string =>
    `(select md5(string_agg(q.d, '' order by q.d)) from (select md5(${value}) as d from only ${identity} as r) as q)`;
  const selects = [
    `${digest(`row(${values.join(", ")})::text`)} as whole`,
    ...values.map((value, at) => `${digest(`coalesce(${value}::text, '\\N')`)} as c${at}`),
  ];
  const [row] = await session.rows<Record<string, string>>(`select ${selects.join(", ")}`);
  return {
    table: address,
    identity,
    count,
    digest: row?.["whole"] ?? null,
    columns: Object.fromEntries(names.map((name, at) => [name, row?.[`c${at}`] ?? ""])),
  };
}
