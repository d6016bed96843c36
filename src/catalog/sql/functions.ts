import type { Dialect } from "./fragments.ts";
import { plainQueries } from "./plain/queries.ts";
import { SIGNAL } from "./events.ts";
import { relationParts, relationQuery, sequenceQuery } from "./relation.ts";
import { routineQuery } from "./routine.ts";
import { rowFunctions } from "./rows.ts";
import { scanFunction } from "./scan.ts";
import { typeQuery } from "./type.ts";

/**
 * What keeps a read exact and its cost flat: names resolved and printed under pg_catalog alone, values printed the same way whatever the history set,
 * and plans that look rows up by index, however small the catalogs were when the plan was made. SECURITY DEFINER: the history may have done SET ROLE.
 */
const SETTINGS = `security definer
  set search_path = pg_catalog set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
  set quote_all_identifiers = off set datestyle = 'ISO, YMD' set intervalstyle = postgres set timezone = 'UTC' set extra_float_digits = 1 set bytea_output = hex`;

/** Reads of whole catalogs must not be pushed into useless index scans. */
const SCAN_SETTINGS = `security definer set search_path = pg_catalog`;

function readFunction(name: string, query: string): string {
  return `create function pggit_shadow.${name}(target oid) returns json language plpgsql stable as $f$
declare result json;
begin
  ${query} into result;
  return result;
end $f$;\n`;
}

/** The catalogs whose rows are objects of their own, with the function that reads one. */
function readers(d: Dialect): ReadonlyMap<string, string> {
  const named: [string, string][] = [["pg_proc", routineQuery()], ["pg_type", typeQuery(d)], ...Object.entries(plainQueries(d))];
  return new Map(named);
}

/** Everything that stands on the shadow for the reader, apart from the event triggers. */
export function readerFunctions(d: Dialect): string {
  const byCatalog = readers(d);
  const functions = [...byCatalog].map(([catalog, query]) => readFunction(`read_${catalog}`, query)).join("");
  const branches = [...byCatalog.keys()]
    .map((catalog) =>
      catalog === "pg_type"
        ? // A table that is dropped names its row and array types too.
          "when 'pg_type' then if exists (select from pg_type t where t.oid = oids[i] and t.typrelid = 0) then result := pggit_shadow.read_pg_type(oids[i]); end if;"
        : `when '${catalog}' then result := pggit_shadow.read_${catalog}(oids[i]);`,
    )
    .join("\n      ");
  return `create schema pggit_shadow;
grant usage on schema pggit_shadow to public;
${Object.entries(relationParts(d))
  .map(([part, query]) => readFunction(`${part}_of`, query))
  .join("")}
${readFunction("read_relation", relationQuery(d))}
${readFunction("read_sequence", sequenceQuery(d))}
${functions}
create function pggit_shadow.read(catalogs text[], oids oid[]) returns setof json language plpgsql stable ${SETTINGS} as $f$
declare result json; letter "char";
begin
  for i in 1 .. coalesce(array_length(oids, 1), 0) loop
    result := null;
    case catalogs[i]
      when 'pg_class' then
        select c.relkind into letter from pg_class c where c.oid = oids[i];
        if letter = 'S' then result := pggit_shadow.read_sequence(oids[i]);
        elsif letter in ('r', 'p', 'v', 'm', 'f', 'c') then result := pggit_shadow.read_relation(oids[i]); end if;
      ${branches}
      else null;
    end case;
    if result is not null then return next result; end if;
  end loop;
end $f$;

create function pggit_shadow.owner_of(catalog text, target oid, out owner_catalog text, out owner oid) returns record language plpgsql stable as $f$
declare letter "char";
begin
  owner_catalog := catalog; owner := target;
  case catalog
    when 'pg_class' then
      select c.relkind into letter from pg_class c where c.oid = target;
      if letter in ('i', 'I') then select i.indrelid into owner from pg_index i where i.indexrelid = target; end if;
    when 'pg_trigger' then owner_catalog := 'pg_class'; select t.tgrelid into owner from pg_trigger t where t.oid = target;
    when 'pg_policy' then owner_catalog := 'pg_class'; select p.polrelid into owner from pg_policy p where p.oid = target;
    when 'pg_rewrite' then owner_catalog := 'pg_class'; select r.ev_class into owner from pg_rewrite r where r.oid = target;
    when 'pg_attrdef' then owner_catalog := 'pg_class'; select a.adrelid into owner from pg_attrdef a where a.oid = target;
    when 'pg_constraint' then
      select case when k.conrelid <> 0 then 'pg_class' else 'pg_type' end, case when k.conrelid <> 0 then k.conrelid else k.contypid end
        into owner_catalog, owner from pg_constraint k where k.oid = target;
    when 'pg_type' then
      select case when t.typrelid <> 0 then 'pg_class' else 'pg_type' end, case when t.typrelid <> 0 then t.typrelid else t.oid end
        into owner_catalog, owner from pg_type t where t.oid = target;
    when 'pg_publication_rel' then owner_catalog := 'pg_publication'; select p.prpubid into owner from pg_publication_rel p where p.oid = target;
    ${d.since(15, "when 'pg_publication_namespace' then owner_catalog := 'pg_publication'; select p.pnpubid into owner from pg_publication_namespace p where p.oid = target;", "")}
    when 'pg_amop' then owner_catalog := 'pg_opfamily'; select a.amopfamily into owner from pg_amop a where a.oid = target;
    when 'pg_amproc' then owner_catalog := 'pg_opfamily'; select a.amprocfamily into owner from pg_amproc a where a.oid = target;
    else null;
  end case;
end $f$;

${scanFunction(d)}
-- The objects that own what was named, and for tables everything that inherits from them.
create function pggit_shadow.resolve(catalogs text[], oids oid[]) returns table (catalog text, oid oid) language plpgsql stable ${SETTINGS} as $f$
#variable_conflict use_column
declare o record; parents boolean;
begin
  for i in 1 .. coalesce(array_length(oids, 1), 0) loop
    select * into o from pggit_shadow.owner_of(catalogs[i], oids[i]);
    if o.owner is not null and o.owner <> 0 then
      catalog := o.owner_catalog; oid := o.owner;
      return next;
      if o.owner_catalog = 'pg_class' then
        select c.relhassubclass into parents from pg_class c where c.oid = o.owner;
        if parents then
          return query with recursive below(o) as (select h.inhrelid from pg_inherits h where h.inhparent = o.owner
            union select h.inhrelid from below b, pg_inherits h where h.inhparent = b.o) select 'pg_class', b.o from below b;
        end if;
      end if;
    end if;
  end loop;
end $f$;

${watchFunctions(d)}
-- What stands on the text of others: views, rules, constraints, defaults, policies, triggers, functions and columns that name one of them.
create function pggit_shadow.dependants(catalogs text[], oids oid[]) returns table (catalog text, oid oid) language plpgsql stable ${SETTINGS} as $f$
#variable_conflict use_column
declare o record; target regclass;
begin
  for i in 1 .. coalesce(array_length(oids, 1), 0) loop
    target := ('pg_catalog.' || catalogs[i])::regclass;
    for o in select distinct d.classid::regclass::text as name, d.objid from pg_depend d
      where d.refclassid = target and d.refobjid = oids[i] and d.deptype in ('n', 'a', 'i') and not (d.classid = target and d.objid = oids[i])
      union select distinct d.classid::regclass::text, d.objid from pg_depend d, pg_type t
      where catalogs[i] in ('pg_class', 'pg_type') and t.oid = case catalogs[i] when 'pg_class' then (select c.reltype from pg_class c where c.oid = oids[i]) else oids[i] end
        and ((d.refobjid = t.typarray and t.typarray <> 0) or d.refobjid = t.oid) and d.refclassid = 'pg_type'::regclass and d.deptype in ('n', 'a', 'i')
    loop
      return query select r.owner_catalog, r.owner from pggit_shadow.owner_of(o.name, o.objid) r where r.owner is not null;
    end loop;
  end loop;
end $f$;

${rowFunctions()}
create function pggit_shadow.objects() returns table (catalog text, oid oid) language plpgsql stable ${SCAN_SETTINGS} as $f$
#variable_conflict use_column
begin
  return query select 'pg_class', c.oid from pg_class c where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c', 'S') and c.oid >= 16384
    union all select 'pg_type', t.oid from pg_type t where t.oid >= 16384 and t.typtype in ('e', 'd', 'r', 'b', 'p')
    union all select 'pg_proc', p.oid from pg_proc p where p.oid >= 16384
    ${[...byCatalog.keys()]
      .filter((catalog) => catalog !== "pg_proc" && catalog !== "pg_type")
      .map(
        (catalog) =>
          `union all select '${catalog}', o.oid from ${openRelation(catalog, d)} o where o.oid >= ${WITH_BUILTINS.has(catalog) ? 0 : 16384}`,
      )
      .join("\n    ")};
end $f$;
`;
}

/**
 * `look`: as JSON the transaction, how many rows of each catalog it wrote and deleted, whether event triggers or counters were silenced, and of the objects that are
 * named their owners and what they read like now. `mark`: the same numbers by INFO, so that it can be sent together with BEGIN. Both have the counters flushed when the
 * transaction ends (from 15 on): they live on until then, and with this each transaction that is watched starts from nought.
 */
function watchFunctions(d: Dialect): string {
  const flush = d.since(15, "perform pg_catalog.pg_stat_force_next_flush();", "");
  const blind =
    "coalesce(pg_catalog.current_setting('event_triggers', true), 'on') = 'off' or pg_catalog.current_setting('track_counts') = 'off'";
  const written =
    "pg_catalog.array_agg(pg_catalog.pg_stat_get_xact_tuples_inserted(u.o) + pg_catalog.pg_stat_get_xact_tuples_updated(u.o) order by u.i)";
  const deleted = "pg_catalog.array_agg(pg_catalog.pg_stat_get_xact_tuples_deleted(u.o) order by u.i)";
  const each = "from pg_catalog.unnest(pggit_shadow.watched()) with ordinality u(o, i)";
  return `do $f$ begin
  execute format('create function pggit_shadow.watched() returns oid[] language sql immutable as %L', format('select %L::oid[]', (select array_agg(q.oid) from (${WATCHED_CATALOGS}) q)::text));
end $f$;
create function pggit_shadow.mark() returns void language plpgsql as $f$
declare line text;
begin
  select pg_catalog.array_to_string(${written}, ',') || '/' || pg_catalog.array_to_string(${deleted}, ',') into line ${each};
  raise info '${SIGNAL}t/%/%/%', pg_catalog.pg_current_xact_id(), case when ${blind} then 1 else 0 end, line;
  ${flush}
end $f$;
create function pggit_shadow.look(catalogs text[], oids oid[]) returns text language plpgsql security definer set search_path = pg_catalog as $f$
declare named text[] := catalogs; numbers oid[] := oids; current text := pg_current_xact_id_if_assigned()::text; written text; deleted text; owners json; objects json;
begin
  select array_to_json(${written})::text, array_to_json(${deleted})::text into written, deleted ${each};
  if cardinality(oids) > 0 then
    select json_agg(json_build_object('catalog', r.catalog, 'oid', r.oid::int8)), catalogs || array_agg(r.catalog), oids || array_agg(r.oid) into owners, named, numbers
      from (select distinct q.catalog, q.oid from pggit_shadow.resolve(catalogs, oids) q) r where not exists (select from rows from (unnest(catalogs), unnest(oids)) u(c, o) where u.o = r.oid and u.c = r.catalog);
    if owners is null then named := catalogs; numbers := oids; end if;
    select json_agg(o) into objects from pggit_shadow.read(named, numbers) o;
  end if;
  ${flush}
  return format('{"current":%s,"transaction":"%s","blind":%s,"written":%s,"deleted":%s,"owners":%s,"objects":%s}', coalesce('"' || current || '"', 'null'),
    pg_current_xact_id(), (${blind})::text, written, deleted, coalesce(owners::text, '[]'), coalesce(objects::text, '[]'));
end $f$;
`;
}

/** The catalogs whose change counters are watched, with their oids, always in the same order. */
export const WATCHED_CATALOGS = `select relname::pg_catalog.text as name, oid from pg_catalog.pg_class where relnamespace = 11 and relkind = 'r'
  and relname not in ('pg_statistic', 'pg_statistic_ext_data') order by relname`;

/** A relation with the same oids that the session may read. */
function openRelation(catalog: string, d: Dialect): string {
  if (d.superuser) return catalog;
  if (catalog === "pg_authid") return "pg_roles";
  return catalog === "pg_user_mapping" ? "(select umid as oid from pg_user_mappings)" : catalog;
}

/** Catalogs whose built-in rows a history may well change: they are few, so all are remembered. Large objects have the oid that the user gave them. */
export const WITH_BUILTINS: ReadonlySet<string> = new Set([
  "pg_namespace",
  "pg_authid",
  "pg_language",
  "pg_database",
  "pg_tablespace",
  "pg_largeobject_metadata",
]);
