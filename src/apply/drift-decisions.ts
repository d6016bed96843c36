import type { DriftDecision } from "../model/drift.ts";
import type { DriftEntry } from "../store/drift.ts";
import type { ApplyOptions } from "./apply-types.ts";
import { driftPattern, type Drift } from "./drift.ts";

type DriftOptions = ApplyOptions["drift"];

/** The patterns of the settings and of the decisions to ignore. */
export function ignoredPatterns({ ignore, decisions = [] }: DriftOptions): readonly string[] {
  return [...ignore, ...decisions.filter(({ choice }) => choice === "ignore").map(({ object }) => object)];
}

/** What is left alone, with who said so and why: what the record and the report say of it. */
export function ignoredEntries(ignored: readonly Drift[], { ignore, decisions = [] }: DriftOptions): readonly DriftEntry[] {
  return ignored.flatMap((drift): readonly DriftEntry[] => {
    const decision = decisionOn(drift, decisions);
    if (decision?.choice === "ignore") return [entryOf(drift, decision, { choice: "ignore", statements: [] })];
    const pattern = ignore.find((text) => driftPattern(text)(drift));
    if (pattern === undefined) return [];
    const reason = `drift.ignore of pggit.yaml: ${pattern}`;
    return [{ choice: "ignore", object: drift.identity, difference: drift.text, reason, decidedBy: null, decidedAt: null, statements: [] }];
  });
}

/** The first decision that is about a difference. */
export function decisionOn(drift: Drift, decisions: readonly DriftDecision[]): DriftDecision | undefined {
  return decisions.find(({ object }) => driftPattern(object)(drift));
}

/** A difference with its decision, for the record. */
export function entryOf(drift: Drift, { reason, by, at }: DriftDecision, done: Pick<DriftEntry, "choice" | "statements">): DriftEntry {
  return { ...done, object: drift.identity, difference: drift.text, reason, decidedBy: by, decidedAt: at };
}
