import type { AppliedHistory, AppliedMigration, AppliedState } from "../../../src/model/applied.ts";
import type { Result } from "../../../src/model/failure.ts";
import type { History, Inspector, Migration } from "../../../src/model/history.ts";
import { onlyHistory } from "../../history-table.ts";
import { readEntry, type Entry } from "./entry.ts";
import { findTables } from "./find-table.ts";

/** A row as the table has it. Tables of old versions lack some of the columns. */
interface TableRow {
  readonly id: string;
  readonly author: string;
  readonly filename: string;
  readonly exectype: string;
  readonly md5sum: string | null;
  readonly description: string | null;
  readonly tag: string | null;
  readonly executed: string;
}

interface Known {
  readonly migration: Migration;
  readonly entry: Entry;
}

/**
 * The rows of `databasechangelog` in the order in which Liquibase takes them, matched by id, author and file (`RanChangeSet.isSameAs`). `null` where there is no
 * table. Rows that Liquibase would accept have the checksum of their migration, those that it refuses keep their own.
 */
export async function readChangelogTable(
  at: Inspector,
  { bookkeeping, migrations }: Pick<History, "bookkeeping" | "migrations">,
): Promise<Result<AppliedHistory | null>> {
  const found = await findTables(at, bookkeeping[0] ?? "public.databasechangelog");
  if (found.kind === "failed") return found;
  const known = new Map(
    migrations.flatMap((migration): readonly [string, Known][] => {
      const entry = readEntry(migration.entry);
      return entry === null ? [] : [[keyOf(entry), { migration, entry }]];
    }),
  );
  const read: AppliedHistory[] = [];
  for (const { table, place } of found.value) {
    const applied = matchRows(table, await rowsOf(at, table), known);
    if (place === "own" || applied.rows.some(({ migration }) => migration !== null)) read.push(applied);
  }
  return onlyHistory(read, {
    of: "Liquibase's tables with these changeSets",
    hint: "Say whose history this is with --schema NAME, or by liquibaseSchemaName in the settings.",
  });
}

async function rowsOf(at: Inspector, table: string): Promise<readonly TableRow[]> {
  const rows = await at.rows(
    `select id::text as id, author::text as author, filename::text as filename, coalesce(exectype, 'EXECUTED')::text as exectype, md5sum::text as md5sum,
       to_jsonb(t) ->> 'description' as description, to_jsonb(t) ->> 'tag' as tag, to_char(dateexecuted, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as executed
     from ${table} t order by dateexecuted, orderexecuted`,
  );
  return rows as readonly unknown[] as readonly TableRow[];
}

/** `RanChangeSet.isSameAs` passes over case, and over the ways in which versions wrote a path. */
function keyOf({ id, author, filename }: Pick<TableRow, "id" | "author" | "filename">): string {
  const path = filename
    .replaceAll("\\", "/")
    .replace(/^classpath\*?:/i, "")
    .replace(/^(?:\.?\/)+/, "");
  return JSON.stringify([id, author, path].map((each) => each.toLowerCase()));
}

function matchRows(table: string, rows: readonly TableRow[], known: ReadonlyMap<string, Known>): AppliedHistory {
  const last = new Map(rows.map((row, index) => [keyOf(row), index]));
  const matched = rows.map((row, index): AppliedMigration => {
    const of = known.get(keyOf(row));
    const state = stateOf(row);
    return {
      migration: of?.migration.id ?? null,
      rank: index + 1,
      version: row.tag,
      description: row.description ?? row.id,
      type: row.exectype,
      script: row.filename,
      checksum: of === undefined ? row.md5sum : acceptedChecksum(row.md5sum, of),
      installedBy: "an unknown role (Liquibase notes none)",
      installedOn: row.executed,
      executionMs: 0,
      state: state === "applied" && last.get(keyOf(row)) !== index ? "superseded" : state,
    };
  });
  return {
    kind: "applied-history",
    tool: "liquibase",
    table,
    rows: matched,
    covered: coveredBy(matched, [...known.values()]),
    baseline: null,
  };
}

function stateOf({ exectype }: TableRow): AppliedState {
  if (exectype === "FAILED") return "failed";
  return exectype === "SKIPPED" ? "marker" : "applied";
}

/** `ChangeSet.isCheckSumValid`: another version's sum is held against the same of the file; those before version 8 are not compared. */
function acceptedChecksum(stored: string | null, { migration, entry }: Known): string | null {
  const { checksum } = migration;
  if (stored === null || checksum === null) return null;
  const valid = entry.validSums.toLowerCase().split(" ");
  const own = stored.startsWith("9:") ? checksum : stored.startsWith("8:") ? entry.oldSum : null;
  if (own === null || own === stored || valid.some((sum) => /^(?:1:)?(?:any|all|\*)$/.test(sum))) return checksum;
  return valid.includes(stored) || valid.includes(own) ? checksum : stored;
}

/** ChangeSets whose preconditions let Liquibase go on without them have no row, and are before others that have one. */
function coveredBy(rows: readonly AppliedMigration[], known: readonly Known[]): readonly string[] {
  const applied = new Set(rows.flatMap(({ migration, state }) => (state === "applied" && migration !== null ? [migration] : [])));
  const last = known.findLastIndex(({ migration }) => applied.has(migration.id));
  return known
    .slice(0, Math.max(last, 0))
    .filter(({ migration, entry }) => entry.exectype === "CONTINUE" && !applied.has(migration.id))
    .map(({ migration }) => migration.id);
}
