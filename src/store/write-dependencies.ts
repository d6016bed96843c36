import type { Session } from "../database/session.ts";
import { bareName, withQualifiedNames, type Describable } from "./describe-objects.ts";
import { toJson } from "./write.ts";

/** An object of the record whose needs are to be entered. */
export interface Dependable extends Describable {
  /** The key of its line. */
  readonly line: string;
  readonly branch: string;
}

/** Goes from the objects in question by index to what they need, so that it costs what they are and not what the schema is. */
const query = `
with wanted as materialized (
  select * from json_to_recordset($1::json) as v(line text, branch text, schema text, name text)
),
touched as materialized (
  select o.id, o.branch_id, o.branch_name, v.schema, v.name
  from wanted v
  join pggit.objects o on o.metadata #>> '{pggit,line}' = v.line and o.branch_name = v.branch
),
relation as materialized (
  select t.*, c.oid
  from touched t
  join pg_catalog.pg_namespace n on n.nspname = t.schema
  join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = t.name
),
needs as materialized (
  select r.id, r.branch_name, r.branch_id, 'pg_class' as catalog, k.confrelid as oid, 'foreign_key' as type
  from relation r join pg_catalog.pg_constraint k on k.conrelid = r.oid and k.contype = 'f'
  union all
  select r.id, r.branch_name, r.branch_id, c.relname::text, d.refobjid, 'view'
  from relation r
  join pg_catalog.pg_rewrite w on w.ev_class = r.oid
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid and d.deptype = 'n'
  join pg_catalog.pg_class c on c.oid = d.refclassid
  union all
  select r.id, r.branch_name, r.branch_id, c.relname::text, d.refobjid, case c.relname when 'pg_class' then 'sequence' when 'pg_type' then 'type' else 'function' end
  from relation r
  join pg_catalog.pg_attrdef a on a.adrelid = r.oid
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_attrdef'::regclass and d.objid = a.oid and d.deptype = 'n'
  join pg_catalog.pg_class c on c.oid = d.refclassid
  union all
  select r.id, r.branch_name, r.branch_id, 'pg_type', d.refobjid, 'type'
  from relation r
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = r.oid and d.deptype = 'n'
    and d.refclassid = 'pg_catalog.pg_type'::regclass
  union all
  select r.id, r.branch_name, r.branch_id, 'pg_proc', t.tgfoid, 'trigger'
  from relation r join pg_catalog.pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
),
named as materialized (
  select needs.*, n.nspname::text as schema, pg_catalog.quote_ident(c.relname) as name
  from needs join pg_catalog.pg_class c on c.oid = needs.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace where catalog = 'pg_class'
  union all
  select needs.*, n.nspname::text, pg_catalog.quote_ident(t.typname)
  from needs join pg_catalog.pg_type t on t.oid = needs.oid join pg_catalog.pg_namespace n on n.oid = t.typnamespace where catalog = 'pg_type'
  union all
  select needs.*, n.nspname::text, pg_catalog.quote_ident(p.proname) || '(' || coalesce((select pg_catalog.string_agg(pg_catalog.format_type(u.x, null), ', ' order by u.i)
      from pg_catalog.unnest(p.proargtypes::oid[]) with ordinality u(x, i)), '') || ')'
  from needs join pg_catalog.pg_proc p on p.oid = needs.oid join pg_catalog.pg_namespace n on n.oid = p.pronamespace where catalog = 'pg_proc'
),
found as materialized (
  select distinct on (named.id, o.id) named.id as dependent, o.id as needed, named.branch_id, named.type
  from named
  join pggit.objects o on o.schema_name = named.schema and o.object_name = named.name and o.branch_name = named.branch_name and o.is_active and o.id <> named.id
  order by named.id, o.id, named.type
),
gone as (
  delete from pggit.dependencies d using touched t
  where d.dependent_id = t.id and d.metadata ? 'pggit'
    and not exists (select from found f where f.dependent = d.dependent_id and f.needed = d.depends_on_id) returning 1
),
made as (
  insert into pggit.dependencies (dependent_id, depends_on_id, branch_id, dependency_type, metadata)
  select dependent, needed, branch_id, type, '{"pggit": true}'::jsonb from found
  on conflict (dependent_id, depends_on_id) do nothing returning 1
)
select ((select count(*) from gone) + (select count(*) from made))::integer as count`;

/**
 * What objects need, as the catalog says: foreign keys, views, sequences behind defaults, types of columns, functions of triggers. Both ends are objects of one
 * branch; what no longer holds is taken out again. Gives the number of rows. Within a transaction, whose search path it leaves as it was.
 */
export async function writeDependencies(session: Session, objects: readonly Dependable[]): Promise<number> {
  if (objects.length === 0) return 0;
  const values = objects.map(({ line, branch, schema, name }) => ({ line, branch, schema, name: bareName(name).name }));
  const [counted] = await withQualifiedNames(session, () => session.rows<{ count: number }>(query, [toJson(values)]));
  return counted?.count ?? 0;
}
