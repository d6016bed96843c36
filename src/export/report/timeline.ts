import type { ChangeKind } from "../../model/change.ts";
import type { Plan, PlanMigration } from "../../model/plan.ts";
import type { OperationGroup, Severity, Timeline, TimelineBucket } from "./report-data.ts";

/** Buckets of a history without dates, at most. */
const mostPositions = 48;

const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** The timeline, and for each migration of the plan the index of its bucket (-1: undated). By month where at least half of the migrations have a date. */
export function buildTimeline(plan: Pick<Plan, "migrations">): { readonly timeline: Timeline; readonly bucketOf: readonly number[] } {
  const { migrations } = plan;
  const dated = migrations.filter(({ date }) => date !== null).length;
  return dated * 2 >= migrations.length && dated > 0 ? byMonth(migrations) : byPosition(migrations);
}

function byMonth(migrations: readonly PlanMigration[]): ReturnType<typeof buildTimeline> {
  const numbers = migrations.map(({ date }) => (date === null ? null : Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1));
  const known = numbers.filter((number) => number !== null);
  const first = known.reduce((least, number) => Math.min(least, number));
  const last = known.reduce((most, number) => Math.max(most, number));
  const buckets = Array.from({ length: last - first + 1 }, (_, index) => {
    const [year, month] = [Math.floor((first + index) / 12), (first + index) % 12];
    return openBucket(`${months[month] ?? ""} ${year}`, `${year}-${String(month + 1).padStart(2, "0")}`);
  });
  const bucketOf = numbers.map((number) => (number === null ? -1 : number - first));
  return fill("month", buckets, { migrations, bucketOf });
}

function byPosition(migrations: readonly PlanMigration[]): ReturnType<typeof buildTimeline> {
  const size = Math.max(1, Math.ceil(migrations.length / mostPositions));
  const buckets = Array.from({ length: Math.ceil(migrations.length / size) }, (_, index) => {
    const [from, to] = [migrations[index * size], migrations[Math.min(migrations.length, (index + 1) * size) - 1]];
    return openBucket(from === to ? (from?.id ?? "") : `${from?.id} to ${to?.id}`, shortName(from?.id, index * size + 1));
  });
  return fill("position", buckets, { migrations, bucketOf: migrations.map((_, index) => Math.floor(index / size)) });
}

/** Of the axis, which has little room. */
function shortName(id: string | undefined, position: number): string {
  return id !== undefined && id.length <= 10 ? id : String(position);
}

type Draft = { -readonly [Key in keyof TimelineBucket]: TimelineBucket[Key] } & {
  operations: Record<OperationGroup, number>;
  hazards: Record<Severity, number>;
};

function openBucket(label: string, key: string): Draft {
  return {
    label,
    key,
    operations: { adds: 0, changes: 0, removes: 0, data: 0, other: 0 },
    hazards: { high: 0, medium: 0, low: 0 },
    migrations: 0,
  };
}

function fill(
  by: Timeline["by"],
  buckets: readonly Draft[],
  { migrations, bucketOf }: { readonly migrations: readonly PlanMigration[]; readonly bucketOf: readonly number[] },
): ReturnType<typeof buildTimeline> {
  migrations.forEach((migration, index) => {
    const bucket = buckets[bucketOf[index] ?? -1];
    if (bucket === undefined) return;
    bucket.migrations += 1;
    for (const { change, hazards } of migration.up) {
      for (const one of change) bucket.operations[groupOf(one)] += 1;
      for (const { severity } of hazards) bucket.hazards[severity] += 1;
    }
  });
  return { timeline: { by, buckets, undated: bucketOf.filter((bucket) => bucket < 0).length }, bucketOf };
}

/** What an operation does, coarsely, by the verb of its kind. */
export function groupOf({ kind, effect }: { readonly kind: ChangeKind; readonly effect: string }): OperationGroup {
  if (effect === "data") return "data";
  if (effect !== "catalog") return "other";
  if (/^(?:create|add|attach|import|grant|inherit|comment)\b/.test(kind)) return "adds";
  if (/^(?:drop|detach|revoke|no-inherit|truncate)\b/.test(kind)) return "removes";
  return "changes";
}
