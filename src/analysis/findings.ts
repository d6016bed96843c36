import type { Finding } from "../model/history.ts";
import type { Rollback } from "../model/rollback.ts";
import type { Dependencies, PassingObject } from "./dependencies.ts";
import type { StatementHazards } from "./hazards/index.ts";
import { listNames, sayIdentity, sayKind } from "./names.ts";
import type { RedundantIndex } from "./patterns/redundant-index.ts";
import type { MigrationScope } from "./scope.ts";

function finding(code: string, message: string, migration: string | null): Finding {
  return { kind: "finding", code, message, location: null, migration };
}

/** What a reader of the report wants to know of one migration, and nobody has to answer. */
export function findingsOf(scope: MigrationScope, hazards: readonly StatementHazards[], rollback: Rollback | null): readonly Finding[] {
  const { id } = scope.replay.migration;
  const found: Finding[] = [];
  for (const { hazards: own } of hazards) {
    for (const hazard of own) {
      if (hazard.rule !== "loses-data" || hazard.severity !== "high") continue;
      found.push({ kind: "finding", code: "data-loss-in-history", message: hazard.message, location: hazard.location, migration: id });
    }
  }
  for (const site of scope.sites) {
    if (site.change.kind !== "opaque") continue;
    found.push({
      kind: "finding",
      code: "opaque-statement",
      message: "Kept as it is, without being understood.",
      location: site.location,
      migration: id,
    });
  }
  const volatile = scope.sites.filter((site) => site.change.effect === "data" && (site.change.details.nondeterministic?.length ?? 0) > 0);
  const [first] = volatile;
  if (first !== undefined) {
    const names = [...new Set(volatile.flatMap((site) => site.change.details.nondeterministic ?? []))].sort();
    const message = `Rows hold values that differ between runs (${listNames(names)}): compared by type and nullness.`;
    found.push({ kind: "finding", code: "nondeterministic-values", message, location: first.location, migration: id });
  }
  if (rollback?.status === "irreversible")
    found.push(
      finding(
        "irreversible",
        `${rollback.declared === true ? "Irreversible, as its author said" : "Irreversible"}: ${rollback.reason ?? "no way back"}`,
        id,
      ),
    );
  return found;
}

/** Objects that one migration made and one dropped are told together: eleven tables of a library are one finding. */
function passingFindings(passing: readonly PassingObject[]): readonly Finding[] {
  const groups = new Map<string, PassingObject[]>();
  for (const item of passing) {
    const key = JSON.stringify([item.created, item.dropped]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const names = listNames(group.map((item) => `${sayKind(item.kind)} ${sayIdentity(item.identity)}`));
    return [finding("passing-object", `Made by ${first.created} and dropped by ${first.dropped}: ${names}.`, first.dropped)];
  });
}

/** Findings that several migrations make together. */
export function historyFindings(dependencies: Dependencies, redundantIndexes: readonly RedundantIndex[]): readonly Finding[] {
  return [
    ...passingFindings(dependencies.passing),
    ...dependencies.cycles.map((cycle) =>
      finding(
        "object-cycle",
        `${listNames(cycle.objects, 6)} refer to each other in a circle${cycle.byForeignKey ? " (foreign keys)" : ""}.`,
        cycle.migration,
      ),
    ),
    ...redundantIndexes.map((item) =>
      finding(
        "redundant-index",
        `Index ${item.index} on ${item.table} is covered by ${item.coveredBy}: every write pays for it and no query needs it.`,
        item.migration,
      ),
    ),
  ];
}
