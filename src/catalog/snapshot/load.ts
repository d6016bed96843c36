import type { Session } from "../../database/session.ts";
import { inPlainTerms } from "../plain-terms.ts";
import { findInitialRows, type InitialRows } from "./initial-rows.ts";
import { ACL_DEFAULTS, CATALOGS_LEFT_OUT, COLUMN_TERMS, COLUMNS_LEFT_OUT, MORE_TERMS, ROWS } from "./terms.ts";
import { FOREIGN_KEYS_OF_13, type ForeignKey } from "./foreign-keys.ts";

/** A row as text, column by column. `oid` is there where the catalog has one. */
export type RawRow = Readonly<Record<string, string | null>>;

export interface RawCatalogs {
  readonly rows: ReadonlyMap<string, readonly RawRow[]>;
  /** Where every catalog begins with the rows that initdb wrote, all as they were: how many these are. They are the same in every read. */
  readonly initial: ReadonlyMap<string, number> | null;
  readonly foreignKeys: readonly ForeignKey[];
  /** (relation oid, attribute number) → name and position among the living columns, as `relid/attnum`. */
  readonly columns: ReadonlyMap<string, { readonly name: string; readonly position: number }>;
}

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
}

/** Reads every row of every catalog in one transaction of its own, in terms that do not depend on what the session set. */
export async function loadCatalogs(session: Session, positions: "with-positions" | "without-positions"): Promise<RawCatalogs> {
  return inPlainTerms(session, async () => {
    const columns = await session.rows<Column>(
      `select c.relname::text as table, a.attname::text as name, format_type(a.atttypid, null) as type from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
          and has_column_privilege(c.oid, a.attnum, 'SELECT') order by c.relname, a.attnum`,
    );
    const tables = new Map<string, Column[]>();
    for (const column of columns) {
      if (!CATALOGS_LEFT_OUT.has(column.table)) tables.set(column.table, [...(tables.get(column.table) ?? []), column]);
    }
    const initial = await findInitialRows(
      session,
      [...tables.keys()].map((name) => ({ name, where: ROWS[name] ?? "true" })),
    );
    const own = (table: string): string =>
      session.engine.embedded || positions === "with-positions" || OWN_ROWS[table] === undefined ? "" : ` and (${OWN_ROWS[table]})`;
    const rows = new Map<string, readonly RawRow[]>();
    const unchanged = new Map<string, number>();
    for (const [table, its] of tables) {
      const { all, initially } = await loadTable(session, { table, sql: selectAll(table, its, positions) + own(table), initial });
      rows.set(table, all);
      if (initially !== null) unchanged.set(table, initially);
    }
    // Passwords aside, everybody may read what stands in pg_authid.
    if (!tables.has("pg_authid")) {
      rows.set(
        "pg_authid",
        await session.rows<Record<string, string | null>>(
          `select ${ROLE_COLUMNS.map((c) => `${c}::text as ${c}`).join(", ")} from pg_roles`,
        ),
      );
    }
    const foreignKeys =
      session.engine.major < 14
        ? FOREIGN_KEYS_OF_13
        : await session.rows<ForeignKey>(
            "select fktable::regclass::text as table, fkcols as columns, pktable::regclass::text as target from pg_get_catalog_foreign_keys()",
          );
    return {
      rows,
      foreignKeys,
      columns: findPositions(rows.get("pg_attribute") ?? []),
      initial: unchanged.size === tables.size ? unchanged : null,
    };
  });
}

interface Reading {
  readonly table: string;
  /** Ends with its condition. */
  readonly sql: string;
  readonly initial: InitialRows | null;
}

/** Reads a catalog: initdb's rows from an earlier read where they are as they were, then the others. */
async function loadTable(
  session: Session,
  { table, sql, initial }: Reading,
): Promise<{ readonly all: readonly RawRow[]; readonly initially: number | null }> {
  if (initial === null) return { all: await session.rows<Record<string, string | null>>(sql), initially: null };
  const age = "r.xmin::text::int8";
  const known = initial.get(table);
  const old = known ?? (await session.rows<Record<string, string | null>>(`${sql} and ${age} < ${initial.before}`));
  initial.keep(table, old);
  const young = await session.rows<Record<string, string | null>>(`${sql} and ${age} >= ${initial.before}`);
  return { all: [...old, ...young], initially: initial.get(table) === old ? old.length : null };
}

/** Living columns count from 1, whatever was dropped before them. */
function findPositions(attributes: readonly RawRow[]): RawCatalogs["columns"] {
  const byRelation = new Map<string, RawRow[]>();
  for (const row of attributes) {
    const relation = row["attrelid"] ?? "";
    const its = byRelation.get(relation);
    if (its === undefined) byRelation.set(relation, [row]);
    else its.push(row);
  }
  const columns = new Map<string, { readonly name: string; readonly position: number }>();
  for (const [relation, its] of byRelation) {
    its.sort((left, right) => Number(left["attnum"]) - Number(right["attnum"]));
    for (const [at, row] of its.entries())
      columns.set(`${relation}/${row["attnum"] ?? ""}`, { name: row["attname"] ?? "", position: at + 1 });
  }
  return columns;
}

function selectAll(table: string, columns: readonly Column[], positions: "with-positions" | "without-positions"): string {
  const terms = columns
    .filter((column) => !(COLUMNS_LEFT_OUT[table] ?? []).includes(column.name) || IDENTIFYING.has(`${table}.${column.name}`))
    .map((column) => `${term(column)} as ${column.name}`);
  const left = positions === "with-positions" ? "" : "position";
  const more = Object.entries(MORE_TERMS[table] ?? {})
    .filter(([name]) => name !== left)
    .map(([name, sql]) => `${sql} as "${name}"`);
  return `select ${[...terms, ...more].join(", ")} from ${table} r where (${ROWS[table] ?? "true"})`;
}

/**
 * Of catalogs whose built-in rows nobody refers to, a database in use on a server is asked for its own rows, and one more, so that the columns are known. (An embedded one
 * keeps the built-in ones from its first read.)
 */
const OWN_ROWS: Readonly<Record<string, string>> = {
  pg_attribute: "r.attrelid >= 16384 or r.attrelid = 'pg_class'::regclass",
  pg_depend: "r.objid >= 16384",
  pg_description: "r.objoid >= 16384 or r.objoid = 11",
  pg_init_privs: "r.objoid >= 16384",
  pg_rewrite: "r.ev_class >= 16384 or r.ev_class = 'pg_roles'::regclass",
};

const ROLE_COLUMNS = [
  "oid",
  "rolname",
  "rolsuper",
  "rolinherit",
  "rolcreaterole",
  "rolcreatedb",
  "rolcanlogin",
  "rolreplication",
  "rolbypassrls",
  "rolconnlimit",
  "rolvaliduntil",
];

/** Left out of the comparison, but needed to say what a row is. */
const IDENTIFYING: ReadonlySet<string> = new Set(["pg_attribute.attnum"]);

function term(column: Column): string {
  const path = `${column.table}.${column.name}`;
  const known = COLUMN_TERMS[path];
  if (known !== undefined) return known;
  if (column.type === "aclitem[]") {
    const acl = `coalesce(r.${column.name}, ${ACL_DEFAULTS[path] ?? "'{}'"})`;
    return `(select array_agg(x::text order by x::text)::text from unnest(${acl}) x)`;
  }
  // A column that a newer major keeps as a tree: only whether it is there can be compared.
  if (column.type === "pg_node_tree") return `(r.${column.name} is not null)::text`;
  if (column.type.startsWith("reg")) return `r.${column.name}::oid::text`;
  return `r.${column.name}::text`;
}
