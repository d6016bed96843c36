import type { Dialect } from "./fragments.ts";
import { columnOptions, commonFacts, isPartOfAnother, isOwnSchema, list, privilegeFacts, relationName } from "./fragments.ts";

const STORAGE = (letter: string): string =>
  `case ${letter} when 'p' then 'PLAIN' when 'e' then 'EXTERNAL' when 'x' then 'EXTENDED' else 'MAIN' end`;

function columns(d: Dialect): string {
  const notNull = d.since(
    18,
    `(select json_build_object('name', k.conname, 'noInherit', k.connoinherit, 'validated', k.convalidated, 'isLocal', k.conislocal)
       from pg_constraint k where k.conrelid = a.attrelid and k.contype = 'n' and k.conkey[1] = a.attnum)`,
    "null",
  );
  return `coalesce((select json_agg(json_build_object(
    'number', a.attnum, 'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
    'collation', case when a.attcollation <> 0 and a.attcollation <> t.typcollation then
       (select quote_ident(cn.nspname) || '.' || quote_ident(co.collname) from pg_collation co, pg_namespace cn where co.oid = a.attcollation and cn.oid = co.collnamespace) end,
    'notNull', a.attnotnull,
    'notNullConstraint', case when a.attnotnull then ${notNull} end,
    'default', case when a.atthasdef then (select pg_get_expr(ad.adbin, ad.adrelid) from pg_attrdef ad where ad.adrelid = a.attrelid and ad.adnum = a.attnum) end,
    'generated', case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end,
    'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end,
    'storage', ${STORAGE("a.attstorage")}, 'defaultStorage', ${STORAGE("t.typstorage")},
    'compression', ${d.since(14, "case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end", "null")},
    'statistics', case when a.attstattarget >= 0 then a.attstattarget end,
    'options', ${list(columnOptions("a.attoptions"))}, 'fdwOptions', ${list("a.attfdwoptions")},
    'acl', case when a.attacl is null then '[]'::json else (select coalesce(json_agg(x::text order by x::text), '[]'::json) from unnest(a.attacl) x) end,
    'comment', (select de.description from pg_description de where de.objoid = a.attrelid and de.classoid = 'pg_class'::regclass and de.objsubid = a.attnum),
    'isLocal', a.attislocal, 'inheritCount', a.attinhcount) order by a.attnum)
   from pg_attribute a, pg_type t where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and t.oid = a.atttypid), '[]'::json)`;
}

/** Constraint triggers stand among the triggers; the copies that a foreign key to a partitioned table makes for each partition are left out. */
function constraints(d: Dialect): string {
  return `coalesce((select json_agg(json_build_object(
    'oid', k.oid::int8, 'name', k.conname,
    'type', case k.contype when 'p' then 'primary-key' when 'u' then 'unique' when 'f' then 'foreign-key' when 'c' then 'check' else 'exclusion' end,
    'definition', pg_get_constraintdef(k.oid), 'validated', k.convalidated, 'enforced', ${d.since(18, "k.conenforced", "true")},
    'isLocal', k.conislocal, 'inheritCount', k.coninhcount, 'noInherit', k.connoinherit,
    'comment', (select de.description from pg_description de where de.objoid = k.oid and de.classoid = 'pg_constraint'::regclass and de.objsubid = 0),
    'references', case when k.contype = 'f' then ${relationName("k.confrelid")} end) order by k.conname, k.oid)
   from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'u', 'f', 'c', 'x')
    and not (k.conparentid <> 0 and exists (select from pg_constraint kp where kp.oid = k.conparentid and kp.conrelid = k.conrelid))), '[]'::json)`;
}

function indexes(): string {
  return `coalesce((select json_agg(json_build_object(
    'oid', ic.oid::int8, 'schema', n.nspname, 'name', ic.relname, 'definition', pg_get_indexdef(ic.oid),
    'constraint', (select k.conname from pg_constraint k where k.conrelid = c.oid and k.conindid = ic.oid and k.contype in ('p', 'u', 'x')),
    'valid', i.indisvalid, 'clustered', i.indisclustered, 'replicaIdentity', i.indisreplident,
    'tablespace', (select ts.spcname from pg_tablespace ts where ts.oid = ic.reltablespace),
    'columnStatistics', coalesce((select json_agg(json_build_object('number', a.attnum, 'target', a.attstattarget) order by a.attnum)
       from pg_attribute a where a.attrelid = ic.oid and a.attnum > 0 and a.attstattarget >= 0), '[]'::json),
    'parent', case when ic.relispartition then (select ${relationName("ih.inhparent")} from pg_inherits ih where ih.inhrelid = ic.oid) end,
    'comment', (select de.description from pg_description de where de.objoid = ic.oid and de.classoid = 'pg_class'::regclass and de.objsubid = 0))
    order by ic.relname) from pg_index i, pg_class ic where i.indrelid = c.oid and ic.oid = i.indexrelid), '[]'::json)`;
}

function triggers(d: Dialect): string {
  const visible = d.since(15, "not g.tgisinternal", "(not g.tgisinternal or (g.tgparentid <> 0 and g.tgconstrrelid = 0))");
  return `coalesce((select json_agg(json_build_object('oid', g.oid::int8, 'name', g.tgname, 'definition', pg_get_triggerdef(g.oid), 'enabled', g.tgenabled,
    'inherited', g.tgparentid <> 0,
    'comment', (select de.description from pg_description de where de.objoid = g.oid and de.classoid = 'pg_trigger'::regclass and de.objsubid = 0)) order by g.tgname)
   from pg_trigger g where g.tgrelid = c.oid and ${visible}), '[]'::json)`;
}

function policies(): string {
  return `coalesce((select json_agg(json_build_object('oid', p.oid::int8, 'name', p.polname,
    'definition', 'CREATE POLICY ' || quote_ident(p.polname) || ' ON ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname)
      || case when p.polpermissive then '' else ' AS RESTRICTIVE' end
      || case p.polcmd when 'r' then ' FOR SELECT' when 'a' then ' FOR INSERT' when 'w' then ' FOR UPDATE' when 'd' then ' FOR DELETE' else '' end
      || ' TO ' || (select string_agg(case when r = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(r)) end, ', ' order by r <> 0, pg_get_userbyid(r)) from unnest(p.polroles) r)
      || coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
      || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', ''),
    'enabled', 'O', 'inherited', false,
    'comment', (select de.description from pg_description de where de.objoid = p.oid and de.classoid = 'pg_policy'::regclass and de.objsubid = 0)) order by p.polname)
   from pg_policy p where p.polrelid = c.oid), '[]'::json)`;
}

function rules(): string {
  return `coalesce((select json_agg(json_build_object('oid', w.oid::int8, 'name', w.rulename, 'definition', pg_get_ruledef(w.oid), 'enabled', w.ev_enabled, 'inherited', false,
    'comment', (select de.description from pg_description de where de.objoid = w.oid and de.classoid = 'pg_rewrite'::regclass and de.objsubid = 0)) order by w.rulename)
   from pg_rewrite w where w.ev_class = c.oid and w.rulename <> '_RETURN'), '[]'::json)`;
}

/**
 * The parts of a relation that many have none of, each with the query that gives them for `c` in schema `n`. They are functions of their own, `<part>_of`: the
 * executor prepares every sub-select of a query whether it is needed or not, and that is most of what reading a small table costs.
 */
export function relationParts(d: Dialect): Readonly<Record<string, string>> {
  const of = (part: string): string => `select ${part} from pg_class c, pg_namespace n where c.oid = target and n.oid = c.relnamespace`;
  return { indexes: of(indexes()), triggers: of(triggers(d)), policies: of(policies()), rules: of(rules()) };
}

/** The statement that gives one relation (not an index, sequence or TOAST table) as `RelationFacts`; NULL where there is none. `target` is the oid. */
export function relationQuery(d: Dialect): string {
  return `select json_build_object('catalog', 'pg_class', 'oid', c.oid::int8,
  'kind', case c.relkind when 'v' then 'view' when 'm' then 'materialized-view' when 'f' then 'foreign-table' when 'c' then 'composite-type' else 'table' end,
  'schema', n.nspname, 'name', c.relname, 'identity', quote_ident(n.nspname) || '.' || quote_ident(c.relname), 'filenode', c.relfilenode::int8,
  'parents', coalesce((select json_agg(ih.inhparent::int8) from pg_inherits ih where ih.inhrelid = c.oid), '[]'::json),
  'facts', json_build_object('kind', 'relation',
    'relationKind', case c.relkind when 'r' then 'table' when 'p' then 'partitioned-table' when 'v' then 'view' when 'm' then 'materialized-view'
       when 'f' then 'foreign-table' else 'composite-type' end,
    ${commonFacts("pg_class", "c.oid")},
    ${privilegeFacts("r", "c.relowner", "c.relacl")},
    'persistence', case c.relpersistence when 'u' then 'unlogged' else 'permanent' end,
    'options', ${list("c.reloptions")},
    'toastOptions', case when c.reltoastrelid <> 0 then (select ${list("tc.reloptions")} from pg_class tc where tc.oid = c.reltoastrelid) else '[]'::json end,
    'tablespace', (select ts.spcname from pg_tablespace ts where ts.oid = c.reltablespace),
    'accessMethod', (select am.amname from pg_am am where am.oid = c.relam),
    'rowSecurity', c.relrowsecurity, 'forceRowSecurity', c.relforcerowsecurity,
    'replicaIdentity', case c.relreplident when 'n' then 'nothing' when 'f' then 'full' when 'i' then 'index' else 'default' end,
    'partitionKey', case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end,
    'partitionBound', case when c.relispartition then pg_get_expr(c.relpartbound, c.oid) end,
    'inherits', coalesce((select json_agg(${relationName("ih.inhparent")} order by ih.inhseqno) from pg_inherits ih where ih.inhrelid = c.oid), '[]'::json),
    'ofType', case when c.reloftype <> 0 then format_type(c.reloftype, null) end,
    'viewDefinition', case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
    'populated', c.relispopulated,
    'server', case when c.relkind = 'f' then (select quote_ident(s.srvname) from pg_foreign_table ft, pg_foreign_server s where ft.ftrelid = c.oid and s.oid = ft.ftserver) end,
    'fdwOptions', case when c.relkind = 'f' then (select ${list("ft.ftoptions")} from pg_foreign_table ft where ft.ftrelid = c.oid) else '[]'::json end,
    'columns', ${columns(d)},
    'constraints', ${constraints(d)},
    'indexes', case when c.relhasindex then pggit_shadow.indexes_of(c.oid) else '[]'::json end,
    'triggers', case when c.relhastriggers then pggit_shadow.triggers_of(c.oid) else '[]'::json end,
    'policies', case when exists (select from pg_policy p where p.polrelid = c.oid) then pggit_shadow.policies_of(c.oid) else '[]'::json end,
    'rules', case when c.relhasrules then pggit_shadow.rules_of(c.oid) else '[]'::json end))
 from pg_class c, pg_namespace n
 where c.oid = target and n.oid = c.relnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and c.relpersistence <> 't'
   and not ${isOwnSchema("n.nspname")} and not ${isPartOfAnother("pg_class", "c.oid")}`;
}

/** The statement that gives one sequence as `SequenceFacts`. Its position is read by `pg_sequence_last_value` (NULL until the first call). */
export function sequenceQuery(d: Dialect): string {
  const uncalled = d.since(
    18,
    "(select q.last_value::text from pg_get_sequence_data(c.oid) q where not q.is_called and q.last_value <> s.seqstart)",
    `case when pg_sequence_last_value(c.oid) is null then nullif(substring(
       query_to_xml('select last_value from ' || c.oid::regclass::text, true, false, '')::text from '<last_value>(-?[0-9]+)<'), s.seqstart::text) end`,
  );
  return `select json_build_object('catalog', 'pg_class', 'oid', c.oid::int8, 'kind', 'sequence',
  'schema', n.nspname, 'name', c.relname, 'identity', quote_ident(n.nspname) || '.' || quote_ident(c.relname), 'filenode', c.relfilenode::int8,
  'parents', coalesce((select json_agg(d.refobjid::int8) from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid = 0
     and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')), '[]'::json),
  'facts', json_build_object('kind', 'sequence',
    ${commonFacts("pg_class", "c.oid")},
    ${privilegeFacts("s", "c.relowner", "c.relacl")},
    'dataType', format_type(s.seqtypid, null), 'start', s.seqstart::text, 'increment', s.seqincrement::text, 'minimum', s.seqmin::text, 'maximum', s.seqmax::text,
    'cache', s.seqcache::text, 'cycle', s.seqcycle,
    'persistence', case c.relpersistence when 'u' then 'unlogged' else 'permanent' end,
    'ownedBy', (select ${relationName("d.refobjid")} || '.' || (select quote_ident(a.attname) from pg_attribute a where a.attrelid = d.refobjid and a.attnum = d.refobjsubid)
       from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid = 0 and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')),
    'identity', exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid = 0 and d.refclassid = 'pg_class'::regclass
       and d.refobjsubid > 0 and d.deptype = 'i'),
    'lastValue', pg_sequence_last_value(c.oid)::text,
    'waitingAt', ${uncalled}))
 from pg_class c, pg_namespace n, pg_sequence s
 where c.oid = target and n.oid = c.relnamespace and s.seqrelid = c.oid and c.relkind = 'S' and c.relpersistence <> 't'
   and not ${isOwnSchema("n.nspname")} and not ${isPartOfAnother("pg_class", "c.oid")}`;
}
