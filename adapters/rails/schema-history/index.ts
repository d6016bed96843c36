import { metadataColumns, versionsColumns } from "../bookkeeping.ts";
import { findTablesNamed, onlyHistory, placeTables } from "../../history-table.ts";
import type { SchemaHistory } from "../../adapter.ts";
import type { AppliedHistory, AppliedMigration } from "../../../src/model/applied.ts";
import type { Result } from "../../../src/model/failure.ts";
import type { History, Inspector, Migration } from "../../../src/model/history.ts";
import { parseQualifiedName } from "../../../src/sql/names.ts";
import { qualifiedName, quoteLiteral } from "../../../src/sql/quote.ts";

/**
 * `schema_migrations`: one row a version, nothing of its content. `null` where there is no such table. Fails (exit code 2) where the role may not read its own or
 * several tables hold versions of this history.
 */
async function read(
  at: Inspector,
  { bookkeeping, migrations }: Pick<History, "bookkeeping" | "migrations">,
): Promise<Result<AppliedHistory | null>> {
  const name = bookkeeping[0] ?? "schema_migrations";
  const tables = await findTablesNamed(at, { names: [name], columns: ["version"] });
  const placed = placeTables(tables, { own: tables.find(({ here }) => here), rights: "SELECT, INSERT, DELETE" });
  if (placed.kind === "failed") return placed;
  const known = new Map(
    migrations.flatMap((migration): readonly [string, Migration][] => (migration.version === null ? [] : [[migration.version, migration]])),
  );
  const found: AppliedHistory[] = [];
  for (const { table, place } of placed.value) {
    // Rails takes versions by number, whatever the order in which they were run.
    const rows = await at.rows(
      `select version::text as version from ${table} order by case when version::text ~ '^[0-9]+$' then version::text::numeric end, version::text`,
    );
    const applied: AppliedHistory = {
      kind: "applied-history",
      tool: "rails",
      table,
      rows: rows.map((row, index) => rowOf(String(row["version"]), { index, known })),
      covered: [],
      baseline: null,
    };
    if (place === "own" || applied.rows.some(({ migration }) => migration !== null)) found.push(applied);
  }
  return onlyHistory(found, { of: "Rails' tables with these migrations", hint: "Say whose history this is with --schema NAME." });
}

function rowOf(
  version: string,
  { index, known }: { readonly index: number; readonly known: ReadonlyMap<string, Migration> },
): AppliedMigration {
  const migration = known.get(version.replace(/^0+(?=\d)/, ""));
  return {
    migration: migration?.id ?? null,
    rank: index + 1,
    version,
    description: migration?.name ?? version,
    type: "Ruby",
    script: migration?.files[0]?.path ?? version,
    checksum: null,
    installedBy: "an unknown role (Rails notes none)",
    installedOn: migration?.date ?? "1970-01-01T00:00:00.000Z",
    executionMs: 0,
    state: "applied",
  };
}

/** `schema_migrations`, read and written as Rails does. */
export const schemaHistory: SchemaHistory = {
  read,
  create: (table) => {
    const { schema } = parseQualifiedName(table);
    const metadata = qualifiedName(schema, "ar_internal_metadata");
    return [`CREATE TABLE ${table} ${versionsColumns}`, `CREATE TABLE IF NOT EXISTS ${metadata} ${metadataColumns}`];
  },
  stamp: ({ migration, table }) => versionLiteral(migration).map((version) => `INSERT INTO ${table} ("version") VALUES (${version})`),
  unstamp: ({ migration, table }) => versionLiteral(migration).map((version) => `DELETE FROM ${table} WHERE "version" = ${version}`),
  // Nothing in the table says what a version had in it.
  isSource: () => false,
};

/** The version that Rails enters, as a literal: the digits at the head of the id. None where it has none. */
function versionLiteral({ id }: Pick<Migration, "id">): readonly string[] {
  const version = /^(\d+)_/.exec(id)?.[1];
  return version === undefined ? [] : [quoteLiteral(version)];
}
