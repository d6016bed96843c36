import type { AppliedHistory, AppliedMigration, AppliedState } from "../../../src/model/applied.ts";
import type { Migration } from "../../../src/model/history.ts";
import { compareVersions, parseVersion, versionKey } from "../version.ts";
import { storedDescription } from "./stored-texts.ts";

/** A row as the table has it. */
export interface TableRow {
  readonly rank: number;
  readonly version: string | null;
  readonly description: string;
  readonly type: string;
  readonly script: string;
  readonly checksum: number | null;
  readonly installedBy: string;
  readonly installedOn: string;
  readonly executionMs: number;
  readonly success: boolean;
}

interface Walked {
  readonly row: TableRow;
  state: AppliedState;
}

function keyOf(version: string | null): string | null {
  const parsed = version === null ? null : parseVersion(version);
  return parsed === null ? version : versionKey(parsed);
}

/** What two rows of one migration have in common: the version, or for a repeatable the description. */
function sameMigration(left: TableRow, right: TableRow): boolean {
  if (left.version === null || right.version === null) return left.version === right.version && left.description === right.description;
  return keyOf(left.version) === keyOf(right.version);
}

function isBaseline(type: string): boolean {
  return type === "BASELINE" || type.endsWith("_BASELINE");
}

/** Walks the rows by rank as `MigrationInfoServiceImpl.refresh` does: later rows take earlier ones back. */
function walk(rows: readonly TableRow[]): readonly Walked[] {
  const walked: Walked[] = [];
  const takeBack = (row: TableRow, state: AppliedState): void => {
    const last = walked.findLast((earlier) => earlier.state === "applied" && sameMigration(earlier.row, row));
    if (last !== undefined) last.state = state;
  };
  for (const row of rows) {
    if (row.type === "DELETE" || row.type.startsWith("UNDO")) {
      if (row.success) takeBack(row, row.type === "DELETE" ? "deleted" : "undone");
      walked.push({ row, state: "marker" });
    } else if (row.type === "SCHEMA" || row.type === "BASELINE") walked.push({ row, state: "marker" });
    else if (!row.success) walked.push({ row, state: "failed" });
    else {
      takeBack(row, "superseded");
      walked.push({ row, state: "applied" });
    }
  }
  return walked;
}

/** The migration of the history that a row is of: by version, a repeatable by description; of several (one per environment) the one with its checksum. */
function findMigration(row: TableRow, migrations: readonly Migration[]): Migration | null {
  const type = row.version === null ? "repeatable" : isBaseline(row.type) ? "baseline" : "versioned";
  const candidates = migrations.filter(
    (migration) =>
      migration.type === type &&
      (row.version === null ? storedDescription(migration) === row.description : keyOf(migration.version) === keyOf(row.version)),
  );
  return candidates.find(({ checksum }) => checksum === textOf(row.checksum)) ?? candidates[0] ?? null;
}

function textOf(checksum: number | null): string | null {
  return checksum === null ? null : String(checksum);
}

/** The table's rows as Flyway understands them, matched to the migrations of a history. Pure. */
export function readRows(table: string, rows: readonly TableRow[], migrations: readonly Migration[]): AppliedHistory {
  const matched = walk(rows).map(({ row, state }): AppliedMigration => ({
    migration:
      state === "marker" && !row.type.startsWith("UNDO") && row.type !== "DELETE" ? null : (findMigration(row, migrations)?.id ?? null),
    rank: row.rank,
    version: row.version,
    description: row.description,
    type: row.type,
    script: row.script,
    checksum: textOf(row.checksum),
    installedBy: row.installedBy,
    installedOn: row.installedOn,
    executionMs: row.executionMs,
    state,
  }));
  const baseline = rows.findLast((row) => isBaseline(row.type) && row.success)?.version ?? null;
  const limit = baseline === null ? null : parseVersion(baseline);
  const own = new Set(matched.filter(({ state }) => state === "applied").map(({ migration }) => migration));
  const covered = migrations.filter(({ id, type, version }) => {
    const parsed = version === null ? null : parseVersion(version);
    return type === "versioned" && limit !== null && parsed !== null && compareVersions(parsed, limit) <= 0 && !own.has(id);
  });
  return { kind: "applied-history", tool: "flyway", table, rows: matched, covered: covered.map(({ id }) => id), baseline };
}
