import type { Approach } from "../../model/approach.ts";

/** What the runbook is written for, besides the plan: from flags, `pggit.yaml` and a rehearsal. */
export interface RunbookTerms {
  /** The plan file as the user types it. */
  readonly planName: string;
  /** The first migration that still has to run; `null` where nobody said: then all of them are listed. */
  readonly from: string | null;
  readonly approach: Approach;
  /** For how many minutes the application may be away; `null` where nobody said. */
  readonly downtimeMinutes: number | null;
  /** Role → name. */
  readonly roles: Readonly<Record<string, string>>;
  /** The night of the change, `YYYY-MM-DD`; `null` where it is not fixed. */
  readonly date: string | null;
  /** Seconds and rows of a rehearsal on a copy, by migration. */
  readonly measured: ReadonlyMap<string, { readonly seconds: number; readonly rows: number }>;
  readonly lockTimeoutSeconds: number;
  readonly lockRetries: number;
}

/** Roles that a change needs; a project may name others besides. */
export const usualRoles = ["executes", "watches", "application", "decides"] as const;

export const roleMeaning: Readonly<Record<string, string>> = {
  executes: "runs the steps",
  watches: "reads along, confirms each step before the next",
  application: "knows the application, tests it, stops and starts it",
  decides: "decides whether to go on or back",
};
