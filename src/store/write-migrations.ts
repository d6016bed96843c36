import { createHash } from "node:crypto";
import { downScript, downStatements, hashOf, upScript } from "./migration-content.ts";
import type { Prepared, RecordContext } from "./record.ts";
import { formatUtc } from "./utc.ts";
import { writeRows } from "./write.ts";

/**
 * The migrations with their scripts, always with `applied_at`: without it the extension's apply_migration() would run them. Their checksum is the MD5 of the
 * up script, as the extension has it; the source tool's stands in `external_migrations`, under a number that no other tool has.
 */
export async function writeMigrations(context: RecordContext, prepared: readonly Prepared[]): Promise<number> {
  const { session, store, tool, run } = context;
  const values = prepared.map(({ id, hash, content, branch, at, version, fact, migration }) => {
    const up = upScript(migration);
    const down = downStatements(migration);
    return {
      id,
      tool,
      hash,
      content,
      branch,
      version,
      description: migration.name,
      up,
      down: downScript(migration),
      checksum: createHash("md5").update(up).digest("hex"),
      at: formatUtc(at),
      by: fact.appliedBy,
      ms: fact.executionMs,
      source_checksum: migration.checksum,
      how: fact.how,
      down_hash: down === null ? null : hashOf(down),
      statements: down,
      status: migration.rollback.status,
      check: migration.rollback.check,
      source: fact.source,
      run,
    };
  });
  let rows = await writeRows(
    session,
    `insert into pggit.migrations (version, description, up_script, down_script, checksum, applied_at, applied_by, execution_time_ms, created_at)
     select v.version, v.description, v.up, v.down, v.checksum, v.at, v.by, v.ms, now() at time zone 'UTC'
     from json_to_recordset($1::json) as v(version text, description text, up text, down text, checksum text, at timestamp, by text, ms integer,
       ordinality bigint) order by v.ordinality returning 1`,
    values,
  );
  if (store.kind === "own" || store.optional.has("external_migrations")) {
    rows += await writeRows(
      session,
      `insert into pggit.external_migrations (migration_id, tool_name, migration_name, checksum, pggit_commit_id, applied_at, applied_by, execution_time, success)
       select (select coalesce(max(migration_id), 0) from pggit.external_migrations) + v.ordinality, v.tool, v.id, v.source_checksum, c.id,
         v.at at time zone 'UTC', v.by, v.ms * interval '1 millisecond', true
       from json_to_recordset($1::json) as v(id text, tool text, hash text, source_checksum text, at timestamp, by text, ms integer, ordinality bigint)
       join pggit.commits c on c.hash = v.hash order by v.ordinality returning 1`,
      values,
    );
  }
  rows += await writeRows(
    session,
    `insert into pggit_migrate.migrations (tool, id, content_hash, commit_hash, version, branch, how, applied_at, applied_by, down_hash, down, down_status,
       down_check, source, run_id)
     select v.tool, v.id, v.content, v.hash, v.version, v.branch, v.how, v.at at time zone 'UTC', v.by, v.down_hash, v.statements, v.status, v.check, v.source, v.run
     from json_to_recordset($1::json) as v(id text, tool text, hash text, content text, branch text, version text, at timestamp, by text, how text,
       down_hash text, statements jsonb, status text, "check" text, source jsonb, run bigint, ordinality bigint) order by v.ordinality returning 1`,
    values,
  );
  return rows;
}
