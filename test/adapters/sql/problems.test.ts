import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sql } from "../../../adapters/sql/index.ts";
import { readOptions } from "../../../scripts/conformance/cases.js";
import { temporaryProject, type Files } from "../../support/project-files.ts";
import { codes, readFailures, readHistory, show } from "./sql-folder.ts";

interface Problem {
  readonly name: string;
  readonly files: Files;
  /** Code, place, and words that the message or hint holds. */
  readonly failures: readonly (readonly [code: string, place: string | null, ...words: string[]])[];
}

const problems: readonly Problem[] = [
  { name: "no SQL at all", files: { "README.md": "x" }, failures: [["no-migrations-found", null]] },
  {
    name: "two migrations with one number, zeros in front or not",
    files: { "m/01_a.sql": "select 1", "m/1_b.sql": "select 2", "m/2_c.sql": "select 3" },
    failures: [["duplicate-version", "m/1_b.sql:1", "m/01_a.sql, m/1_b.sql", "duplicates=by-name"]],
  },
  {
    name: "goose and dbmate in one folder",
    files: {
      "m/1_a.sql": "-- +goose Up\nselect 1;",
      "m/2_b.sql": "-- migrate:up\nselect 2;\n-- migrate:down\n",
      "m/3_c.sql": "-- migrate:up\n-- migrate:down\n",
    },
    failures: [["mixed-shapes", "m/2_b.sql:1", "m/1_a.sql", "m/2_b.sql, m/3_c.sql"]],
  },
  {
    name: "a dbmate file without its marker",
    files: { "m/1_a.sql": "-- migrate:up\nselect 1;\n-- migrate:down\n", "m/2_b.sql": "select 2;" },
    failures: [["mixed-shapes", "m/2_b.sql:1", "no markers"]],
  },
  {
    name: "folders and loose files",
    files: { "m/1_a/up.sql": "select 1;", "m/2_b.sql": "select 2;" },
    failures: [["mixed-shapes", "m/2_b.sql:1", "m/1_a/up.sql", "loose files"]],
  },
  {
    name: "statements before goose's marker",
    files: { "m/1_a.sql": "select 0;\n-- +goose Up\nselect 1;" },
    failures: [["text-before-marker", "m/1_a.sql:1"]],
  },
  {
    name: "every file that is not UTF-8, every quote that is open",
    files: {
      "m/1_a.sql": Buffer.from("select 'é'", "latin1"),
      "m/2_b.sql": Buffer.from("\ufeffselect 1", "utf16le"),
      "m/3_c.sql": "select 1;\nselect 'open;\n",
      "m/4_d.sql": "select 1;\n\ndo $body$ begin;\n",
      "m/5_e.sql": Buffer.from("select 1\0"),
    },
    failures: [
      ["not-utf-8", "m/1_a.sql:1", "byte offset 8"],
      ["not-utf-8", "m/2_b.sql:1", "UTF-16"],
      ["unclosed-quote", "m/3_c.sql:2"],
      ["unclosed-quote", "m/4_d.sql:3", "dollar quote"],
      ["not-utf-8", "m/5_e.sql:1", "NUL", "offset 8"],
    ],
  },
  {
    name: "an open quote in a file that is not for psql",
    files: { "m/1_a.up.sql": 'select 1;\n\n  select "open;\n' },
    failures: [["unclosed-quote", "m/1_a.up.sql:3", "quoted identifier"]],
  },
  {
    name: "every variable that nobody gave, once",
    files: { "m/1_a.sql": 'create schema :"s";', "m/2_b.sql": "select :'p', :\"s\";\n" },
    failures: [
      ["unknown-placeholder", "m/1_a.sql:1", "--placeholder s="],
      ["unknown-placeholder", "m/2_b.sql:1", "--placeholder p="],
    ],
  },
  {
    name: "goose's environment variables that nobody gave",
    files: { "m/1_a.sql": "-- +goose Up\n-- +goose ENVSUB ON\nselect '${WHO}';\n" },
    failures: [["unknown-placeholder", "m/1_a.sql:3", "--placeholder WHO="]],
  },
  {
    name: "two histories",
    files: { "a/migrations/1_a.sql": "select 1", "b/migrations/1_a.sql": "select 1" },
    failures: [["several-histories", null, "a/migrations, b/migrations", "--location"]],
  },
  {
    name: "an included file that is missing",
    files: { "m/1_a.sql": "select 1;\n\\ir gone.sql\n" },
    failures: [["file-not-found", "m/1_a.sql:2", "m/gone.sql"]],
  },
];

describe("what keeps a folder from being read", () => {
  test.each(problems)("$name", async ({ files, failures }) => {
    const found = await readFailures(files);
    expect(
      found.map(({ code, location }) => [
        code,
        location === null || typeof location === "string" ? location : `${location.file}:${location.line}`,
      ]),
    ).toEqual(failures.map(([code, place]) => [code, place]));
    for (const [at, [, , ...words]] of failures.entries())
      for (const word of words) expect(`${found[at]?.message} ${found[at]?.hint}`).toContain(word);
    for (const failure of found) expect(failure.exitCode).toBe(2);
  });

  test("links in a circle, links that leave the project, dangling links", async () => {
    const root = temporaryProject({ "m/1_a.sql": "select 1", "m/sub/1_b.sql": "select 2" });
    symlinkSync("..", join(root, "m/sub/2_up"));
    symlinkSync("/etc/hostname", join(root, "m/3_c.sql"));
    symlinkSync("gone.sql", join(root, "m/4_d.sql"));
    const result = await sql.read(readOptions(root, { locations: ["m"] }));
    expect(
      result.kind === "failed" && result.failures.map(({ code, location }) => [code, typeof location === "object" ? location?.file : null]),
    ).toEqual([
      ["outside-root", "m/3_c.sql"],
      ["file-not-found", "m/4_d.sql"],
      ["link-loop", "m/sub/2_up"],
    ]);
  });

  test("a link inside the project is followed", async () => {
    const root = temporaryProject({ "shared/a.sql": "select 1", "m/2_b.sql": "select 2" });
    symlinkSync("../shared/a.sql", join(root, "m/1_a.sql"));
    const result = await sql.read(readOptions(root, { locations: ["m"] }));
    expect(result.kind === "ok" && result.value.migrations.map((migration) => migration.id)).toEqual(["1_a", "2_b"]);
  });

  test.skipIf(process.getuid?.() === 0)("a file without read permission", async () => {
    const root = temporaryProject({ "m/1_a.sql": "select 1", "m/2_b.sql": "select 2" });
    chmodSync(join(root, "m/2_b.sql"), 0o000);
    const result = await sql.read(readOptions(root, { locations: ["m"] }));
    expect(result.kind === "failed" && result.failures.map((failure) => failure.code)).toEqual(["unreadable-file"]);
  });

  test("a location that is not there, and one that is a file", async () => {
    const root = temporaryProject({ "m/1_a.sql": "select 1", "m/2_b.sql": "select 2" });
    const missing = await sql.read(readOptions(root, { locations: ["n"] }));
    expect(missing.kind === "failed" && missing.failures[0]?.code).toBe("location-not-found");
    const file = await sql.read(readOptions(root, { locations: ["m/2_b.sql"] }));
    expect(file.kind === "ok" && file.value.migrations.map((migration) => migration.id)).toEqual(["2_b"]);
  });

  test("two migrations with one number, by name where the user says so", async () => {
    const files = { "m/2_b.sql": "select 2", "m/01_z.sql": "select 1", "m/1_a.sql": "select 0" };
    const history = await readHistory(files, { assumptions: { duplicates: "by-name" } });
    expect(history.migrations.map((migration) => migration.id)).toEqual(["01_z", "1_a", "2_b"]);
  });
});

describe("what belongs to one environment", () => {
  const files: Files = {
    "db/001_a.sql": "select 1",
    "db/003_c.sql": "select 3",
    "db/dev/002_users.sql": "select 'dev'",
    "db/prod/002_users.sql": "select 'prod'",
    "db/seeds/products.sql": "select 'seeds'",
  };

  test("is in the order, asks, and is listed by environment", async () => {
    const history = await readHistory(files, { locations: ["db"] });
    expect(await show(history)).toEqual([
      "001_a [file]: 1 select 1",
      "dev/002_users [file]: 1 select 'dev'",
      "prod/002_users [file]: 1 select 'prod'",
      "003_c [file]: 1 select 3",
      "seeds/products [file]: 1 select 'seeds'",
    ]);
    expect(history.environments.map(({ name, migrations }) => [name, migrations])).toEqual([
      ["dev", ["dev/002_users"]],
      ["prod", ["prod/002_users"]],
      ["seeds", ["seeds/products"]],
    ]);
    expect(history.migrations.flatMap(({ id, edgeCases }) => edgeCases.map((edge) => [id, edge.kind, edge.choices[1]]))).toEqual([
      ["dev/002_users", "environment-specific", "branch=dev"],
      ["prod/002_users", "environment-specific", "branch=prod"],
      ["seeds/products", "environment-specific", "branch=seeds"],
    ]);
    expect(codes(history)).toEqual([]);
  });

  test("is read without a question where the environment is given", async () => {
    const history = await readHistory(files, { locations: ["db"], environment: "prod" });
    expect(history.migrations.map((migration) => migration.id)).toEqual(["001_a", "prod/002_users", "003_c"]);
    expect(history.migrations.flatMap((migration) => migration.edgeCases)).toEqual([]);
  });
});

describe("other tools' folders are left to them", () => {
  const cases: readonly (readonly [string, Files])[] = [
    ["Flyway", { "db/migration/V1__a.sql": "select 1", "db/migration/V2__b.sql": "select 2", "db/migration/R__v.sql": "select 3" }],
    ["Sqitch", { "sqitch.plan": "%project=x", "deploy/001_a.sql": "select 1", "deploy/002_b.sql": "select 2" }],
    ["Rails", { "db/structure.sql": "select 1", "db/migrate/20200101000000_a.rb": "class A" }],
    [
      "Prisma on MySQL",
      { "prisma/migrations/migration_lock.toml": 'provider = "mysql"', "prisma/migrations/1_a/migration.sql": "select 1" },
    ],
    [
      "Liquibase",
      {
        "db/changelog/001.sql": "--liquibase formatted sql\n--changeset a:1\nselect 1;",
        "db/changelog/002.sql": "-- liquibase formatted sql\n",
      },
    ],
    ["dependencies", { "node_modules/x/migrations/001_a.sql": "select 1", "vendor/x/migrations/001_a.up.sql": "select 1" }],
  ];
  test.each(cases)("%s", async (_name, files) => {
    expect(await sql.detect(temporaryProject(files))).toEqual([]);
  });

  test("one folder for each engine: PostgreSQL's is taken", async () => {
    const files: Files = {
      "migrations/postgres/1_a.sql": "select 1",
      "migrations/mysql/1_a.sql": "select 1",
      "migrations/sqlite3/1_a.sql": "select 1",
    };
    expect((await sql.detect(temporaryProject(files))).map((detection) => detection.location)).toEqual(["migrations/postgres"]);
  });

  test("tests and examples count only where there is nothing else", async () => {
    const files: Files = {
      "tests/migrations/1_a.sql": "select 1",
      "app/migrations/1_a.sql": "select 1",
      "app/seeds/1_a.sql": "select 1",
      "app/seeds/2_b.sql": "select 1",
      "docker/1_a.sql": "select 1",
      "docker/2_b.sql": "select 1",
    };
    expect((await sql.detect(temporaryProject(files))).map((detection) => detection.location)).toEqual(["app/migrations"]);
    expect((await sql.detect(temporaryProject({ "tests/migrations/1_a.sql": "select 1" }))).map((detection) => detection.location)).toEqual(
      ["tests/migrations"],
    );
  });
});

describe("the tool's version", () => {
  const cases: readonly (readonly [string, Files, string | null])[] = [
    [
      "Diesel's from Cargo.toml",
      { "Cargo.toml": 'diesel = { features = ["postgres"], version = "=2.1.4" }', "migrations/2024-01-01-000000_a/up.sql": "select 1" },
      "2.1.4",
    ],
    ["sqlx's from a Cargo.toml above", { "Cargo.toml": 'sqlx = "0.8"', "server/migrations/20240101_a.sql": "select 1" }, "0.8"],
    [
      "Prisma's from package.json",
      {
        "package.json": '{"devDependencies": {"prisma": "^6.19.0"}}',
        "prisma/migrations/migration_lock.toml": "",
        "prisma/migrations/1_a/migration.sql": "select 1",
      },
      "6.19.0",
    ],
    ["none where nothing says it", { "migrations/1_a.up.sql": "select 1" }, null],
  ];
  test.each(cases)("%s", async (_name, files, version) => {
    expect((await sql.detect(temporaryProject(files)))[0]?.toolVersion).toBe(version);
    expect((await readHistory(files)).toolVersion).toBe(version);
  });
});
