import { lockOf } from "../locks.ts";
import type { ChangeSite, MigrationScope } from "../scope.ts";
import { existingSubject, type HazardRule } from "./rule.ts";

const LONG_KINDS: ReadonlySet<string> = new Set([
  "update",
  "delete",
  "insert",
  "merge",
  "copy-from",
  "create-index",
  "reindex",
  "refresh-materialized-view",
]);

/** Work whose time grows with rows, on a relation that has some. */
function isLong(site: ChangeSite): boolean {
  if (!LONG_KINDS.has(site.change.kind) || existingSubject(site) === null) return false;
  // INSERT … VALUES writes the rows that the file lists; only one that reads another table is long.
  return site.change.kind !== "insert" || site.change.reads.some((ref) => ref.kind === "table");
}

interface HeldLock {
  readonly first: ChangeSite;
  readonly work: ChangeSite;
}

const known = new WeakMap<MigrationScope, HeldLock | null>();

/** The first strong lock of a migration and the first long work under it; found once per migration, however many statements it has. */
function heldLock(scope: MigrationScope): HeldLock | null {
  const before = known.get(scope);
  if (before !== undefined) return before;
  const first = firstExclusive(scope);
  const work = first === undefined ? undefined : scope.sites.find((other) => other.index > first.index && isLong(other));
  const found = first === undefined || work === undefined ? null : { first, work };
  known.set(scope, found);
  return found;
}

function firstExclusive(scope: MigrationScope): ChangeSite | undefined {
  return scope.sites.find((site) => existingSubject(site) !== null && lockOf(site.change) === "ACCESS EXCLUSIVE");
}

/** A strong lock is kept to the commit: what runs after it in the same transaction makes everybody wait that long (manual, 13.3). */
export const holdsLock: HazardRule = {
  rule: "holds-lock",
  find(site, scope) {
    if (!scope.replay.transactional) return null;
    const held = heldLock(scope);
    const table = existingSubject(site);
    if (held?.first !== site || table === null) return null;
    const { work } = held;
    return {
      severity: "medium",
      message: `The ACCESS EXCLUSIVE lock on ${table.label} is kept until the commit, while line ${work.location.line} works through the rows of ${work.subject?.label ?? "a table"}: reads and writes of ${table.label} wait that long.`,
      safer: "Split it: the locks in one short transaction (with SET lock_timeout), the rows in another.",
    };
  },
};
