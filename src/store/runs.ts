import type { Session } from "../database/session.ts";

export interface RunDescription {
  readonly kind: "record" | "apply" | "build" | "rollback" | "remove";
  readonly tool: string;
  readonly planContentId: string;
  readonly planDecisionsId: string;
  readonly programVersion: string;
  /** The machine that pggit runs on. */
  readonly host: string;
}

/** Enters a run into the audit trail, with the role and the server's time. Gives its number. */
export async function beginRun(session: Session, run: RunDescription): Promise<number> {
  const [row] = await session.rows<{ id: string }>(
    `insert into pggit_migrate.runs (kind, tool, plan_content_id, plan_decisions_id, program_version, host) values ($1, $2, $3, $4, $5, $6) returning id::text`,
    [run.kind, run.tool, run.planContentId, run.planDecisionsId, run.programVersion, run.host],
  );
  return Number(row?.id);
}

export interface RunEnd {
  readonly status: "done" | "stopped" | "failed";
  /** The migration before which it stopped. */
  readonly stoppedAt: string | null;
  readonly message: string | null;
}

/** Closes a run in the audit trail. */
export async function finishRun(session: Session, run: number, end: RunEnd): Promise<void> {
  await session.rows(
    `update pggit_migrate.runs set finished_at = clock_timestamp(), status = $2, stopped_at = $3, message = $4 where id = $1`,
    [run, end.status, end.stoppedAt, end.message],
  );
}

/** A statement that knows no transaction. `position` counts from 0 within its migration and direction. */
export interface LedgerStep {
  readonly tool: string;
  readonly migration: string;
  readonly direction: "up" | "down";
  readonly position: number;
  readonly sqlHash: string;
}

/** A step that the ledger knows. Without `finishedAt` it is not known whether its statement came to its end. */
export interface LedgerEntry extends LedgerStep {
  readonly run: number;
  readonly finishedAt: string | null;
}

/** Notes that a statement is about to run; noting it again (after a crash) moves it to the present run. Commit before the statement is sent. */
export async function beginStep(session: Session, run: number, step: LedgerStep): Promise<void> {
  await session.rows(
    `insert into pggit_migrate.ledger (run_id, tool, migration, direction, position, sql_hash) values ($1, $2, $3, $4, $5, $6)
     on conflict (tool, migration, direction, position) do update
     set run_id = excluded.run_id, sql_hash = excluded.sql_hash, started_at = clock_timestamp(), finished_at = null`,
    [run, step.tool, step.migration, step.direction, step.position, step.sqlHash],
  );
}

/** Notes that a statement has run. */
export async function finishStep(session: Session, step: LedgerStep): Promise<void> {
  await session.rows(
    `update pggit_migrate.ledger set finished_at = clock_timestamp() where tool = $1 and migration = $2 and direction = $3 and position = $4`,
    [step.tool, step.migration, step.direction, step.position],
  );
}

/** Takes the steps of a migration out: it is recorded as a whole (or as gone) in the same transaction. */
export async function clearSteps(session: Session, { tool, migration }: Pick<LedgerStep, "tool" | "migration">): Promise<void> {
  await session.rows(`delete from pggit_migrate.ledger where tool = $1 and migration = $2`, [tool, migration]);
}
