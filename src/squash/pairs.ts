import type { Ledger, Touch, TouchKind, Tracked, Unit } from "./ledger.ts";
import { barrierAfter, forget, isLive } from "./ledger.ts";

/** What only hangs on an object and goes with it. Everything else that touches it keeps it. */
const HANGS_ON: ReadonlySet<TouchKind> = new Set([
  "index",
  "constraint",
  "drop-constraint",
  "trigger",
  "policy",
  "rule",
  "insert",
  "upsert",
  "update",
  "delete",
  "comment",
  "grant",
  "owner",
  "add-column",
  "alter-column",
  "drop-column",
  "rename-column",
  "rename",
  "option",
  "replace",
]);

/** The statements that go when an object that is created and dropped is left out, or why it cannot be. */
export type Pair = { readonly kind: "pair"; readonly units: ReadonlySet<Unit> } | { readonly kind: "kept"; readonly reason: string };

interface Search {
  readonly units: Set<Unit>;
  readonly cascade: "cascade" | "restrict";
}

function hangsOn(touch: Touch, object: Tracked): boolean {
  return HANGS_ON.has(touch.kind) && touch.unit.subject === object;
}

function collect(unit: Unit, search: Search): string | null {
  if (search.units.has(unit)) return null;
  search.units.add(unit);
  for (const object of unit.creates) {
    for (const touch of object.touches) {
      if (!isLive(touch) || search.units.has(touch.unit)) continue;
      const goes = hangsOn(touch, object) || (search.cascade === "cascade" && touch.kind === "view");
      if (!goes) return `${touch.unit.input.migration} has to do with it`;
      const reason = collect(touch.unit, search);
      if (reason !== null) return reason;
    }
  }
  return null;
}

/** Finds what goes with an object that is dropped, if nothing else ever had to do with it. */
export function findPair(ledger: Ledger, object: Tracked, cascade: Search["cascade"]): Pair {
  const { creator } = object;
  if (creator === null || !creator.live) return { kind: "kept", reason: "no statement is known to have made it" };
  if (creator.creates[0] !== object) return { kind: "kept", reason: "it came with another object" };
  if (barrierAfter(ledger.barriers, creator) !== null)
    return { kind: "kept", reason: "a statement that may do anything stands in between" };
  const search: Search = { units: new Set(), cascade };
  const reason = collect(creator, search);
  return reason === null ? { kind: "pair", units: search.units } : { kind: "kept", reason };
}

/** Leaves the statements out and forgets what they made. */
export function removeUnits(ledger: Ledger, units: ReadonlySet<Unit>): void {
  for (const unit of units) {
    unit.live = false;
    for (const object of unit.creates) {
      forget(ledger, object);
      for (const constraint of object.table?.constraints ?? [])
        ledger.constraintNames.delete(`${object.key.slice(4, object.key.indexOf("."))}.${constraint.name}`);
      for (const column of object.table?.columns ?? []) {
        if (column.notNull !== null)
          ledger.constraintNames.delete(`${object.key.slice(4, object.key.indexOf("."))}.${column.notNull.name}`);
      }
    }
  }
}
