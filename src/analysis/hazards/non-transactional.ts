import type { HazardRule } from "./rule.ts";

/** Statements that PostgreSQL refuses in a transaction block (PreventInTransactionBlock). */
export const nonTransactional: HazardRule = {
  rule: "non-transactional",
  find(site) {
    if (site.statement.parsed?.transactional !== false || site.statement.parsed.changes[0] !== site.change) return null;
    const leavesIndex = site.change.details.concurrently === true && ["create-index", "reindex"].includes(site.change.kind);
    return {
      severity: leavesIndex ? "medium" : "low",
      message: leavesIndex
        ? "Cannot run in a transaction: if it is interrupted, an INVALID index stays, is maintained by every write and used by no query."
        : "Cannot run in a transaction: if a later statement fails, this one stays done.",
      safer: leavesIndex
        ? "DROP INDEX CONCURRENTLY IF EXISTS of the same name before it, and alone in its migration."
        : "Alone in its migration.",
    };
  },
};
