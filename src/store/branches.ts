import type { Plan } from "../model/plan.ts";

/** A branch as the record has it. */
export interface BranchRow {
  readonly name: string;
  readonly description: string | null;
}

/** Where the migrations of a plan belong. */
export interface Branches {
  readonly rows: readonly BranchRow[];
  /** The recorded name of the branch of a migration; `main` where none claims it. */
  of(migration: string): string;
}

const longest = 255;

/**
 * The plan's branches under names that the extension's checks accept (`^[a-zA-Z0-9._/#-]+$`, at most 255 characters). A name that had to be changed
 * stands in the description as it was; two that would become one are told apart by a number.
 */
export function branchesOf(plan: Pick<Plan, "branches">): Branches {
  const taken = new Set<string>();
  const byMigration = new Map<string, string>();
  const rows = plan.branches.map(({ name, environment, migrations }) => {
    const safe = name.replaceAll(/[^a-zA-Z0-9._/#-]+/g, "-").slice(0, longest) || "branch";
    let unique = safe;
    for (let again = 2; taken.has(unique); again++) unique = `${safe.slice(0, longest - 6)}-${again}`;
    taken.add(unique);
    for (const id of migrations) byMigration.set(id, unique);
    const notes = [...(unique === name ? [] : [`named ${name}`]), ...(environment === null ? [] : [`environment ${environment}`])];
    return { name: unique, description: notes.length === 0 ? null : notes.join(", ") };
  });
  return { rows, of: (migration) => byMigration.get(migration) ?? "main" };
}
