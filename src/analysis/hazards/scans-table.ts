import type { Change } from "../../model/change.ts";
import type { ChangeSite, MigrationScope, Subject } from "../scope.ts";
import { sqlIdentifier } from "../sql-text.ts";
import { constraintFromIndex } from "./blocks-writes.ts";
import { existingSubject, type HazardFinding, type HazardRule } from "./rule.ts";

/** The scan is skipped where a valid CHECK constraint proves that the column holds no NULL (ALTER TABLE, SET NOT NULL). */
function isProvenNotNull(table: Subject, column: string): boolean {
  const quoted = sqlIdentifier(column);
  return (table.before?.constraints ?? []).some(
    (item) =>
      item.type === "check" &&
      item.validated &&
      (item.definition.includes(`(${quoted} IS NOT NULL)`) || item.definition === `CHECK (${quoted} IS NOT NULL)`),
  );
}

function findNotNull(site: ChangeSite, scope: MigrationScope): HazardFinding | null {
  const table = existingSubject(site);
  const column = site.change.details.column;
  if (table === null || column === undefined) return null;
  const was = table.before?.columns.find((item) => item.name === column);
  if (was?.notNull === true || isProvenNotNull(table, column)) return null;
  const isNewColumn = table.before !== null && was === undefined && addsColumn(scope, table, column);
  const check = sqlIdentifier(`${table.name.name}_${column}_not_null`);
  const name = sqlIdentifier(column);
  return {
    severity: isNewColumn ? "medium" : "high",
    message: `All of ${table.label} is read under an ACCESS EXCLUSIVE lock to see that ${column} holds no NULL; one NULL and the migration fails.`,
    safer:
      `ALTER TABLE ${table.identity} ADD CONSTRAINT ${check} CHECK (${name} IS NOT NULL) NOT VALID; ` +
      `ALTER TABLE ${table.identity} VALIDATE CONSTRAINT ${check}; ` +
      `ALTER TABLE ${table.identity} ALTER COLUMN ${name} SET NOT NULL; ` +
      `ALTER TABLE ${table.identity} DROP CONSTRAINT ${check};`,
  };
}

function addsColumn(scope: MigrationScope, table: Subject, column: string): boolean {
  return scope.sites.some(
    (site) => site.change.kind === "add-column" && site.change.details.column === column && site.subject?.identity === table.identity,
  );
}

/** The statement itself is only good as a model where it holds nothing else. */
function notValidForm(site: ChangeSite, table: Subject): string {
  const name = site.change.details.constraintName ?? site.change.object?.name;
  const alone = site.statement.parsed?.changes.length === 1 && site.change.kind === "add-constraint";
  const add = alone ? `${site.sql} NOT VALID;` : `ALTER TABLE ${table.identity} ADD CONSTRAINT … NOT VALID;`;
  const constraint = name === undefined || name === "" ? "…" : sqlIdentifier(name);
  return `${add}\nALTER TABLE ${table.identity} VALIDATE CONSTRAINT ${constraint}; -- in a later transaction`;
}

function findUnique(change: Change, table: Subject): HazardFinding | null {
  const { constraintName, constraintType, columns, using } = change.details;
  if (using === true) return null;
  const isKey = constraintType === "primary-key";
  const name = constraintName ?? `${table.name.name}_${isKey ? "pkey" : `${(columns ?? []).join("_")}_key`}`;
  const list = (columns ?? []).map((column) => sqlIdentifier(column)).join(", ");
  const index = `CREATE UNIQUE INDEX CONCURRENTLY ${sqlIdentifier(name)} ON ${table.identity} (${list === "" ? "…" : list}); -- outside a transaction\n`;
  return {
    severity: "high",
    message: `Reads and writes of ${table.label} wait (ACCESS EXCLUSIVE lock) while a unique index is built over all its rows; one duplicate and the migration fails.`,
    safer: index + constraintFromIndex(table.identity, name, isKey ? "PRIMARY KEY" : "UNIQUE"),
  };
}

type ConstraintType = NonNullable<Change["details"]["constraintType"]>;

const CONSTRAINTS: Record<ConstraintType, (site: ChangeSite, table: Subject) => HazardFinding | null> = {
  unique: (site, table) => findUnique(site.change, table),
  "primary-key": (site, table) => findUnique(site.change, table),
  exclusion: (_site, table) => ({
    severity: "high",
    message: `Reads and writes of ${table.label} wait (ACCESS EXCLUSIVE lock) while the exclusion constraint's index is built over all its rows.`,
    safer: null,
  }),
  "foreign-key": (site, table) => ({
    severity: "high",
    message: `Writes to ${table.label} and to ${referencedTable(site)} wait (SHARE ROW EXCLUSIVE lock) while every row of ${table.label} is checked.`,
    safer: notValidForm(site, table),
  }),
  check: (site, table) => ({
    severity: "high",
    message: `Reads and writes of ${table.label} wait (ACCESS EXCLUSIVE lock) while every row is checked.`,
    safer: notValidForm(site, table),
  }),
  "not-null": (site, table) => ({
    severity: "high",
    message: `All of ${table.label} is read under an ACCESS EXCLUSIVE lock to see that the column holds no NULL.`,
    safer: `${notValidForm(site, table)} (PostgreSQL 18 and later)`,
  }),
};

function referencedTable(site: ChangeSite): string {
  return site.change.reads.find((ref) => ref.kind === "table")?.name ?? "the referenced table";
}

function findConstraint(site: ChangeSite): HazardFinding | null {
  const table = existingSubject(site);
  const { constraintType, notValid } = site.change.details;
  if (table === null || constraintType === undefined || notValid === true) return null;
  return CONSTRAINTS[constraintType](site, table);
}

function findAttach(site: ChangeSite): HazardFinding | null {
  // The statement names the parent; the table that is read is the partition.
  if (existingSubject(site) === null) return null;
  const partition = [...site.change.writes, ...site.change.reads].find(
    (ref) => ref.kind === "table" && ref.name !== site.subject?.name.name,
  );
  const label = partition?.name ?? "the attached table";
  return {
    severity: "medium",
    message: `All of ${label} is read under an ACCESS EXCLUSIVE lock to see that its rows belong to the partition; a default partition is read too.`,
    safer: `Give ${label} a valid CHECK constraint that says the same before, and drop it afterwards: then nothing is read.`,
  };
}

function findValidate(site: ChangeSite, scope: MigrationScope): HazardFinding | null {
  const table = existingSubject(site);
  const name = site.change.details.constraintName ?? site.change.object?.name;
  if (table === null || !scope.replay.transactional) return null;
  const added = scope.sites.some(
    (other) =>
      other.index < site.index &&
      other.change.kind === "add-constraint" &&
      other.change.details.constraintName === name &&
      other.subject?.identity === table.identity,
  );
  if (!added) return null;
  return {
    severity: "medium",
    message: `${name ?? "The constraint"} is added and validated in one transaction: the lock of the ADD is held while all of ${table.label} is read, so NOT VALID gains nothing.`,
    safer: "Put VALIDATE CONSTRAINT into a migration of its own.",
  };
}

/** Whole-table reads under a lock that blocks writers: ALTER TABLE, SET NOT NULL, ADD table_constraint, ATTACH PARTITION, and its notes on NOT VALID. */
export const scansTable: HazardRule = {
  rule: "scans-table",
  find(site, scope) {
    switch (site.change.kind) {
      case "set-not-null":
        return findNotNull(site, scope);
      case "add-constraint":
        return findConstraint(site);
      case "attach-partition":
        return findAttach(site);
      case "validate-constraint":
        return findValidate(site, scope);
      case "alter-domain":
        return site.change.details.constraintType === undefined || site.change.details.notValid === true
          ? null
          : {
              severity: "medium",
              message: `Writes to every table with a column of ${site.change.object?.name ?? "the domain"} wait (SHARE lock) while all its rows are checked.`,
              safer: "ALTER DOMAIN … ADD CONSTRAINT … NOT VALID; then ALTER DOMAIN … VALIDATE CONSTRAINT … in a later transaction",
            };
      default:
        return null;
    }
  },
};
