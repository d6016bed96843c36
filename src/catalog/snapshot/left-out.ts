import type { RawCatalogs, RawRow } from "./load.ts";

/** Tables by name that a read does not show. `schema: null` is any schema. */
export type ExcludedTables = readonly { readonly schema: string | null; readonly name: string }[];

/**
 * Everything that no comparison shows, as `catalog/oid`: the reader's schema, temporary and TOAST relations, members of extensions (their version is compared
 * instead), the source tool's tables, and with each what PostgreSQL would drop with it (`pg_depend`). With `within` everything in other
 * schemas too.
 */
export function findLeftOut(raw: RawCatalogs, excluded: ExcludedTables, within: ReadonlySet<string> | null = null): ReadonlySet<string> {
  const rows = (table: string): readonly RawRow[] => raw.rows.get(table) ?? [];
  const catalogs = new Map<string, string>();
  for (const row of rows("pg_class")) if (row["relkind"] === "r") catalogs.set(row["oid"] ?? "", row["relname"] ?? "");
  const address = (classId: string | null | undefined, oid: string | null | undefined): string =>
    `${catalogs.get(classId ?? "") ?? ""}/${oid ?? ""}`;

  const namespaces = new Map(rows("pg_namespace").map((row) => [row["oid"] ?? "", row["nspname"] ?? ""]));
  const beyond = (name: string): boolean => within !== null && !within.has(name) && name !== "pg_catalog" && name !== "information_schema";
  const hidden = (name: string): boolean => name === "pggit_shadow" || /^pg_(toast|temp)/.test(name) || beyond(name);
  const queue: string[] = [];
  for (const [oid, name] of namespaces) if (hidden(name)) queue.push(`pg_namespace/${oid}`);
  for (const row of rows("pg_event_trigger"))
    if (row["evtname"]?.startsWith("pggit_shadow_") === true) queue.push(`pg_event_trigger/${row["oid"] ?? ""}`);
  for (const row of rows("pg_class")) {
    const schema = namespaces.get(row["relnamespace"] ?? "") ?? "";
    if (hidden(schema) || excluded.some((table) => table.name === row["relname"] && (table.schema === null || table.schema === schema))) {
      queue.push(`pg_class/${row["oid"] ?? ""}`);
    }
  }
  const goesWith = new Map<string, string[]>();
  for (const row of rows("pg_depend")) {
    const object = address(row["classid"], row["objid"]);
    const on = address(row["refclassid"], row["refobjid"]);
    if (row["deptype"] === "e") queue.push(object);
    const inHiddenSchema = row["deptype"] === "n" && on.startsWith("pg_namespace/");
    if (inHiddenSchema || ["a", "i", "P", "S"].includes(row["deptype"] ?? "")) goesWith.set(on, [...(goesWith.get(on) ?? []), object]);
  }
  const leftOut = new Set<string>();
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    if (leftOut.has(key)) continue;
    leftOut.add(key);
    queue.push(...(goesWith.get(key) ?? []));
  }
  return leftOut;
}
