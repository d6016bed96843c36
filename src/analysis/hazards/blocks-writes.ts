import { sqlIdentifier, sqlName } from "../sql-text.ts";
import { existingSubject, type HazardFinding, type HazardRule } from "./rule.ts";
import type { ChangeSite } from "../scope.ts";

function createConcurrently(sql: string): string {
  return `${sql.replace(/^(\s*create\s+(?:unique\s+)?index)\b/i, "$1 CONCURRENTLY")}; -- outside a transaction`;
}

function findCreate(site: ChangeSite): HazardFinding | null {
  const table = existingSubject(site);
  if (table === null || site.change.details.concurrently === true) return null;
  const partitioned = table.before?.relationKind === "partitioned-table";
  return {
    severity: "high",
    message: `Writes to ${table.label} wait (SHARE lock) until the whole index is built${site.change.details.unique === true ? "; one duplicate and the migration fails" : ""}.`,
    safer: partitioned
      ? `CREATE INDEX … ON ONLY ${table.identity} …; then CREATE INDEX CONCURRENTLY on each partition and ALTER INDEX … ATTACH PARTITION`
      : createConcurrently(site.sql),
  };
}

function findReindex(site: ChangeSite): HazardFinding | null {
  if (site.change.details.concurrently === true) return null;
  const label = site.subject?.label ?? site.change.object?.name ?? "the table";
  return {
    severity: "high",
    message: `Writes to ${label} wait until the index is rebuilt, and queries that would use the index wait too.`,
    safer: "REINDEX … CONCURRENTLY (PostgreSQL 12 and later), outside a transaction",
  };
}

function findDrop(site: ChangeSite): HazardFinding | null {
  const table = existingSubject(site);
  const index = site.change.object;
  if (table === null || index === null || site.change.details.concurrently === true) return null;
  return {
    severity: "low",
    message: `Reads and writes of ${table.label} wait (ACCESS EXCLUSIVE lock) while ${index.name} is dropped, and for every query that runs when it starts.`,
    safer: `DROP INDEX CONCURRENTLY ${sqlName({ schema: index.schema, name: index.name })}; -- outside a transaction`,
  };
}

function findRefresh(site: ChangeSite): HazardFinding | null {
  const view = existingSubject(site);
  if (view === null || site.change.details.concurrently === true) return null;
  return {
    severity: "medium",
    message: `Reads of ${view.label} wait until it is filled again.`,
    safer: `REFRESH MATERIALIZED VIEW CONCURRENTLY ${view.identity}; -- needs a unique index without a WHERE clause`,
  };
}

function findDetach(site: ChangeSite): HazardFinding | null {
  const table = existingSubject(site);
  if (table === null || site.change.details.concurrently === true) return null;
  return {
    severity: "low",
    message: `Reads and writes of ${table.label} and of all its partitions wait (ACCESS EXCLUSIVE lock) for every query that runs when it starts.`,
    safer: `ALTER TABLE ${table.identity} DETACH PARTITION … CONCURRENTLY; -- PostgreSQL 14 and later, outside a transaction`,
  };
}

/** CREATE INDEX, DROP INDEX, REINDEX, REFRESH MATERIALIZED VIEW and DETACH PARTITION without CONCURRENTLY (their manual pages). */
export const blocksWrites: HazardRule = {
  rule: "blocks-writes",
  find(site) {
    switch (site.change.kind) {
      case "create-index":
        return findCreate(site);
      case "reindex":
        return findReindex(site);
      case "drop-index":
        return findDrop(site);
      case "refresh-materialized-view":
        return findRefresh(site);
      case "detach-partition":
        return findDetach(site);
      default:
        return null;
    }
  },
};

/** The statement that takes over a unique index as a constraint. */
export function constraintFromIndex(table: string, name: string, type: "UNIQUE" | "PRIMARY KEY"): string {
  return `ALTER TABLE ${table} ADD CONSTRAINT ${sqlIdentifier(name)} ${type} USING INDEX ${sqlIdentifier(name)};`;
}
