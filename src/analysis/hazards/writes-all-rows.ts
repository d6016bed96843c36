import { existingSubject, type HazardRule } from "./rule.ts";

/** UPDATE without WHERE on a table with a past: one long transaction, twice the space until vacuum. */
export const writesAllRows: HazardRule = {
  rule: "writes-all-rows",
  find(site) {
    const table = existingSubject(site);
    if (table === null || site.change.kind !== "update" || site.change.details.allRows !== true) return null;
    return {
      severity: "medium",
      message: `Every row of ${table.label} is written in one transaction: other writers of the same rows wait until the commit, and the table grows to twice its size.`,
      safer: "In batches of some thousand rows by key, each in a transaction of its own.",
    };
  },
};
