import { createHash } from "node:crypto";
import type { Session } from "../database/session.ts";
import { StatementError } from "../database/session.ts";
import { finishBackups, removeBackups } from "../store/backups.ts";
import { recordMigrations, type MigrationFact } from "../store/record.ts";
import { removeMigrations } from "../store/remove.ts";
import { beginStep, clearSteps, finishStep, type LedgerEntry, type LedgerStep } from "../store/runs.ts";
import type { ReadyStore } from "../store/store.ts";
import { withoutRecording } from "../store/without-recording.ts";
import type { Direction, Execution, Recorder, UnitNote } from "./recorder.ts";
import type { RunnableMigration, RunnablePlan } from "./runnable.ts";

/** What a run writes beside its migrations, and with what. */
export interface RecorderRequest {
  readonly session: Session;
  readonly store: ReadyStore;
  readonly runnable: RunnablePlan;
  /** From `beginRun`. */
  readonly run: number;
  readonly programVersion: string;
  readonly ledger: readonly LedgerEntry[];
  /** ISO 8601, of the clock on the wall. */
  readonly clock: () => string;
  readonly user: string;
  /** Enters a migration in the source tool's own table, or takes it out again. */
  readonly stamp: Stamp;
}

export interface Stamp {
  enter(migration: RunnableMigration, execution: Execution): Promise<void>;
  takeOut(migration: RunnableMigration): Promise<void>;
  /** How many were entered or taken out so far. */
  count(): number;
}

/** The record in the target's schemas `pggit` and `pggit_migrate`. */
export function createStoreRecorder(request: RecorderRequest): Recorder {
  const { session, store, runnable, run, stamp } = request;
  const { tool } = runnable.plan.source;
  const step = (id: string, direction: Direction, { position, sql }: UnitNote): LedgerStep => ({
    tool,
    migration: id,
    direction,
    position,
    sqlHash: createHash("sha256").update(sql).digest("hex"),
  });
  return {
    async migrated(migration, execution) {
      const { id } = migration.plan;
      const fact: MigrationFact = {
        id,
        how: "executed",
        appliedAt: request.clock(),
        appliedBy: request.user,
        executionMs: Math.round(execution.seconds * 1000),
        source: null,
      };
      await record(request, [fact]);
      const { backup } = migration.plan.rollback;
      if (backup !== undefined) await finishBackups(session, { tool, migration: id, run }, backup.tables);
      await clearSteps(session, { tool, migration: id });
      await stamp.enter(migration, execution);
    },
    async takenBack(migration) {
      const { id } = migration.plan;
      const { backup } = migration.plan.rollback;
      const saved = backup?.tables.map((table) => table.backup) ?? [];
      await withoutRecording(session, store, () => removeBackups(session, saved, "restored"));
      await removeMigrations(session, store, { tool, ids: [id] });
      await clearSteps(session, { tool, migration: id });
      await stamp.takeOut(migration);
    },
    async units(id, direction) {
      return request.ledger
        .filter((entry) => entry.tool === tool && entry.migration === id && entry.direction === direction)
        .map(({ position, finishedAt }) => ({ position, finished: finishedAt !== null }));
    },
    async unitBegun(id, direction, unit) {
      await beginStep(session, run, step(id, direction, unit));
    },
    async unitFinished(id, direction, unit) {
      await beginStep(session, run, step(id, direction, unit));
      await finishStep(session, step(id, direction, unit));
    },
    unobserved: (work) => withoutRecording(session, store, work),
  };
}

/** Writes migrations to the record; gives how many were not in it. Throws where the record has one of them with other content. */
export async function record(
  { session, store, runnable, run, programVersion }: Pick<RecorderRequest, "session" | "store" | "runnable" | "run" | "programVersion">,
  facts: readonly MigrationFact[],
): Promise<number> {
  const recorded = await recordMigrations(session, store, { plan: runnable.plan, facts, run, programVersion });
  const [conflict] = recorded.conflicts;
  if (conflict === undefined) return recorded.migrations.length;
  throw new StatementError({
    code: "PGGIT",
    message: `the record has ${conflict.id} with other content`,
    detail: null,
    hint: null,
    offset: null,
    where: null,
  });
}

/** Where no tool's table is kept. */
export const noStamp: Stamp = {
  enter: () => Promise.resolve(),
  takeOut: () => Promise.resolve(),
  count: () => 0,
};
