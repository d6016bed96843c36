import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReadOptions } from "../adapter.ts";
import { failed, inputFailure, ok, type Result } from "../../src/model/failure.ts";
import type { Baseline, Inspector, Migration, Observed, Step } from "../../src/model/history.ts";
import { produce } from "../../src/script/produce.ts";
import { resolveInside } from "../../src/sql/psql/source-text.ts";
import { bookkeepingTables } from "./bookkeeping.ts";
import type { MigrationSource, Shared } from "./migration.ts";
import type { RailsDatabase } from "./project.ts";
import { runMigration } from "./run-migration.ts";
import { placeStatements } from "../../src/sql/place-statements.ts";

/** `structure.sql` or `schema.rb` as a migration that makes all of it. */
export async function dumpHistory({ dump }: RailsDatabase, options: ReadOptions, shared: Shared): Promise<Result<Migration>> {
  if (dump === null || !existsSync(join(options.root, dump)))
    return failed(
      inputFailure("no-migrations-found", "There are neither migrations nor a dump of the schema.", {
        location: dump ?? options.root,
        hint: "Name the folder of migrations, db/schema.rb or db/structure.sql with --location.",
      }),
    );
  return readDump(dump, options, shared);
}

/** The dump beside migrations as a witness: run alone, it must give what they give. None where it is older than the last of them. */
export async function dumpBaseline(
  { dump }: RailsDatabase,
  { options, shared, migrations }: { readonly options: ReadOptions; readonly shared: Shared; readonly migrations: readonly Migration[] },
): Promise<readonly Baseline[]> {
  if (dump === null) return [];
  const read = readDump(dump, options, shared);
  const version = read.kind === "ok" ? read.value.version : null;
  const last = migrations.findLast((migration) => version !== null && BigInt(migration.version ?? 0) <= BigInt(version));
  return read.kind === "failed" || last === undefined ? [] : [{ kind: "dump", id: dump, through: last.id, migration: read.value }];
}

function readDump(path: string, { root }: ReadOptions, shared: Shared): Result<Migration> {
  const inside = resolveInside(root, path);
  if (inside.kind === "failed") return inside;
  const bytes = readFileSync(inside.value);
  const text = bytes.toString("utf8");
  const files = [{ path, role: "up" as const, sha256: createHash("sha256").update(bytes).digest("hex") }];
  const base = {
    kind: "migration" as const,
    id: path.replace(/^.*\//, ""),
    type: "baseline" as const,
    name: `the schema of ${path}`,
    author: null,
    date: null,
    files,
    checksum: null,
    transaction: "one" as const,
    environment: null,
    assumptions: [],
    edgeCases: [],
  };
  if (path.endsWith(".sql")) return ok({ ...base, version: newestVersion(text), up: () => structureSteps(text, path) });
  const parsed = shared.parse(text, path);
  if (parsed.kind === "broken")
    return failed(
      inputFailure("ruby-syntax", `This is no Ruby: ${parsed.problem.message}.`, {
        location: parsed.problem.location,
        hint: "Mend the file.",
      }),
    );
  const version = /define\(version:\s*([\d_]+)/.exec(text)?.[1]?.replaceAll("_", "") ?? null;
  const source: MigrationSource = {
    id: path,
    version: version ?? "0",
    name: path,
    date: null,
    files,
    source: parsed.source,
    shape: { className: null, transaction: "one", back: "none" },
  };
  let observed: Observed = { findings: [], edgeCases: [] };
  return ok({
    ...base,
    version,
    up: (at: Inspector) =>
      produce<Step>(async (emit) => {
        const { edgeCases } = await runMigration(source, shared, { at, direction: "up", emit, entry: "file" });
        observed = { findings: [], edgeCases };
      }),
    observed: () => observed,
  });
}

/** The highest version in `INSERT INTO "schema_migrations"`. */
function newestVersion(text: string): string | null {
  const inserted = /INSERT INTO "?schema_migrations"? \(version\) VALUES([^;]*);/.exec(text)?.[1] ?? "";
  const versions = [...inserted.matchAll(/'(\d+)'/g)].map(([, version = "0"]) => BigInt(version));
  return versions.length === 0 ? null : String(versions.reduce((newest, each) => (each > newest ? each : newest), 0n));
}

const tables = bookkeepingTables.join("|");
const ofRails = new RegExp(
  `^(?:CREATE TABLE|ALTER TABLE(?: IF EXISTS)?(?: ONLY)?|INSERT INTO|COMMENT ON TABLE|CREATE (?:UNIQUE )?INDEX \\S+ ON(?: ONLY)?)\\s+(?:"?[a-z_]+"?\\.)?"?(?:${tables})"?(?:\\s|$)`,
  "i",
);

/** What `--clean` puts before everything else, up to the first statement that makes something. */
const clearing = /^(?:DROP|SET|SELECT|ALTER\b.*\bDROP\b|CREATE OR REPLACE VIEW|ALTER TABLE IF EXISTS)\b/is;

/** Of the session, or of the database as it is made; not of its schema. */
const ofSession =
  /^(?:SET\s+(?:transaction_timeout|default_table_access_method)\b|CREATE SCHEMA (?:IF NOT EXISTS )?public\b|COMMENT ON SCHEMA public\b|SELECT pg_catalog\.set_config\('search_path')/i;

/** The statements of a `pg_dump`: without what clears a database before, what begins and ends it, and Rails' own tables. */
async function* structureSteps(text: string, file: string): AsyncGenerator<Step> {
  const all = placeStatements(text.replace(/^\\.*$/gm, ""), { file, line: 1 });
  const begin = all.findIndex(({ sql }) => !clearing.test(sql));
  for (const [index, { sql, location }] of all.entries()) {
    if (ofRails.test(sql) || ofSession.test(sql) || (index < begin && !/^(?:SET|SELECT)\b/i.test(sql))) continue;
    yield { kind: "statement", sql, location };
  }
}
