import type { MergeRule, Squash } from "../model/squash.ts";
import type { Optimization } from "../model/understanding.ts";

const MEANINGS: Record<MergeRule, Exclude<Optimization, "NONE">> = {
  "column-into-create": "COMBINE_DDL",
  "default-into-create": "COMBINE_DDL",
  "not-null-into-create": "COMBINE_DDL",
  "constraint-into-create": "COMBINE_DDL",
  "comment-after-create": "REORDER",
  "index-after-create": "REORDER",
  "create-drop-pair": "ELIDE",
  "rename-followed": "COMBINE_DDL",
  "replace-keeps-last": "KEEP_LAST",
  "alter-combined": "COMBINE_DDL",
  "drop-column-into-create": "COMBINE_DDL",
  "type-into-create": "COMBINE_DDL",
  "enum-value-into-create": "COMBINE_DDL",
  "dead-backfill-elided": "ELIDE",
  "session-setting-elided": "ELIDE",
  "no-op-elided": "ELIDE",
};

const STRONGEST_FIRST: readonly Optimization[] = ["COMBINE_DDL", "KEEP_LAST", "REORDER"];

/**
 * What the squash made of each migration, by id: ELIDE where nothing of it is left, KEEP_LAST where a later statement replaced its own,
 * COMBINE_DDL where statements were merged, REORDER where they only moved, NONE else. Migrations without a merge are absent.
 */
export function findOptimizations(squash: Squash): ReadonlyMap<string, Optimization> {
  const left = new Set(squash.statements.flatMap((statement) => statement.origins.map((origin) => origin.migration)));
  const meanings = new Map<string, Set<Optimization>>();
  const note = (migration: string, meaning: Optimization): void => {
    const known = meanings.get(migration);
    if (known === undefined) meanings.set(migration, new Set([meaning]));
    else known.add(meaning);
  };
  for (const merge of squash.merges) for (const migration of merge.migrations) note(migration, MEANINGS[merge.rule]);
  for (const { migration } of squash.elided) note(migration, "ELIDE");
  const found = new Map<string, Optimization>();
  for (const [migration, known] of meanings) {
    const gone = !left.has(migration);
    if (gone && known.has("KEEP_LAST") && !known.has("COMBINE_DDL")) found.set(migration, "KEEP_LAST");
    else if (gone && known.has("ELIDE")) found.set(migration, "ELIDE");
    else found.set(migration, STRONGEST_FIRST.find((meaning) => known.has(meaning)) ?? "NONE");
  }
  return found;
}
