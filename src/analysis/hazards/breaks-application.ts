import type { ChangeSite } from "../scope.ts";
import { existingSubject, type HazardFinding, type HazardRule } from "./rule.ts";
import { sqlIdentifier } from "../sql-text.ts";

function findRename(site: ChangeSite): HazardFinding | null {
  const table = existingSubject(site);
  const { change } = site;
  const to = change.details.newName ?? "its new name";
  if (change.kind === "rename-schema")
    return {
      severity: "high",
      message: `Every statement that names schema ${change.object?.name ?? ""} fails from the commit on.`,
      safer: null,
    };
  if (table === null) return null;
  if (change.kind === "rename-column") {
    const column = change.details.column ?? change.object?.name ?? "the column";
    return {
      severity: "high",
      message: `The running application fails on ${table.label}.${column} from the commit on; the next one fails before it.`,
      safer: `Add ${to}, write both, move the readers, then drop ${column} in a later release.`,
    };
  }
  const old = sqlIdentifier(table.name.name);
  return {
    severity: "high",
    message: `The running application fails on ${table.label} from the commit on; the next one fails before it.`,
    safer:
      change.kind === "rename-table"
        ? `In the same transaction: CREATE VIEW ${old} AS SELECT * FROM ${sqlIdentifier(to)}; drop it when nobody uses the old name.`
        : null,
  };
}

function findRequired(site: ChangeSite): HazardFinding | null {
  const table = existingSubject(site);
  const { column = "the column", notNull, default: fallback } = site.change.details;
  if (table === null || notNull !== true || fallback !== undefined || site.change.details.generated !== undefined) return null;
  const facts = table.after?.columns.find((item) => item.name === column);
  if (facts !== undefined && (facts.identity !== null || facts.generated !== null)) return null;
  const name = sqlIdentifier(column);
  return {
    severity: "high",
    message: `Fails if ${table.label} has a row, and the running application's INSERTs fail afterwards: ${column} is NOT NULL without a default.`,
    safer: `ALTER TABLE ${table.identity} ADD COLUMN ${name} …; -- nullable; then fill it in batches, then SET NOT NULL by way of a CHECK … NOT VALID`,
  };
}

function findRowSecurity(site: ChangeSite): HazardFinding | null {
  const table = existingSubject(site);
  const after = table?.after;
  if (table === null || after?.rowSecurity !== true || table.before?.rowSecurity === true || after.policies.length > 0) return null;
  return {
    severity: "high",
    message: `Row security is on and ${table.label} has no policy: everybody but its owner sees no row and can write none.`,
    safer: `CREATE POLICY … ON ${table.identity} … before ENABLE ROW LEVEL SECURITY`,
  };
}

/** Renames and requirements that the application running at that moment cannot meet. */
export const breaksApplication: HazardRule = {
  rule: "breaks-application",
  find(site) {
    switch (site.change.kind) {
      case "rename-table":
      case "rename-column":
      case "rename-view":
      case "rename-schema":
      case "set-table-schema":
        return findRename(site);
      case "add-column":
        return findRequired(site);
      case "set-row-security":
        return findRowSecurity(site);
      case "rename-enum-value":
        return {
          severity: "high",
          message: `The running application fails when it writes the old value of ${site.change.object?.name ?? "the type"}.`,
          safer: "ALTER TYPE … ADD VALUE, move the rows, keep the old value.",
        };
      default:
        return null;
    }
  },
};
