import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { withTarget } from "../../src/apply/apply-to-database.ts";
import { dropBackups, type Dropping } from "../../src/apply/drop-backups.ts";
import type { RollbackOutcome } from "../../src/apply/rollback.ts";
import type { ApplyOptions } from "../../src/apply/apply-types.ts";
import type { TargetHistory } from "../../src/apply/target-history.ts";
import { ok, type Result } from "../../src/model/failure.ts";
import { runProgram } from "../support/program.ts";
import { useServer } from "../support/server.ts";
import {
  applyTo,
  ask,
  attended,
  failureOf,
  migrateTo,
  noHistory,
  takeBackFrom,
  useConversion,
  useDatabases,
  valueOf,
} from "../support/target.ts";

const files = {
  "flyway.conf": "flyway.locations=filesystem:sql\n",
  "pggit.yaml": "backup:\n  keepData: true\n",
  "sql/V1__people.sql": `CREATE TYPE mood AS ENUM ('calm', 'cross');
CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, mood mood NOT NULL DEFAULT 'calm', shout text GENERATED ALWAYS AS (upper(name)) STORED, seen timestamptz, code text NOT NULL);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.seen := clock_timestamp(); RETURN NEW; END $$;
CREATE TRIGGER see BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION see();
CREATE TABLE "Order Line" ("order" int, "Line No" int, person bigint NOT NULL REFERENCES people ON DELETE CASCADE, price numeric(8,2), PRIMARY KEY ("order", "Line No"));
CREATE TABLE log (at timestamptz NOT NULL, body jsonb) PARTITION BY RANGE (at);
CREATE TABLE log_2025 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE log_rest PARTITION OF log DEFAULT;
`,
  "sql/V2__names.sql": "UPDATE people SET name = 'somebody' WHERE name LIKE 'ann %';\n",
  "sql/V3__code.sql":
    "ALTER TABLE people DROP COLUMN code;\nALTER TABLE people ALTER COLUMN mood DROP DEFAULT, ALTER COLUMN mood TYPE int USING length(mood::text);\nDROP TYPE mood;\n",
  "sql/V4__gone.sql": "DELETE FROM people WHERE mood > 0;\n",
  "sql/V5__log.sql": "DROP TABLE log;\n",
};
const server = useServer();
const conversion = useConversion(files);
const owner = "backup_owner_of_rows";
// Behind the databases, which it owns.
afterAll(async () => void (await ask(server, `DROP ROLE IF EXISTS ${owner}`)));
const newDatabase = useDatabases(server);
/** The tool's own table says that the first migration ran. */
const history: TargetHistory = {
  read: async (session) => {
    const read = valueOf(await noHistory.read(session));
    return ok({ ...read, known: { applied: ["V1"], basis: "history-table", begun: null } });
  },
};
const request = { shadowUrl: server, history };
const yes = { confirmation: "never", request } as const;
const rows = `SELECT (SELECT json_agg(p ORDER BY id) FROM (SELECT * FROM people) AS p) AS people,
  (SELECT json_agg(l ORDER BY "order", "Line No") FROM "Order Line" AS l) AS lines, (SELECT json_agg(g ORDER BY at) FROM log AS g) AS log`;

function goBack(url: string, id: string, options: Partial<ApplyOptions> = {}): Promise<Result<RollbackOutcome>> {
  return takeBackFrom(url, conversion(), { kind: "migration", id }, { confirmation: "never", request: { shadowUrl: server }, ...options });
}

/** Rows of a role that owns the database and is nothing more. */
async function filled(name: string): Promise<Awaited<ReturnType<typeof newDatabase>>> {
  await ask(server, `DO $$ BEGIN CREATE ROLE ${owner} LOGIN PASSWORD 'x'; EXCEPTION WHEN duplicate_object THEN NULL; END $$`);
  const made = await newDatabase(name, `OWNER ${owner}`);
  const url = made.url.replace(/\/\/[^@]*@/, `//${owner}:x@`);
  const database = { ...made, url, query: <R>(sql: string) => ask<R>(url, sql) };
  await migrateTo(database, conversion(), 1);
  await database.query(`INSERT INTO people (name, mood, seen, code) SELECT CASE n % 3 WHEN 0 THEN 'Ann ' ELSE 'ann ' END || n, CASE n % 2 WHEN 0 THEN 'calm' ELSE 'cross' END::mood, '2020-01-01', 'c' || n FROM generate_series(1, 7) AS n;
    INSERT INTO "Order Line" SELECT n, n + 1, n, n FROM generate_series(1, 7) AS n;
    INSERT INTO log VALUES ('2025-03-01', '{"a": 1}'), ('2025-03-01', '{"a": 1}'), ('2031-01-01', NULL)`);
  return database;
}

test("what migrations destroy is saved, listed, and put back as it was; what was written meanwhile stays", async () => {
  const database = await filled("backup_back");
  const before = await database.query(rows);
  const done = valueOf(await applyTo(database.url, conversion(), yes));
  expect(done).toMatchObject({ failure: null, after: "head", stoppedAt: null });
  expect(done.saves.map(({ migration, table }) => `${migration} ${table}`)).toEqual([
    "V2 public.people",
    "V3 public.people",
    "V4 public.people",
    'V4 public."Order Line"',
    "V5 public.log",
  ]);
  // Rows of the migration are counted, not those that were saved.
  expect(done.executed.map((one) => one.rows)).toEqual([5, 0, 7, 0]);
  expect(await database.query("SELECT count(*)::int AS left FROM people")).toEqual([{ left: 0 }]);
  const status = await runProgram(["status", "--database", database.url, "--plan", conversion().plan, "--shadow-url", server], {
    cwd: conversion().root,
  });
  expect(status.stdout).toMatch(
    /Backups +V2 public\.people: 5 rows, .* \(pggit_migrate\.backup_v2_people_[0-9a-f]{8}\)\n +V3 public\.people: 7 rows/,
  );
  // Only the rows that the UPDATE changed are kept, with the columns that it and the trigger changed.
  const [kept] = await database.query<{ columns: string }>(
    "SELECT string_agg(DISTINCT pggit_columns::text, ' ') AS columns FROM pggit_migrate.backup_v2_people_" + nameOf(2),
  );
  expect(kept?.columns).toBe("{name,seen}");

  await database.query(`INSERT INTO people (id, name, mood) OVERRIDING SYSTEM VALUE VALUES (3, 'Eve', 5)`);
  const refused = failureOf(await goBack(database.url, "V1"));
  expect(refused).toMatchObject({ code: "condition-broken", exitCode: 4, location: "V4", message: expect.stringMatching(/with id 3/) });
  await database.query("UPDATE people SET id = DEFAULT");
  const required = failureOf(await goBack(database.url, "V1"));
  // Nothing was saved of a row that came later, and its column takes no NULL.
  expect(required).toMatchObject({
    code: "condition-broken",
    exitCode: 4,
    location: "V3",
    message: expect.stringContaining("public.people with id 8"),
  });
  await database.query("DELETE FROM people WHERE name = 'Eve'");
  expect(valueOf(await goBack(database.url, "V1"))).toMatchObject({ failure: null });
  expect(await database.query(rows)).toEqual(before);
  expect(await database.query("SELECT count(*)::int AS left FROM pg_class WHERE relname ~ '^backup_.*_[0-9a-f]{8}$'")).toEqual([
    { left: 0 },
  ]);
  expect(await database.query("SELECT DISTINCT gone_because AS why FROM pggit_migrate.backups")).toEqual([{ why: "restored" }]);
  expect(await database.query("SELECT tgenabled AS on FROM pg_trigger WHERE tgname = 'see'")).toEqual([{ on: "O" }]);
});

/** The end of the name of a backup of people. */
function nameOf(version: number): string {
  const table = conversion().runnable.migrations[version - 1]?.plan.rollback.backup?.tables[0]?.backup ?? "";
  return table.slice(-8);
}

test("a dry run says what would be saved and saves nothing; a limit asks; large tables are saved in batches, and a saving that was cut off goes on", async () => {
  const database = await filled("backup_sizes");
  await database.query(`INSERT INTO people (name, code) SELECT 'bo ' || n, 'b' FROM generate_series(1, 500) AS n; ANALYZE`);
  const looked = valueOf(await applyTo(database.url, conversion(), { ...yes, dryRun: true }));
  expect(looked.saves.find(({ migration }) => migration === "V3")).toMatchObject({
    table: "public.people",
    columns: ["mood", "code"],
    rows: 507,
  });
  expect(await database.query("SELECT count(*)::int AS n FROM pg_namespace WHERE nspname = 'pggit_migrate'")).toEqual([{ n: 0 }]);
  const backup = { limitBytes: 10_000, batchRows: 100 };
  const rehearsed = valueOf(await applyTo(database.url, conversion(), { ...yes, backup, request: { ...request, where: "copy" } }));
  expect(rehearsed).toMatchObject({ failure: null, after: "head", copy: expect.stringContaining("copy") });
  const large = failureOf(await applyTo(database.url, conversion(), { backup, request }));
  expect(large).toMatchObject({
    code: "confirmation-needed",
    exitCode: 5,
    message: expect.stringMatching(/about \d+ kB/),
    hint: expect.stringContaining("--backup-limit"),
  });

  // A first run ends after two batches of V2.
  const interruption = new AbortController();
  const { surroundings } = attended("no-terminal", interruption.signal);
  const advance = (done: number): void => {
    if (done === 200) interruption.abort("SIGTERM");
  };
  const progress = { ...surroundings.progress, advance };
  const cut = await applyTo(database.url, conversion(), {
    confirmation: "never",
    backup,
    request: { ...request, surroundings: { ...surroundings, progress } },
  });
  expect(failureOf(cut)).toMatchObject({ code: "interrupted", exitCode: 143 });
  const saved = `pggit_migrate.backup_v2_people_${nameOf(2)}`;
  expect(await database.query(`SELECT count(*)::int AS n FROM ${saved}`)).toEqual([{ n: 200 }]);
  await database.query(
    `UPDATE people SET name = 'changed since' WHERE id = 5; DELETE FROM people WHERE id = 6; INSERT INTO people (name, code) VALUES ('late', 'l')`,
  );
  const before = await database.query(rows);
  valueOf(await applyTo(database.url, conversion(), { ...yes, backup }));
  expect(valueOf(await goBack(database.url, "V1"))).toMatchObject({ failure: null });
  expect(await database.query(rows)).toEqual(before);
});

test("dropped backups are said to be gone: what depends on them is lossy or stays", async () => {
  const database = await filled("backup_drop");
  valueOf(await applyTo(database.url, conversion(), yes));
  const drop = (...flags: readonly string[]) =>
    runProgram(["backup", "drop", ...flags, "--database", database.url], { cwd: conversion().root });
  expect(await drop("V9")).toMatchObject({ code: 2, stderr: expect.stringContaining("There are backups of V2, V3, V4, V5") });
  const dropping = (which: Dropping) =>
    withTarget({ database: database.url, access: "read-write", signal: new AbortController().signal }, (target) =>
      dropBackups(target, which),
    );
  expect(valueOf(await dropping({ kind: "older", than: "2020-01-01T00:00:00.000Z" }))).toEqual([]);
  expect((await drop("V5", "--dry-run")).stdout).toMatch(/^Would drop +V5 public\.log: 3 rows/);
  expect((await drop("V5")).stdout).toMatch(
    /^Dropped +V5 public\.log: 3 rows, .*\nSpace +freed .*; going back past V5 does not bring these rows back any more\n$/,
  );
  valueOf(await goBack(database.url, "V4"));
  expect(await database.query("SELECT count(*)::int AS n FROM log")).toEqual([{ n: 0 }]);
  expect(valueOf(await dropping({ kind: "all" }))).toHaveLength(4);
  expect(failureOf(await goBack(database.url, "V3"))).toMatchObject({
    code: "no-way-back",
    exitCode: 4,
    message: expect.stringMatching(/V4 has no proven way back \(irreversible: its prior backup is not there any more \(.* was dropped at /),
  });
});

test("by hand: psql's order of the files saves, and down.sql puts back", async () => {
  const { plan, runnable } = conversion();
  const folder = join(dirname(plan), "migrations", runnable.migrations[3]?.plan.folder ?? "");
  const text = (name: string): string => readFileSync(join(folder, name), "utf8");
  expect(text("save-before.sql")).toContain("-- Runs before up.sql: psql -1 -f save-before.sql -f up.sql -f save-after.sql");
  const database = await filled("backup_by_hand");
  for (const { up } of runnable.migrations.slice(1, 3)) for (const { sql } of up.statements) await database.query(sql);
  const before = await database.query(`SELECT * FROM people ORDER BY id`);
  await database.query(`BEGIN; ${text("save-before.sql")} ${text("up.sql")} ${text("save-after.sql")}`);
  expect(await database.query("SELECT id FROM people")).toEqual([]);
  await database.query(text("down.sql"));
  expect(await database.query(`SELECT * FROM people ORDER BY id`)).toEqual(before);
});
