import type { Session } from "../database/session.ts";
import { failed, ok, type Result } from "../model/failure.ts";
import { describeObjects } from "./describe-objects.ts";
import type { ReadyStore } from "./store.ts";
import { withoutRecording } from "./without-recording.ts";
import { sha256 } from "./migration-content.ts";
import { write, writeRows } from "./write.ts";
import { writeDependencies, type Dependable } from "./write-dependencies.ts";

export interface RemoveRequest {
  readonly tool: string;
  /** As in the plan. Of one that was recorded several times the newest record goes. */
  readonly ids: readonly string[];
}

/** What the statements below begin with: the records that go, and their commits. */
const going = `gone as (
  select distinct on (m.id) m.* from pggit_migrate.migrations m
  where m.tool = $1::json ->> 'tool' and m.id in (select json_array_elements_text($1::json -> 'ids'))
  order by m.id, m.position desc
)`;

/**
 * Takes migrations out of the record after their way back was run, in the same transaction: their rows go, and the objects that they changed have
 * the version, name and state of the last change that is left. Works from the record alone. Gives the number of rows; 0 where none was recorded.
 */
export async function removeMigrations(session: Session, store: ReadyStore, request: RemoveRequest): Promise<number> {
  const [known] = await session.rows<{ commits: readonly string[]; branches: readonly string[] }>(
    `with ${going} select coalesce(json_agg(commit_hash), '[]'::json) as commits, coalesce(json_agg(distinct branch), '[]'::json) as branches from gone`,
    [JSON.stringify(request)],
  );
  if (known === undefined || known.commits.length === 0) return 0;
  let rows = await restoreObjects(session, known.commits);
  const optional = (table: "external_migrations" | "ai_decisions" | "ai_edge_cases"): boolean =>
    store.kind === "own" || store.optional.has(table);
  const remove = async (from: string, where: string): Promise<void> => {
    rows += await write(session, `with ${going} delete from ${from} x where ${where} returning 1`, request);
  };
  if (optional("external_migrations"))
    await remove(
      "pggit.external_migrations",
      "x.pggit_commit_id in (select c.id from pggit.commits c join gone on gone.commit_hash = c.hash)",
    );
  await remove("pggit.commits", "x.hash in (select commit_hash from gone)");
  await remove("pggit.migrations", "x.version in (select version from gone)");
  if (optional("ai_decisions")) await remove("pggit.ai_decisions", "x.migration_id in (select version from gone)");
  if (optional("ai_edge_cases")) {
    await remove(
      "pggit.ai_edge_cases",
      "x.migration_id in (select version from gone) and x.id in (select row_id from pggit_migrate.edge_cases)",
    );
    await session.rows(`delete from pggit_migrate.edge_cases where not exists (select from pggit.ai_edge_cases e where e.id = row_id)`);
  }
  await remove("pggit_migrate.migrations", "x.position in (select position from gone)");
  rows += await write(
    session,
    `update pggit.branches b set head_commit_hash = coalesce(
         (select m.commit_hash from pggit_migrate.migrations m where m.branch = b.name order by m.position desc limit 1),
         (select m.commit_hash from pggit_migrate.migrations m where m.branch = 'main' and b.name <> 'main' order by m.position desc limit 1)),
       total_objects = (select count(*) from pggit.objects o where o.branch_name = b.name and o.is_active)
     where b.name in (select json_array_elements_text($1::json)) returning 1`,
    known.branches,
  );
  return rows;
}

interface Left extends Dependable {
  readonly id: number;
}

/** Turns the objects that the commits changed back to their last remaining change, or takes them out. */
async function restoreObjects(session: Session, commits: readonly string[]): Promise<number> {
  const changed = await session.rows<{ id: number }>(
    `select distinct object_id as id from pggit.history where commit_hash in (select json_array_elements_text($1::json))`,
    [JSON.stringify(commits)],
  );
  const ids = changed.map(({ id }) => id);
  let rows = await write(
    session,
    `delete from pggit.history where commit_hash in (select json_array_elements_text($1::json)) returning 1`,
    commits,
  );
  const named = `(select value::integer from json_array_elements_text($1::json))`;
  rows += await writeRows(
    session,
    restorePrevious(
      `o.id in ${named} and not exists (select from pggit.history h where h.object_id = o.id and h.new_metadata ? 'semantic_version')`,
    ),
    ids,
  );
  rows += await writeRows(
    session,
    `delete from pggit.objects o where o.id in ${named} and o.metadata ? 'pggit' and not exists (select from pggit.history h where h.object_id = o.id) returning 1`,
    ids,
  );
  // As in writeObjects: names may go round in a circle.
  await writeRows(
    session,
    `update pggit.objects o set object_name = 'pggit ' || o.id where o.id in ${named} and o.metadata ? 'pggit' returning 1`,
    ids,
  );
  rows += await writeRows(
    session,
    `update pggit.objects o set schema_name = h.new_metadata ->> 'schema', object_name = h.new_metadata ->> 'name',
       version = (h.new_metadata ->> 'version')::integer, is_active = h.change_type <> 'DROP', updated_at = h.created_at,
       version_major = split_part(h.new_metadata ->> 'semantic_version', '.', 1)::integer,
       version_minor = split_part(h.new_metadata ->> 'semantic_version', '.', 2)::integer,
       version_patch = split_part(h.new_metadata ->> 'semantic_version', '.', 3)::integer,
       metadata = jsonb_set(o.metadata, '{pggit,hash}', coalesce(h.new_metadata -> 'hash', '""'::jsonb))
     from (select distinct on (object_id) * from pggit.history where new_metadata ? 'semantic_version' order by object_id, created_at desc, id desc) h
     where h.object_id = o.id and o.id in ${named} and o.metadata ? 'pggit' returning 1`,
    ids,
  );
  const left = await session.rows<Left>(
    `select id, object_type::text as type, schema_name as schema, object_name as name, is_active as active, metadata #>> '{pggit,line}' as line, branch_name as branch
     from pggit.objects where id in ${named} and metadata ? 'pggit'`,
    [JSON.stringify(ids)],
  );
  const described = await describeObjects(session, left);
  await writeRows(
    session,
    `update pggit.objects o set ddl_normalized = v.ddl, content_hash = v.hash, metadata = o.metadata || v.metadata
     from json_to_recordset($1::json) as v(id integer, ddl text, hash text, metadata jsonb) where o.id = v.id returning 1`,
    [...described].map(([{ id }, { ddl, metadata }]) => ({ id, ddl, hash: ddl === null ? null : sha256(ddl), metadata })),
  );
  return rows + (await writeDependencies(session, left));
}

/** Gives an object that the extension had recorded before us back what it had. */
function restorePrevious(where: string): string {
  return `update pggit.objects o set version = (p ->> 'version')::integer, version_major = (p ->> 'version_major')::integer,
      version_minor = (p ->> 'version_minor')::integer, version_patch = (p ->> 'version_patch')::integer, is_active = (p ->> 'is_active')::boolean,
      content_hash = p ->> 'content_hash', ddl_normalized = p ->> 'ddl_normalized', updated_at = (p ->> 'updated_at')::timestamp,
      schema_name = p ->> 'schema_name', object_name = p ->> 'object_name', metadata = coalesce(p -> 'metadata', '{}'::jsonb)
    from (select id, metadata #> '{pggit,previous}' as p from pggit.objects where metadata #> '{pggit,previous}' is not null) s
    where s.id = o.id and ${where} returning 1`;
}

/**
 * Removes all that pggit wrote: our own schemas whole, of the extension's tables our rows alone. Within the caller's transaction. Fails (exit code 4) where
 * something outside depends on our schemas: it would be dropped with them.
 */
export async function removeRecord(session: Session, store: ReadyStore): Promise<Result<void>> {
  const schemas = store.kind === "own" ? ["pggit", "pggit_migrate"] : ["pggit_migrate"];
  const dependants = await session.rows<{ name: string }>(
    `select distinct pg_catalog.format('%I.%I', n.nspname, c.relname) as name
     from pg_catalog.pg_class own
     join pg_catalog.pg_namespace os on os.oid = own.relnamespace and os.nspname = any($1)
     join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = own.oid
     left join pg_catalog.pg_rewrite w on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and w.oid = d.objid
     left join pg_catalog.pg_constraint k on d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and k.oid = d.objid
     join pg_catalog.pg_class c on c.oid = coalesce(w.ev_class, k.conrelid)
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname <> all($1)
     order by 1`,
    [schemas],
  );
  if (dependants.length > 0) {
    return failed({
      kind: "failure",
      code: "record-in-use",
      message: `The record cannot be removed: ${dependants.map(({ name }) => name).join(", ")} would be dropped with it.`,
      location: dependants[0]?.name ?? null,
      hint: "Drop these first, or keep the record.",
      exitCode: 4,
    });
  }
  if (store.kind === "native") await removeOurRows(session, store);
  await withoutRecording(session, store, () => session.run(schemas.map((schema) => `DROP SCHEMA IF EXISTS ${schema} CASCADE`).join("; ")));
  return ok(undefined);
}

async function removeOurRows(session: Session, store: Extract<ReadyStore, { readonly kind: "native" }>): Promise<void> {
  if (store.missing.includes(101)) return;
  const ours = `(select commit_hash from pggit_migrate.migrations)`;
  const versions = `(select version from pggit_migrate.migrations)`;
  const optional = [
    store.optional.has("external_migrations") &&
      `delete from pggit.external_migrations where pggit_commit_id in (select id from pggit.commits where hash in ${ours})`,
    store.optional.has("ai_decisions") &&
      `delete from pggit.ai_decisions where migration_id in ${versions} and model_version like 'pggit-migrate-rules/%'`,
    store.optional.has("ai_edge_cases") && `delete from pggit.ai_edge_cases where id in (select row_id from pggit_migrate.edge_cases)`,
    store.optional.has("branch_size_metrics") &&
      `delete from pggit.branch_size_metrics where branch_name in (select branch from pggit_migrate.migrations)`,
  ].filter((sql) => sql !== false);
  await session.run(
    [
      `delete from pggit.dependencies where metadata ? 'pggit'`,
      `delete from pggit.history where commit_hash in ${ours}`,
      restorePrevious("true"),
      `delete from pggit.objects where metadata ? 'pggit'`,
      ...optional,
      `delete from pggit.commits where hash in ${ours}`,
      `delete from pggit.migrations where version in ${versions}`,
      `update pggit.branches set head_commit_hash = null, total_objects = 0, modified_objects = 0 where head_commit_hash in ${ours}`,
      `delete from pggit.branches b where created_by = 'pggit-migrate' and name <> 'main' and not exists (select from pggit.commits c where c.branch_id = b.id)
         and not exists (select from pggit.history h where h.branch_id = b.id) and not exists (select from pggit.branches x where x.parent_branch_id = b.id)`,
    ].join(";\n"),
  );
}
