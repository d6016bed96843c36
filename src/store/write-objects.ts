import type { Session } from "../database/session.ts";
import type { Description } from "./describe-objects.ts";
import { sha256, statementsOn } from "./migration-content.ts";
import type { HistoryRow, ObjectState } from "./object-states.ts";
import type { Prepared, RecordContext } from "./record.ts";
import { formatUtc } from "./utc.ts";
import { writeRows } from "./write.ts";

const columns = `v(id integer, line text, type text, schema text, name text, branch text, version integer, major integer, minor integer, patch integer,
  active boolean, content text, ddl text, metadata jsonb, created timestamp, updated timestamp)`;

/**
 * The objects as they stand now: known ones follow their renamings, new ones are inserted, and one that the extension recorded by itself is taken over, with what
 * it was kept for the day on which the record is removed.
 */
export async function writeObjects(
  { session, tool }: RecordContext,
  states: readonly ObjectState[],
  descriptions: ReadonlyMap<ObjectState, Description>,
): Promise<number> {
  const values = states.map((state) => {
    const described = descriptions.get(state);
    const ddl = described?.ddl ?? null;
    const [major = 1, minor = 0, patch = 0] = state.semanticVersion.split(".").map(Number);
    return {
      id: state.id,
      line: state.line,
      type: state.type,
      schema: state.schema,
      name: state.name,
      branch: state.branch,
      version: state.version,
      major,
      minor,
      patch,
      active: state.active,
      content: ddl === null ? null : sha256(ddl),
      ddl,
      metadata: { ...described?.metadata, kind: state.kind, pggit: { tool, line: state.line, hash: state.hash } },
      created: formatUtc(state.createdAt),
      updated: formatUtc(state.updatedAt),
    };
  });
  const known = values.filter(({ id }) => id !== null);
  // Names may go round in a circle, and the unique constraint looks at every row on the way.
  await writeRows(
    session,
    `update pggit.objects o set object_name = 'pggit ' || o.id from json_to_recordset($1::json) as ${columns} where o.id = v.id returning 1`,
    known,
  );
  const changed = await writeRows(
    session,
    `update pggit.objects o set schema_name = v.schema, object_name = v.name, version = v.version, version_major = v.major, version_minor = v.minor,
       version_patch = v.patch, is_active = v.active, content_hash = coalesce(v.content, o.content_hash), ddl_normalized = coalesce(v.ddl, o.ddl_normalized),
       metadata = case when v.active then '{}'::jsonb else o.metadata end || v.metadata || jsonb_strip_nulls(jsonb_build_object('pggit',
         (v.metadata -> 'pggit') || jsonb_strip_nulls(jsonb_build_object('previous', o.metadata #> '{pggit,previous}')))), updated_at = v.updated
     from json_to_recordset($1::json) as ${columns} where o.id = v.id returning 1`,
    known,
  );
  const inserted = await writeRows(
    session,
    `insert into pggit.objects as o (object_type, schema_name, object_name, branch_id, branch_name, version, version_major, version_minor, version_patch,
       is_active, content_hash, ddl_normalized, metadata, created_at, updated_at)
     select v.type::pggit.object_type, v.schema, v.name, b.id, b.name, v.version, v.major, v.minor, v.patch, v.active, v.content, v.ddl, v.metadata, v.created, v.updated
     from json_to_recordset($1::json) as ${columns.replace("updated timestamp)", "updated timestamp, ordinality bigint)")}
     join pggit.branches b on b.name = v.branch order by v.ordinality
     on conflict (object_type, schema_name, object_name, branch_name) do update set branch_id = excluded.branch_id, version = excluded.version,
       version_major = excluded.version_major, version_minor = excluded.version_minor, version_patch = excluded.version_patch, is_active = excluded.is_active,
       content_hash = excluded.content_hash, ddl_normalized = excluded.ddl_normalized, updated_at = excluded.updated_at,
       metadata = excluded.metadata || jsonb_build_object('pggit', (excluded.metadata -> 'pggit') || jsonb_build_object('previous', to_jsonb(o)))
     returning 1`,
    values.filter(({ id }) => id === null),
  );
  return changed + inserted;
}

/** One row per change, oldest first. The metadata of a row has the versions on both sides, so that a way back can be found without the plan. */
export async function writeHistory(
  { session, tool }: RecordContext,
  history: readonly HistoryRow[],
  prepared: readonly Prepared[],
): Promise<number> {
  const byHash = new Map(prepared.map((one) => [one.hash, one]));
  const values = history.map(({ line, branch, commit, change, step, oldVersion, newVersion, oldSemanticVersion, hash, at }) => {
    const source = byHash.get(commit);
    return {
      tool,
      line,
      branch,
      commit,
      change,
      severity: step.level,
      old: oldVersion,
      new: newVersion,
      old_metadata: oldSemanticVersion === null ? null : { semantic_version: oldSemanticVersion },
      new_metadata: {
        semantic_version: step.version,
        version: (oldVersion ?? 0) + 1,
        schema: step.schema,
        name: step.name,
        migration: step.migration,
        hash,
      },
      description: step.reason,
      sql: source === undefined ? null : statementsOn(source.migration, step.name),
      at: formatUtc(at),
      by: source?.migration.author ?? source?.fact.appliedBy ?? null,
    };
  });
  return await writeRows(
    session,
    `insert into pggit.history (object_id, change_type, change_severity, commit_hash, branch_id, old_version, new_version, old_metadata, new_metadata,
       change_description, sql_executed, created_at, created_by)
     select o.id, v.change::pggit.change_type, v.severity::pggit.change_severity, v.commit, o.branch_id, v.old, v.new, v.old_metadata, v.new_metadata,
       v.description, v.sql, v.at, v.by
     from json_to_recordset($1::json) as v(tool text, line text, branch text, commit text, change text, severity text, old integer, new integer,
       old_metadata jsonb, new_metadata jsonb, description text, sql text, at timestamp, by text, ordinality bigint)
     join pggit.objects o on o.metadata #>> '{pggit,line}' = v.line and o.metadata #>> '{pggit,tool}' = v.tool and o.branch_name = v.branch
     order by v.ordinality returning 1`,
    values,
  );
}

/**
 * What the standing objects need, as the catalog says: foreign keys, views, sequences behind defaults, types of columns, functions of triggers. Both ends are
 * objects of one branch; what no longer holds is taken out again.
 */
export async function writeDependencies(
  session: Session,
  objects: readonly { readonly line: string; readonly branch: string }[],
): Promise<number> {
  const values = objects.map(({ line, branch }) => ({ line, branch }));
  const [counted] =
    values.length === 0
      ? []
      : await session.rows<{ count: number }>(
          `with touched as (
             select o.id, o.branch_name, o.branch_id, o.is_active, n.oid as namespace, o.object_name
             from json_to_recordset($1::json) as v(line text, branch text)
             join pggit.objects o on o.metadata #>> '{pggit,line}' = v.line and o.branch_name = v.branch
             left join pg_catalog.pg_namespace n on n.nspname = o.schema_name
           ),
           relation as (
             select o.id, o.branch_name, c.oid from pggit.objects o
             join pg_catalog.pg_namespace n on n.nspname = o.schema_name
             join pg_catalog.pg_class c on c.relnamespace = n.oid and pg_catalog.quote_ident(c.relname) = o.object_name
             where o.is_active and o.object_type in ('TABLE', 'VIEW', 'MATERIALIZED_VIEW', 'SEQUENCE')
           ),
           named as (
             select o.id, o.branch_name, p.oid, 'pg_catalog.pg_proc'::regclass as catalog from pggit.objects o
             join pg_catalog.pg_namespace n on n.nspname = o.schema_name
             join pg_catalog.pg_proc p on p.pronamespace = n.oid and split_part(o.object_name, '(', 1) = pg_catalog.quote_ident(p.proname)
               and o.object_name = pg_catalog.quote_ident(p.proname) || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')'
             where o.is_active and o.object_type in ('FUNCTION', 'PROCEDURE')
             union all
             select o.id, o.branch_name, t.oid, 'pg_catalog.pg_type'::regclass from pggit.objects o
             join pg_catalog.pg_namespace n on n.nspname = o.schema_name
             join pg_catalog.pg_type t on t.typnamespace = n.oid and pg_catalog.quote_ident(t.typname) = o.object_name
             where o.is_active and o.object_type = 'TYPE'
             union all
             select id, branch_name, oid, 'pg_catalog.pg_class'::regclass from relation
           ),
           needs as (
             select r.id as dependent, k.confrelid as needed, 'pg_catalog.pg_class'::regclass as catalog, 'foreign_key' as type
             from relation r join pg_catalog.pg_constraint k on k.conrelid = r.oid and k.contype = 'f'
             union all
             select r.id, d.refobjid, d.refclassid, 'view' from relation r
             join pg_catalog.pg_rewrite w on w.ev_class = r.oid
             join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid and d.deptype = 'n'
             union all
             select r.id, d.refobjid, d.refclassid, case d.refclassid when 'pg_catalog.pg_class'::regclass then 'sequence' when 'pg_catalog.pg_type'::regclass then 'type' else 'function' end
             from relation r join pg_catalog.pg_attrdef a on a.adrelid = r.oid
             join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_attrdef'::regclass and d.objid = a.oid and d.deptype = 'n'
             union all
             select r.id, d.refobjid, d.refclassid, 'type' from relation r
             join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = r.oid and d.deptype = 'n'
               and d.refclassid = 'pg_catalog.pg_type'::regclass
             union all
             select r.id, t.tgfoid, 'pg_catalog.pg_proc'::regclass, 'trigger' from relation r
             join pg_catalog.pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
           ),
           wanted as (
             select distinct on (t.id, n.id) t.id as dependent, n.id as needed, t.branch_id, needs.type
             from touched t join needs on needs.dependent = t.id
             join named n on n.oid = needs.needed and n.catalog = needs.catalog and n.branch_name = t.branch_name and n.id <> t.id
             order by t.id, n.id, needs.type
           ),
           gone as (
             delete from pggit.dependencies d using touched t
             where d.dependent_id = t.id and d.metadata ? 'pggit' and not exists (select from wanted w where w.dependent = d.dependent_id and w.needed = d.depends_on_id)
             returning 1
           ),
           made as (
             insert into pggit.dependencies (dependent_id, depends_on_id, branch_id, dependency_type, metadata)
             select dependent, needed, branch_id, type, '{"pggit": true}'::jsonb from wanted
             on conflict (dependent_id, depends_on_id) do nothing returning 1
           )
           select ((select count(*) from gone) + (select count(*) from made))::integer as count`,
          [JSON.stringify(values)],
        );
  return counted?.count ?? 0;
}
