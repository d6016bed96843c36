import type { HazardRule } from "./rule.ts";

/** What cannot be read is taken to be the strongest. */
export const unknownEffect: HazardRule = {
  rule: "unknown-effect",
  find(site) {
    const { kind, effect } = site.change;
    if (kind === "opaque")
      return {
        severity: "medium",
        message: "The statement is not understood: the strongest lock is assumed, and nothing is merged across it.",
        safer: null,
      };
    if ((kind !== "do" && kind !== "call" && kind !== "execute") || effect !== "unknown") return null;
    return { severity: "low", message: "What it runs is decided while it runs: the strongest lock is assumed.", safer: null };
  },
};
