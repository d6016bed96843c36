import type { ReadScope } from "../catalog/touched.ts";
import type { Change, ChangeKind } from "../model/change.ts";
import type { ParsedStatement } from "../model/sql.ts";

const WRITES_ROWS: ReadonlySet<ChangeKind> = new Set<ChangeKind>([
  "create-table-as",
  "select",
  "call",
  "do",
  "execute",
  "opaque",
  "refresh-materialized-view",
]);

function writesRows(change: Change): boolean {
  // A volatile default is evaluated for every row that is there: nextval moves.
  return change.effect === "data" || change.effect === "unknown" || WRITES_ROWS.has(change.kind) || change.details.default === "volatile";
}

/** Functions and blocks can do anything. So can triggers and the defaults of columns, but DDL in them is told by the event triggers like any other. */
function mayRunCode(change: Change): boolean {
  return change.effect === "unknown" || RUNS_CODE.has(change.kind);
}

const RUNS_CODE: ReadonlySet<ChangeKind> = new Set<ChangeKind>(["select", "call", "do", "execute", "opaque"]);

function evadesEvents({ sql, changes }: ParsedStatement): boolean {
  if (/\bevent_triggers\b/i.test(sql)) return true;
  const writes = changes.filter(({ effect }) => effect !== "catalog").flatMap((change) => change.writes);
  return writes.some(({ schema, name }) => schema === "pg_catalog" || (schema === null && name.startsWith("pg_")));
}

/** How closely the catalog must be looked at after these statements: the cheapest scope that misses nothing. */
export function scopeOf(statements: readonly ParsedStatement[]): ReadScope {
  if (statements.some(evadesEvents)) return "thorough";
  const changes = statements.flatMap((statement) => statement.changes);
  if (!changes.some(writesRows)) return "catalog";
  return changes.some(mayRunCode) ? "rows" : "data";
}
