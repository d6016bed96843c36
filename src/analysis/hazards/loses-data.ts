import type { RelationFacts } from "../../model/catalog.ts";
import { compareTypes } from "../column-types.ts";
import type { ChangeSite, MigrationScope } from "../scope.ts";
import { sayRef } from "../names.ts";
import { sqlIdentifier } from "../sql-text.ts";
import { existingSubject, type HazardFinding, type HazardRule } from "./rule.ts";

const BACKUP = "Save the rows before (pggit's prior backup), so that the way back can put them back.";

function holdsRows(facts: RelationFacts | null): boolean {
  return facts === null || ["table", "partitioned-table", "foreign-table"].includes(facts.relationKind);
}

function findType(site: ChangeSite): HazardFinding | null {
  const table = existingSubject(site);
  const after = table?.after?.columns.find((item) => item.name === site.change.details.column);
  const before = table?.before?.columns.find((item) => item.number === after?.number);
  if (table === null || after === undefined || before === undefined) return null;
  const { loss, fit } = compareTypes(before.type, after.type);
  const label = `${table.label}.${after.name}`;
  if (loss !== null)
    return { severity: "high", message: `Values of ${label} change from ${before.type} to ${after.type}: ${loss}.`, safer: BACKUP };
  if (fit !== "narrower") return null;
  return site.change.details.using === true
    ? { severity: "high", message: `USING may cut values of ${label} that do not fit ${after.type}.`, safer: BACKUP }
    : {
        severity: "medium",
        message: `The migration fails if one value of ${label} does not fit ${after.type}.`,
        safer: `Look for such values before: none may be left when it runs.`,
      };
}

function findDrop(site: ChangeSite, scope: MigrationScope): HazardFinding | null {
  const { change } = site;
  const table = existingSubject(site);
  switch (change.kind) {
    case "drop-table":
    case "drop-foreign-table":
      if (table === null || !holdsRows(table.before) || change.kind === "drop-foreign-table") return null;
      return { severity: "high", message: `All rows of ${table.label} are gone.`, safer: BACKUP };
    case "drop-column": {
      const column = table?.before?.columns.find((item) => item.name === change.details.column);
      if (table === null || !holdsRows(table.before) || (column !== undefined && column.generated !== null)) return null;
      const name = change.details.column ?? "the column";
      if (table.before !== null && column === undefined) return null;
      return {
        severity: "high",
        message: `All values of ${table.label}.${name} are gone.`,
        safer: `Release a version that no longer uses it first; ${BACKUP.charAt(0).toLowerCase()}${BACKUP.slice(1)}`,
      };
    }
    case "drop-schema": {
      if (change.details.cascade !== true) return null;
      const lost = [...scope.replay.before.values()].filter((object) => object.schema === change.object?.name && object.kind === "table");
      return lost.length === 0
        ? null
        : {
            severity: "high",
            message: `All rows of ${lost.length} tables in schema ${change.object?.name ?? ""} are gone.`,
            safer: BACKUP,
          };
    }
    case "drop-sequence":
      return table === null ? null : { severity: "low", message: `The position of ${table.label} is gone.`, safer: null };
    default:
      return null;
  }
}

function findRows(site: ChangeSite): HazardFinding | null {
  const table = existingSubject(site);
  if (table === null) return null;
  const all = site.change.details.allRows === true;
  switch (site.change.kind) {
    case "truncate":
      return {
        severity: "high",
        message: `All rows of ${table.label} are gone${site.change.details.cascade === true ? ", and those of every table that refers to it" : ""}.`,
        safer: BACKUP,
      };
    case "delete":
      return { severity: all ? "high" : "medium", message: `${all ? "All" : "Matching"} rows of ${table.label} are gone.`, safer: BACKUP };
    default:
      return null;
  }
}

function findUnlogged(site: ChangeSite): HazardFinding | null {
  const table = existingSubject(site);
  if (table?.after?.persistence !== "unlogged" || table.before?.persistence === "unlogged") return null;
  return {
    severity: "high",
    message: `${table.label} becomes unlogged: after a crash it is empty, and it is not on replicas.`,
    safer: `ALTER TABLE ${table.identity} SET LOGGED;`,
  };
}

function findDropType(site: ChangeSite): HazardFinding | null {
  if (site.change.details.cascade !== true || site.change.object === null) return null;
  return {
    severity: "high",
    message: `Every column of type ${sayRef(site.change.object)} is dropped with it, values included.`,
    safer: `DROP TYPE ${sqlIdentifier(site.change.object.name)}; -- without CASCADE it stops where the type is in use`,
  };
}

/** Rows or values that the migration destroys in objects which stood before it. */
export const losesData: HazardRule = {
  rule: "loses-data",
  find(site, scope) {
    switch (site.change.kind) {
      case "alter-column-type":
        return findType(site);
      case "set-persistence":
        return findUnlogged(site);
      case "drop-type":
      case "drop-domain":
        return findDropType(site);
      default:
        return findDrop(site, scope) ?? findRows(site);
    }
  },
};
