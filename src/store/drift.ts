import type { Session } from "../database/session.ts";
import type { DriftChoice } from "../model/drift.ts";
import type { Store } from "./store.ts";

const schemaFile = 103;

/** One difference with what was decided about it, as the record keeps it. */
export interface DriftEntry {
  readonly choice: Exclude<DriftChoice, "adopt">;
  /** `public.users.email`, unquoted. */
  readonly object: string;
  /** In words. */
  readonly difference: string;
  readonly reason: string;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  /** What was run, for `revert`. */
  readonly statements: readonly string[];
}

/** Those that the record does not have yet. Reads only. */
export async function unrecordedDrift(session: Session, store: Store, entries: readonly DriftEntry[]): Promise<readonly DriftEntry[]> {
  if (entries.length === 0 || store.kind === "none" || store.missing.includes(schemaFile)) return entries;
  const rows = await session.rows<{ choice: string; object: string; difference: string; reason: string; by: string | null }>(
    "select choice, object, difference, reason, decided_by as by from pggit_migrate.drift",
  );
  const known = new Set(rows.map(({ choice, object, difference, reason, by }) => JSON.stringify([choice, object, difference, reason, by])));
  return entries.filter(
    ({ choice, object, difference, reason, decidedBy }) => !known.has(JSON.stringify([choice, object, difference, reason, decidedBy])),
  );
}

/** Enters decisions about drift under a run, within the caller's transaction. */
export async function recordDrift(session: Session, run: number, entries: readonly DriftEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await session.rows(
    `insert into pggit_migrate.drift (run_id, choice, object, difference, reason, decided_by, decided_at, statements)
     select $1, e.choice, e.object, e.difference, e.reason, e."decidedBy", e."decidedAt", e.statements
     from json_to_recordset($2::json) as e(choice text, object text, difference text, reason text, "decidedBy" text, "decidedAt" text, statements jsonb)`,
    [run, JSON.stringify(entries)],
  );
}
