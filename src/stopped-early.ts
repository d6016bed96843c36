import type { History, Migration } from "./model/history.ts";
import type { MigrationReplay } from "./model/replay.ts";
import type { Rollback, RollbackStatus } from "./model/rollback.ts";
import { formatLocation } from "./model/source.ts";
import { countRollbacks } from "./plan/build-plan.ts";

/** A run that was asked to end early: what it knows by then, for people and scripts. */
export interface StoppedEarly {
  readonly kind: "stopped";
  readonly summary: StoppedSummary;
}

/** What `migrate --stop-after` prints with `--json`, key by key. */
export interface StoppedSummary {
  readonly source: Pick<History, "tool" | "toolVersion" | "location"> & {
    readonly migrations: number;
    readonly from: string | null;
    readonly to: string | null;
  };
  readonly migrations: readonly StoppedMigration[];
  /** From `replay` on. */
  readonly replayed?: number;
  readonly failedStatements?: number;
  /** Where a statement failed, and PostgreSQL's words. */
  readonly failures?: readonly { readonly migration: string; readonly location: string; readonly message: string }[];
  /** From `prove` on. */
  readonly rollbacks?: ReturnType<typeof countRollbacks>;
  /** Seconds by stage. */
  readonly timings: Readonly<Record<string, number>>;
}

export interface StoppedMigration extends Pick<Migration, "id" | "name" | "type" | "date" | "author"> {
  readonly rollback?: { readonly status: RollbackStatus; readonly reason: string | null };
}

/** What is known after reading: the source and its migrations in order. */
export function stopAfterReading(history: History, timings: Readonly<Record<string, number>>): StoppedEarly {
  return { kind: "stopped", summary: { ...describeSource(history, []), timings: toMilliseconds(timings) } };
}

function describeSource(history: History, rollbacks: readonly Rollback[]): Pick<StoppedSummary, "source" | "migrations"> {
  const dates = history.migrations.flatMap((migration) => migration.date ?? []).sort();
  const { tool, toolVersion, location, migrations } = history;
  const source = { tool, toolVersion, location, migrations: migrations.length, from: dates[0] ?? null, to: dates.at(-1) ?? null };
  return {
    source,
    migrations: migrations.map(({ id, name, type, date, author }, index) => {
      const rollback = rollbacks[index];
      const proof = rollback === undefined ? {} : { rollback: { status: rollback.status, reason: rollback.reason } };
      return { id, name, type, date, author, ...proof };
    }),
  };
}

/** What is known after the replay, and after the proof of rollbacks where there was one. */
export function stopAfterReplay(
  history: History,
  {
    replays,
    rollbacks,
    timings,
  }: {
    readonly replays: readonly MigrationReplay[];
    readonly rollbacks: readonly Rollback[];
    readonly timings: Readonly<Record<string, number>>;
  },
): StoppedEarly {
  const failures = replays.flatMap(({ migration, statements }) =>
    statements.flatMap(({ step, outcome }) =>
      outcome.kind === "failed"
        ? [{ migration: migration.id, location: formatLocation(step.location), message: outcome.error.message }]
        : [],
    ),
  );
  const proven = rollbacks.length === 0 ? {} : { rollbacks: countRollbacks(rollbacks.map((rollback) => rollback.status)) };
  return {
    kind: "stopped",
    summary: {
      ...describeSource(history, rollbacks),
      replayed: replays.length,
      failedStatements: failures.length,
      failures,
      ...proven,
      timings: toMilliseconds(timings),
    },
  };
}

/** Seconds with three digits: what the clock says beyond is noise. */
function toMilliseconds(timings: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(timings).map(([stage, seconds]) => [stage, Number(seconds.toFixed(3))]));
}
