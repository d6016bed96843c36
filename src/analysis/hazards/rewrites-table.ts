import type { ColumnFacts, RelationFacts } from "../../model/catalog.ts";
import { compareTypes } from "../column-types.ts";
import type { ChangeSite, Subject } from "../scope.ts";
import { sqlIdentifier } from "../sql-text.ts";
import { existingSubject, type HazardFinding, type HazardRule } from "./rule.ts";

const CONSEQUENCE =
  "is written again with all its indexes; reads and writes wait (ACCESS EXCLUSIVE lock) and disk space for a second copy is needed";

function rewrite(table: Subject, why: string, safer: string | null): HazardFinding {
  return { severity: "high", message: `Every row of ${table.label} ${CONSEQUENCE}: ${why}.`, safer };
}

function columnOf(facts: RelationFacts | null, name: string | undefined): ColumnFacts | null {
  return facts?.columns.find((column) => column.name === name) ?? null;
}

function findTypeChange(site: ChangeSite, table: Subject): HazardFinding | null {
  const { column, dataType, using } = site.change.details;
  const after = columnOf(table.after, column);
  const before = table.before?.columns.find((item) => (after === null ? item.name === column : item.number === after.number)) ?? null;
  const name = column ?? "the column";
  const swap = `Add a second column, keep it equal by a trigger, fill it in batches, then swap the names in one short transaction.`;
  const to = after?.type ?? dataType;
  if (before === null || to === undefined) return rewrite(table, `the type of ${name} changes and its old type is not known`, swap);
  if (using === true) return rewrite(table, `the values of ${name} are computed by USING`, swap);
  const change = compareTypes(before.type, to);
  if (change.rewrite === "none") return null;
  if (change.rewrite === "timezone")
    return rewrite(
      table,
      `${name} changes from ${before.type} to ${to}`,
      `SET timezone = 'UTC' before it, if the stored values are in UTC: then nothing is written again (PostgreSQL 12 and later).`,
    );
  return rewrite(table, `${name} changes from ${before.type} to ${to}`, swap);
}

function findNewColumn(site: ChangeSite, table: Subject): HazardFinding | null {
  const { column = "the column", generated, default: fallback } = site.change.details;
  const facts = columnOf(table.after, site.change.details.column);
  if (generated === "stored") return rewrite(table, `${column} is a stored generated column`, null);
  if (facts?.identity !== null && facts !== null) return rewrite(table, `every row gets a number for the identity column ${column}`, null);
  if (fallback !== "volatile") return null;
  return rewrite(
    table,
    `the default of ${column} differs from row to row`,
    `ALTER TABLE ${table.identity} ADD COLUMN ${sqlIdentifier(column)} …; ALTER TABLE ${table.identity} ALTER COLUMN ${sqlIdentifier(column)} SET DEFAULT …; then fill the old rows in batches.`,
  );
}

function findStorage(site: ChangeSite, table: Subject): HazardFinding | null {
  if (table.before === null || table.after === null) return null;
  if (site.change.details.subcommand === "AT_SetAccessMethod" && table.before.accessMethod !== table.after.accessMethod)
    return rewrite(table, `its access method becomes ${table.after.accessMethod ?? "the default"}`, null);
  if (site.change.details.subcommand === "AT_SetTableSpace")
    return {
      severity: "high",
      message: `${table.label} is copied to another tablespace; reads and writes wait until it is done.`,
      safer: null,
    };
  return null;
}

/** Whole-table rewrites: ALTER TABLE, description of ADD COLUMN, SET DATA TYPE, SET LOGGED, SET EXPRESSION, and its notes; CLUSTER; VACUUM FULL. */
export const rewritesTable: HazardRule = {
  rule: "rewrites-table",
  find(site) {
    const table = existingSubject(site);
    if (table === null || table.before?.relationKind === "view") return null;
    switch (site.change.kind) {
      case "alter-column-type":
        return table.before?.relationKind === "composite-type" ? null : findTypeChange(site, table);
      case "add-column":
        return findNewColumn(site, table);
      case "set-expression":
        return columnOf(table.after, site.change.details.column)?.generated === "virtual"
          ? null
          : rewrite(table, "the expression of a stored generated column changes", null);
      case "set-persistence":
        return rewrite(table, `it becomes ${table.after?.persistence === "unlogged" ? "unlogged" : "logged"}`, null);
      case "alter-table-options":
        return findStorage(site, table);
      case "cluster":
        return rewrite(
          table,
          "CLUSTER puts its rows in the order of an index",
          "pg_repack or pg_squeeze do the same while the table is in use.",
        );
      case "vacuum":
        return site.change.details.lockMode === "ACCESS EXCLUSIVE"
          ? rewrite(table, "VACUUM FULL makes a compact copy", "Plain VACUUM gives the space back for new rows without the lock.")
          : null;
      default:
        return null;
    }
  },
};
