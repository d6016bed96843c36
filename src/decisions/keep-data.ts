import type { History } from "../model/history.ts";
import type { DecisionFile } from "./decision-file.ts";

/** The choice that saves what a migration destroys, so that its way back puts it back. */
export const keepDataChoice = "keep-data";

/**
 * Marks the migrations whose rows are to be saved: all of them, or those of which a decision says so. It names its migration or a question about it; what a
 * migration turns out not to destroy is not saved.
 */
export function markKeptData(
  history: History,
  { keepData, decisions }: { readonly keepData: "all" | "as-decided"; readonly decisions: DecisionFile["decisions"] },
): History {
  const chosen = decisions.filter(({ choice }) => choice === keepDataChoice);
  if (keepData !== "all" && chosen.length === 0) return history;
  const migrations = history.migrations.map((migration) => {
    const own = keepData === "all" || chosen.some(({ migration: named }) => named === migration.id);
    return own ? { ...migration, keepsData: true as const } : migration;
  });
  return { ...history, migrations };
}
