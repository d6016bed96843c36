/** A library's Flyway history; what only its developers run stands between the rest. */
const main = "db/migration";

/** The branch of what only developers run. */
export const devBranch = { name: "dev", environment: "dev", database: null, migrations: ["V3", "V6"] };

export const library = {
  "flyway.conf": "flyway.locations=filesystem:db/migration\n",
  [`${main}/V1__readers.sql`]: [
    "-- Who borrows.",
    "CREATE TABLE readers (",
    "    id serial PRIMARY KEY,",
    "    full_name varchar(80) NOT NULL,",
    "    joined date",
    ");",
    "CREATE TABLE branches (code text PRIMARY KEY, city text NOT NULL);",
    "INSERT INTO branches VALUES ('N', 'Nantes'), ('L', 'L''Orient');",
    "",
  ].join("\n"),
  [`${main}/V2__loans.sql`]: [
    'CREATE SCHEMA "Desk";',
    'CREATE TABLE "Desk"."Loans" (',
    "    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,",
    "    reader int NOT NULL REFERENCES readers,",
    "    branch text REFERENCES branches",
    ");",
    "CREATE FUNCTION loans_of(reader int) RETURNS bigint LANGUAGE sql STABLE",
    '    RETURN (SELECT count(*) FROM "Desk"."Loans" l WHERE l.reader = loans_of.reader);',
    "",
  ].join("\n"),
  [`${main}/V3__dev_clock.sql`]: "CREATE TABLE dev_clock (at timestamptz NOT NULL);\n",
  [`${main}/V4__names.sql`]: [
    "ALTER TABLE readers RENAME COLUMN full_name TO display_name;",
    "ALTER TABLE readers",
    "    ADD COLUMN email text,",
    "    DROP COLUMN joined;",
    "CREATE INDEX readers_email ON readers (email);",
    "",
  ].join("\n"),
  [`${main}/V5__patrons.sql`]: [
    "ALTER TABLE readers RENAME TO patrons;",
    "ALTER TABLE patrons ALTER COLUMN display_name TYPE text;",
    "CREATE VIEW busy AS SELECT p.id, loans_of(p.id) AS loans FROM patrons p;",
    "",
  ].join("\n"),
  [`${main}/V6__dev_view.sql`]: "CREATE VIEW dev_now AS SELECT max(at) AS at FROM dev_clock;\n",
};
