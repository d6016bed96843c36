import type { RecordedDecision } from "../../src/decisions/decision-file.ts";
import type { EdgeCase } from "../../src/model/edge-case.ts";
import { beginReview, type ReviewedPlan, type ReviewSession } from "../../src/review/session.ts";
import { questionOf } from "../decisions/question.ts";

export const at = "2026-11-20T10:00:00.000Z";

const source = { location: { file: "sql/V3__points.sql", line: 2 }, text: "UPDATE customers SET points = 0" };
const suggestion = {
  text: "Drop the column as well.",
  sql: "ALTER TABLE customers DROP COLUMN phone;",
  origin: "derived",
  proven: true,
} as const;

/** A release with a question of each sort, and dependencies between two migrations. */
export const questions: readonly EdgeCase[] = [
  questionOf("V3-data-change-1", { title: "Business logic on customers", source, content: "c3", confidence: 0.9 }),
  questionOf("V2-rollback-wrong-2", {
    kind: "rollback-wrong",
    title: "The rollback of V2 is wrong",
    risk: "HIGH",
    suggestion,
    content: "c2",
    choices: ["use-suggestion", "edit", "exclude"],
    confidence: 0.7,
  }),
  questionOf("V5-nondeterministic-3", {
    kind: "nondeterministic",
    title: "Values that change 日本語日本語日本語日本語日本語",
    choices: ["keep"],
    risk: "MEDIUM",
    content: "c5",
  }),
];

export function planWith(edgeCases: readonly EdgeCase[], given: Partial<ReviewedPlan> = {}): ReviewedPlan {
  return {
    edgeCases,
    migrations: [],
    order: ["V1", "V2", "V3", "V4", "V5"],
    dependencies: [{ migration: "V4", dependsOn: "V2", through: ["customers"] }],
    summary: { minimumConfidence: 0.5 } as ReviewedPlan["summary"],
    approvals: [],
    contentId: "content",
    decisionsId: "decisions",
    squash: { proof: { proven: true } } as ReviewedPlan["squash"],
    engine: { postgres: "PostgreSQL 18.6", embedded: true },
    ...given,
  };
}

export function newSession(saved: readonly RecordedDecision[] = []): ReviewSession {
  return beginReview({ plan: planWith(questions), file: "pggit/migration_plan_20261120.json", by: "Ann", saved });
}
