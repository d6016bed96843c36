import { qualifiedName } from "../../src/sql/quote.ts";
import type { EnvironmentSettings } from "./environment-settings.ts";

type Named = Pick<EnvironmentSettings, "versionTable" | "versionSchema">;

/** Alembic's own table, `schema.name` or `name`. */
export function bookkeepingTable({ versionTable, versionSchema }: Named): string {
  return versionSchema === null ? versionTable : `${versionSchema}.${versionTable}`;
}

/** The table as Alembic makes it (`MigrationContext._version`). */
export function createVersionTable(table: string, name: string): string {
  return `CREATE TABLE ${table} (version_num VARCHAR(32) NOT NULL, CONSTRAINT "${name.replaceAll('"', '""')}_pkc" PRIMARY KEY (version_num))`;
}

export function bookkeepingSql({ versionTable, versionSchema }: Named): readonly string[] {
  return [createVersionTable(qualifiedName(versionSchema, versionTable), versionTable)];
}
