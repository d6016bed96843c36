import type { Hazard, Optimization, Pattern } from "../model/understanding.ts";
import type { ObjectHistory } from "../model/understanding.ts";
import type { MigrationAnalysis } from "./analyse.ts";

/** What the report counts. Maps are in the order of their counts, most first, then by name. */
export interface AnalysisSummary {
  readonly migrations: number;
  readonly operations: number;
  readonly patterns: Readonly<Partial<Record<Pattern, number>>>;
  readonly optimizations: Readonly<Partial<Record<Optimization, number>>>;
  readonly hazards: Readonly<Record<Hazard["severity"], number>>;
  readonly hazardRules: Readonly<Record<string, number>>;
  readonly objects: { readonly created: number; readonly dropped: number; readonly standing: number };
  readonly compatibility: Readonly<Record<MigrationAnalysis["compatibility"], number>>;
}

function tally<K extends string>(keys: readonly K[]): Partial<Record<K, number>> {
  const counts = new Map<K, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const ordered = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const result: Partial<Record<K, number>> = {};
  for (const [key, value] of ordered) result[key] = value;
  return result;
}

/** Counts what the analysis found. */
export function summarise(migrations: readonly MigrationAnalysis[], objects: readonly ObjectHistory[]): AnalysisSummary {
  const hazards = migrations.flatMap((migration) => migration.hazards.flat());
  const severities = tally(hazards.map((hazard) => hazard.severity));
  const compatibility = tally(migrations.map((migration) => migration.compatibility));
  const dropped = objects.filter((object) => object.dropped).length;
  return {
    migrations: migrations.length,
    operations: migrations.reduce((sum, migration) => sum + migration.operations, 0),
    patterns: tally(migrations.map((migration) => migration.understanding.pattern)),
    optimizations: tally(migrations.map((migration) => migration.understanding.optimization)),
    hazards: { high: severities.high ?? 0, medium: severities.medium ?? 0, low: severities.low ?? 0 },
    hazardRules: tally(hazards.map((hazard) => hazard.rule)) as Readonly<Record<string, number>>,
    objects: { created: objects.length, dropped, standing: objects.length - dropped },
    compatibility: {
      full: compatibility.full ?? 0,
      backward: compatibility.backward ?? 0,
      forward: compatibility.forward ?? 0,
      none: compatibility.none ?? 0,
    },
  };
}
