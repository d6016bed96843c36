import type { Session } from "../../database/session.ts";
import { createIdentities, type Identities } from "./identity.ts";
import { findLeftOut, type ExcludedTables } from "./left-out.ts";
import { loadCatalogs, type RawCatalogs, type RawRow } from "./load.ts";
import { CLUSTER_ROWS, KEYS } from "./terms.ts";

/** Every row of every catalog, in terms that two databases share. */
export interface CatalogSnapshot {
  readonly major: number;
  /** Catalog → name of the row → its columns as JSON (`{"column":"value",…}`), without those that are NULL. */
  readonly catalogs: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Catalog → its columns, so that two majors can be compared in the terms that both know. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  /** Catalog → names of the rows that PostgreSQL itself brings, which differ between majors. */
  readonly builtIn: ReadonlyMap<string, ReadonlySet<string>>;
  /** Where the rows of initdb stand unchanged below all others: those others, and what two snapshots over the same rows of initdb have in common. Absent elsewhere. */
  readonly above?: { readonly initial: object; readonly catalogs: CatalogSnapshot["catalogs"] };
}

export interface CatalogReading {
  readonly excludeFromReads: ExcludedTables;
  /** Only these schemas, as in a database in use: positions of sequences are then left out (they move on, and asking takes a right on each). */
  readonly within?: ReadonlySet<string>;
}

/**
 * Reads the whole catalog row by row: the judge that knows nothing of kinds of objects and so forgets none. Oids and attribute numbers become names, trees become
 * text, what is physical is left out; sequence positions are in it. Rows of tables are not, nor, on a server that others use too, what describes the
 * cluster. Must not be called inside a transaction.
 */
export async function readWholeCatalog(session: Session, options: CatalogReading = { excludeFromReads: [] }): Promise<CatalogSnapshot> {
  const raw = await loadCatalogs(session, options.within === undefined ? "with-positions" : "without-positions");
  const leftOut = findLeftOut(raw, options.excludeFromReads, options.within);
  const identities = createIdentities(raw, leftOut);
  const initial = raw.initial === null ? null : initialTables({ raw, leftOut });
  const columns = new Map<string, readonly string[]>();
  const tables = new Map<string, ReadTable>();
  for (const [table, rows] of raw.rows) {
    const shown = shownColumns(table, rows);
    columns.set(table, shown);
    const ofCluster = session.engine.ownsCluster ? undefined : CLUSTER_ROWS[table];
    const young = rows.slice(raw.initial?.get(table) ?? 0);
    const its = ofCluster === undefined ? young : young.filter((row) => !ofCluster(row));
    tables.set(table, readTable(table, its, { identities, raw, shown }));
  }
  const { major } = session.engine;
  return initial === null ? { major, columns, ...inMaps(tables) } : standOn(initial, { major, columns, tables });
}

/** A snapshot whose lower part is named only where somebody asks for it: two over the same rows of initdb are compared by what stands above. */
function standOn(
  initial: InitialTables,
  { major, columns, tables }: Pick<CatalogSnapshot, "major" | "columns"> & { readonly tables: ReadonlyMap<string, ReadTable> },
): CatalogSnapshot {
  let whole: Pick<CatalogSnapshot, "catalogs" | "builtIn"> | null = null;
  const all = (): Pick<CatalogSnapshot, "catalogs" | "builtIn"> => (whole ??= inMaps(joinTables(initial.tables(), tables)));
  return {
    major,
    columns,
    get catalogs() {
      return all().catalogs;
    },
    get builtIn() {
      return all().builtIn;
    },
    above: { initial, catalogs: inMaps(tables).catalogs },
  };
}

function inMaps(tables: ReadonlyMap<string, ReadTable>): Pick<CatalogSnapshot, "catalogs" | "builtIn"> {
  return {
    catalogs: new Map([...tables].map(([table, { rows }]) => [table, rows])),
    builtIn: new Map([...tables].map(([table, { builtIn }]) => [table, builtIn])),
  };
}

function joinTables(below: ReadonlyMap<string, ReadTable>, above: ReadonlyMap<string, ReadTable>): ReadonlyMap<string, ReadTable> {
  return new Map(
    [...above].map(([table, { rows, builtIn }]) => {
      const under = below.get(table);
      return [table, { rows: new Map([...(under?.rows ?? []), ...rows]), builtIn: new Set([...(under?.builtIn ?? []), ...builtIn]) }];
    }),
  );
}

function shownColumns(table: string, rows: readonly RawRow[]): readonly string[] {
  return Object.keys(rows[0] ?? {}).filter((column) => !(UNSHOWN[table] ?? []).includes(column) && column !== "oid");
}

interface ReadTable {
  readonly rows: ReadonlyMap<string, string>;
  /** Names of built-in rows. */
  readonly builtIn: ReadonlySet<string>;
}

/** The part of every catalog that initdb wrote, read when it is first asked for. */
interface InitialTables {
  readonly tables: () => ReadonlyMap<string, ReadTable>;
}

/** What was made of initdb's rows: by the rows of pg_class, which stand for all, and by what was left out among them. */
const made = new WeakMap<RawRow, Map<string, InitialTables>>();

/** It refers to nothing else, so it reads the same as long as the same of it is left out. */
function initialTables({ raw, leftOut }: { readonly raw: RawCatalogs; readonly leftOut: ReadonlySet<string> }): InitialTables | null {
  const [first] = raw.rows.get("pg_class") ?? [];
  if (first === undefined) return null;
  const known = made.get(first) ?? new Map<string, InitialTables>();
  made.set(first, known);
  const key = [...leftOut]
    .filter((address) => Number(address.slice(address.indexOf("/") + 1)) < FIRST_NORMAL_OID)
    .sort()
    .join();
  const before = known.get(key);
  if (before !== undefined) return before;
  // The rows of initdb alone are kept for later, not those of this read.
  const alone = { ...raw, rows: new Map([...raw.rows].map(([table, rows]) => [table, rows.slice(0, raw.initial?.get(table) ?? 0)])) };
  let read: ReadonlyMap<string, ReadTable> | null = null;
  const tables = (): ReadonlyMap<string, ReadTable> => (read ??= readInitial(alone, leftOut));
  const initial = { tables };
  known.set(key, initial);
  return initial;
}

function readInitial(raw: RawCatalogs, leftOut: ReadonlySet<string>): ReadonlyMap<string, ReadTable> {
  const identities = createIdentities(raw, leftOut);
  return new Map(
    [...raw.rows].map(([table, rows]) => [table, readTable(table, rows, { identities, raw, shown: shownColumns(table, rows) })]),
  );
}

/** `FirstNormalObjectId`: what has a lower oid was made by initdb. */
const FIRST_NORMAL_OID = 16_384;

/** Part of the name instead. */
const UNSHOWN: Readonly<Record<string, readonly string[]>> = { pg_attribute: ["attnum"] };

interface Context {
  readonly identities: Identities;
  readonly raw: RawCatalogs;
  readonly shown: readonly string[];
}

function readTable(table: string, rows: readonly RawRow[], { identities, raw, shown }: Context): ReadTable {
  const result = new Map<string, string>();
  const builtIn = new Set<string>();
  const keyed = KEYS[table] !== undefined;
  for (const row of rows) {
    const name = identities.nameOfRow(table, row);
    if (name === null) continue;
    if (identities.isBuiltIn(table, row)) builtIn.add(name);
    if (!keyed) {
      result.set(name, "{}");
      continue;
    }
    const payload: Record<string, string> = {};
    for (const column of shown) {
      const value = ADJUSTED[`${table}.${column}`]?.(row, identities) ?? identities.value(table, column, row);
      if (value !== null) payload[column] = value;
    }
    if (table === "pg_attribute")
      payload["position"] = String(raw.columns.get(`${row["attrelid"] ?? ""}/${row["attnum"] ?? ""}`)?.position);
    result.set(name, JSON.stringify(payload));
  }
  return { rows: result, builtIn };
}

/** Columns whose value depends on how the row came about. */
const ADJUSTED: Readonly<Record<string, (row: RawRow, identities: Identities) => string | null>> = {
  "pg_type.typname": (row, identities) => (row["typelem"] === "0" ? null : identities.nameOfRow("pg_type", row)),
  "pg_trigger.tgname": (row, identities) => (row["tgisinternal"] === "true" ? identities.nameOfRow("pg_trigger", row) : null),
  "pg_attribute.attname": (row, identities) => identities.nameOfRow("pg_attribute", row),
  "pg_class.relname": (row) => row["relname"] ?? null,
  "pg_policy.polroles": (row, identities) =>
    (row["polroles"] ?? "")
      .split(/[,{}]/)
      .filter((oid) => oid !== "")
      .map((oid) => (oid === "0" ? "PUBLIC" : identities.nameOf("pg_authid", oid)))
      .sort()
      .join(","),
};
