import { addressKey } from "../../model/catalog.ts";
import type { ChangeSite } from "../scope.ts";
import { createCatalogState } from "../catalog-state.ts";
import type { Pattern } from "../../model/understanding.ts";
import type { TransitionKind } from "../transitions/transition.ts";
import { classify } from "./classify.ts";
import type { HistoryEntry } from "./entry.ts";
import { findExpandContract } from "./expand-contract.ts";
import { findRedundantIndexes, type RedundantIndex } from "./redundant-index.ts";
import { findReverted } from "./reverted.ts";

const EXTENDS: ReadonlySet<TransitionKind> = new Set([
  "column-added",
  "required-column-added",
  "constraint-added",
  "new-column-constrained",
  "not-null-set",
  "default-set",
  "column-widened",
]);

/** The pattern of every migration, by id, and the redundant indexes found on the way. */
export interface Patterns {
  readonly byMigration: ReadonlyMap<string, Pattern>;
  readonly redundantIndexes: readonly RedundantIndex[];
}

function extendedTables(entries: readonly HistoryEntry[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { transitions } of entries)
    for (const { kind, object } of transitions) if (EXTENDS.has(kind)) found.add(addressKey(object.address));
  return found;
}

/** Finds the tables of data changes by name in the schema as it stood when they ran: rows alone leave no trace in the slices. */
function findTables(history: readonly Omit<HistoryEntry, "tableOf">[]): readonly HistoryEntry[] {
  const state = createCatalogState();
  return history.map((entry) => {
    state.advance(entry.scope.replay);
    const tableOf = new Map<ChangeSite, string>();
    for (const site of entry.scope.sites) {
      if (site.change.effect !== "data" || site.change.object === null) continue;
      const [key] = state.resolve(site.change.object);
      if (key !== undefined) tableOf.set(site, key);
    }
    return { ...entry, tableOf };
  });
}

/**
 * What kind of step each migration is in the life of the schema. Patterns that span several migrations (a change taken back, expand
 * and contract) come before those that a migration shows by itself.
 */
export function findPatterns(history: readonly Omit<HistoryEntry, "tableOf">[]): Patterns {
  const entries = findTables(history);
  const reverted = findReverted(entries);
  const moved = findExpandContract(entries);
  const extended = extendedTables(entries);
  const laterColumns = new Set<string>();
  const redundantIndexes: RedundantIndex[] = [];
  const byMigration = new Map<string, Pattern>();
  let hasTables = false;
  for (const entry of entries) {
    const own = classify(entry, { extended, hasTables, laterColumns });
    const redundant = findRedundantIndexes(entry);
    redundantIndexes.push(...redundant);
    byMigration.set(entry.id, pick(entry.id, { reverted, moved, own, addsRedundant: redundant.length > 0 }));
    hasTables ||= entry.transitions.some((t) => t.kind === "created" && t.object.kind === "table");
    for (const { kind, object, part } of entry.transitions)
      if (kind === "column-added" || kind === "required-column-added") laterColumns.add(`${addressKey(object.address)}.${part ?? ""}`);
  }
  return { byMigration, redundantIndexes };
}

interface Verdicts {
  readonly reverted: ReadonlySet<string>;
  readonly moved: ReadonlySet<string>;
  readonly own: Pattern;
  readonly addsRedundant: boolean;
}

function pick(id: string, verdicts: Verdicts): Pattern {
  if (verdicts.own === "CUSTOM_CODE") return "CUSTOM_CODE";
  if (verdicts.reverted.has(id)) return "REVERTED_CHANGE";
  if (verdicts.moved.has(id)) return "EXPAND_CONTRACT";
  return verdicts.own === "INDEX_TUNING" && verdicts.addsRedundant ? "REDUNDANT_INDEX" : verdicts.own;
}
