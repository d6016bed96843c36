import type { ObjectAddress } from "../model/catalog.ts";
import type { RowChange, SequenceMove } from "../model/replay.ts";

/** How closely `CatalogReader.end` looks. */
export type ReadScope =
  /** Definitions only: nothing that ran could write rows or move sequences. */
  | "catalog"
  /** Rows and sequence positions too; every effect is one that a statement says. */
  | "data"
  /** The same, and definitions may have been changed by other means than commands: functions and DO blocks can write to the catalogs. */
  | "rows"
  /** Everything is read again: something wrote to the catalogs directly, or silenced the event triggers. */
  | "thorough";

/** What happened between `begin` and `end`. */
export interface Touched {
  /** Objects of their own (an index counts as its table), each once, those that are gone included. */
  readonly addresses: readonly ObjectAddress[];
  readonly rows: readonly RowChange[];
  readonly sequences: readonly SequenceMove[];
  /** The transaction in which `begin` was called is no more: a COMMIT or ROLLBACK ran. */
  readonly ownTransactionEnded: boolean;
  /** What was not looked at, or only by a detour, in words. */
  readonly notes: readonly string[];
}

/** What the event triggers sent for one statement after another. */
export interface Signals {
  /** `classid/objid` of commands and drops. */
  readonly addresses: readonly { readonly classId: number; readonly oid: number }[];
  readonly grants: boolean;
  readonly rewritten: ReadonlySet<number>;
}

/** Reads the lines that the event triggers raised (their common beginning removed). */
export function readSignals(lines: readonly string[]): Signals {
  const addresses: { classId: number; oid: number }[] = [];
  const rewritten = new Set<number>();
  let grants = false;
  for (const line of lines) {
    for (const part of line.split(" ")) {
      const [letter, first, second] = part.split("/");
      if (letter === "g") grants = true;
      else if (letter === "w") rewritten.add(Number(first));
      else addresses.push({ classId: Number(first), oid: Number(second) });
    }
  }
  return { addresses, grants, rewritten };
}

/** Catalogs in which a GRANT or REVOKE leaves its mark without telling an oid. */
export const GRANTED: readonly string[] = [
  "pg_class",
  "pg_attribute",
  "pg_proc",
  "pg_namespace",
  "pg_type",
  "pg_language",
  "pg_foreign_data_wrapper",
  "pg_foreign_server",
];

/** Catalogs whose changes no event tells. They are small: what stands in them is read whole, as objects of the catalogs on the right. */
export const UNTOLD: Readonly<Record<string, readonly string[]>> = {
  pg_authid: ["pg_authid"],
  pg_auth_members: ["pg_authid"],
  pg_db_role_setting: ["pg_authid", "pg_database"],
  pg_shdescription: ["pg_authid", "pg_database", "pg_tablespace"],
  pg_shseclabel: ["pg_authid", "pg_database", "pg_tablespace"],
  pg_database: ["pg_database"],
  pg_tablespace: ["pg_tablespace"],
  pg_parameter_acl: ["pg_parameter_acl"],
  pg_event_trigger: ["pg_event_trigger"],
  pg_largeobject: ["pg_largeobject_metadata"],
  pg_largeobject_metadata: ["pg_largeobject_metadata"],
  pg_default_acl: ["pg_default_acl"],
};
