import type { CatalogObject, CatalogSlice } from "../model/catalog.ts";
import type { MigrationReplay } from "../model/replay.ts";

/** Objects whose new name stands in the identities of others that were not touched. */
const NAMES_OF_OTHERS: ReadonlySet<string> = new Set(["pg_namespace", "pg_authid", "pg_tablespace", "pg_extension"]);

/**
 * Behind how many of these migrations a fresh shadow can go on as theirs would have. One with a failed statement cannot be repeated unwatched (what a failed
 * attempt leaves behind only a watching replay takes back), and one that renames a schema or role changes names of objects that it did not touch.
 */
export function countResumable(replays: readonly MigrationReplay[]): number {
  const first = replays.findIndex(
    (replay) => replay.statements.some(({ outcome }) => outcome.kind === "failed") || renamesForOthers(replay),
  );
  return first === -1 ? replays.length : first;
}

function renamesForOthers({ before, after }: MigrationReplay): boolean {
  return [...before].some(([key, object]) => {
    const now = after.get(key);
    return (
      now !== undefined && NAMES_OF_OTHERS.has(object.address.catalog) && (now.identity !== object.identity || now.schema !== object.schema)
    );
  });
}

/** What stands behind these migrations of all that they touched. */
export function standingAfter(replays: readonly MigrationReplay[]): CatalogSlice {
  const standing = new Map<string, CatalogObject>();
  for (const { before, after } of replays) {
    for (const key of before.keys()) if (!after.has(key)) standing.delete(key);
    for (const [key, object] of after) standing.set(key, object);
  }
  return standing;
}
