import { isOwnSchema } from "./fragments.ts";

const USER_RELATION = `c.oid >= 16384 and c.relpersistence <> 't' and n.oid = c.relnamespace and not ${isOwnSchema("n.nspname")}`;
const IDENTITY = "quote_ident(n.nspname) || '.' || quote_ident(c.relname)";
const SETTINGS = "language plpgsql stable security definer set search_path = pg_catalog";

/**
 * Functions that say whose rows moved. `rows_touched`: tables and sequences that the session touched since its counters were last flushed, a superset of those
 * that the transaction touched. `row_totals`: all tables with all that was ever written, for files that end transactions themselves. `filenodes`: tables whose row
 * in pg_class is of transaction `since` or later, with their present file: TRUNCATE gives a table another one.
 */
export function rowFunctions(): string {
  return `create function pggit_shadow.rows_touched() returns table (oid oid, schema text, name text, identity text, relkind "char", inserted int8, updated int8, deleted int8) ${SETTINGS} as $f$
#variable_conflict use_column
begin
  return query select c.oid, n.nspname::text, c.relname::text, ${IDENTITY}, c.relkind,
      pg_stat_get_xact_tuples_inserted(c.oid), pg_stat_get_xact_tuples_updated(c.oid), pg_stat_get_xact_tuples_deleted(c.oid)
    from pg_class c, pg_namespace n where c.relkind in ('r', 'S') and ${USER_RELATION}
      and (case when c.relkind = 'S' then pg_stat_get_xact_blocks_fetched(c.oid) > 0
        else pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid) > 0 end);
end $f$;
create function pggit_shadow.row_totals() returns table (oid oid, schema text, name text, identity text, relkind "char", inserted int8, updated int8, deleted int8) ${SETTINGS} as $f$
#variable_conflict use_column
begin
  return query select c.oid, n.nspname::text, c.relname::text, ${IDENTITY}, c.relkind,
      pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_inserted(c.oid), pg_stat_get_tuples_updated(c.oid) + pg_stat_get_xact_tuples_updated(c.oid),
      pg_stat_get_tuples_deleted(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid)
    from pg_class c, pg_namespace n where c.relkind in ('r', 'S') and ${USER_RELATION};
end $f$;
create function pggit_shadow.filenodes(since int8) returns table (oid oid, schema text, name text, identity text, filenode oid) ${SETTINGS} as $f$
#variable_conflict use_column
begin
  return query select c.oid, n.nspname::text, c.relname::text, ${IDENTITY}, c.relfilenode from pg_class c, pg_namespace n
    where c.relkind = 'r' and c.xmin::text::int8 >= since and ${USER_RELATION};
end $f$;
`;
}
