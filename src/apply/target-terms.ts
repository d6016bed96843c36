import { inCommonTerms } from "../catalog/snapshot/common-terms.ts";
import type { CatalogSnapshot } from "../catalog/snapshot/read.ts";
import type { Payload } from "./drift-object.ts";

/** Belongs to the cluster or to the server, follows from other catalogs, or names roles that every database has of its own. */
const NOT_COMPARED: ReadonlySet<string> = new Set([
  "pg_auth_members",
  "pg_authid",
  "pg_database",
  "pg_db_role_setting",
  "pg_depend",
  "pg_init_privs",
  "pg_largeobject",
  "pg_largeobject_metadata",
  "pg_parameter_acl",
  "pg_seclabel",
  "pg_shdepend",
  "pg_shdescription",
  "pg_shseclabel",
  "pg_subscription",
  "pg_subscription_rel",
  "pg_tablespace",
]);

/** In no schema: what the history has of it must be there, what others added is none of its business. */
const BEYOND_SCHEMAS: ReadonlySet<string> = new Set([
  "pg_am",
  "pg_cast",
  "pg_event_trigger",
  "pg_extension",
  "pg_foreign_data_wrapper",
  "pg_foreign_server",
  "pg_language",
  "pg_namespace",
  "pg_publication",
  "pg_publication_namespace",
  "pg_publication_rel",
  "pg_transform",
  "pg_user_mapping",
]);

/** Whether rows of the catalog that only the target has are left alone. */
export function isBeyondSchemas(catalog: string): boolean {
  return BEYOND_SCHEMAS.has(catalog);
}

/**
 * A place on a disk, and whether somebody refreshed a view, are matters of the one database; the order of columns is another after a way back that
 * made a dropped one again, and nothing can change it.
 */
const COLUMNS_NOT_COMPARED: ReadonlySet<string> = new Set(["reltablespace", "relispopulated", "indisclustered", "position"]);

/** Catalog → its rows by name, in the terms in which a database in use can be compared with a shadow. */
export type TargetTerms = ReadonlyMap<string, ReadonlyMap<string, Payload>>;

/** What a shadow and a target are compared as. `crossMajor`: only what both majors know. */
export interface ComparableTerms {
  readonly expected: TargetTerms;
  readonly found: TargetTerms;
  readonly crossMajor: boolean;
}

/**
 * Brings two snapshots to comparable terms: without built-in rows, what follows from others (row types, internal triggers, columns of indexes), and owners
 * and privileges that the history did not set: those are where the shadow's owner is not its first user, and where its list is not the default one.
 */
export function inTargetTerms(expected: CatalogSnapshot, found: CatalogSnapshot, shadowUser: string): ComparableTerms {
  const [left, right] = inCommonTerms(expected, found);
  const terms: TargetTerms = new Map([...left.catalogs.keys()].map((catalog) => [catalog, rowsOf(left, catalog)]));
  const others: TargetTerms = new Map([...right.catalogs.keys()].map((catalog) => [catalog, rowsOf(right, catalog)]));
  const expectedTerms = new Map<string, Map<string, Payload>>();
  const foundTerms = new Map<string, Map<string, Payload>>();
  for (const catalog of new Set([...terms.keys(), ...others.keys()])) {
    if (NOT_COMPARED.has(catalog)) continue;
    if (catalog === "pg_default_acl") {
      const pairs = matchDefaultPrivileges(terms.get(catalog), others.get(catalog), shadowUser);
      expectedTerms.set(catalog, new Map(pairs.map(({ name, ours }) => [name, ours])));
      foundTerms.set(catalog, new Map(pairs.flatMap(({ name, theirs }) => (theirs === null ? [] : [[name, theirs]]))));
      continue;
    }
    const ours = new Map<string, Payload>();
    const theirs = new Map<string, Payload>();
    const targets = others.get(catalog) ?? new Map<string, Payload>();
    for (const [name, row] of terms.get(catalog) ?? []) {
      const unset = unsetColumns(row, shadowUser);
      ours.set(name, plain(row, unset));
      const other = targets.get(name);
      if (other !== undefined) theirs.set(name, plain(other, unset));
    }
    const everything = new Set([...Object.keys(OWN_DEFAULTS), "attacl"]);
    for (const [name, row] of targets) if (!theirs.has(name)) theirs.set(name, plain(row, everything));
    expectedTerms.set(catalog, ours);
    foundTerms.set(catalog, theirs);
  }
  return { expected: expectedTerms, found: foundTerms, crossMajor: expected.major !== found.major };
}

interface DefaultPrivileges {
  readonly name: string;
  readonly ours: Payload;
  readonly theirs: Payload | null;
}

/**
 * What the history sets by ALTER DEFAULT PRIVILEGES, with what the target has of it; what others set there is none of its business. Without FOR ROLE it is set for the role that
 * runs the migrations, which goes by another name on every server: then the role that has what the history gives stands for it.
 */
function matchDefaultPrivileges(
  expected: ReadonlyMap<string, Payload> = new Map(),
  found: ReadonlyMap<string, Payload> = new Map(),
  shadowUser: string,
): readonly DefaultPrivileges[] {
  const told = (row: Payload): Payload => ({
    ...row,
    defaclrole: "",
    defaclacl: privilegesOf(row["defaclacl"] ?? "", row["defaclrole"]),
  });
  return [...expected].map(([name, row]) => {
    if (row["defaclrole"] !== shadowUser) {
      const theirs = found.get(name);
      return { name, ours: told(row), theirs: theirs === undefined ? null : told(theirs) };
    }
    const ours = told(row);
    const place = ({ defaclnamespace, defaclobjtype }: Payload): string => `${defaclnamespace ?? ""} ${defaclobjtype ?? ""}`;
    const candidates = [...found.values()].filter((other) => place(other) === place(row)).map(told);
    const same = candidates.find(({ defaclacl }) => defaclacl === ours["defaclacl"]);
    return { name, ours, theirs: same ?? candidates[0] ?? null };
  });
}

function rowsOf(snapshot: CatalogSnapshot, catalog: string): ReadonlyMap<string, Payload> {
  const builtIn = snapshot.builtIn.get(catalog);
  const rows = new Map<string, Payload>();
  const relations = snapshot.catalogs.get("pg_class");
  for (const [name, text] of snapshot.catalogs.get(catalog) ?? []) {
    if (builtIn?.has(name) === true) continue;
    const row = catalog === "pg_extension" ? {} : (JSON.parse(text) as Payload);
    if (!followsFromOthers(catalog, { name, row, relations })) rows.set(name, row);
  }
  return rows;
}

interface CatalogRow {
  readonly name: string;
  readonly row: Payload;
  readonly relations: ReadonlyMap<string, string> | undefined;
}

function followsFromOthers(catalog: string, { name, row, relations }: CatalogRow): boolean {
  if (catalog === "pg_type") return row["typrelid"] !== undefined || name.endsWith("[]") || row["typtype"] === "m";
  if (catalog === "pg_trigger") return row["tgisinternal"] === "true";
  if (catalog !== "pg_attribute") return false;
  const kind = /"relkind":"(.)"/.exec(relations?.get(row["attrelid"] ?? "") ?? "")?.[1];
  return kind === "i" || kind === "I" || kind === "S";
}

/** Lists of privileges as PostgreSQL has them by default, the owner written as `owner` (`acldefault()`). MAINTAIN (`m`) is there from 17 on. */
const OWN_DEFAULTS: Readonly<Record<string, readonly string[]>> = {
  relacl: ["owner=arwdDxtm/owner", "owner=arwdDxt/owner", "owner=rwU/owner"],
  proacl: ["=X/owner,owner=X/owner"],
  typacl: ["=U/owner,owner=U/owner"],
  nspacl: ["owner=UC/owner"],
  lanacl: ["=U/owner,owner=U/owner"],
  fdwacl: ["owner=U/owner"],
  srvacl: ["owner=U/owner"],
};

/** The columns with owners and privileges that the history left as they come. */
function unsetColumns(row: Payload, shadowUser: string): ReadonlySet<string> {
  const owner = Object.entries(row).find(([column]) => isOwner(column))?.[1];
  const unset = new Set<string>();
  for (const [column, value] of Object.entries(row)) {
    if (isOwner(column) && value === shadowUser) unset.add(column);
    if (OWN_DEFAULTS[column]?.includes(privilegesOf(value, owner)) === true) unset.add(column);
  }
  // Absent on the shadow: privileges on the columns were never granted.
  if (row["attacl"] === undefined) unset.add("attacl");
  return unset;
}

function plain(row: Payload, unset: ReadonlySet<string>): Payload {
  const owner = Object.entries(row).find(([column]) => isOwner(column))?.[1];
  return Object.fromEntries(
    Object.entries(row)
      .filter(([column]) => !unset.has(column) && !COLUMNS_NOT_COMPARED.has(column))
      .map(([column, value]) => [column, column.endsWith("acl") ? privilegesOf(value, owner) : value]),
  );
}

function isOwner(column: string): boolean {
  return column.endsWith("owner");
}

/** `{ann=r/ann,bob=r/ann}` of an object of ann's: `bob=r/owner,owner=r/owner`. */
function privilegesOf(list: string, owner: string | undefined): string {
  return list
    .replaceAll(/^\{|\}$/g, "")
    .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((item) => {
      const [, grantee = "", letters = "", grantor = ""] = /^"?(.*)=([a-zA-Z*]*)\/(.*?)"?$/.exec(item) ?? [];
      const name = (role: string): string => (role === owner ? "owner" : role);
      return `${name(grantee)}=${letters}/${name(grantor)}`;
    })
    .sort()
    .join(",");
}
