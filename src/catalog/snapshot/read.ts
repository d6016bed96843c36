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
  const initial = raw.initial === null ? null : initialTables({ raw, identities, leftOut });
  const catalogs = new Map<string, ReadonlyMap<string, string>>();
  const columns = new Map<string, readonly string[]>();
  const builtIn = new Map<string, ReadonlySet<string>>();
  for (const [table, rows] of raw.rows) {
    const shown = shownColumns(table, rows);
    columns.set(table, shown);
    const known = initial?.get(table);
    const ofCluster = session.engine.ownsCluster ? undefined : CLUSTER_ROWS[table];
    const young = known === undefined ? rows : rows.slice(raw.initial?.get(table) ?? 0);
    const its = ofCluster === undefined ? young : young.filter((row) => !ofCluster(row));
    const read = readTable(table, its, { identities, raw, shown, known });
    builtIn.set(table, read.builtIn);
    catalogs.set(table, read.rows);
  }
  return { major: session.engine.major, catalogs, columns, builtIn };
}

function shownColumns(table: string, rows: readonly RawRow[]): readonly string[] {
  return Object.keys(rows[0] ?? {}).filter((column) => !(UNSHOWN[table] ?? []).includes(column) && column !== "oid");
}

interface ReadTable {
  readonly rows: ReadonlyMap<string, string>;
  /** Names of built-in rows. */
  readonly builtIn: ReadonlySet<string>;
}

interface Everything {
  readonly raw: RawCatalogs;
  readonly identities: Identities;
  readonly leftOut: ReadonlySet<string>;
}

/** What was made of initdb's rows: by the rows of pg_class, which stand for all, and by what was left out among them. */
const made = new WeakMap<RawRow, Map<string, ReadonlyMap<string, ReadTable>>>();

/** The part of every catalog that initdb wrote. It refers to nothing else, so it reads the same as long as the same of it is left out. */
function initialTables({ raw, identities, leftOut }: Everything): ReadonlyMap<string, ReadTable> {
  const [first] = raw.rows.get("pg_class") ?? [];
  if (first === undefined) return new Map();
  const known = made.get(first) ?? new Map<string, ReadonlyMap<string, ReadTable>>();
  made.set(first, known);
  const key = [...leftOut]
    .filter((address) => Number(address.slice(address.indexOf("/") + 1)) < FIRST_NORMAL_OID)
    .sort()
    .join();
  const before = known.get(key);
  if (before !== undefined) return before;
  const tables = new Map<string, ReadTable>();
  for (const [table, rows] of raw.rows) {
    const its = rows.slice(0, raw.initial?.get(table) ?? 0);
    tables.set(table, readTable(table, its, { identities, raw, shown: shownColumns(table, rows), known: undefined }));
  }
  known.set(key, tables);
  return tables;
}

/** `FirstNormalObjectId`: what has a lower oid was made by initdb. */
const FIRST_NORMAL_OID = 16_384;

/** Part of the name instead. */
const UNSHOWN: Readonly<Record<string, readonly string[]>> = { pg_attribute: ["attnum"] };

interface Context {
  readonly identities: Identities;
  readonly raw: RawCatalogs;
  readonly shown: readonly string[];
  /** What the rows are added to. */
  readonly known: ReadTable | undefined;
}

function readTable(table: string, rows: readonly RawRow[], { identities, raw, shown, known }: Context): ReadTable {
  const result = new Map(known?.rows);
  const builtIn = new Set(known?.builtIn);
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
