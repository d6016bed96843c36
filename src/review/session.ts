import { savedDecision } from "../decisions/ahead.ts";
import type { RecordedDecision } from "../decisions/decision-file.ts";
import type { NewDecision } from "../decisions/record-decision.ts";
import type { EdgeCase } from "../model/edge-case.ts";
import type { Plan } from "../model/plan.ts";
import type { Verdict } from "./verdict.ts";

/** What of a plan a review looks at. */
export type ReviewedPlan = Pick<
  Plan,
  | "edgeCases"
  | "migrations"
  | "order"
  | "dependencies"
  | "summary"
  | "approvals"
  | "assistance"
  | "contentId"
  | "decisionsId"
  | "squash"
  | "engine"
>;

export type Filter = "open" | "all" | "decided";
export type Sorting = "risk" | "order" | "confidence" | "kind";

/** What the person is asked just now, below the rest. */
export type Prompt =
  | { readonly kind: "search"; readonly text: string }
  /** The reason that the next decision on this question gets, or that the one on it has. */
  | { readonly kind: "note"; readonly id: string; readonly text: string }
  /** Others that cannot be without what is to be left out. */
  | { readonly kind: "exclude"; readonly id: string; readonly dependants: readonly string[] }
  | { readonly kind: "approve"; readonly text: string };

/** What stands below the rest until the next key. */
export interface Message {
  readonly tone: "good" | "bad" | "plain";
  readonly lines: readonly string[];
}

/** A decision that was made here, and what was there before, for taking it back. */
interface Made {
  readonly id: string;
  readonly before: NewDecision | null;
}

/** Everything that a review knows; plain data, changed by `reduce` alone. */
export interface ReviewSession {
  readonly plan: ReviewedPlan;
  /** As the user typed it. */
  readonly file: string;
  readonly by: string;
  /** As `decisions.yaml` has them; what a run has taken stands in the plan too. */
  readonly saved: readonly RecordedDecision[];
  readonly screen: "list" | "detail" | "help";
  /** Of the edge case under the cursor. */
  readonly cursor: string | null;
  /** Lines of the detail or the help that are above what is shown. */
  readonly scroll: number;
  readonly filter: Filter;
  readonly sorting: Sorting;
  readonly search: string;
  readonly prompt: Prompt | null;
  /** What is under way, in words; only looking around is possible meanwhile. */
  readonly busy: string | null;
  readonly message: Message | null;
  /** SQL that was edited and did not hold, by edge case: it is there again for the next attempt. */
  readonly drafts: Readonly<Record<string, string>>;
  /** Reasons for decisions that are not made yet. */
  readonly notes: Readonly<Record<string, string>>;
  readonly skipped: readonly string[];
  readonly made: readonly Made[];
  /** What is being saved or proven, until its outcome is there. */
  readonly trying: Made | null;
  /** What is done once everything decided is proven. */
  readonly afterwards: "quit" | "approve" | null;
}

/** Something to do outside of the session; its outcome comes back as an event. */
export type Effect =
  /** Enter decisions in the file, or take those on these edge cases out: nothing has to run for it. */
  | { readonly kind: "save"; readonly decisions: readonly NewDecision[]; readonly withdrawn: readonly NewDecision[] }
  /** The same, once a run has shown that it holds. With neither: prove what was saved. */
  | { readonly kind: "prove"; readonly decisions: readonly NewDecision[]; readonly withdrawn: readonly NewDecision[] }
  | { readonly kind: "edit"; readonly id: string; readonly text: string }
  | { readonly kind: "approve"; readonly role: string | null }
  /** Ask the model about an edge case. */
  | { readonly kind: "ask"; readonly id: string }
  | { readonly kind: "cancel" }
  | { readonly kind: "quit" };

export type ReviewEvent =
  /** A key by its name, see `keys.ts`; `at` is the time, ISO 8601, `page` how many lines the screen shows. */
  | { readonly kind: "key"; readonly name: string; readonly at: string; readonly page: number }
  | { readonly kind: "edited"; readonly id: string; readonly sql: string; readonly at: string }
  | { readonly kind: "saved"; readonly saved: readonly RecordedDecision[] }
  | {
      readonly kind: "proven";
      readonly plan: ReviewedPlan;
      readonly saved: readonly RecordedDecision[];
      readonly verdicts: readonly Verdict[];
    }
  | { readonly kind: "approved"; readonly plan: ReviewedPlan }
  /** The model was asked: what came of it, a line each. */
  | { readonly kind: "asked"; readonly plan: ReviewedPlan; readonly lines: readonly string[] }
  /** It did not work out; nothing was written. */
  | { readonly kind: "refused"; readonly lines: readonly string[] }
  | { readonly kind: "told"; readonly lines: readonly string[] };

export interface Reduced {
  readonly session: ReviewSession;
  readonly effects: readonly Effect[];
}

/** A review of a plan at its beginning: the open questions, the most urgent first, or all where none is open. */
export function beginReview(begin: Pick<ReviewSession, "plan" | "file" | "by" | "saved">): ReviewSession {
  const filter = begin.plan.edgeCases.some((edgeCase) => standingOf(edgeCase, begin.saved) === "open") ? "open" : "all";
  return {
    ...begin,
    screen: "list",
    cursor: null,
    scroll: 0,
    filter,
    sorting: "risk",
    search: "",
    prompt: null,
    busy: null,
    message: null,
    drafts: {},
    notes: {},
    skipped: [],
    made: [],
    trying: null,
    afterwards: null,
  };
}

/** `saved`: in `decisions.yaml`, and no run has taken it yet. */
export type Standing = "open" | "saved" | "decided";

/** Where a question stands. */
export function standingOf(edgeCase: EdgeCase, saved: readonly RecordedDecision[]): Standing {
  const decision = savedDecision(edgeCase, saved);
  const taken = edgeCase.decision;
  if (decision === undefined) return taken === null ? "open" : "saved";
  return taken !== null && taken.choice === decision.choice && taken.at === decision.at ? "decided" : "saved";
}

/** What counts for a question now, in the words of the file where it says something. */
export function choiceOf(edgeCase: EdgeCase, saved: readonly RecordedDecision[]): RecordedDecision | EdgeCase["decision"] {
  return savedDecision(edgeCase, saved) ?? edgeCase.decision;
}
