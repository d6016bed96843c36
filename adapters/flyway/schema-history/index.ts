import { ok } from "../../../src/model/failure.ts";
import type { SchemaHistory } from "../../adapter.ts";
import { flywayChecksum } from "../checksum.ts";
import { findTable } from "./find-table.ts";
import { createTable, stampMigration, unstampMigration } from "./stamp.ts";
import { readRows, type TableRow } from "./walk.ts";

/** `flyway_schema_history`: read as Flyway reads it, written as Flyway writes it. */
export const schemaHistory: SchemaHistory = {
  async read(at, { bookkeeping, migrations }) {
    const table = await findTable(at, bookkeeping);
    if (table.kind === "failed") return table;
    if (table.value === null) return ok(null);
    const rows = await at.rows(
      `select installed_rank::int4 as rank, version::text as version, coalesce(description, '')::text as description, type::text as type, script::text as script,
         checksum::int4 as checksum, installed_by::text as "installedBy", to_char(installed_on, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "installedOn",
         execution_time::int4 as "executionMs", success
       from ${table.value} order by installed_rank`,
    );
    return ok(readRows(table.value, rows as readonly unknown[] as readonly TableRow[], migrations));
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
