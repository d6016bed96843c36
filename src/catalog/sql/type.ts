import type { Dialect } from "./fragments.ts";
import { commonFacts, isPartOfAnother, isOwnSchema, privilegeFacts } from "./fragments.ts";

const routineName = (oid: string): string =>
  `(select quote_ident(n2.nspname) || '.' || quote_ident(f.proname) from pg_proc f, pg_namespace n2 where f.oid = ${oid} and n2.oid = f.pronamespace)`;

const optionalRoutine = (label: string, oid: string): string =>
  `case when ${oid} <> 0 then ', ${label} = ' || ${routineName(oid)} else '' end`;

/** CREATE TYPE … AS RANGE (manual page "CREATE TYPE"); what equals the default is written too, it does no harm. */
function rangeDefinition(d: Dialect): string {
  const multirange = d.since(
    14,
    `|| ', MULTIRANGE_TYPE_NAME = ' || (select quote_ident(mn.nspname) || '.' || quote_ident(mt.typname) from pg_type mt, pg_namespace mn where mt.oid = r.rngmultitypid and mn.oid = mt.typnamespace)`,
    "",
  );
  return `(select 'CREATE TYPE ' || quote_ident(n.nspname) || '.' || quote_ident(t.typname) || ' AS RANGE (SUBTYPE = ' || format_type(r.rngsubtype, null)
   || (select ', SUBTYPE_OPCLASS = ' || quote_ident(n2.nspname) || '.' || quote_ident(oc.opcname) from pg_opclass oc, pg_namespace n2 where oc.oid = r.rngsubopc and n2.oid = oc.opcnamespace)
   || coalesce((select ', COLLATION = ' || quote_ident(n2.nspname) || '.' || quote_ident(co.collname) from pg_collation co, pg_namespace n2
        where co.oid = r.rngcollation and n2.oid = co.collnamespace), '')
   || ${optionalRoutine("CANONICAL", "r.rngcanonical")} || ${optionalRoutine("SUBTYPE_DIFF", "r.rngsubdiff")} ${multirange} || ')'
   from pg_range r where r.rngtypid = t.oid)`;
}

/** CREATE TYPE of a base type, clauses in the order of pg_dump's `dumpBaseType`. */
function baseDefinition(d: Dialect): string {
  return `('CREATE TYPE ' || quote_ident(n.nspname) || '.' || quote_ident(t.typname) || ' (INTERNALLENGTH = ' || case when t.typlen = -1 then 'VARIABLE' else t.typlen::text end
   || ', INPUT = ' || ${routineName("t.typinput")} || ', OUTPUT = ' || ${routineName("t.typoutput")}
   || ${optionalRoutine("RECEIVE", "t.typreceive")} || ${optionalRoutine("SEND", "t.typsend")}
   || ${optionalRoutine("TYPMOD_IN", "t.typmodin")} || ${optionalRoutine("TYPMOD_OUT", "t.typmodout")} || ${optionalRoutine("ANALYZE", "t.typanalyze")}
   || ${d.since(14, optionalRoutine("SUBSCRIPT", "t.typsubscript"), "''")}
   || case when t.typcollation <> 0 then ', COLLATABLE = true' else '' end
   || coalesce(', DEFAULT = ' || quote_literal(t.typdefault), '')
   || case when t.typelem <> 0 then ', ELEMENT = ' || format_type(t.typelem, null) else '' end
   || case when t.typcategory <> 'U' then ', CATEGORY = ' || quote_literal(t.typcategory::text) else '' end
   || case when t.typispreferred then ', PREFERRED = true' else '' end
   || case when t.typdelim <> ',' then ', DELIMITER = ' || quote_literal(t.typdelim::text) else '' end
   || ', ALIGNMENT = ' || case t.typalign when 'c' then 'char' when 's' then 'int2' when 'i' then 'int4' else 'double' end
   || ', STORAGE = ' || case t.typstorage when 'p' then 'plain' when 'e' then 'external' when 'x' then 'extended' else 'main' end
   || case when t.typbyval then ', PASSEDBYVALUE' else '' end || ')')`;
}

/** The statement that gives one enum, domain, range, base or shell type as `TypeFacts`; NULL where there is none (row, array and multirange types have none). */
export function typeQuery(d: Dialect): string {
  return `select json_build_object('catalog', 'pg_type', 'oid', t.oid::int8,
  'kind', case when t.typtype = 'e' then 'enum' when t.typtype = 'd' then 'domain' when t.typtype = 'r' then 'range-type' else 'base-type' end,
  'schema', n.nspname, 'name', t.typname, 'identity', quote_ident(n.nspname) || '.' || quote_ident(t.typname),
  'facts', json_build_object('kind', 'type',
    ${commonFacts("pg_type", "t.oid")},
    ${privilegeFacts("T", "t.typowner", "t.typacl")},
    'typeKind', case when t.typtype = 'e' then 'enum' when t.typtype = 'd' then 'domain' when t.typtype = 'r' then 'range' when t.typisdefined then 'base' else 'shell' end,
    'labels', coalesce((select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid), '[]'::json),
    'baseType', case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
    'collation', case when t.typtype = 'd' then (select quote_ident(cn.nspname) || '.' || quote_ident(co.collname) from pg_collation co, pg_namespace cn, pg_type b
       where b.oid = t.typbasetype and t.typcollation <> b.typcollation and co.oid = t.typcollation and cn.oid = co.collnamespace) end,
    'default', case when t.typtype = 'd' then coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault) end,
    'notNull', t.typnotnull,
    'notNullConstraint', (select k.conname from pg_constraint k where k.contypid = t.oid and k.contype = 'n'),
    'constraints', coalesce((select json_agg(json_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid), 'validated', k.convalidated,
       'comment', (select de.description from pg_description de where de.objoid = k.oid and de.classoid = 'pg_constraint'::regclass and de.objsubid = 0)) order by k.conname)
       from pg_constraint k where k.contypid = t.oid and k.contype = 'c'), '[]'::json),
    'definition', case when t.typtype = 'r' then ${rangeDefinition(d)} when t.typtype = 'b' and t.typisdefined then ${baseDefinition(d)}
       when t.typtype in ('b', 'p') and not t.typisdefined then 'CREATE TYPE ' || quote_ident(n.nspname) || '.' || quote_ident(t.typname) end))
 from pg_type t, pg_namespace n
 where t.oid = target and n.oid = t.typnamespace and t.typtype in ('e', 'd', 'r', 'b', 'p')
   and not (t.typtype = 'b' and t.typelem <> 0 and exists (select from pg_type el where el.oid = t.typelem and el.typarray = t.oid))
   and not ${isOwnSchema("n.nspname")} and not ${isPartOfAnother("pg_type", "t.oid")}`;
}
