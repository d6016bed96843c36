import { z } from "zod";
import { dependencyWords } from "../plan/dependency.ts";
import type { Plan, PlanChange, Planner } from "../plan/model.ts";

const planner = z.strictObject({ name: z.string(), email: z.string() });

const registration = z.strictObject({
  id: z.string(),
  change: z.string(),
  project: z.string(),
  uri: z.string().nullable(),
  note: z.string(),
  planned: z.string(),
  planner,
  /** With the ids of the changes; `null` for one of a project that is not at hand. */
  requires: z.array(z.strictObject({ text: z.string(), id: z.string().nullable() })),
  conflicts: z.array(z.string()),
  tags: z.array(z.strictObject({ id: z.string(), name: z.string(), note: z.string(), planned: z.string(), planner })),
});

/** All that the registry keeps of a change but who deployed it and when. */
export type Registration = z.infer<typeof registration>;

/** As it stands on a migration and in a plan. `requires`: ids of the required changes, in the order of `change.requires`. */
export function writeRegistration(plan: Plan, change: PlanChange, requires: readonly (string | null)[]): string {
  const copy = ({ name, email }: Planner): Planner => ({ name, email });
  const value: Registration = {
    id: change.id,
    change: change.name,
    project: plan.project,
    uri: plan.uri,
    note: change.note,
    planned: change.timestamp,
    planner: copy(change.planner),
    requires: change.requires.map((each, index) => ({ text: dependencyWords(each, plan.project), id: requires[index] ?? null })),
    conflicts: change.conflicts.map((each) => dependencyWords(each, plan.project)),
    tags: change.tags.map((tag) => ({ id: tag.id, name: tag.name, note: tag.note, planned: tag.timestamp, planner: copy(tag.planner) })),
  };
  return JSON.stringify(value);
}

/** Reads what `writeRegistration` wrote; `null` for a migration that Sqitch does not know. Throws where the text is another's. */
export function readRegistration(text: string | undefined): Registration | null {
  return text === undefined ? null : registration.parse(JSON.parse(text));
}
