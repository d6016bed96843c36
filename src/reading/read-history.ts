import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Adapter, ReadOptions } from "../../adapters/adapter.ts";
import { failed, ok, type Result } from "../model/failure.ts";
import type { History, Migration } from "../model/history.ts";
import { addProvenance } from "../provenance/add-provenance.ts";
import { classifyStatement } from "../sql/statement.ts";

/** Has an adapter read its project and gives every migration its author and date. Fails with `no-migrations-found` where there is none. */
export async function readHistory(adapter: Adapter, options: ReadOptions): Promise<Result<History>> {
  const read = await adapter.read(options);
  if (read.kind === "failed") return read;
  const history = read.value;
  if (history.migrations.length === 0) {
    return failed({
      kind: "failure",
      code: "no-migrations-found",
      message: "No migrations found in this location.",
      location: history.location === "" ? options.root : history.location,
      hint: "Give the folder that holds them: pggit migrate --location path/to/migrations",
      exitCode: 2,
    });
  }
  const dated = await addProvenance(history);
  const readsBookkeeping = await mentionsBookkeeping(dated, options.contents ?? new Map());
  return ok(withSchemaCreation(readsBookkeeping ? dated : { ...dated, bookkeepingSql: [] }));
}

/** Whether any file names a table of the tool's own; otherwise the shadow does without them, and its schemas can be dropped again. */
async function mentionsBookkeeping(history: History, contents: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
  const names = history.bookkeeping.map((table) => table.slice(table.lastIndexOf(".") + 1).toLowerCase());
  const paths = new Set(history.migrations.flatMap((migration) => migration.files.map((file) => file.path)));
  for (const path of paths) {
    const given = contents.get(path);
    const bytes = given === undefined ? await readFile(join(history.root, path)) : Buffer.from(given);
    const text = bytes.toString("latin1").toLowerCase();
    if (names.some((name) => text.includes(name))) return true;
  }
  return false;
}

/**
 * Schemas that the tool makes by itself are part of what the history gives, so they become its first migration; otherwise
 * its files would not run on an empty database. Where the tool's own tables are needed in them they are made before the replay too. Flyway writes the same row into its own history ("<< Flyway Schema Creation >>").
 */
function withSchemaCreation(history: History): History {
  const creates = (sql: string): boolean => classifyStatement(sql).every((change) => change.kind === "create-schema");
  const statements = history.preparation.filter(creates).filter((sql) => !/\bpublic\b/.test(sql));
  if (statements.length === 0) return history;
  const location = { file: history.location, line: 1 };
  const migration: Migration = {
    kind: "migration",
    id: "schema-creation",
    type: "versioned",
    version: null,
    name: "schema creation",
    author: null,
    date: history.migrations[0]?.date ?? null,
    files: [],
    checksum: null,
    transaction: "one",
    environment: null,
    assumptions: [],
    edgeCases: [],
    async *up() {
      for (const sql of statements) yield { kind: "statement", sql, location };
    },
  };
  const preparation =
    history.bookkeepingSql.length > 0 ? history.preparation : history.preparation.filter((sql) => !statements.includes(sql));
  return { ...history, preparation, migrations: [migration, ...history.migrations] };
}
