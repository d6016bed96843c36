import { z } from "zod";
import type { Migration } from "../../../src/model/history.ts";
import { dependencyWords } from "../plan/dependency.ts";
import type { Plan, PlanChange, Planner } from "../plan/model.ts";

type Columns = NonNullable<Migration["entry"]>;

const jsonOf = <T>(schema: z.ZodType<T>) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema);
const planner = z.strictObject({ name: z.string(), email: z.string() });

/** Columns of the registry's tables that the plan tells; lists are JSON. */
const entry = z.strictObject({
  id: z.string(),
  change: z.string(),
  project: z.string(),
  uri: z.string().nullable(),
  note: z.string(),
  planned: z.string(),
  planner: jsonOf(planner),
  /** With the ids of the changes; `null` for one of a project that is not at hand. */
  requires: jsonOf(z.array(z.strictObject({ text: z.string(), id: z.string().nullable() }))),
  conflicts: jsonOf(z.array(z.string())),
  tags: jsonOf(z.array(z.strictObject({ id: z.string(), name: z.string(), note: z.string(), planned: z.string(), planner }))),
});

/** All that the registry keeps of a change but its script's hash, who deployed it and when. */
export type Entry = z.infer<typeof entry>;

/** As it stands on a migration and in a plan. `requires`: ids of the required changes, in the order of `change.requires`. */
export function writeEntry(plan: Plan, change: PlanChange, requires: readonly (string | null)[]): Columns {
  const copy = ({ name, email }: Planner): Planner => ({ name, email });
  return {
    id: change.id,
    change: change.name,
    project: plan.project,
    uri: plan.uri,
    note: change.note,
    planned: change.timestamp,
    planner: JSON.stringify(copy(change.planner)),
    requires: JSON.stringify(
      change.requires.map((each, index) => ({ text: dependencyWords(each, plan.project), id: requires[index] ?? null })),
    ),
    conflicts: JSON.stringify(change.conflicts.map((each) => dependencyWords(each, plan.project))),
    tags: JSON.stringify(
      change.tags.map((tag) => ({ id: tag.id, name: tag.name, note: tag.note, planned: tag.timestamp, planner: copy(tag.planner) })),
    ),
  };
}

/** Reads what `writeEntry` wrote; `null` for a migration that Sqitch does not know. Throws where it is another's. */
export function readEntry(columns: Columns | undefined): Entry | null {
  return columns === undefined ? null : entry.parse(columns);
}
