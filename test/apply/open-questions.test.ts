import { expect, test } from "vitest";
import { openQuestions } from "../../src/apply/open-questions.ts";
import type { EdgeCase, EdgeCaseKind } from "../../src/model/edge-case.ts";
import type { Plan } from "../../src/model/plan.ts";
import { questionOf } from "../decisions/question.ts";

const kinds: readonly EdgeCaseKind[] = [
  "custom-code",
  "replay-failure",
  "data-change",
  "nondeterministic",
  "environment-specific",
  "circular-dependency",
];
const accepted = { choice: "use-suggestion", by: "Ann", at: "2026-11-20T10:00:00Z", reason: null, sql: "SELECT 1" };

function openWithYolo(edgeCase: EdgeCase): readonly string[] {
  const plan = { edgeCases: [edgeCase] } as unknown as Plan;
  return openQuestions(plan, ["V1"], { confirmation: "never", ofTarget: [] }).map(({ id }) => id);
}

test.each(kinds)("--yolo does not run past SQL that a model wrote and no person accepted: %s", (kind) => {
  const choices = ["keep", "use-suggestion"];
  const suggestion = { text: "", sql: "SELECT 1", origin: "model", proven: true } as const;
  expect(openWithYolo(questionOf("V1-q", { kind, choices, suggestion }))).toEqual(["V1-q"]);
  expect(openWithYolo(questionOf("V1-q", { kind, choices, suggestion, decision: accepted }))).toEqual([]);
});
