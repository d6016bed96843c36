import type { AppliedHistory, AppliedMigration } from "../../../src/model/applied.ts";
import type { Result } from "../../../src/model/failure.ts";
import type { History, Inspector, Migration } from "../../../src/model/history.ts";
import { parseQualifiedName } from "../../../src/sql/names.ts";
import { quoteLiteral } from "../../../src/sql/quote.ts";
import type { SchemaHistory, Stamp } from "../../adapter.ts";
import { findTablesNamed, onlyHistory, placeTables } from "../../history-table.ts";
import { createVersionTable } from "../bookkeeping.ts";

type Known = Pick<History, "bookkeeping" | "migrations">;

/**
 * `alembic_version`: one row a head; what stands before a head is applied with it. `null` where there is no such table. Fails (exit code 2) where the role may not
 * read its own or several tables hold heads of this history.
 */
async function read(at: Inspector, history: Known): Promise<Result<AppliedHistory | null>> {
  const { schema, name } = parseQualifiedName(history.bookkeeping[0] ?? "alembic_version");
  const tables = await findTablesNamed(at, { names: [name], columns: ["version_num"] });
  const own = tables.find((table) => (schema === null ? table.here : table.schema === schema));
  const placed = placeTables(tables, { own, rights: "SELECT, INSERT, DELETE" });
  if (placed.kind === "failed") return placed;
  const found: AppliedHistory[] = [];
  for (const { table, place } of placed.value) {
    const rows = await at.rows(`select version_num::text as version from ${table} order by 1`);
    const applied = appliedOf(
      table,
      rows.map((row) => String(row["version"])),
      history.migrations,
    );
    if (place === "own" || applied.rows.some(({ migration }) => migration !== null)) found.push(applied);
  }
  return onlyHistory(found, { of: "Alembic's tables with these revisions", hint: "Say whose history this is with --schema NAME." });
}

function parentsOf(migration: Pick<Migration, "entry">): readonly string[] {
  return migration.entry?.["down_revision"]?.split(",") ?? [];
}

/** Heads as rows, and what stands before them as covered: the table says no more. */
function appliedOf(table: string, heads: readonly string[], migrations: readonly Migration[]): AppliedHistory {
  const known = new Map(migrations.map((migration) => [migration.version ?? "", migration]));
  const before = new Set<string>();
  const waiting = heads.flatMap((head) => parentsOf(known.get(head) ?? {}));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (before.has(next)) continue;
    before.add(next);
    waiting.push(...parentsOf(known.get(next) ?? {}));
  }
  const order = migrations.filter(({ version }) => version !== null && (before.has(version) || heads.includes(version)));
  const missing = heads.filter((head) => !known.has(head));
  return {
    kind: "applied-history",
    tool: "alembic",
    table,
    rows: [
      ...order.map((migration, index) => rowOf(migration.version ?? "", { migration, rank: index + 1 })),
      ...missing.map((version, index) => rowOf(version, { migration: null, rank: order.length + index + 1 })),
    ],
    covered: [],
    baseline: null,
  };
}

function rowOf(version: string, { migration, rank }: { readonly migration: Migration | null; readonly rank: number }): AppliedMigration {
  return {
    migration: migration?.id ?? null,
    rank,
    version,
    description: migration?.name ?? version,
    type: "Python",
    script: migration?.files[0]?.path ?? version,
    checksum: null,
    installedBy: "an unknown role (Alembic notes none)",
    installedOn: migration?.date ?? "1970-01-01T00:00:00.000Z",
    executionMs: 0,
    state: "applied",
  };
}

type Entered = Pick<Stamp, "migration" | "table">;

function listed(revisions: readonly string[]): string {
  return revisions.map(quoteLiteral).join(", ");
}

/** A revision takes the place of the heads that it follows; where another branch did so before, it is one head more. */
function stamp({ migration, table }: Entered): readonly string[] {
  const revision = migration.entry?.["revision"] ?? null;
  if (revision === null) return [];
  const parents = parentsOf(migration);
  const taken = parents.length === 0 ? [] : [`DELETE FROM ${table} WHERE version_num IN (${listed(parents)})`];
  return [...taken, `INSERT INTO ${table} (version_num) VALUES (${quoteLiteral(revision)})`];
}

/** What it follows is a head again, unless another branch from there is applied. */
function unstamp({ migration, table }: Entered): readonly string[] {
  const revision = migration.entry?.["revision"] ?? null;
  if (revision === null) return [];
  const others = migration.entry?.["other_branches"]?.split(",") ?? [];
  const unless = others.length === 0 ? "" : ` WHERE NOT EXISTS (SELECT FROM ${table} WHERE version_num IN (${listed(others)}))`;
  return [
    `DELETE FROM ${table} WHERE version_num = ${quoteLiteral(revision)}`,
    ...parentsOf(migration).map((parent) => `INSERT INTO ${table} (version_num) SELECT ${quoteLiteral(parent)}${unless}`),
  ];
}

/** Alembic's table, read and written as Alembic does. */
export const schemaHistory: SchemaHistory = {
  read,
  create: (table) => [createVersionTable(table, parseQualifiedName(table).name)],
  stamp,
  unstamp,
  // Nothing in the table says what a revision had in it.
  isSource: () => false,
};
