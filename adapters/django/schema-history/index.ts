import { findTablesNamed, onlyHistory, placeTables } from "../../history-table.ts";
import type { SchemaHistory } from "../../adapter.ts";
import type { AppliedHistory, AppliedMigration } from "../../../src/model/applied.ts";
import type { Result } from "../../../src/model/failure.ts";
import type { History, Inspector, Migration } from "../../../src/model/history.ts";
import { quoteLiteral } from "../../../src/sql/quote.ts";
import { bookkeepingTables, migrationsTable } from "../bookkeeping.ts";

/** `django_migrations`: one row a migration by application and name, nothing of its content. `null` where there is no such table. Fails (exit code 2) where the role may not read its own or several tables hold this history. */
async function read(at: Inspector, { migrations }: Pick<History, "bookkeeping" | "migrations">): Promise<Result<AppliedHistory | null>> {
  const tables = await findTablesNamed(at, { names: bookkeepingTables, columns: ["app", "name", "applied"] });
  const placed = placeTables(tables, { own: tables.find(({ here }) => here), rights: "SELECT, INSERT, DELETE" });
  if (placed.kind === "failed") return placed;
  const known = new Map(migrations.map((migration) => [migration.id, migration]));
  const found: AppliedHistory[] = [];
  for (const { table, place } of placed.value) {
    const rows = await at.rows(
      `select app::text as app, name::text as name, to_char(applied at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as applied from ${table} order by id`,
    );
    const applied = new Set(rows.map((row) => `${String(row["app"])}.${String(row["name"])}`));
    const history: AppliedHistory = {
      kind: "applied-history",
      tool: "django",
      table,
      rows: rows.map((row, index) => rowOf(row, { index, known, squashed: replacedBy(migrations) })),
      covered: coveredBy(migrations, applied),
      baseline: null,
    };
    if (place === "own" || history.rows.some(({ migration }) => migration !== null)) found.push(history);
  }
  return onlyHistory(found, { of: "Django's tables with these migrations", hint: "Say whose history this is with --schema NAME." });
}

/** Migrations that a squashed one stands for, by their keys. */
function replacedBy(migrations: readonly Migration[]): ReadonlyMap<string, string> {
  return new Map(migrations.flatMap((migration) => replacesOf(migration).map((key) => [key, migration.id] as const)));
}

function replacesOf({ entry }: Migration): readonly string[] {
  return entry?.["replaces"]?.split(" ") ?? [];
}

/** A squashed migration counts as applied where all that it replaces is; so does a package's, of which nothing is known but that others stand on it. */
function coveredBy(migrations: readonly Migration[], applied: ReadonlySet<string>): readonly string[] {
  const apps = new Set([...applied].map((key) => key.slice(0, key.indexOf("."))));
  return migrations
    .filter((migration) => {
      if (applied.has(migration.id)) return false;
      const replaces = replacesOf(migration);
      return migration.version === null ? apps.has(migration.id) : replaces.length > 0 && replaces.every((key) => applied.has(key));
    })
    .map(({ id }) => id);
}

interface Known {
  readonly index: number;
  readonly known: ReadonlyMap<string, Migration>;
  readonly squashed: ReadonlyMap<string, string>;
}

function rowOf(row: Readonly<Record<string, unknown>>, { index, known, squashed }: Known): AppliedMigration {
  const [app, name] = [String(row["app"]), String(row["name"])];
  const key = `${app}.${name}`;
  const migration = known.get(key);
  // A migration that another one replaces is no migration any more, and no stranger either; so is one of a package.
  const isMarker = migration === undefined && (squashed.has(key) || known.get(app)?.version === null);
  return {
    migration: migration?.id ?? null,
    rank: index + 1,
    version: name,
    description: migration?.name ?? name,
    type: "Python",
    script: migration?.files[0]?.path ?? key,
    checksum: null,
    installedBy: "an unknown role (Django notes none)",
    installedOn: String(row["applied"]),
    executionMs: 0,
    state: isMarker ? "marker" : "applied",
  };
}

/** `django_migrations`, read and written as `MigrationRecorder` does. */
export const schemaHistory: SchemaHistory = {
  read,
  create: (table) => [migrationsTable(table, { version: 5.2, autoField: "BigAutoField" })],
  stamp: ({ migration, table }) =>
    keysOf(migration).map(
      ({ app, name }) => `INSERT INTO ${table} ("app", "name", "applied") VALUES (${quoteLiteral(app)}, ${quoteLiteral(name)}, now())`,
    ),
  unstamp: ({ migration, table }) =>
    keysOf(migration).map(({ app, name }) => `DELETE FROM ${table} WHERE "app" = ${quoteLiteral(app)} AND "name" = ${quoteLiteral(name)}`),
  // Nothing in the table says what a migration had in it.
  isSource: () => false,
};

/** What Django enters: the migration, and those that it replaces. None for an application whose migrations are not here. */
function keysOf({ entry }: Pick<Migration, "entry">): readonly { readonly app: string; readonly name: string }[] {
  const [app, name] = [entry?.["app"], entry?.["name"]];
  if (app === undefined || app === null || name === undefined || name === null) return [];
  const replaced = (entry?.["replaces"] ?? "").split(" ").flatMap((key) => {
    const dot = key.indexOf(".");
    return dot === -1 ? [] : [{ app: key.slice(0, dot), name: key.slice(dot + 1) }];
  });
  return [...replaced, { app, name }];
}
