import type { Engine } from "../../database/session.ts";

/** Pieces of SQL that several definitions share. All run with `search_path = pg_catalog`, so that PostgreSQL qualifies every other name. */

/** What differs between servers in the catalogs that the reader looks at. */
export interface Dialect {
  readonly major: number;
  /** Without it passwords, options of user mappings, connections of subscriptions and bytes of large objects cannot be read, and are not. */
  readonly superuser: boolean;
  /** `newer` from `major` on, else `older`. */
  since(major: number, newer: string, older: string): string;
}

/** The dialect of one server (13 to 18; newer ones are read as 18). */
export function dialectOf({ major, superuser }: Pick<Engine, "major" | "superuser">): Dialect {
  return { major, superuser, since: (from, newer, older) => (major >= from ? newer : older) };
}

/** `comment`, `securityLabels`, `extension`: what every object may carry. Members of extensions are left out before, so the last is always null. */
export function commonFacts(catalog: string, oid: string): string {
  return `'comment', (select d.description from pg_description d where d.objoid = ${oid} and d.classoid = '${catalog}'::regclass and d.objsubid = 0),
  'securityLabels', coalesce((select json_agg(s.provider || ': ' || s.label order by s.provider) from pg_seclabel s
     where s.objoid = ${oid} and s.classoid = '${catalog}'::regclass and s.objsubid = 0), '[]'::json),
  'extension', null`;
}

/** `owner`, `acl`, `isDefault`. `kind` is the letter that `acldefault()` takes. A NULL acl and the default written out are the same. */
export function privilegeFacts(kind: string, owner: string, acl: string): string {
  return `'owner', pg_get_userbyid(${owner}),
  'acl', coalesce((select json_agg(x::text order by x::text) from unnest(coalesce(${acl}, acldefault('${kind}', ${owner}))) x), '[]'::json),
  'isDefault', ${acl} is null or (select coalesce(array_agg(x::text order by x::text), '{}') from unnest(${acl}) x)
     = (select coalesce(array_agg(x::text order by x::text), '{}') from unnest(acldefault('${kind}', ${owner})) x)`;
}

/**
 * True where the object comes and goes with another: a member of an extension (`pg_depend.deptype` `e`), or what PostgreSQL made for a type, as the constructor of
 * a range (`i`). Such objects are left out of every read. Relations of kind `i` are shown: the sequence of an identity column has settings of its own.
 */
export function isPartOfAnother(catalog: string, oid: string): string {
  const kinds = catalog === "pg_class" ? "d.deptype = 'e'" : "d.deptype in ('e', 'i')";
  return `exists (select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = ${oid} and d.objsubid = 0 and ${kinds})`;
}

/** `schema.name`, quoted, of a row of pg_class. */
export function relationName(oid: string): string {
  return `(select quote_ident(rn.nspname) || '.' || quote_ident(rc.relname) from pg_class rc, pg_namespace rn where rc.oid = ${oid} and rn.oid = rc.relnamespace)`;
}

/** Schemas that no read looks into: PostgreSQL's own, temporary ones and the reader's. */
export function isOwnSchema(name: string): string {
  return `(${name} in ('pg_catalog', 'information_schema', 'pg_toast', 'pggit_shadow') or ${name} like 'pg\\_temp\\_%' or ${name} like 'pg\\_toast\\_temp\\_%')`;
}

/**
 * The options of a column without `pg_attver`, a number that some builds of the server (Debian's 15.20 is one) put on every new column by themselves; it
 * differs from run to run, and pg_dump does not print it.
 */
export function columnOptions(array: string): string {
  return `case when ${array} is not null then nullif(array(select o from unnest(${array}) o where o not like 'pg\\_attver=%'), '{}') end`;
}

/** A text array column as a JSON list, empty where it is NULL. */
export function list(array: string): string {
  return `coalesce(to_json(${array}), '[]'::json)`;
}
