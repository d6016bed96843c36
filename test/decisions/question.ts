import type { EdgeCase } from "../../src/model/edge-case.ts";

/** An edge case of the migration that its id begins with. */
export function questionOf(id: string, given: Partial<EdgeCase> = {}): EdgeCase {
  return {
    id,
    migration: id.split("-")[0] ?? null,
    kind: "data-change",
    title: id,
    question: `what about ${id}?`,
    action: "",
    risk: "LOW",
    source: null,
    suggestion: null,
    evidence: [],
    choices: ["keep", "extract", "edit", "exclude"],
    confidence: 1,
    decision: null,
    ...given,
  };
}
