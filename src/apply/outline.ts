import type { Session } from "../database/session.ts";
import type { ExcludedTables } from "../catalog/snapshot/left-out.ts";

/** Relation, routine or enum → a digest of its names and types. Cheap to read, and equal wherever the catalogs are. */
export type Outline = ReadonlyMap<string, string>;

/** Everything in the schemas but members of extensions, partitions and the tables named, in one query that needs no right on any object. */
const query = `
with here as (select oid, nspname from pg_catalog.pg_namespace where nspname = any($1::text[])),
members as (select objid, classid from pg_catalog.pg_depend where deptype = 'e'),
columns as (
  select n.nspname || '.' || c.relname as name,
         a.attname || ':' || pg_catalog.format_type(a.atttypid, a.atttypmod) || ':' || a.attnotnull::text || ':' || a.attidentity::text || a.attgenerated::text as part
    from pg_catalog.pg_class c join here n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
   where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and not c.relispartition
),
indexes as (
  select n.nspname || '.' || t.relname as name, 'index ' || i.relname as part
    from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid join pg_catalog.pg_class t on t.oid = x.indrelid
    join here n on n.oid = t.relnamespace where not t.relispartition
),
constraints as (
  select n.nspname || '.' || t.relname as name, 'constraint ' || k.conname as part
    from pg_catalog.pg_constraint k join pg_catalog.pg_class t on t.oid = k.conrelid join here n on n.oid = t.relnamespace
   where k.contype in ('c', 'f', 'p', 'u', 'x') and not t.relispartition
),
triggers as (
  select n.nspname || '.' || t.relname as name, 'trigger ' || g.tgname as part
    from pg_catalog.pg_trigger g join pg_catalog.pg_class t on t.oid = g.tgrelid join here n on n.oid = t.relnamespace
   where not g.tgisinternal and not t.relispartition
),
policies as (
  select n.nspname || '.' || t.relname as name, 'policy ' || p.polname as part
    from pg_catalog.pg_policy p join pg_catalog.pg_class t on t.oid = p.polrelid join here n on n.oid = t.relnamespace
),
relations as (
  select n.nspname || '.' || c.relname as name, 'relation ' || c.relkind::text as part
    from pg_catalog.pg_class c join here n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c', 'S') and not c.relispartition
     and not exists (select from members m where m.classid = 'pg_catalog.pg_class'::regclass and m.objid = c.oid)
),
routines as (
  select 'function ' || n.nspname || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' as name,
         pg_catalog.md5(coalesce(p.prosrc, '')) as part
    from pg_catalog.pg_proc p join here n on n.oid = p.pronamespace
   where not exists (select from members m where m.classid = 'pg_catalog.pg_proc'::regclass and m.objid = p.oid)
),
enums as (
  select 'type ' || n.nspname || '.' || t.typname as name, 'label ' || e.enumlabel as part
    from pg_catalog.pg_enum e join pg_catalog.pg_type t on t.oid = e.enumtypid join here n on n.oid = t.typnamespace
)
select name, pg_catalog.md5(string_agg(part, chr(10) order by part collate "C")) as digest from (
  select * from relations
  union all select * from columns where name in (select name from relations)
  union all select * from indexes where name in (select name from relations)
  union all select * from constraints where name in (select name from relations)
  union all select * from triggers where name in (select name from relations)
  union all select * from policies where name in (select name from relations)
  union all select * from routines union all select * from enums
) parts group by name`;

export interface OutlineScope {
  readonly schemas: readonly string[];
  readonly excluded: ExcludedTables;
}

/** Reads the outline of a database in a read-only transaction of its own. */
export async function readOutline(session: Session, scope: OutlineScope): Promise<Outline> {
  await session.run("BEGIN READ ONLY; SET LOCAL search_path = pg_catalog");
  try {
    return await readOutlineWithin(session, scope);
  } finally {
    await session.run("ROLLBACK");
  }
}

/** The same within the caller's transaction. Types outside the search_path are named with their schemas. */
export async function readOutlineWithin(session: Session, { schemas, excluded }: OutlineScope): Promise<Outline> {
  const rows = await session.rows<{ name: string; digest: string }>(query, [schemas]);
  const left = (name: string): boolean =>
    excluded.some((table) => name === `${table.schema ?? ""}.${table.name}` || (table.schema === null && name.endsWith(`.${table.name}`)));
  return new Map(rows.filter(({ name }) => !left(name)).map(({ name, digest }) => [name, digest]));
}

/** In how many objects two outlines differ. */
export function outlineDistance(one: Outline, other: Outline): number {
  let distance = 0;
  for (const [name, digest] of one) if (other.get(name) !== digest) distance += 1;
  for (const name of other.keys()) if (!one.has(name)) distance += 1;
  return distance;
}
