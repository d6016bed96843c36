import type { HazardRule } from "./rule.ts";

/** ALTER TYPE, notes on ADD VALUE: not usable before the commit, and PostgreSQL has no way to remove a value. */
export const enumValue: HazardRule = {
  rule: "enum-value",
  find(site, scope) {
    if (site.change.kind !== "add-enum-value") return null;
    const type = site.change.object;
    const isNew = scope.sites.some(
      (other) => other.index < site.index && other.change.kind === "create-enum" && other.change.object?.name === type?.name,
    );
    if (isNew) return null;
    const usesIt = scope.sites.some((other) => other.index > site.index && other.change.effect === "data");
    return {
      severity: usesIt && scope.replay.transactional ? "medium" : "low",
      message: `The new value of ${type?.name ?? "the type"} cannot be used in the transaction that adds it, and going back means making the type again.`,
      safer: "Alone in its migration, before the one that uses the value.",
    };
  },
};
