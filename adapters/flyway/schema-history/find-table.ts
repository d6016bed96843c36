import { findTablesNamed, type HistoryTable, placeTables } from "../../history-table.ts";
import type { Result } from "../../../src/model/failure.ts";
import type { Inspector } from "../../../src/model/history.ts";

/** Columns that Flyway's table has in every version since 3.0. */
const columns = [
  "installed_rank",
  "version",
  "description",
  "type",
  "script",
  "checksum",
  "installed_by",
  "installed_on",
  "execution_time",
  "success",
];

/** Flyway's default name, and the one before 5.0. */
const usualNames = ["flyway_schema_history", "schema_version"];

/**
 * Flyway's table in a database: the one that the settings name, else the one of the usual name in the current schema, which Flyway takes where no setting names a schema; else
 * every one in other schemas, since the role that Flyway connects as may have another current schema than this one. Fails (exit code 2) where the
 * role may not read it.
 */
export async function findTables(at: Inspector, configured: readonly string[]): Promise<Result<readonly HistoryTable[]>> {
  const wanted = configured.map((table) => ({ schema: table.slice(0, table.indexOf(".")), name: table.slice(table.indexOf(".") + 1) }));
  const names = [...new Set([...wanted.map(({ name }) => name), ...usualNames])];
  const tables = await findTablesNamed(at, { names, columns });
  const named = tables.filter(({ schema, name }) => wanted.some((one) => one.schema === schema && one.name === name));
  // `public` is what no setting says.
  const unsaid = wanted.every(({ schema }) => schema === "public");
  const own = named.length > 0 ? named : tables.filter(({ here }) => here && unsaid);
  // Of one schema the name that the settings have, else the newer: Flyway moves on to it only where the old table is gone.
  const [best] = own.toSorted((left, right) => names.indexOf(left.name) - names.indexOf(right.name));
  return placeTables(tables, { own: best, rights: "SELECT, INSERT, DELETE" });
}
