import type { RollbackStatus } from "../../model/rollback.ts";
import type { Compatibility } from "../../model/understanding.ts";

/** What each status of a rollback means, for people (docs/formats.md). */
export const rollbackMeaning: Readonly<Record<RollbackStatus, string>> = {
  proven: "It was executed, and the catalog and the rows there were came back.",
  "proven-conditional": "It comes back if the data allow it: a query says whether they do.",
  "proven-lossy": "The catalog comes back; the rows or values named here do not.",
  irreversible: "There is no way back.",
  unproven: "Nothing that was tried brought everything back.",
};

export const rollbackStatuses: readonly RollbackStatus[] = ["proven", "proven-conditional", "proven-lossy", "irreversible", "unproven"];

export const compatibilityMeaning: Readonly<Record<Compatibility, string>> = {
  full: "the application before it and the one after it work on both sides of it",
  backward: "the application of before still works after it",
  forward: "the application of after already works before it",
  none: "neither the application of before nor the one of after works on both sides of it",
};

/** The name of an author without the address. */
export function authorName(author: string | null): string | null {
  const name = author?.replace(/\s*<[^>]*>\s*$/, "").trim();
  return name === undefined || name === "" ? null : name;
}

/** `CONSTRAINT_TIGHTENING` as `constraint tightening`. */
export function patternName(pattern: string): string {
  return pattern.toLowerCase().replaceAll("_", " ");
}
