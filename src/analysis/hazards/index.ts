import { strongestLock, type Hazard, type LockMode } from "../../model/understanding.ts";
import type { MigrationReplay } from "../../model/replay.ts";
import { lockOf } from "../locks.ts";
import { openScope, type ChangeSite, type MigrationScope } from "../scope.ts";
import { blocksWrites } from "./blocks-writes.ts";
import { breaksApplication } from "./breaks-application.ts";
import { cascade } from "./cascade.ts";
import { enumValue } from "./enum-value.ts";
import { holdsLock } from "./holds-lock.ts";
import { losesData } from "./loses-data.ts";
import { nonTransactional } from "./non-transactional.ts";
import { rewritesTable } from "./rewrites-table.ts";
import type { HazardRule } from "./rule.ts";
import { scansTable } from "./scans-table.ts";
import { unknownEffect } from "./unknown-effect.ts";
import { writesAllRows } from "./writes-all-rows.ts";

const RULES: readonly HazardRule[] = [
  losesData,
  rewritesTable,
  scansTable,
  blocksWrites,
  breaksApplication,
  cascade,
  writesAllRows,
  holdsLock,
  nonTransactional,
  enumValue,
  unknownEffect,
];

/** The hazards and the lock of one statement; `index` is its place in `replay.statements`. */
export interface StatementHazards {
  readonly index: number;
  /** The strongest lock on a relation that others can see, `null` where it takes none. */
  readonly lock: LockMode | null;
  readonly hazards: readonly Hazard[];
}

function hazardsAt(site: ChangeSite, scope: MigrationScope): Hazard[] {
  const found: Hazard[] = [];
  for (const { rule, find } of RULES) {
    const finding = find(site, scope);
    if (finding !== null) found.push({ rule, ...finding, location: site.location, object: site.change.object });
  }
  return found;
}

function lockAt(site: ChangeSite): LockMode | null {
  // A relation that the migration made itself is seen by nobody else yet.
  return site.subject?.existed === false ? null : lockOf(site.change);
}

function sameHazard(a: Hazard, b: Hazard): boolean {
  return a.rule === b.rule && a.message === b.message;
}

/** Reads an opened scope: one entry per statement that has parsed changes, in order. */
export function hazardsOfScope(scope: MigrationScope): readonly StatementHazards[] {
  const byStatement = new Map<number, { locks: (LockMode | null)[]; hazards: Hazard[] }>();
  for (const site of scope.sites) {
    const entry = byStatement.get(site.index) ?? { locks: [], hazards: [] };
    byStatement.set(site.index, entry);
    entry.locks.push(lockAt(site));
    for (const hazard of hazardsAt(site, scope)) if (!entry.hazards.some((other) => sameHazard(other, hazard))) entry.hazards.push(hazard);
  }
  return [...byStatement].map(([index, entry]) => ({ index, lock: strongestLock(entry.locks), hazards: entry.hazards }));
}

/**
 * Locks, rewrites, scans, losses and breaks of every statement of one migration, each with the safer form where one exists.
 * What concerns only relations that the migration makes itself is no hazard. Statements without parsed changes (custom code) have no entry.
 */
export function analyseHazards(replay: MigrationReplay): readonly StatementHazards[] {
  return hazardsOfScope(openScope(replay));
}
