import type { Session } from "../database/session.ts";
import type { BackupTable } from "../model/rollback.ts";
import { parseQualifiedName } from "../sql/names.ts";
import { qualifiedName } from "../sql/quote.ts";
import type { Store } from "./store.ts";

const schemaFile = 105;

/** A backup of this size is not counted while the migration holds its locks; in bytes. */
const mostCounted = 200_000_000;

/** What saved the rows of one table, as the record has it. */
export interface RecordedBackup {
  /** `pggit_migrate.backup_…`. */
  readonly backup: string;
  readonly tool: string;
  readonly migration: string;
  /** The table that it was taken of, as it was named then. */
  readonly table: string;
  /** `null` where there were too many to be counted. */
  readonly rows: number | null;
  /** With its index; 0 where the table is not there any more. */
  readonly bytes: number;
  readonly there: boolean;
  /** ISO 8601; `null` where the saving was cut off before the migration ran. */
  readonly takenAt: string | null;
  readonly goneAt: string | null;
  readonly goneBecause: "restored" | "dropped" | null;
}

interface Saving {
  readonly tool: string;
  readonly migration: string;
  readonly run: number;
}

/** Enters backups whose saving begins. */
export async function beginBackups(session: Session, { tool, migration, run }: Saving, tables: readonly BackupTable[]): Promise<void> {
  await session.rows(
    `insert into pggit_migrate.backups (backup, tool, migration, source_table, saves, key_columns, saved_columns, run_id)
     select b.backup, $1, $2, b."table", b.saves, array(select json_array_elements_text(b.key)), array(select json_array_elements_text(b.columns)), $3
     from json_to_recordset($4::json) as b(backup text, "table" text, saves text, key json, columns json)
     on conflict (backup) do update set run_id = excluded.run_id, taken_at = null, rows = null, begun_at = clock_timestamp(), gone_at = null, gone_because = null`,
    [tool, migration, run, JSON.stringify(tables)],
  );
}

/** Enters backups that are complete: within the transaction of the migration. */
export async function finishBackups(session: Session, saving: Saving, tables: readonly BackupTable[]): Promise<void> {
  await beginBackups(session, saving, tables);
  for (const { backup } of tables) {
    await session.rows(
      `update pggit_migrate.backups set taken_at = clock_timestamp(),
         rows = case when pg_catalog.pg_total_relation_size($1::text::pg_catalog.regclass) < ${mostCounted} then (select count(*) from ${backup}) end where backup = $1::text`,
      [backup],
    );
  }
}

/** Removes backups, and says in the record when and why. Within the caller's transaction. */
export async function removeBackups(session: Session, backups: readonly string[], because: "restored" | "dropped"): Promise<void> {
  if (backups.length === 0) return;
  const names = backups.map(parseQualifiedName).map(({ schema, name }) => qualifiedName(schema, name));
  await session.run(`DROP TABLE IF EXISTS ${names.join(", ")}`);
  await session.rows("update pggit_migrate.backups set gone_at = clock_timestamp(), gone_because = $2 where backup = any ($1::text[])", [
    backups,
    because,
  ]);
}

/** All backups that were taken or begun, the oldest first. Reads only; none where the record is older than backups. */
export async function readBackups(session: Session, store: Store): Promise<readonly RecordedBackup[]> {
  if (store.kind === "none" || store.missing.includes(schemaFile)) return [];
  const iso = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
  const rows = await session.rows<{ backup: RecordedBackup }>(
    `select json_build_object('backup', b.backup, 'tool', b.tool, 'migration', b.migration, 'table', b.source_table, 'rows', b.rows,
       'bytes', coalesce(pg_catalog.pg_total_relation_size(pg_catalog.to_regclass(b.backup)), 0), 'there', pg_catalog.to_regclass(b.backup) is not null,
       'takenAt', ${iso("b.taken_at")}, 'goneAt', ${iso("b.gone_at")}, 'goneBecause', b.gone_because) as backup
     from pggit_migrate.backups b order by b.begun_at, b.backup`,
  );
  return rows.map(({ backup }) => backup);
}
