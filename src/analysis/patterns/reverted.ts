import { addressKey } from "../../model/catalog.ts";
import type { Transition, TransitionKind } from "../transitions/transition.ts";
import type { HistoryEntry } from "./entry.ts";

const ADDS: ReadonlySet<TransitionKind> = new Set([
  "created",
  "column-added",
  "required-column-added",
  "constraint-added",
  "new-column-constrained",
  "index-added",
  "unique-index-added",
  "trigger-added",
  "policy-added",
  "rule-added",
]);
const DROPS: ReadonlySet<TransitionKind> = new Set([
  "dropped",
  "column-dropped",
  "constraint-dropped",
  "index-dropped",
  "trigger-dropped",
  "policy-dropped",
  "rule-dropped",
]);
const SILENT: ReadonlySet<TransitionKind> = new Set(["commented", "granted", "owner-changed"]);

function thing(transition: Transition): string {
  const noun =
    transition.kind === "new-column-constrained"
      ? "constraint"
      : transition.kind.replace(/-(added|dropped)$/, "").replace(/^(required-|unique-)/, "");
  const whole = noun === "created" || noun === "dropped";
  return `${addressKey(transition.object.address)}:${whole ? "" : `${noun}:${transition.part ?? ""}`}`;
}

/** Migrations that a later one undid entirely, and the ones that did it. Data changes keep a migration from counting as undone. */
export function findReverted(entries: readonly HistoryEntry[]): ReadonlySet<string> {
  const madeBy = new Map<string, string>();
  const open = new Map<string, Set<string>>();
  const pure = new Set<string>();
  const reverted = new Set<string>();
  for (const { id, scope, transitions } of entries) {
    const telling = transitions.filter((transition) => !SILENT.has(transition.kind));
    const adds = telling.filter((transition) => ADDS.has(transition.kind));
    const drops = telling.filter((transition) => DROPS.has(transition.kind));
    if (adds.length > 0 && adds.length === telling.length && scope.replay.rows.length === 0) pure.add(id);
    const undone = new Set<string>();
    for (const key of drops.map(thing)) {
      const maker = madeBy.get(key);
      if (maker === undefined) continue;
      const left = open.get(maker);
      left?.delete(key);
      if (left?.size === 0 && pure.has(maker)) undone.add(maker);
    }
    for (const maker of undone) reverted.add(maker);
    if (undone.size > 0 && drops.length === telling.length) reverted.add(id);
    open.set(id, new Set(adds.map(thing)));
    for (const key of adds.map(thing)) madeBy.set(key, id);
  }
  return reverted;
}
