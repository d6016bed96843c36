import type { Evidence } from "./evidence.ts";
import type { SourceLocation } from "./source.ts";

export type EdgeCaseKind =
  | "custom-code"
  | "environment-specific"
  | "circular-dependency"
  | "replay-failure"
  | "rollback-wrong"
  | "irreversible"
  | "data-loss"
  | "data-change"
  | "nondeterministic"
  | "precondition"
  | "extension-unavailable"
  | "cluster-wide"
  | "secret"
  | "history-mismatch"
  | "drift"
  | "squash-difference"
  | "manual-review"
  | "unmodelled-object"
  | "unsupported-statement";

export type Risk = "LOW" | "MEDIUM" | "HIGH";

export interface Suggestion {
  /** In words, for `edge-cases.yaml` and the terminal. */
  readonly text: string;
  readonly sql: string | null;
  readonly origin: "authored" | "derived" | "state-difference" | "source-literals" | "model" | "rule";
  /** Whether it was executed and held. */
  readonly proven: boolean;
}

/** An answer a person may give: `keep`, `use-suggestion`, `edit`, `exclude`, `extract`, `branch=NAME`, … */
export type Choice = string;

/** A question as a stage raises it, before it has its number and its place in the plan. */
export interface EdgeCaseDraft {
  readonly kind: EdgeCaseKind;
  readonly title: string;
  readonly question: string;
  /** What the person has to do, in words. */
  readonly action: string;
  readonly risk: Risk;
  readonly source: { readonly location: SourceLocation; readonly text: string } | null;
  readonly suggestion: Suggestion | null;
  readonly evidence: readonly Evidence[];
  readonly choices: readonly Choice[];
}

export interface Decision {
  readonly choice: Choice;
  readonly by: string | null;
  readonly at: string | null;
  readonly reason: string | null;
  /** `edit`, `use-suggestion`: what stands in the place of what was asked about, secrets masked. */
  readonly sql: string | null;
  /** `exclude`: the migrations that are left out with it because they depend on it. Absent where there are none. */
  readonly with?: readonly string[];
}

/** A question for a person: asked only where the answer changes what is written or run. */
export interface EdgeCase extends EdgeCaseDraft {
  /** Stable over re-runs: from migration, kind, and the content concerned. */
  readonly id: string;
  readonly migration: string | null;
  /** The confidence of its migration, 0 to 1. */
  readonly confidence: number;
  /** What a decision on it is bound to: SHA-256, hexadecimal, of the content of its migration. Absent until it stands in a plan. */
  readonly content?: string;
  readonly decision: Decision | null;
}

/** The risks, the most urgent first. */
export const urgency: readonly Risk[] = ["HIGH", "MEDIUM", "LOW"];

/** The questions by their risk, the highest first; those of one risk in the order that they have. */
export function mostUrgentFirst(edgeCases: readonly EdgeCase[]): readonly EdgeCase[] {
  return [...edgeCases].sort((left, right) => urgency.indexOf(left.risk) - urgency.indexOf(right.risk));
}
