import type { EdgeCase } from "../model/edge-case.ts";
import type { Failure } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { formatLocation } from "../model/source.ts";
import type { Confirmation } from "./table.ts";

/** Written by nobody that could be asked: never run undecided, whatever was given. */
const NEVER_UNDECIDED: ReadonlySet<EdgeCase["kind"]> = new Set<EdgeCase["kind"]>(["custom-code"]);

/** About the way back alone: going forward runs nothing of it. */
const ABOUT_THE_WAY_BACK: ReadonlySet<EdgeCase["kind"]> = new Set<EdgeCase["kind"]>(["rollback-wrong", "irreversible"]);

/**
 * The undecided edge cases that concern what would run: those of the migrations given and of the whole history. With `never` those are left out whose answer can
 * be taken for granted: keep it as it is, or the suggestion that was proven.
 */
export function openQuestions(plan: Plan, migrations: readonly string[], confirmation: Confirmation): readonly EdgeCase[] {
  if (migrations.length === 0) return [];
  const wanted = new Set(migrations);
  return plan.edgeCases.filter((edge) => {
    if (edge.decision !== null || ABOUT_THE_WAY_BACK.has(edge.kind)) return false;
    if (edge.migration !== null && !wanted.has(edge.migration)) return false;
    return confirmation !== "never" || !takenForGranted(edge);
  });
}

function takenForGranted({ kind, choices, suggestion }: EdgeCase): boolean {
  return !NEVER_UNDECIDED.has(kind) && suggestion?.origin !== "model" && choices.includes("keep");
}

/** Why nothing runs: the first of the open questions, and how many there are. */
export function undecided(questions: readonly EdgeCase[]): Failure {
  const [first] = questions;
  const more = questions.length > 1 ? ` It is one of ${questions.length}.` : "";
  return {
    kind: "failure",
    code: "decisions-open",
    message: `Nothing was run: ${first?.id ?? "a question"} is not decided. ${first?.title ?? ""}.${more}`,
    location: first?.source === null || first === undefined ? null : formatLocation(first.source.location),
    hint: "edge-cases.yaml lists the open questions; each needs a decision before what it concerns may run.",
    exitCode: 3,
  };
}
