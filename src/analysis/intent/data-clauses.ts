import type { ChangeKind } from "../../model/change.ts";
import { count, listNames, sayIdentity, sayRef } from "../names.ts";
import type { ChangeSite, MigrationScope } from "../scope.ts";
import type { Clause } from "./clauses.ts";

type DataVerb = "insert" | "copy-from" | "update" | "delete" | "merge" | "truncate";

const VERBS: Record<DataVerb, (tables: string, rows: number | null) => string> = {
  insert: (tables, rows) => (rows === null || rows === 0 ? `inserts rows into ${tables}` : `inserts ${count(rows, "row")} into ${tables}`),
  "copy-from": (tables, rows) => (rows === null || rows === 0 ? `loads rows into ${tables}` : `loads ${count(rows, "row")} into ${tables}`),
  update: (tables) => `updates rows of ${tables}`,
  delete: (tables) => `deletes rows of ${tables}`,
  merge: (tables) => `merges rows into ${tables}`,
  truncate: (tables) => `empties ${tables}`,
};

const OTHER: Partial<Record<ChangeKind, string>> = {
  do: "runs a DO block",
  call: "calls a procedure",
  "create-role": "creates roles",
  "alter-role": "changes roles",
  "drop-role": "drops roles",
  "grant-role": "grants role membership",
  "revoke-role": "revokes role membership",
  "alter-system": "changes server settings",
  "alter-database": "changes database settings",
  analyze: "gathers statistics",
  vacuum: "vacuums",
  reindex: "rebuilds indexes",
  cluster: "reorders rows on disk",
  "refresh-materialized-view": "refreshes materialized views",
  "alter-default-privileges": "sets default privileges",
  opaque: "runs a statement that is kept as it is",
};

function isData(kind: ChangeKind): kind is DataVerb {
  return kind in VERBS;
}

function rowsOf(sites: readonly ChangeSite[]): number | null {
  let total = 0;
  for (const { statement } of sites) {
    if (statement.outcome.kind !== "done" || statement.outcome.rows === null) return null;
    total += statement.outcome.rows;
  }
  return total;
}

/** Rows written, and what the catalog does not show. */
export function dataClausesOf(scope: MigrationScope): readonly Clause[] {
  const byVerb = new Map<DataVerb, ChangeSite[]>();
  const others = new Map<string, number>();
  for (const site of scope.sites) {
    const { kind } = site.change;
    if (site.statement.outcome.kind !== "done") continue;
    if (isData(kind)) {
      const same = byVerb.get(kind);
      if (same === undefined) byVerb.set(kind, [site]);
      else same.push(site);
    } else {
      const text = OTHER[kind];
      if (text !== undefined) others.set(text, 90);
    }
  }
  const clauses: Clause[] = [];
  for (const [verb, sites] of byVerb) {
    const tables = sites.map((site) => (site.change.object === null ? "a table" : sayRef(site.change.object)));
    clauses.push({ weight: verb === "insert" ? 51 : 50, text: VERBS[verb](listNames([...new Set(tables)]), rowsOf(sites)) });
  }
  for (const [text, weight] of others) clauses.push({ weight, text });
  return clauses;
}

/** Rows that were written without a statement that says so: by DO blocks, functions and triggers. */
export function silentRowClauses(scope: MigrationScope): readonly Clause[] {
  const named = new Set(scope.sites.filter((site) => isData(site.change.kind)).map((site) => site.subject?.label));
  return scope.replay.rows
    .filter((row) => !named.has(sayIdentity(row.identity)) && row.inserted + row.updated + row.deleted > 0)
    .map((row) => ({ weight: 52, text: `writes rows of ${sayIdentity(row.identity)}` }));
}
