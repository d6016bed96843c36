import type { EdgeCase } from "../model/edge-case.ts";
import type { Failure } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { formatLocation } from "../model/source.ts";
import type { Confirmation } from "./table.ts";

/** Programs, and statements that PostgreSQL refused: nothing would run in their place, so they are never passed over undecided, whatever was given. */
const NEVER_UNDECIDED: ReadonlySet<EdgeCase["kind"]> = new Set<EdgeCase["kind"]>(["custom-code", "replay-failure", "manual-review"]);

/** About the way back alone: going forward runs nothing of it. */
const ABOUT_THE_WAY_BACK: ReadonlySet<EdgeCase["kind"]> = new Set<EdgeCase["kind"]>(["rollback-wrong", "irreversible"]);

/** A question that keeps what it concerns from being run. */
type OpenQuestion = Pick<EdgeCase, "id" | "kind" | "title" | "choices" | "suggestion" | "source">;

/**
 * The undecided edge cases that concern what would run: those of the migrations given, of the whole history, and what the target itself raises. With `never`
 * those are left out whose answer can be taken for granted: keep it as it is, or the suggestion that was proven.
 */
export function openQuestions(
  plan: Plan,
  migrations: readonly string[],
  asking: { readonly confirmation: Confirmation; readonly ofTarget: readonly EdgeCase[] },
): readonly OpenQuestion[] {
  if (migrations.length === 0) return [];
  const wanted = new Set(migrations);
  const open = plan.edgeCases.filter(
    ({ decision, kind, migration }) => decision === null && !ABOUT_THE_WAY_BACK.has(kind) && (migration === null || wanted.has(migration)),
  );
  const asked = asking.ofTarget.filter(({ decision }) => decision === null);
  return [...asked, ...open].filter((question) => asking.confirmation !== "never" || !takenForGranted(question));
}

function takenForGranted({ kind, choices, suggestion }: OpenQuestion): boolean {
  if (NEVER_UNDECIDED.has(kind) || suggestion?.origin === "model") return false;
  return choices.includes("keep") || (choices.includes("use-suggestion") && suggestion?.proven === true);
}

/** Of a plan that was made in manual mode: the migrations that nobody has decided on. Until then not even the record is written. */
export function unreviewed({ edgeCases }: Pick<Plan, "edgeCases">): readonly OpenQuestion[] {
  const manual = edgeCases.some(({ kind }) => kind === "manual-review");
  return manual ? edgeCases.filter(({ decision, migration }) => decision === null && migration !== null) : [];
}

/** Why nothing runs: the first of the open questions, and how many there are. */
export function undecided(questions: readonly OpenQuestion[], { edgeCases }: Pick<Plan, "edgeCases">): Failure {
  const [first] = questions;
  const more = questions.length > 1 ? ` It is one of ${questions.length}.` : "";
  return {
    kind: "failure",
    code: "decisions-open",
    message: `Nothing was run: ${first?.id ?? "a question"} is not decided. ${first?.title ?? ""}.${more}`,
    location: first?.source === null || first === undefined ? null : formatLocation(first.source.location),
    hint: edgeCases.some(({ id }) => id === first?.id)
      ? "`pggit review` goes through the open questions; `pggit decide PLAN ID CHOICE` answers one (edge-cases.yaml lists the choices, decisions.yaml keeps the answers)."
      : `Answer it: pggit decide PLAN ${first?.id ?? ""} ${first?.choices[0] ?? ""} --reason … (kept in decisions.yaml), and run the same command again.`,
    exitCode: 3,
  };
}
