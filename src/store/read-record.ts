import type { Session } from "../database/session.ts";
import type { LedgerEntry } from "./runs.ts";
import type { ReadyStore } from "./store.ts";

/** A migration that stands in the record. */
export interface RecordedMigration {
  readonly tool: string;
  readonly id: string;
  /** `contentHash` of what was applied. */
  readonly content: string;
  readonly commit: string;
  readonly version: string;
  readonly branch: string;
  readonly how: "recorded" | "executed" | "built";
  /** ISO 8601, UTC. */
  readonly appliedAt: string;
  readonly appliedBy: string;
  /** The proven way back as the plan had it; `null` where there is none. Statements that the plan only refers to are cut short here too. */
  readonly down: readonly string[] | null;
  readonly downStatus: string;
  readonly downCheck: string | null;
  readonly source: Readonly<Record<string, unknown>> | null;
}

export interface RecordedRun {
  readonly id: number;
  readonly kind: string;
  readonly tool: string;
  readonly status: "running" | "done" | "stopped" | "failed";
  readonly role: string;
  readonly host: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly stoppedAt: string | null;
  readonly message: string | null;
  readonly planContentId: string;
}

/** What pggit itself recorded in a target. */
export interface StoredRecord {
  /** In the order in which they were recorded. */
  readonly migrations: readonly RecordedMigration[];
  readonly branch: string;
  readonly lastRun: RecordedRun | null;
  /** Statements outside transactions that a run began, by number. */
  readonly ledger: readonly LedgerEntry[];
}

const iso = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const read = `
select
  coalesce((select json_agg(json_build_object('tool', tool, 'id', id, 'content', content_hash, 'commit', commit_hash, 'version', version, 'branch', branch,
      'how', how, 'appliedAt', ${iso("applied_at")}, 'appliedBy', applied_by, 'down', down, 'downStatus', down_status, 'downCheck', down_check,
      'source', source) order by position) from pggit_migrate.migrations), '[]'::json) as migrations,
  coalesce((select current_branch from pggit_migrate.state), 'main') as branch,
  (select json_build_object('id', id, 'kind', kind, 'tool', tool, 'status', status, 'role', role, 'host', host, 'startedAt', ${iso("started_at")},
      'finishedAt', ${iso("finished_at")}, 'stoppedAt', stopped_at, 'message', message, 'planContentId', plan_content_id)
    from pggit_migrate.runs order by id desc limit 1) as "lastRun",
  coalesce((select json_agg(json_build_object('run', run_id, 'tool', tool, 'migration', migration, 'direction', direction, 'position', position,
      'sqlHash', sql_hash, 'finishedAt', ${iso("finished_at")}) order by id) from pggit_migrate.ledger), '[]'::json) as ledger`;

/** Reads the record; empty where this program never wrote one (the extension's tables alone are none). Writes nothing. */
export async function readRecord(session: Session, store: ReadyStore | { readonly kind: "none" }): Promise<StoredRecord> {
  const nothing: StoredRecord = { migrations: [], branch: "main", lastRun: null, ledger: [] };
  if (store.kind === "none" || store.missing.includes(101) || store.missing.includes(102)) return nothing;
  const [record] = await session.rows<StoredRecord>(read);
  return record ?? nothing;
}

/** Moves the recorded current branch. No DDL runs. */
export async function setCurrentBranch(session: Session, branch: string): Promise<void> {
  await session.rows("update pggit_migrate.state set current_branch = $1", [branch]);
}
