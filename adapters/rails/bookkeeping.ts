/** Rails' own tables. */
export const bookkeepingTables = ["schema_migrations", "ar_internal_metadata"];

/** As Rails makes them. */
export const bookkeepingSql = [
  'CREATE TABLE "schema_migrations" ("version" character varying NOT NULL PRIMARY KEY)',
  'CREATE TABLE "ar_internal_metadata" ("key" character varying NOT NULL PRIMARY KEY, "value" character varying, "created_at" timestamp(6) NOT NULL, "updated_at" timestamp(6) NOT NULL)',
];
