import type { Hazard } from "../../model/understanding.ts";
import type { ChangeSite, MigrationScope, Subject } from "../scope.ts";

/** What a rule says of one change. */
export type HazardFinding = Pick<Hazard, "severity" | "message" | "safer">;

/** One hazard rule: looks at one change in its migration. Adding one is a file, a test and a line of the table in `index.ts`. */
export interface HazardRule {
  /** Kebab-case; what the plan and the report call it. */
  readonly rule: string;
  readonly find: (site: ChangeSite, scope: MigrationScope) => HazardFinding | null;
}

/** The relation of a change if it stood before the migration: on a new one nobody waits and nothing is lost. */
export function existingSubject(site: ChangeSite): Subject | null {
  return site.subject?.existed === true ? site.subject : null;
}
