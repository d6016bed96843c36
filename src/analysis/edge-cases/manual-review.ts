import type { EdgeCaseDraft } from "../../model/edge-case.ts";
import type { QuestionContext } from "./question.ts";

const SHOWN = 2_000;

/** The question about a migration that raises none of its own, where a person wants to see every one (`--manual-mode`). */
export function askManualReview({ scope, confidence, mask }: QuestionContext): EdgeCaseDraft {
  const { migration, statements } = scope.replay;
  const [first] = statements;
  const text = statements.map(({ step }) => (step.kind === "custom-code" ? step.text : `${mask(step.sql)};`)).join("\n");
  const file = migration.files[0]?.path;
  const location = first?.step.location ?? (file === undefined ? null : { file, line: 1 });
  return {
    kind: "manual-review",
    title: `${migration.id} waits for its review`,
    question: `Is ${migration.id} (${migration.name}) right as it stands?`,
    action: "Look at its up.sql and down.sql; keep it, or leave it out.",
    risk: "LOW",
    source: location === null ? null : { location, text: text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…` },
    suggestion: null,
    evidence: confidence.evidence,
    choices: ["keep", "exclude"],
  };
}
