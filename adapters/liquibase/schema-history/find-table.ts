import { findTablesNamed, type HistoryTable, placeTables } from "../../history-table.ts";
import type { Result } from "../../../src/model/failure.ts";
import type { Inspector } from "../../../src/model/history.ts";

/** Columns that `databasechangelog` has in every version since 2.0. */
const columns = ["id", "author", "filename", "dateexecuted", "orderexecuted", "exectype", "md5sum"];

/**
 * Liquibase's table: the one that the settings name, else the one in the current schema, where Liquibase puts it, else every one elsewhere. `configured`:
 * `schema.name`. Fails (exit code 2) where the role may not read it.
 */
export async function findTables(at: Inspector, configured: string): Promise<Result<readonly HistoryTable[]>> {
  const split = configured.lastIndexOf(".");
  const [schema, name] = [configured.slice(0, split), configured.slice(split + 1)];
  const tables = await findTablesNamed(at, { names: [name], columns });
  const own = tables.find((table) => table.schema === schema) ?? (schema === "public" ? tables.find(({ here }) => here) : undefined);
  return placeTables(tables, { own, rights: "SELECT, INSERT, UPDATE, DELETE" });
}
