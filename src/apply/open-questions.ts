import type { EdgeCase, EdgeCaseDraft } from "../model/edge-case.ts";
import type { Failure } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { formatLocation } from "../model/source.ts";
import type { Confirmation } from "./table.ts";

/** Written by nobody that could be asked: never run undecided, whatever was given. */
const NEVER_UNDECIDED: ReadonlySet<EdgeCase["kind"]> = new Set<EdgeCase["kind"]>(["custom-code"]);

/** About the way back alone: going forward runs nothing of it. */
const ABOUT_THE_WAY_BACK: ReadonlySet<EdgeCase["kind"]> = new Set<EdgeCase["kind"]>(["rollback-wrong", "irreversible"]);

/** A question that keeps what it concerns from being run. */
type OpenQuestion = Pick<EdgeCase, "kind" | "title" | "choices" | "suggestion" | "source"> & { readonly id?: string };

/**
 * The undecided edge cases that concern what would run: those of the migrations given, of the whole history, and what the source tool's table raises. With `never`
 * those are left out whose answer can be taken for granted: keep it as it is, or the suggestion that was proven.
 */
export function openQuestions(
  plan: Plan,
  migrations: readonly string[],
  asking: { readonly confirmation: Confirmation; readonly mismatches: readonly EdgeCaseDraft[] },
): readonly OpenQuestion[] {
  if (migrations.length === 0) return [];
  const wanted = new Set(migrations);
  const open = plan.edgeCases.filter(
    ({ decision, kind, migration }) => decision === null && !ABOUT_THE_WAY_BACK.has(kind) && (migration === null || wanted.has(migration)),
  );
  return [...asking.mismatches, ...open].filter((question) => asking.confirmation !== "never" || !takenForGranted(question));
}

function takenForGranted({ kind, choices, suggestion }: OpenQuestion): boolean {
  return !NEVER_UNDECIDED.has(kind) && suggestion?.origin !== "model" && choices.includes("keep");
}

/** Why nothing runs: the first of the open questions, and how many there are. */
export function undecided(questions: readonly OpenQuestion[]): Failure {
  const [first] = questions;
  const more = questions.length > 1 ? ` It is one of ${questions.length}.` : "";
  return {
    kind: "failure",
    code: "decisions-open",
    message: `Nothing was run: ${first?.id ?? "a question of the database"} is not decided. ${first?.title ?? ""}.${more}`,
    location: first?.source === null || first === undefined ? null : formatLocation(first.source.location),
    hint: "edge-cases.yaml lists the open questions with their choices: write the answers to decisions.yaml beside it and run `pggit migrate` again.",
    exitCode: 3,
  };
}
