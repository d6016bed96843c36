import type { EdgeCaseDraft, EdgeCaseKind } from "../../model/edge-case.ts";
import type { Evidence } from "../../model/evidence.ts";
import { MUST_DECIDE } from "../confidence.ts";
import type { QuestionContext } from "./question.ts";

const KINDS: Record<Evidence["part"], EdgeCaseKind> = {
  read: "unsupported-statement",
  executed: "replay-failure",
  rollback: "irreversible",
  squash: "squash-difference",
  judge: "unsupported-statement",
};

/** The question for a migration under 0.80 that no other rule asked about: its weakest part. `null` from 0.80 on. */
export function askLowConfidence(context: QuestionContext): EdgeCaseDraft | null {
  const { value, evidence } = context.confidence;
  if (value >= MUST_DECIDE) return null;
  const weakest = [...evidence].sort((a, b) => a.value - b.value)[0];
  if (weakest === undefined) return null;
  const { migration, statements } = context.scope.replay;
  const place = statements.find((statement) => statement.outcome.kind !== "done") ?? statements[0];
  const text = place === undefined ? "" : place.step.kind === "custom-code" ? place.step.text : place.step.sql;
  return {
    kind: KINDS[weakest.part],
    title: `${migration.id} is not certain enough`,
    question: `${weakest.statement}. Together with the rest that is a confidence of ${value.toFixed(2)}. Is the migration right as it stands?`,
    action: "Look at it; keep it, edit it, or leave it out.",
    risk: "MEDIUM",
    source: place === undefined ? null : { location: place.step.location, text: context.mask(text) },
    suggestion: null,
    evidence,
    choices: ["keep", "edit", "exclude"],
  };
}
