import type { Session } from "../database/session.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { missingRights } from "./rights.ts";
import { firstOwnFile, readSchemaFiles } from "./schema-files.ts";
import { optionalTables, type OptionalTable, type RecordingTrigger, type Store } from "./store.ts";

/** The columns of shape A that are read or written here, by table: what a `pggit` schema must have to be used. */
const shapeA: Readonly<Record<string, readonly string[]>> = {
  branches: ["id", "name", "parent_branch_id", "head_commit_hash", "status", "created_at", "created_by", "total_objects", "description"],
  commits: ["id", "hash", "branch_id", "parent_commit_hash", "message", "author", "authored_at", "committer", "committed_at", "tree_hash", "object_hashes", "metadata"],
  objects: ["id", "object_type", "schema_name", "object_name", "full_name", "content_hash", "ddl_normalized", "branch_id", "branch_name", "version", "version_major", "version_minor", "version_patch", "metadata", "is_active", "created_at", "updated_at"],
  history: ["id", "object_id", "change_type", "change_severity", "commit_hash", "branch_id", "old_version", "new_version", "old_metadata", "new_metadata", "change_description", "sql_executed", "created_at", "created_by"],
  dependencies: ["id", "dependent_id", "depends_on_id", "branch_id", "dependency_type", "metadata"],
  migrations: ["id", "version", "description", "up_script", "down_script", "checksum", "applied_at", "applied_by", "execution_time_ms"],
}; // prettier-ignore

interface Probe {
  readonly columns: Readonly<Record<string, readonly string[]>>;
  readonly comment: string | null;
  readonly schema: boolean;
  readonly triggers: readonly { readonly name: string; readonly enabled: RecordingTrigger["enabled"]; readonly mayAlter: boolean }[];
  readonly harmful: readonly string[];
  readonly ledger: boolean;
  readonly role: string;
}

/** Names are looked up in the catalogs, not cast: a cast fails where the role may not even look into the schema. */
const probe = `
select
  coalesce((select json_object_agg(t.relname, t.columns) from (
    select c.relname, json_agg(a.attname) as columns
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname = 'pggit'
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p') group by c.relname) t), '{}'::json) as columns,
  exists (select from pg_catalog.pg_namespace where nspname = 'pggit') as schema,
  (select pg_catalog.obj_description(oid, 'pg_namespace') from pg_catalog.pg_namespace where nspname = 'pggit') as comment,
  coalesce((select json_agg(json_build_object('name', e.evtname, 'enabled', e.evtenabled,
      'mayAlter', pg_catalog.pg_has_role(e.evtowner, 'USAGE')) order by e.evtname)
    from pg_catalog.pg_event_trigger e
    join pg_catalog.pg_proc p on p.oid = e.evtfoid
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace and n.nspname like 'pggit%' and n.nspname <> 'pggit_shadow'), '[]'::json) as triggers,
  coalesce((select json_agg(t.tgname || ' on ' || t.tgrelid::pg_catalog.regclass order by t.tgname) from pg_catalog.pg_trigger t
    where t.tgname in ('pggit_flyway_integration', 'pggit_liquibase_integration')), '[]'::json) as harmful,
  exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'pggit_migrate' and c.relname = 'schema_files') as ledger,
  current_user as role`;

/**
 * What record the target holds. Looks at tables and columns, never at version strings, needs no right but to connect, and writes nothing. Fails (exit
 * code 4) where the schema is of a pgGit that is too old or is something else, and (exit code 1) where the role lacks rights on it, with the GRANTs to run.
 */
export async function findStore(session: Session): Promise<Result<Store>> {
  const [seen] = await session.rows<Probe>(probe);
  if (seen === undefined) throw new Error("the probe for the pggit schema gave no row");
  const own = seen.comment?.startsWith("pggit store") === true;
  const tables = Object.keys(seen.columns);
  if (!seen.schema || (tables.length === 0 && !own)) return ok({ kind: "none" });

  const lacking = Object.entries(shapeA).flatMap(([table, columns]) => {
    const found = seen.columns[table];
    return found === undefined ? [table] : columns.filter((column) => !found.includes(column)).map((column) => `${table}.${column}`);
  });
  if (lacking.length > 0) return failed(wrongShape(tables, lacking));
  const rights = await missingRights(session, seen.role);
  if (rights !== null) return failed(rights);

  const done = seen.ledger ? await session.rows<{ number: number }>("select number from pggit_migrate.schema_files") : [];
  const present = new Set(done.map(({ number }) => number));
  const missing = readSchemaFiles().filter(({ number }) => (own || number >= firstOwnFile) && !present.has(number));
  const numbers = missing.map(({ number }) => number);
  if (own) return ok({ kind: "own", missing: numbers });
  return ok({
    kind: "native",
    missing: numbers,
    optional: new Set(optionalTables.filter((table: OptionalTable) => seen.columns[table] !== undefined)),
    triggers: seen.triggers,
    warnings: seen.harmful.map(
      (trigger) =>
        `The trigger ${trigger} of pgGit's integrate_flyway() makes the source tool's next entry in its own table fail; drop it: DROP TRIGGER ${trigger}.`,
    ),
  });
}

function wrongShape(tables: readonly string[], lacking: readonly string[]): Failure {
  const old = tables.includes("objects") && !tables.includes("branches");
  return {
    kind: "failure",
    code: old ? "pggit-too-old" : "pggit-unknown-shape",
    message: old
      ? "The pgGit in this database is older than 0.1.3: it has no branches and no commits."
      : `The schema pggit of this database is not pgGit's: it lacks ${lacking.slice(0, 5).join(", ")}${lacking.length > 5 ? `, and ${lacking.length - 5} more` : ""}.`,
    location: "schema pggit",
    hint: old
      ? "Upgrade pgGit to 0.1.3 or newer, or move its schema away: ALTER SCHEMA pggit RENAME TO pggit_old."
      : "Move it away (ALTER SCHEMA pggit RENAME TO …), or install pgGit 0.1.3 or newer.",
    exitCode: 4,
  };
}
