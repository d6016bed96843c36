import { quoteIdentifier, quoteLiteral } from "../../../src/sql/quote.ts";
import { parseQualifiedName } from "../../../src/sql/names.ts";
import type { Stamp } from "../../adapter.ts";
import { storedDescription, storedKind, storedScript, storedType, storedVersion } from "./stored-texts.ts";

/** Flyway's table as it makes it itself (`PostgreSQLDatabase.getRawCreateScript`). `table` is quoted. */
export function createTable(table: string): readonly string[] {
  const { name } = parseQualifiedName(table);
  return [
    `CREATE TABLE ${table} (
    "installed_rank" INT NOT NULL,
    "version" VARCHAR(50),
    "description" VARCHAR(200) NOT NULL,
    "type" VARCHAR(20) NOT NULL,
    "script" VARCHAR(1000) NOT NULL,
    "checksum" INTEGER,
    "installed_by" VARCHAR(100) NOT NULL,
    "installed_on" TIMESTAMP NOT NULL DEFAULT now(),
    "execution_time" INTEGER NOT NULL,
    "success" BOOLEAN NOT NULL
)`,
    `ALTER TABLE ${table} ADD CONSTRAINT ${quoteIdentifier(`${name}_pk`)} PRIMARY KEY ("installed_rank")`,
    `CREATE INDEX ${quoteIdentifier(`${name}_s_idx`)} ON ${table} ("success")`,
  ];
}

/** The INSERT of `JdbcTableSchemaHistory.doAddAppliedMigration`: rank 1 for the first migration, then one more than the highest. */
export function stampMigration({ migration, location, table, by, executionMs }: Stamp): readonly string[] {
  if (storedKind(migration) === null) return [];
  const version = storedVersion(migration);
  const values = [
    `(SELECT coalesce(max("installed_rank"), 0) + 1 FROM ${table})`,
    version === null ? "NULL" : quoteLiteral(version),
    quoteLiteral(storedDescription(migration)),
    quoteLiteral(storedType(migration)),
    quoteLiteral(storedScript(migration, location)),
    migration.checksum ?? "NULL",
    by === null ? "left(current_user, 100)" : quoteLiteral(by.slice(0, 100)),
    String(Math.max(0, Math.round(executionMs))),
    "TRUE",
  ];
  return [
    `INSERT INTO ${table} ("installed_rank", "version", "description", "type", "script", "checksum", "installed_by", "execution_time", "success") VALUES (${values.join(", ")})`,
  ];
}

/**
 * Takes the newest successful row of a migration out. A DELETE row as `flyway repair` writes it stands for a file that is gone; here the file stays, and without a
 * row it is pending again, as if it had never run.
 */
export function unstampMigration({ migration, table }: Pick<Stamp, "migration" | "table">): readonly string[] {
  if (storedKind(migration) === null) return [];
  const version = storedVersion(migration);
  const same =
    version === null
      ? `"version" IS NULL AND "description" = ${quoteLiteral(storedDescription(migration))}`
      : `"version" = ${quoteLiteral(version)}`;
  const of = `"success" AND "type" <> 'DELETE' AND ${same}`;
  return [`DELETE FROM ${table} WHERE "installed_rank" = (SELECT max("installed_rank") FROM ${table} WHERE ${of})`];
}
