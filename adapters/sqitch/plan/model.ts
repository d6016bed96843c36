import type { Dependency } from "./dependency.ts";

export interface Planner {
  readonly name: string;
  readonly email: string;
}

export interface PlanTag {
  /** Without the `@`. */
  readonly name: string;
  readonly line: number;
  /** `2020-01-31T12:00:00Z`. */
  readonly timestamp: string;
  readonly planner: Planner;
  readonly note: string;
  /** SHA-1 over the tag's info text, as Sqitch stores it. */
  readonly id: string;
}

export interface PlanChange {
  readonly name: string;
  readonly line: number;
  /** `-name`, a form of old: it is deployed like any other. */
  readonly operator: "" | "+" | "-";
  readonly requires: readonly Dependency[];
  readonly conflicts: readonly Dependency[];
  readonly timestamp: string;
  readonly planner: Planner;
  readonly note: string;
  /** The tags that follow it before the next change. */
  readonly tags: readonly PlanTag[];
  /** SHA-1 over the change's info text, as Sqitch stores it. */
  readonly id: string;
}

/** A plan as Sqitch understands it. Changes stand in the order in which they are deployed, which is that of the file. */
export interface Plan {
  /** Relative to the root. */
  readonly path: string;
  readonly project: string;
  readonly uri: string | null;
  readonly changes: readonly PlanChange[];
}
