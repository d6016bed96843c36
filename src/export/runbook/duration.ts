import type { PlanMigration } from "../../model/plan.ts";
import { count, duration } from "../../model/say-number.ts";
import type { RunScope } from "./scope.ts";

/** Rules of hazards whose statement takes the longer the more rows there are. */
const growing: ReadonlySet<string> = new Set(["rewrites-table", "scans-table", "blocks-writes", "writes-all-rows"]);
const growingChanges: ReadonlySet<string> = new Set(["validate-constraint", "reindex", "cluster", "vacuum", "refresh-materialized-view"]);

/** How long a migration takes, as far as it can be known: measured in a rehearsal, not dependent on rows, or unknown and why. */
export function sayDuration(migration: PlanMigration, { terms, byMigration }: RunScope): string {
  const measured = terms.measured.get(migration.id);
  if (measured !== undefined) return `${duration(measured.seconds)} in the rehearsal (${count(measured.rows)} rows)`;
  const own = byMigration.get(migration.id) ?? [];
  if (own.length === 0) return "nothing runs";
  const reasons = new Set<string>();
  for (const { statement, changes } of own) {
    const old = changes.filter(({ isNew, relation }) => !isNew && relation !== null).map(({ relation }) => relation ?? "");
    if (old.length > 0 && statement.hazards.some(({ rule }) => growing.has(rule)))
      reasons.add(`grows with the rows of ${[...new Set(old)].join(", ")}`);
    for (const { change, relation, isNew } of changes) {
      if (change.effect === "data" && change.kind !== "insert" && !isNew)
        reasons.add(`as many rows as it finds${relation === null ? "" : ` in ${relation}`}`);
      if (change.kind === "create-index" && !isNew && relation !== null) reasons.add(`grows with the rows of ${relation}`);
      if (growingChanges.has(change.kind) && relation !== null) reasons.add(`grows with the rows of ${relation}`);
      if (change.effect === "unknown") reasons.add("what it does is only seen when it runs");
    }
  }
  return reasons.size === 0 ? "not measured; does not depend on rows" : `unknown: ${[...reasons].join("; ")}`;
}
