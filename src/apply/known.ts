import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { contentHash } from "../store/migration-content.ts";
import type { StoredRecord } from "../store/read-record.ts";
import type { Known } from "./assess.ts";

/** What the record says, in terms of a plan. */
export interface KnownRecord {
  /** `null` where nothing of this history is recorded. */
  readonly known: Known | null;
  /** In the order of the plan. */
  readonly recorded: readonly string[];
  /** A rollback was cut off in this migration. */
  readonly rollingBack: string | null;
}

/**
 * Reads off the record how far the target is in the plan. Refuses (exit 4) a plan that is not of the recorded history: a recorded migration that it lacks or has
 * with other statements, or one before the last recorded that the record lacks.
 */
export function knownFromRecord(plan: Plan, record: StoredRecord): Result<KnownRecord> {
  const { tool } = plan.source;
  const content = new Map(record.migrations.filter((migration) => migration.tool === tool).map(({ id, content }) => [id, content]));
  const foreign = record.migrations.filter((migration) => migration.tool === tool && !plan.order.includes(migration.id));
  const [other] = foreign;
  if (other !== undefined) return failed(mismatch(other.id, `The record of the database has ${other.id}, which the plan does not know.`));
  for (const migration of plan.migrations) {
    const recorded = content.get(migration.id);
    if (recorded !== undefined && recorded !== contentHash(tool, migration)) {
      return failed(mismatch(migration.id, `${migration.id} stands in the record of the database with other statements than in the plan.`));
    }
  }
  const recorded = plan.order.filter((id) => content.has(id));
  const last = plan.order.findLastIndex((id) => content.has(id) && isVersioned(id));
  const gap = plan.order.slice(0, Math.max(0, last)).find((id) => !content.has(id));
  if (gap !== undefined) {
    return failed(mismatch(gap, `${gap} is not in the record of the database, but ${plan.order[last] ?? ""}, which comes after it, is.`));
  }
  const ledger = record.ledger.filter((entry) => entry.tool === tool);
  const begunId = ledger.find(({ migration, direction }) => direction === "up" && !content.has(migration))?.migration ?? null;
  const units = ledger.filter(
    ({ migration, direction, finishedAt }) => migration === begunId && direction === "up" && finishedAt !== null,
  ).length;
  const rollingBack = ledger.find(({ direction }) => direction === "down")?.migration ?? null;
  const begun = begunId === null ? null : { id: begunId, units };
  const known = recorded.length === 0 && begun === null ? null : ({ applied: recorded, basis: "record", begun } as const);
  return ok({ known, recorded, rollingBack });
}

/** Repeatable migrations and callbacks have no number, and stand after what comes later. */
function isVersioned(id: string): boolean {
  return /^V?\d/i.test(id);
}

function mismatch(id: string, message: string): Failure {
  return {
    kind: "failure",
    code: "history-mismatch",
    message,
    location: id,
    hint: "Use the plan of the history that was recorded here, or take the record away with `pggit rollback --to-original-state` and record anew.",
    exitCode: 4,
  };
}
