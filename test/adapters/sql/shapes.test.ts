import { describe, expect, test } from "vitest";
import { sql } from "../../../adapters/sql/index.ts";
import { temporaryProject, type Files } from "../../support/project-files.ts";
import { codes, readHistory, show } from "./sql-folder.ts";

interface Shape {
  readonly name: string;
  readonly files: Files;
  /** What detection says: folder and shape. */
  readonly found: readonly [location: string, title: string];
  readonly migrations: readonly string[];
  readonly bookkeeping?: readonly string[];
  readonly findings?: readonly string[];
}

const shapes: readonly Shape[] = [
  {
    name: "numbered files of uneven width, with gaps and a letter",
    files: {
      "db/migrations/1_one.sql": "select 1;",
      "db/migrations/2_two.sql": "select 2;\nselect 22",
      "db/migrations/10-ten.sql": "begin; select 10; commit;",
      "db/migrations/003 three.sql": "select 3",
      "db/migrations/003b_more.sql": "select '3b'",
      "db/migrations/README.md": "words",
      "db/migrations/notes.sql": "select 'no number'",
      "db/migrations/oauth2_clients.sql": "select 'no number either'",
    },
    found: ["db/migrations", "numbered or dated files"],
    migrations: [
      "1_one [file]: 1 select 1",
      "2_two [file]: 1 select 2 | 2 select 22",
      "003 three [file]: 1 select 3",
      "003b_more [file]: 1 select '3b'",
      "10-ten [file]: 1 begin | 1 select 10 | 1 commit",
    ],
    findings: ["file-skipped", "file-skipped", "numeric-order"],
  },
  {
    name: "dated files, several of one day",
    files: {
      "sql/2024-01-15-b.sql": "select 1",
      "sql/2023-12-31_a.sql": "select 0",
      "sql/2024-01-15_1030_c.sql": "select 2",
      "sql/20240201.sql": "select 3",
    },
    found: ["sql", "numbered or dated files"],
    migrations: [
      "2023-12-31_a [file]: 1 select 0",
      "2024-01-15-b [file]: 1 select 1",
      "2024-01-15_1030_c [file]: 1 select 2",
      "20240201 [file]: 1 select 3",
    ],
  },
  {
    name: "golang-migrate: one message per file, other words in the way back",
    files: {
      "migrations/000001_init.up.sql": "create table t (a int);\ncreate table u (a int);",
      "migrations/000001_init.down.sql": "drop table u; drop table t;",
      "migrations/000002_add.up.sql": "create index concurrently i on t (a);",
      "migrations/000002_remove.down.sql": "-- nothing to do",
      "migrations/000003_tx.up.sql": "begin;\nselect 3;\ncommit;",
      "migrations/000004_lost.down.sql": "select 'lost'",
      "migrations/000005_bare.sql": "select 5",
    },
    found: ["migrations", "golang-migrate"],
    migrations: [
      "000001_init: 1 create table t (a int) | 2 create table u (a int) ← 1 drop table u | 1 drop table t",
      "000002_add [none]: 1 create index concurrently i on t (a)",
      "000003_tx [file]: 1 begin | 2 select 3 | 3 commit",
      "000005_bare: 1 select 5",
    ],
    bookkeeping: ["schema_migrations"],
    findings: ["down-without-up", "empty-down"],
  },
  {
    name: "sqlx, told from Cargo.toml",
    files: {
      "Cargo.toml": '[dependencies]\nsqlx = { version = "0.7.4", features = ["postgres"] }',
      "migrations/20240101000000_a.sql": "select 1;",
      "migrations/20240102000000_b.sql": "-- no-transaction\ncreate index concurrently i on t (a);",
    },
    found: ["migrations", "sqlx"],
    migrations: ["20240101000000_a: 1 select 1", "20240102000000_b [none]: 2 create index concurrently i on t (a)"],
    bookkeeping: ["_sqlx_migrations"],
  },
  {
    name: "_up and _down, and a name that only ends so",
    files: {
      "m/1_a_up.sql": "select 1",
      "m/1_a_down.sql": "select -1",
      "m/2_sign_up.sql": "select 2",
      "m/3_b.sql": "select 3",
      "m/3_b_rollback.sql": "select -3",
    },
    found: ["m", "numbered or dated files"],
    migrations: ["1_a [file]: 1 select 1 ← 1 select -1", "2_sign_up [file]: 1 select 2", "3_b [file]: 1 select 3 ← 1 select -3"],
  },
  {
    name: "folders up and down",
    files: {
      "db/up/001_a.sql": "select 1",
      "db/up/002_b.sql": "select 2",
      "db/down/001_undo_a.sql": "select -1",
      "db/down/002_b.sql": "select -2",
    },
    found: ["db", "numbered or dated files"],
    migrations: ["001_a [file]: 1 select 1 ← 1 select -1", "002_b [file]: 1 select 2 ← 1 select -2"],
  },
  {
    name: "goose",
    files: {
      "db/00001_a.sql":
        "-- +goose Up\nCREATE TABLE t (a int);\n-- +goose StatementBegin\nCREATE FUNCTION f() RETURNS int AS $$\nBEGIN\n  RETURN 1; -- ;\nEND $$ LANGUAGE plpgsql;\n-- +goose StatementEnd\n\n-- +goose Down\nDROP FUNCTION f();\nDROP TABLE t;\n",
      "db/00002_b.sql": "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON t (a);\n-- +goose down\n",
      "db/00003_c.go": "package migrations",
      "db/00003_c_test.go": "package migrations",
      "db/00004_d.sql":
        "-- comment\n-- +goose up\n-- +goose ENVSUB ON\nSELECT '${WHO}', '${NONE:-none}', $WHO;\n-- +goose ENVSUB OFF\nSELECT '${WHO}';\n",
    },
    found: ["db", "goose"],
    migrations: [
      "00001_a: 2 CREATE TABLE t (a int) | 4 CREATE FUNCTION f() RETURNS int AS $$\nBEGIN\n  RETURN 1; -- ;\nEND $$ LANGUAGE plpgsql ← 11 DROP FUNCTION f() | 12 DROP TABLE t",
      "00002_b [none]: 3 CREATE INDEX CONCURRENTLY i ON t (a)",
      "00003_c: 1 !go",
      "00004_d: 4 SELECT 'me', 'none', me | 6 SELECT '${WHO}'",
    ],
    bookkeeping: ["goose_db_version"],
    findings: ["empty-down"],
  },
  {
    name: "dbmate",
    files: {
      "db/migrations/20200101000000_a.sql": "-- migrate:up\ncreate table t (a int);\n\n-- migrate:down\ndrop table t;\n",
      "db/migrations/20200102000000_b.sql": "-- migrate:up transaction:false\r\nalter type c add value 'x';\r\n-- migrate:down\r\n\r\n",
      "db/schema.sql": "create table schema_migrations (version varchar);",
    },
    found: ["db/migrations", "dbmate"],
    migrations: ["20200101000000_a: 2 create table t (a int) ← 5 drop table t", "20200102000000_b [none]: 2 alter type c add value 'x'"],
    bookkeeping: ["schema_migrations"],
    findings: ["empty-down"],
  },
  {
    name: "node-pg-migrate, with a program between",
    files: {
      "package.json": '{"devDependencies": {"node-pg-migrate": "^6.2.2"}}',
      "migrations/1600000000000_a.sql": "-- Up Migration\nselect 1;\n-- Down Migration\nselect -1;",
      "migrations/1600000000001_b.js": "exports.up = (pgm) => pgm.createTable('t')",
      "migrations/1600000000002_c.sql": "select 3;",
      "node_modules/x/migrations/001_no.sql": "select 'never'",
    },
    found: ["migrations", "node-pg-migrate"],
    migrations: ["1600000000000_a: 2 select 1 ← 4 select -1", "1600000000001_b: 1 !js", "1600000000002_c: 1 select 3"],
    bookkeeping: ["pgmigrations"],
  },
  {
    name: "-- Up and -- Down of no tool that we know",
    files: {
      "m/001.sql": "-- ====== UP ======\nselect 1;\n-- ====== DOWN ======\nselect -1;",
      "m/002.sql": "-- rollback is not needed\nselect 2;",
    },
    found: ["m", "up and down markers"],
    migrations: ["001 [file]: 2 select 1 ← 4 select -1", "002 [file]: 2 select 2"],
  },
  {
    name: "sql-migrate",
    files: {
      "m/1_a.sql": "-- +migrate Up notransaction\nvacuum;\n-- +migrate Down\nselect -1;",
      "m/2_b.sql": "-- +migrate Up\n-- +migrate StatementBegin\ndo $$ begin; end $$;\n-- +migrate StatementEnd",
    },
    found: ["m", "sql-migrate"],
    migrations: ["1_a [none]: 2 vacuum ← 4 select -1", "2_b: 3 do $$ begin; end $$"],
    bookkeeping: ["gorp_migrations"],
  },
  {
    name: "rambler",
    files: { "m/01_a.sql": "-- rambler up\nselect 1;\n-- rambler down\nselect -1;", "m/02_b.sql": "-- rambler up\nselect 2;" },
    found: ["m", "rambler"],
    migrations: ["01_a [file]: 2 select 1 ← 4 select -1", "02_b [file]: 2 select 2"],
    bookkeeping: ["migrations"],
  },
  {
    name: "tern",
    files: { "m/001_a.sql": "create table t (a int);\n---- create above / drop below ----\ndrop table t;", "m/002_b.sql": "select 2;" },
    found: ["m", "tern"],
    migrations: ["001_a: 1 create table t (a int) ← 3 drop table t", "002_b: 1 select 2"],
    bookkeeping: ["schema_version"],
  },
  {
    name: "Play evolutions",
    files: {
      "conf/evolutions/default/1.sql": "# --- !Ups\nselect 1;\n# --- !Downs\nselect -1;",
      "conf/evolutions/default/2.sql": "# a comment\n-- !Ups\nselect 2;\n-- !Downs\n",
    },
    found: ["conf/evolutions/default", "Play evolutions"],
    migrations: ["1: 2 select 1 ← 4 select -1", "2: 3 select 2"],
    bookkeeping: ["play_evolutions", "play_evolutions_lock"],
    findings: ["empty-down"],
  },
  {
    name: "MyBatis Migrations",
    files: {
      "scripts/2024_a.sql": "-- // First\nselect 1;\n\n-- //@UNDO\nselect -1;",
      "scripts/2025_b.sql": "-- // Second\nselect 2;\n-- //@UNDO\nselect -2;",
    },
    found: ["scripts", "MyBatis Migrations"],
    migrations: ["2024_a [file]: 2 select 1 ← 5 select -1", "2025_b [file]: 2 select 2 ← 4 select -2"],
    bookkeeping: ["changelog"],
  },
  {
    name: "Prisma",
    files: {
      "prisma/migrations/migration_lock.toml": 'provider = "postgresql"\n',
      "prisma/migrations/20230101000000_init/migration.sql": '-- CreateTable\nCREATE TABLE "User" (id int);\n',
      "prisma/migrations/20230102000000_idx/migration.sql": 'CREATE INDEX CONCURRENTLY i ON "User" (id);',
      "prisma/seed.sql": "select 'seed'",
    },
    found: ["prisma/migrations", "Prisma Migrate"],
    migrations: [
      '20230101000000_init: 2 CREATE TABLE "User" (id int)',
      '20230102000000_idx [none]: 1 CREATE INDEX CONCURRENTLY i ON "User" (id)',
    ],
    bookkeeping: ["_prisma_migrations"],
  },
  {
    name: "Diesel",
    files: {
      "Cargo.toml": 'diesel = { version = "2.1" }',
      "migrations/00000000000000_diesel_initial_setup/up.sql": "select 0;",
      "migrations/00000000000000_diesel_initial_setup/down.sql": "select -0;",
      "migrations/2023-01-02-030405_a/up.sql": "select 1;",
      "migrations/2023-01-02-030405_a/down.sql": "-- This file should undo anything in `up.sql`",
      "migrations/2023-01-02-030406_b/up.sql": "create index concurrently i on t (a);",
      "migrations/2023-01-02-030406_b/metadata.toml": "run_in_transaction = false\n",
    },
    found: ["migrations", "Diesel"],
    migrations: [
      "00000000000000_diesel_initial_setup: 1 select 0 ← 1 select -0",
      "2023-01-02-030405_a: 1 select 1",
      "2023-01-02-030406_b [none]: 1 create index concurrently i on t (a)",
    ],
    bookkeeping: ["__diesel_schema_migrations"],
    findings: ["empty-down"],
  },
  {
    name: "Hasura",
    files: {
      "hasura/migrations/default/1600000000000_init/up.sql": "select 1;",
      "hasura/migrations/default/1600000000000_init/down.sql": "select -1;",
      "hasura/migrations/default/1600000000001_b/up.sql": "select 2;",
    },
    found: ["hasura/migrations/default", "Hasura"],
    migrations: ["1600000000000_init: 1 select 1 ← 1 select -1", "1600000000001_b: 1 select 2"],
    bookkeeping: ["hdb_catalog.schema_migrations"],
  },
  {
    name: "Supabase",
    files: { "supabase/migrations/20240101000000_a.sql": "select 1;", "supabase/config.toml": "", "supabase/seed.sql": "select 'seed'" },
    found: ["supabase/migrations", "Supabase"],
    migrations: ["20240101000000_a: 1 select 1"],
    bookkeeping: ["supabase_migrations.schema_migrations", "supabase_migrations.seed_files"],
  },
  {
    name: "Drizzle",
    files: {
      "drizzle/0000_a.sql": "select 1;\n--> statement-breakpoint\nselect 2;",
      "drizzle/meta/_journal.json": "{}",
      "drizzle/0001_b.sql": "select 3;",
    },
    found: ["drizzle", "Drizzle Kit"],
    migrations: ["0000_a: 1 select 1 | 3 select 2", "0001_b: 1 select 3"],
    bookkeeping: ["drizzle.__drizzle_migrations"],
  },
  {
    name: "Atlas",
    files: {
      "migrations/20240101000000_a.sql": "select 1;",
      "migrations/20240102000000_b.sql": "-- atlas:txmode none\n\nvacuum;",
      "migrations/atlas.sum": "h1:x",
    },
    found: ["migrations", "Atlas"],
    migrations: ["20240101000000_a: 1 select 1", "20240102000000_b [none]: 3 vacuum"],
    bookkeeping: ["atlas_schema_revisions.atlas_schema_revisions"],
  },
  {
    name: "graphile-migrate, but for what is not committed",
    files: {
      "migrations/committed/000001.sql": "--! Previous: -\n--! Hash: sha1:x\n\nselect 1;",
      "migrations/committed/000002-b.sql": "--! Previous: sha1:x\n--! Hash: sha1:y\n--! no-transaction\nvacuum;",
      "migrations/current.sql": "select 'not yet'",
    },
    found: ["migrations/committed", "graphile-migrate"],
    migrations: ["000001: 4 select 1", "000002-b [none]: 4 vacuum"],
    bookkeeping: ["graphile_migrate.migrations", "graphile_migrate.current"],
  },
  {
    name: "postgrator",
    files: {
      "m/001.do.one.sql": "select 1;",
      "m/001.undo.one.sql": "select -1;",
      "m/002.do.sql": "select 2;",
      "m/002.undo.sql": "select -2;",
    },
    found: ["m", "postgrator"],
    migrations: ["001.one: 1 select 1 ← 1 select -1", "002: 1 select 2 ← 1 select -2"],
    bookkeeping: ["schemaversion"],
  },
  {
    name: "one folder per version, one file beside them for another engine",
    files: {
      "db/changes/1.2/01_a.sql": "select '1.2/1'",
      "db/changes/1.10/01_b.sql": "select '1.10/1'",
      "db/changes/1.10/02_c.sql": "select '1.10/2'",
      "db/changes/mysql/01_a.sql": "select `x`",
    },
    found: ["db/changes", "numbered or dated files"],
    migrations: ["1.2/01_a [file]: 1 select '1.2/1'", "1.10/01_b [file]: 1 select '1.10/1'", "1.10/02_c [file]: 1 select '1.10/2'"],
    findings: ["file-skipped", "numeric-order"],
  },
  {
    name: "one folder per migration with ways that nobody's tool wrote",
    files: { "m/2_b/up.sql": "select :'v';", "m/1_a/up.sql": "\\set x 1\nselect :x;", "m/1_a/down.sql": "select -1;" },
    found: ["m", "one folder per migration"],
    migrations: ["1_a [file]: 2 select 1 ← 1 select -1", "2_b [file]: 1 select 'given'"],
  },
  {
    name: "a dump by pg_dump",
    files: {
      "schema.sql":
        "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET statement_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\n\nCREATE TABLE public.t (a integer);\n\nCOPY public.t (a) FROM stdin;\n1\n2\n\\.\n\n\\unrestrict abc\n",
    },
    found: [".", "a single file"],
    migrations: [
      "schema [file]: 7 SET statement_timeout = 0 | 8 SELECT pg_catalog.set_config('search_path', '', false) | 10 CREATE TABLE public.t (a integer) | 12 COPY public.t (a) FROM stdin <<4",
    ],
  },
  {
    name: "files for psql",
    files: {
      "db/1.sql": '\\ir parts/t.sql\n\\i db/parts/u.sql\ncreate table :"v" (a int);',
      "db/2.sql": "\\! date\nselect 2;",
      "db/parts/t.sql": "\nselect 't';",
      "db/parts/u.sql": "select 'u';",
    },
    found: ["db", "numbered or dated files"],
    migrations: ["1 [file]: 2 select 't' | 1 select 'u' | 3 create table \"given\" (a int)", "2 [file]: 1 !psql | 2 select 2"],
    findings: ["file-skipped"],
  },
];

describe("shapes", () => {
  test.each(shapes)("$name", async ({ files, found, migrations, bookkeeping = [], findings = [] }) => {
    const detections = await sql.detect(temporaryProject(files));
    expect(detections.map(({ location, evidence }) => [location, evidence[0]])).toEqual([[found[0], expect.stringContaining(found[1])]]);
    expect(detections[0]?.migrations).toBe(migrations.length);

    const history = await readHistory(files, { placeholders: { v: "given", WHO: "me" } });
    expect(await show(history)).toEqual(migrations);
    expect(history.bookkeeping).toEqual(bookkeeping);
    expect(codes(history).toSorted()).toEqual([...findings].toSorted());
    expect(new Set(history.migrations.map((migration) => migration.id)).size).toBe(migrations.length);
  });
});
