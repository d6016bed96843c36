/** Rails' own tables. */
export const bookkeepingTables = ["schema_migrations", "ar_internal_metadata"];

/** Their columns, as Rails makes them. */
export const versionsColumns = '("version" character varying NOT NULL PRIMARY KEY)';
export const metadataColumns =
  '("key" character varying NOT NULL PRIMARY KEY, "value" character varying, "created_at" timestamp(6) NOT NULL, "updated_at" timestamp(6) NOT NULL)';

/** As Rails makes them. */
export const bookkeepingSql = [
  `CREATE TABLE "schema_migrations" ${versionsColumns}`,
  `CREATE TABLE "ar_internal_metadata" ${metadataColumns}`,
];
