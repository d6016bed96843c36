import type { RawCatalogs, RawRow } from "./load.ts";
import { KEYS } from "./terms.ts";

/** Names rows by what they are instead of by number. */
export interface Identities {
  /** The name of a row, `null` where it belongs to what is left out. */
  nameOfRow(table: string, row: RawRow): string | null;
  /** The name of what a row's column refers to or holds; `null` for an SQL NULL or a reference to nothing. */
  value(table: string, column: string, row: RawRow): string | null;
  /** The name of the object with this oid; a dangling one says so. */
  nameOf(catalog: string, oid: string): string;
  /** Whether PostgreSQL brought it: everything that the row is about has an oid below 16384 (`FirstNormalObjectId`). */
  isBuiltIn(table: string, row: RawRow): boolean;
}

interface Reference {
  readonly target: string;
  /** The column with the relation, for numbers of attributes. */
  readonly relation: string | null;
}

/** Pairs of columns that can refer to any catalog: (class, object, sub-object). */
const ANY_OBJECT: Readonly<Record<string, readonly (readonly [string, string, string | null])[]>> = {
  pg_depend: [
    ["classid", "objid", "objsubid"],
    ["refclassid", "refobjid", "refobjsubid"],
  ],
  pg_shdepend: [
    ["classid", "objid", "objsubid"],
    ["refclassid", "refobjid", null],
  ],
  pg_description: [["classoid", "objoid", "objsubid"]],
  pg_seclabel: [["classoid", "objoid", "objsubid"]],
  pg_init_privs: [["classoid", "objoid", "objsubid"]],
  pg_shdescription: [["classoid", "objoid", null]],
  pg_shseclabel: [["classoid", "objoid", null]],
};

export function createIdentities(raw: RawCatalogs, leftOut: ReadonlySet<string>): Identities {
  const references = new Map<string, Reference>();
  for (const key of raw.foreignKeys) {
    const column = key.columns.at(-1) ?? "";
    references.set(`${key.table}.${column}`, { target: key.target, relation: key.columns.length > 1 ? (key.columns[0] ?? null) : null });
  }
  const byOid = new Map<string, Map<string, RawRow>>();
  const catalogOf = new Map<string, string>();
  for (const row of raw.rows.get("pg_class") ?? []) if (row["relkind"] === "r") catalogOf.set(row["oid"] ?? "", row["relname"] ?? "");
  for (const [table, rows] of raw.rows) {
    if (rows[0]?.["oid"] !== undefined) byOid.set(table, new Map(rows.map((row) => [row["oid"] ?? "", row])));
  }
  const kindOf = (oid: string): string => byOid.get("pg_class")?.get(oid)?.["relkind"] ?? "";
  const names = new Map<string, string>();

  const nameOf = (catalog: string, oid: string): string => {
    const key = `${catalog}/${oid}`;
    const known = names.get(key);
    if (known !== undefined) return known;
    const row = byOid.get(catalog)?.get(oid);
    // A placeholder first: a row type and its table, an array and its element refer to each other.
    names.set(key, `${catalog} ${oid}`);
    const name = row === undefined ? `nothing (${catalog} has no such row)` : describe(catalog, row);
    names.set(key, name);
    return name;
  };

  const attribute = (relation: string, number: string): string => {
    if (number === "0") return "expression";
    const column = raw.columns.get(`${relation}/${number}`);
    if (column === undefined) return Number(number) < 0 ? `system column ${number}` : "a dropped column";
    return kindOf(relation) === "i" || kindOf(relation) === "I" ? `column ${column.position}` : column.name;
  };

  const refer = (reference: Reference, text: string, row: RawRow): string | null => {
    const single = (part: string): string =>
      reference.relation === null ? (part === "0" ? "-" : nameOf(reference.target, part)) : attribute(row[reference.relation] ?? "", part);
    if (/^-?\d+$/.test(text)) return text === "0" && reference.relation === null ? null : single(text);
    return `{${text
      .split(/[ ,{}]+/)
      .filter((part) => part !== "")
      .map(single)
      .join(",")}}`;
  };

  const value = (table: string, column: string, row: RawRow): string | null => {
    const text = row[column] ?? null;
    if (text === null || text === "{}") return null;
    for (const [of, oid, sub] of ANY_OBJECT[table] ?? []) {
      if (column === of) return catalogOf.get(text) ?? text;
      if (column === oid) {
        const catalog = catalogOf.get(row[of] ?? "") ?? "";
        return catalog === "pg_largeobject" ? text : nameOf(catalog, text);
      }
      if (column === sub) return text === "0" ? null : attribute(row[oid] ?? "", text);
    }
    const reference = references.get(`${table}.${column}`);
    return reference === undefined ? text : refer(reference, text, row);
  };

  const describe = (table: string, row: RawRow): string => {
    // An array type is named after its element, whatever name was free for it.
    const element = table === "pg_type" && row["typelem"] !== "0" ? byOid.get("pg_type")?.get(row["typelem"] ?? "") : undefined;
    if (element !== undefined && element["typarray"] === row["oid"]) return `${nameOf("pg_type", row["typelem"] ?? "")}[]`;
    // PostgreSQL puts numbers into the names of the triggers behind a foreign key.
    if (table === "pg_trigger" && row["tgisinternal"] === "true") {
      return `${nameOf("pg_class", row["tgrelid"] ?? "")} internal ${value(table, "tgconstraint", row) ?? ""} ${value(table, "tgfoid", row) ?? ""}`;
    }
    // The columns of an index keep the names that the table's columns once had.
    if (table === "pg_attribute" && (kindOf(row["attrelid"] ?? "") === "i" || kindOf(row["attrelid"] ?? "") === "I")) {
      return `${nameOf("pg_class", row["attrelid"] ?? "")}.${attribute(row["attrelid"] ?? "", row["attnum"] ?? "")}`;
    }
    const keys = KEYS[table] ?? Object.keys(row);
    if (table === "pg_database") return "this database";
    return keys
      .map((column) => value(table, column, row))
      .filter((part) => part !== null)
      .join(".");
  };

  const isLeftOut = (catalog: string, oid: string): boolean => leftOut.has(`${catalog}/${oid}`);

  /** Every object that a row's name stands on, and for dependencies both ends. */
  const standsOn = function* (table: string, row: RawRow): Generator<readonly [string, string]> {
    const own = row["oid"];
    if (own !== undefined && own !== null) yield [table, own];
    for (const [of, oid] of ANY_OBJECT[table] ?? []) yield [catalogOf.get(row[of] ?? "") ?? "", row[oid] ?? ""];
    for (const column of KEYS[table] ?? []) {
      const reference = references.get(`${table}.${column}`);
      if (reference !== undefined && reference.relation === null && /^\d+$/.test(row[column] ?? ""))
        yield [reference.target, row[column] ?? ""];
    }
  };

  return {
    nameOf,
    value,
    isBuiltIn: (table, row) => table !== "pg_database" && [...standsOn(table, row)].every(([, oid]) => Number(oid) < 16_384),
    nameOfRow(table, row) {
      for (const [catalog, oid] of standsOn(table, row)) if (isLeftOut(catalog, oid)) return null;
      return describe(table, row);
    },
  };
}
