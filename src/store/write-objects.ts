import type { Description } from "./describe-objects.ts";
import { sha256, statementsByName } from "./migration-content.ts";
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
  const byHash = new Map(prepared.map((one) => [one.hash, { ...one, sqlOf: statementsByName(one.migration) }]));
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
      sql: source?.sqlOf(step.name) ?? null,
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
