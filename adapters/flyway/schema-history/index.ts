import type { AppliedHistory } from "../../../src/model/applied.ts";
import type { Inspector, Migration } from "../../../src/model/history.ts";
import type { SchemaHistory } from "../../adapter.ts";
import { onlyHistory } from "../../history-table.ts";
import { flywayChecksum } from "../checksum.ts";
import { findTables } from "./find-table.ts";
import { createTable, stampMigration, unstampMigration } from "./stamp.ts";
import { readRows, type TableRow } from "./walk.ts";

/** `flyway_schema_history`: read as Flyway reads it, written as Flyway writes it. */
export const schemaHistory: SchemaHistory = {
  async read(at, { bookkeeping, migrations }) {
    const tables = await findTables(at, bookkeeping);
    if (tables.kind === "failed") return tables;
    const read: AppliedHistory[] = [];
    for (const { table, place } of tables.value) {
      const applied = readRows(table, await rowsOf(at, table), migrations);
      if (place === "own" || isOfHistory(applied, migrations)) read.push(applied);
    }
    return onlyHistory(read, { of: "Flyway's tables with these migrations", hint: "Say whose history this is with --schema NAME." });
  },
  create: createTable,
  stamp: stampMigration,
  unstamp: unstampMigration,
  isSource(content, { checksum }) {
    const bytes = Buffer.from(content);
    const texts = [bytes.toString("utf8"), bytes.toString("latin1")];
    return texts.some((text) => flywayChecksum(text.replace(/^\uFEFF/, "")) === checksum);
  },
};

async function rowsOf(at: Inspector, table: string): Promise<readonly TableRow[]> {
  const rows = await at.rows(
    `select installed_rank::int4 as rank, version::text as version, coalesce(description, '')::text as description, type::text as type, script::text as script,
       checksum::int4 as checksum, installed_by::text as "installedBy", to_char(installed_on, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "installedOn",
       execution_time::int4 as "executionMs", success
     from ${table} order by installed_rank`,
  );
  return rows as readonly unknown[] as readonly TableRow[];
}

/** Whether a table that nothing points to is this history's: another application in the same database has other files under the same versions. */
function isOfHistory({ rows }: AppliedHistory, migrations: readonly Migration[]): boolean {
  const checksums = new Map(migrations.map(({ id, checksum }) => [id, checksum]));
  return rows.some(({ migration, checksum }) => migration !== null && checksum !== null && checksums.get(migration) === checksum);
}
