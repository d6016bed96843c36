import { quoteIdentifier } from "../../src/sql/quote.ts";

/** Liquibase's own tables. */
export interface Bookkeeping {
  readonly schema: string;
  readonly table: string;
  readonly lockTable: string;
}

/** The tables, `schema.name`. */
export function bookkeepingTables({ schema, table, lockTable }: Bookkeeping): readonly string[] {
  return [`${schema}.${table}`, `${schema}.${lockTable}`];
}

/** SQL that makes them as Liquibase 4.28 does (`CreateDatabaseChangeLogTableGenerator`, `CreateDatabaseChangeLogLockTableGenerator`). */
export function bookkeepingSql({ schema, table, lockTable }: Bookkeeping): readonly string[] {
  const own = quoteIdentifier(schema);
  return [
    `CREATE TABLE ${own}.${quoteIdentifier(table)} (ID VARCHAR(255) NOT NULL, AUTHOR VARCHAR(255) NOT NULL, FILENAME VARCHAR(255) NOT NULL, DATEEXECUTED TIMESTAMP WITHOUT TIME ZONE NOT NULL, ORDEREXECUTED INTEGER NOT NULL, EXECTYPE VARCHAR(10) NOT NULL, MD5SUM VARCHAR(35), DESCRIPTION VARCHAR(255), COMMENTS VARCHAR(255), TAG VARCHAR(255), LIQUIBASE VARCHAR(20), CONTEXTS VARCHAR(255), LABELS VARCHAR(255), DEPLOYMENT_ID VARCHAR(10))`,
    `CREATE TABLE ${own}.${quoteIdentifier(lockTable)} (ID INTEGER NOT NULL, LOCKED BOOLEAN NOT NULL, LOCKGRANTED TIMESTAMP WITHOUT TIME ZONE, LOCKEDBY VARCHAR(255), CONSTRAINT ${quoteIdentifier(`${lockTable}_pkey`)} PRIMARY KEY (ID))`,
  ];
}
