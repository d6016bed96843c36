import type { EdgeCase } from "../model/edge-case.ts";
import type { DecisionFile, RecordedDecision } from "./decision-file.ts";

/** Decisions on questions of a plan that its last run has not taken: what was saved since, by hand or in a review that ended early. */
export function decisionsAhead(
  edgeCases: readonly EdgeCase[],
  { decisions }: Pick<DecisionFile, "decisions">,
): readonly RecordedDecision[] {
  return edgeCases.flatMap((edgeCase) => {
    const saved = savedDecision(edgeCase, decisions);
    const taken = edgeCase.decision;
    if (saved === undefined || (taken?.choice === saved.choice && (saved.at === null || taken.at === saved.at))) return [];
    return [saved];
  });
}

/** The decision that the file has on an edge case as it is now; a decision on other content is none. */
export function savedDecision(
  { id, content }: Pick<EdgeCase, "id" | "content">,
  decisions: readonly RecordedDecision[],
): RecordedDecision | undefined {
  const own = decisions.filter((decision) => decision.id === id);
  return own.find((decision) => decision.content === content) ?? own.find((decision) => decision.content === null);
}
