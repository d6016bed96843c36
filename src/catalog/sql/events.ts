/** How every line begins that the event triggers send. */
export const SIGNAL = "pggit_shadow ";

/**
 * Event triggers that say by INFO (which no setting can silence) which objects a statement touched: `c` for commands, `d` for drops, `w` for
 * rewritten tables, each with `classid/objid`; a GRANT has no oid, so the kind of object is sent. ENABLE ALWAYS keeps them firing under
 * `session_replication_role = replica`. Temporary objects and members of extensions are left out.
 */
export const EVENT_TRIGGERS = `
create function pggit_shadow.tell_commands() returns event_trigger language plpgsql set search_path = pg_catalog as $$
declare line text;
begin
  select string_agg(case when c.objid is null then 'g/' || replace(c.object_type, ' ', '_') else 'c/' || c.classid || '/' || c.objid end, ' ') into line
    from pg_event_trigger_ddl_commands() c where not c.in_extension and coalesce(c.schema_name, '') <> 'pg_temp';
  if line is not null then raise info '${SIGNAL}%', line; end if;
end $$;
create function pggit_shadow.tell_drops() returns event_trigger language plpgsql set search_path = pg_catalog as $$
declare line text;
begin
  select string_agg('d/' || o.classid || '/' || o.objid, ' ') into line from pg_event_trigger_dropped_objects() o where not o.is_temporary;
  if line is not null then raise info '${SIGNAL}%', line; end if;
end $$;
create function pggit_shadow.tell_rewrites() returns event_trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise info '${SIGNAL}w/%', pg_event_trigger_table_rewrite_oid()::oid;
end $$;
create event trigger pggit_shadow_commands on ddl_command_end execute function pggit_shadow.tell_commands();
create event trigger pggit_shadow_drops on sql_drop execute function pggit_shadow.tell_drops();
create event trigger pggit_shadow_rewrites on table_rewrite execute function pggit_shadow.tell_rewrites();
alter event trigger pggit_shadow_commands enable always;
alter event trigger pggit_shadow_drops enable always;
alter event trigger pggit_shadow_rewrites enable always;
`;

/** Switches the event triggers off, or to what they were. */
export function alterEventTriggers(action: "disable" | "enable always"): string {
  return ["commands", "drops", "rewrites"].map((name) => `alter event trigger pggit_shadow_${name} ${action}`).join(";\n");
}
