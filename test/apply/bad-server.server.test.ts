import { execFileSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPostgres, type NativeServer } from "../../scripts/start-postgres.js";
import type { RollbackOutcome } from "../../src/apply/rollback.ts";
import type { Result } from "../../src/model/failure.ts";
import { startHoldingProxy } from "../support/holding-proxy.ts";
import { startProgram } from "../support/program.ts";
import {
  applyTo,
  ask,
  attended,
  failureOf,
  migrateTo,
  takeBackFrom,
  useConversion,
  valueOf,
  type TestDatabase,
} from "../support/target.ts";

// A server of its own: it is shut down, and a disk of it is full.
let server: NativeServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

const conversion = useConversion({
  "flyway.conf": "flyway.locations=filesystem:sql\n",
  "sql/V1__items.sql": "CREATE TABLE items (id bigserial PRIMARY KEY, name text);\n",
  "sql/V2__note.sql": "ALTER TABLE items ADD COLUMN note text;\n",
  "sql/V3__slow.sql":
    "SELECT pg_sleep(coalesce(nullif(current_setting('app.delay', true), '')::float, 0));\nALTER TABLE items ADD COLUMN slow text;\n",
  "sql/V4__index.sql": "CREATE INDEX CONCURRENTLY items_name_idx ON items (name);\n",
  "sql/V5__last.sql": "ALTER TABLE items ADD COLUMN last text;\n",
});
const request = (): { readonly shadowUrl: string } => ({ shadowUrl: server.url("postgres") });

/** A database that the source tool brought to V1. */
async function newDatabase(name: string, options = ""): Promise<TestDatabase> {
  await ask(server.url("postgres"), `CREATE DATABASE ${name} ${options}`);
  const url = server.url(name);
  const database: TestDatabase = { name, url, query: (sql) => ask(url, sql) };
  await migrateTo(database, conversion(), 1);
  return database;
}

/** The same command again, with nothing in its way: it goes on, and the database is at the head. */
async function goesOn(database: TestDatabase, ids: readonly string[]): Promise<void> {
  const done = valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request: request() }));
  expect(done).toMatchObject({ failure: null, after: "head" });
  expect(done.executed.map(({ id }) => id)).toEqual(ids);
  expect(
    await database.query(
      "SELECT (SELECT count(*)::int FROM pg_index WHERE NOT indisvalid) AS invalid, (SELECT count(*)::int FROM pggit_migrate.ledger) AS steps, (SELECT count(*)::int FROM pggit_migrate.migrations) AS records",
    ),
  ).toEqual([{ invalid: 0, steps: 0, records: 5 }]);
}

/** A shadow stays behind where its server was away when it was to be removed. */
async function dropShadows(): Promise<void> {
  const left = await ask<{ name: string }>(
    server.url("postgres"),
    "SELECT datname AS name FROM pg_database WHERE datname ~ '^pggit_shadow_'",
  );
  for (const { name } of left) await ask(server.url("postgres"), `DROP DATABASE ${name} WITH (FORCE)`);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not come to that");
}

async function waitsFor(database: TestDatabase, event: string): Promise<void> {
  await until(
    async () =>
      (await database.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = '${event}'`)).length > 0,
  );
}

function rollBack(url: string, given: { readonly dryRun: boolean }): Promise<Result<RollbackOutcome>> {
  const { surroundings } = attended("yes");
  return takeBackFrom(
    url,
    conversion(),
    { kind: "original-state" },
    { ...given, request: { shadowUrl: server.url("postgres"), surroundings } },
  );
}

test("a standby: dry runs and a rehearsal work there, a run and a rollback are refused", async () => {
  const primary = await newDatabase("bad_standby");
  valueOf(await applyTo(primary.url, conversion(), { recordOnly: true, request: request() }));
  const standby = await server.startStandby();
  try {
    const url = standby.url("bad_standby");
    await until(async () => (await ask(url, "SELECT FROM pg_class WHERE relname = 'items'").catch(() => [])).length > 0);
    const dry = valueOf(await applyTo(url, conversion(), { dryRun: true, request: request() }));
    expect(dry).toMatchObject({ failure: null, assessment: { state: "partial", pending: ["V2", "V3", "V4", "V5"] } });
    expect(failureOf(await applyTo(url, conversion(), { confirmation: "never", request: request() }))).toMatchObject({
      code: "standby",
      exitCode: 4,
      location: expect.stringContaining("bad_standby"),
      hint: "Run on the primary; --dry-run works here.",
    });
    expect(failureOf(await rollBack(url, { dryRun: false }))).toMatchObject({ code: "standby", exitCode: 4 });
    expect(valueOf(await rollBack(url, { dryRun: true }))).toMatchObject({ failure: null, before: ["V1"], after: ["V1"] });
    const rehearsed = valueOf(await applyTo(url, conversion(), { request: { ...request(), where: "copy" } }));
    expect(rehearsed).toMatchObject({ failure: null, after: "head", copy: "an embedded copy" });
  } finally {
    await standby.stop();
  }
});

describe("the server goes away", () => {
  test("restarted in the middle of a migration: exit 6, and the same command goes on", async () => {
    const database = await newDatabase("bad_restart");
    await database.query("ALTER DATABASE bad_restart SET app.delay = '600'");
    const running = applyTo(database.url, conversion(), { confirmation: "never", request: request() });
    await waitsFor(database, "PgSleep");
    await server.restart();
    expect(failureOf(await running)).toMatchObject({
      code: "connection-lost",
      exitCode: 6,
      message: expect.stringMatching(/at V3: terminating connection due to administrator command/),
      location: { file: "sql/V3__slow.sql" },
      hint: expect.stringContaining("run the same command again"),
    });
    await dropShadows();
    await database.query("ALTER DATABASE bad_restart RESET app.delay");
    await goesOn(database, ["V3", "V4", "V5"]);
  });

  test("restarted in the middle of CREATE INDEX CONCURRENTLY: the next run removes the invalid index and makes it", async () => {
    const database = await newDatabase("bad_concurrent");
    const holder = new Client(database.url);
    holder.on("error", () => undefined);
    await holder.connect();
    await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class");
    const running = applyTo(database.url, conversion(), { confirmation: "never", request: request() });
    await waitsFor(database, "virtualxid");
    await server.restart();
    expect(failureOf(await running)).toMatchObject({ code: "connection-lost", exitCode: 6 });
    await holder.end().catch(() => undefined);
    await dropShadows();
    expect(await database.query("SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid")).toEqual([
      { name: "items_name_idx" },
    ]);
    await goesOn(database, ["V4", "V5"]);
  });

  test("while the record is written, after the last migration, and in a dry run: it is said to be that, and nothing is lost", async () => {
    const database = await newDatabase("bad_lost");
    const proxy = await startHoldingProxy(database.url);
    await ask(server.url("postgres"), "CREATE DATABASE bad_lost_base TEMPLATE bad_lost");
    void proxy.holdAt(null);
    valueOf(await applyTo(proxy.url, conversion(), { confirmation: "never", request: request() }));
    const total = proxy.count();
    for (const share of [0.33, 0.96]) {
      await ask(server.url("postgres"), "DROP DATABASE bad_lost WITH (FORCE)");
      await ask(server.url("postgres"), "CREATE DATABASE bad_lost TEMPLATE bad_lost_base");
      const held = proxy.holdAt({ request: Math.ceil(total * share), when: "answered" });
      const running = applyTo(proxy.url, conversion(), { confirmation: "never", request: request() });
      await held;
      void proxy.holdAt(null);
      proxy.drop();
      expect({ share, ...failureOf(await running) }).toMatchObject({ share, code: "connection-lost", exitCode: 6 });
      await goesOn(database, share > 0.9 ? [] : ["V2", "V3", "V4", "V5"]);
    }
    void proxy.holdAt({ request: Math.ceil(total * 0.1), when: "answered" }).then(() => proxy.drop());
    expect(failureOf(await applyTo(proxy.url, conversion(), { dryRun: true, request: request() }))).toMatchObject({
      code: "connection-lost",
      exitCode: 1,
    });
    await proxy.close();
  });
});

describe("the disk is full", () => {
  test("as the server reports it: nothing of the migration stands, and the same command goes on once there is room", async () => {
    const database = await newDatabase("bad_full");
    await database.query(
      "CREATE SCHEMA other; CREATE FUNCTION other.full() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.items') AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'public.items'::regclass AND attname = 'slow') THEN RAISE 'could not extend file \"base/1/2\": No space left on device' USING ERRCODE = '53100'; END IF; END $$; CREATE EVENT TRIGGER bad_full ON ddl_command_end EXECUTE FUNCTION other.full()",
    );
    expect(failureOf(await applyTo(database.url, conversion(), { confirmation: "never", request: request() }))).toMatchObject({
      code: "migration-failed",
      exitCode: 6,
      message: expect.stringMatching(/V3 did not run: .*No space left on device/),
      location: { file: "sql/V3__slow.sql" },
      hint: "The disk of the server is full. Make room; then run the same command again.",
    });
    await database.query("DROP EVENT TRIGGER bad_full");
    await goesOn(database, ["V3", "V4", "V5"]);
  });

  /** Only root may mount a disk that is small enough. */
  const disk = mountSmallDisk();
  afterAll(() => disk?.remove());
  test.skipIf(disk === null)("really: an index that finds no room leaves nothing behind that the next run does not remove", async () => {
    disk?.giveTo(statSync(await dataDirectory()).uid);
    await ask(server.url("postgres"), `CREATE TABLESPACE bad_small LOCATION '${disk?.folder}'`);
    const database = await newDatabase("bad_disk", "TABLESPACE bad_small");
    try {
      // An index on these rows takes more than what is free, the record of pggit less.
      await database.query(
        "INSERT INTO items (name) SELECT repeat(md5(n::text), 15) FROM generate_series(1, 20000) AS n; CREATE TABLE reserve AS SELECT repeat('x', 1000) FROM generate_series(1, 5000); CREATE TABLE ballast (t text STORAGE PLAIN)",
      );
      const filled = database.query(
        "DO $$ BEGIN LOOP INSERT INTO ballast SELECT repeat('x', 7000) FROM generate_series(1, 64); COMMIT; END LOOP; END $$",
      );
      await expect(filled).rejects.toThrow("No space left");
      await database.query("DROP TABLE reserve; CREATE SCHEMA other; ALTER TABLE ballast SET SCHEMA other");
      const stopped = failureOf(await applyTo(database.url, conversion(), { confirmation: "never", request: { shadowUrl: null } }));
      expect(stopped).toMatchObject({
        exitCode: 6,
        message: expect.stringMatching(/^V4 did not run: .*No space left on device/),
        hint: expect.stringContaining("Make room"),
      });
      expect(await database.query("SELECT count(*)::int AS invalid FROM pg_index WHERE NOT indisvalid")).toEqual([{ invalid: 1 }]);
      await database.query("DROP TABLE other.ballast");
      await goesOn(database, ["V4", "V5"]);
    } finally {
      await ask(server.url("postgres"), "DROP DATABASE bad_disk WITH (FORCE)");
      await ask(server.url("postgres"), "DROP TABLESPACE bad_small");
    }
  });
});

describe("the built program is told to end", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "%s in an index that waits for another session: it says so and ends, and the next run removes what it left",
    async (signal, code) => {
      const database = await newDatabase(`bad_${signal.toLowerCase()}`);
      const args = [
        "apply",
        conversion().plan,
        "--database",
        database.url,
        "--yolo",
        "--json",
        "--quiet",
        "--shadow-url",
        server.url("postgres"),
      ];
      // CONCURRENTLY waits for every transaction that may still see the table without the index.
      const holder = new Client(database.url);
      await holder.connect();
      await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_database");
      const run = startProgram(args, { cwd: conversion().root });
      await waitsFor(database, "virtualxid");
      run.process.kill(signal);
      const ended = await run.ended;
      expect(ended.code).toBe(code);
      expect(JSON.parse(ended.stdout)).toMatchObject({
        executed: [{ id: "V2" }, { id: "V3" }],
        stoppedAt: "V4",
        error: {
          code: "interrupted",
          message: expect.stringContaining("settled by the next run"),
          location: { file: "sql/V4__index.sql" },
        },
      });
      await holder.end();
      await goesOn(database, ["V4", "V5"]);
    },
  );
});

async function dataDirectory(): Promise<string> {
  const [row] = await ask<{ directory: string }>(server.url("postgres"), "SELECT current_setting('data_directory') AS directory");
  return row?.directory ?? "";
}

function mountSmallDisk(): { readonly folder: string; readonly giveTo: (uid: number) => void; readonly remove: () => void } | null {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
  const folder = mkdtempSync(join(tmpdir(), "pggit-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=48m", "tmpfs", folder], { stdio: "ignore" });
  } catch {
    // A container may not mount.
    rmSync(folder, { recursive: true });
    return null;
  }
  return {
    folder,
    giveTo: (uid) => chownSync(folder, uid, uid),
    remove() {
      execFileSync("umount", ["-l", folder]);
      rmSync(folder, { recursive: true });
    },
  };
}
