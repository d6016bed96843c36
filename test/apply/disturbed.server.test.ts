import { Client } from "pg";
import { describe, expect, test } from "vitest";
import { openTarget } from "../../src/database/open-target.ts";
import type { RunEvent } from "../../src/apply/run-event.ts";
import type { TargetHistory } from "../../src/apply/target-history.ts";
import { takeRunLock } from "../../src/apply/run-lock.ts";
import { startCuttingProxy } from "../support/cutting-proxy.ts";
import { useServer } from "../support/server.ts";
import { ok } from "../../src/model/failure.ts";
import { applyTo, attended, failureOf, migrateTo, noHistory, useConversion, useDatabases, valueOf } from "../support/target.ts";
import { startTransactionPool } from "../support/transaction-pool.ts";

const server = useServer();
const conversion = useConversion({
  "001_items.sql": "CREATE TABLE items (id bigserial PRIMARY KEY, name text);\nINSERT INTO items (name) VALUES ('a'), ('b');\n",
  "002_note.sql": "ALTER TABLE items ADD COLUMN note text;\n",
  "003_slow.sql":
    "SELECT pg_sleep(coalesce(nullif(current_setting('app.delay', true), '')::float, 0));\nALTER TABLE items ADD COLUMN slow text;\n",
  "004_last.sql": "CREATE INDEX items_note_idx ON items (note);\n",
});
const newDatabase = useDatabases(server);
const request = { shadowUrl: server };
const columns =
  "SELECT string_agg(attname, ',' ORDER BY attnum) AS columns FROM pg_attribute WHERE attrelid = 'items'::regclass AND attnum > 0";

describe("something is in the way", () => {
  test("a lock that another session holds is waited for a bounded time; once it is gone the same command goes on", async () => {
    const database = await newDatabase("disturbed_lock");
    await migrateTo(database, conversion(), 1);
    const holder = new Client(database.url);
    await holder.connect();
    await holder.query("BEGIN; LOCK TABLE items IN ACCESS SHARE MODE");
    const limits = { lockTimeoutMs: 100, statementTimeoutMs: 0, lockRetries: 1 };
    const surroundings = attended("yes");
    const stopped = valueOf(
      await applyTo(database.url, conversion(), { confirmation: "never", limits, request: { ...request, ...surroundings } }),
    );
    expect(stopped).toMatchObject({
      stoppedAt: "002_note",
      executed: [],
      failure: { code: "migration-failed", exitCode: 1, hint: expect.stringContaining("lock") },
    });
    expect(surroundings.warnings).toContainEqual(expect.stringMatching(/attempt 2 of 2/));
    await holder.end();
    expect(valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request }))).toMatchObject({
      after: "head",
      failure: null,
    });
  });

  test("a wait that an alert watches is seen from beside, and ends the run where nothing is half done", async () => {
    const database = await newDatabase("disturbed_alert");
    await migrateTo(database, conversion(), 1);
    const holder = new Client({ connectionString: database.url, application_name: "nightly batch" });
    await holder.connect();
    await holder.query("BEGIN; LOCK TABLE items IN ACCESS SHARE MODE");
    const events: RunEvent[] = [];
    const surroundings = { ...attended("yes").surroundings, witness: (event: RunEvent) => void events.push(event) };
    const stopped = valueOf(
      await applyTo(database.url, conversion(), {
        confirmation: "never",
        limits: { lockTimeoutMs: 5_000, statementTimeoutMs: 0, lockRetries: 20 },
        alerts: { lockWait: { limit: 0.5, action: "stop" } },
        request: { ...request, surroundings },
      }),
    );
    expect(stopped).toMatchObject({ stoppedAt: null, executed: [], failure: { code: "stopped-by-alert", exitCode: 6 } });
    expect(stopped.failure?.message).toMatch(/002_note .*waited for a lock for \d+ s, more than 0.5 s/);
    const blocked = expect.arrayContaining([expect.objectContaining({ application: "nightly batch" })]) as unknown;
    expect(events).toContainEqual(expect.objectContaining({ kind: "lock-wait", id: "002_note", blockers: blocked }));
    expect(events.filter(({ kind }) => kind === "alert")).toEqual([
      { kind: "alert", alert: "lockWait", value: expect.any(Number) as unknown, limit: 0.5, action: "stop" },
    ]);
    await holder.end();
    events.length = 0;
    expect(
      valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request: { ...request, surroundings } })),
    ).toMatchObject({
      after: "head",
      failure: null,
    });
    expect(events.map((event) => `${event.kind} ${"id" in event ? event.id : ""}`.trim())).toEqual([
      "run",
      "migration 002_note",
      "statement 002_note",
      "done 002_note",
      "migration 003_slow",
      "statement 003_slow",
      "kept 003_slow",
      "statement 003_slow",
      "kept 003_slow",
      "done 003_slow",
      "migration 004_last",
      "statement 004_last",
      "done 004_last",
    ]);
  });

  test("two runs at once: the second is refused", async () => {
    const database = await newDatabase("disturbed_two");
    const first = valueOf(await openTarget(database.url, "read-write"));
    expect(await takeRunLock(first.session)).toBeNull();
    expect(failureOf(await applyTo(database.url, conversion(), { request }))).toMatchObject({ code: "run-in-progress", exitCode: 4 });
    await first.close();
  });

  test("the source tool's own lock is respected: nothing is run while it is held", async () => {
    const database = await newDatabase("disturbed_tool_lock");
    await migrateTo(database, conversion(), 1);
    const history: TargetHistory = {
      async read(session) {
        return ok({ ...valueOf(await noHistory.read(session)), lockedBy: "build-7 since 10:00" });
      },
    };
    expect(failureOf(await applyTo(database.url, conversion(), { confirmation: "never", request: { ...request, history } }))).toMatchObject(
      {
        code: "tool-holds-lock",
        exitCode: 4,
        message: expect.stringContaining("build-7"),
      },
    );
    expect(await database.query(columns)).toEqual([{ columns: "id,name" }]);
  });

  test("an interruption rolls the migration back that was under way, keeps those before it, and the next run goes on", async () => {
    for (const [signal, exitCode] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      const database = await newDatabase(`disturbed_${signal.toLowerCase()}`);
      await migrateTo(database, conversion(), 1);
      await database.query(`ALTER DATABASE "${database.name}" SET app.delay = '60'`);
      const interruption = new AbortController();
      const running = applyTo(database.url, conversion(), {
        confirmation: "never",
        request: { ...request, ...attended("yes", interruption.signal) },
      });
      await until(
        async () =>
          (await database.query("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'")).length > 0,
      );
      interruption.abort(signal);
      const stopped = valueOf(await running);
      expect(stopped).toMatchObject({ stoppedAt: "003_slow", failure: { code: "interrupted", exitCode } });
      expect(stopped.executed.map(({ id }) => id)).toEqual(["002_note"]);
      expect(await database.query(columns)).toEqual([{ columns: "id,name,note" }]);
      await database.query(`ALTER DATABASE "${database.name}" RESET app.delay`);
      expect(valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request }))).toMatchObject({
        after: "head",
        failure: null,
      });
    }
  });

  test("a server that goes away in the middle leaves a resumable run", async () => {
    const database = await newDatabase("disturbed_restart");
    await migrateTo(database, conversion(), 1);
    await database.query(`ALTER DATABASE disturbed_restart SET app.delay = '60'`);
    const running = applyTo(database.url, conversion(), { confirmation: "never", request });
    await until(
      async () =>
        (await database.query("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'")).length > 0,
    );
    await database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'",
    );
    expect(failureOf(await running)).toMatchObject({ code: "connection-lost", exitCode: 6 });
    await database.query("ALTER DATABASE disturbed_restart RESET app.delay");
    expect(valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request }))).toMatchObject({
      after: "head",
      failure: null,
    });
  });

  test("a statement that the database refuses stops the run there: what came before stands, nothing of it does", async () => {
    const database = await newDatabase("disturbed_refused");
    await migrateTo(database, conversion(), 1);
    await database.query(
      "CREATE SCHEMA other; CREATE FUNCTION other.no() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.items_note_idx') THEN RAISE 'no index today'; END IF; END $$; CREATE EVENT TRIGGER disturbed_no ON ddl_command_end EXECUTE FUNCTION other.no()",
    );
    const stopped = valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request }));
    expect(stopped).toMatchObject({
      after: "partial",
      stoppedAt: "004_last",
      failure: { exitCode: 6, message: expect.stringContaining("no index today") },
    });
    expect(await database.query("SELECT status, stopped_at FROM pggit_migrate.runs ORDER BY id DESC LIMIT 1")).toEqual([
      { status: "failed", stopped_at: "004_last" },
    ]);
    await database.query("DROP EVENT TRIGGER disturbed_no");
    expect(valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request }))).toMatchObject({
      after: "head",
      failure: null,
    });
  });
});

describe("a target that cannot be used", () => {
  test("a pool in transaction mode is recognised, with several server connections and with one", async () => {
    for (const size of [3, 1]) {
      const pool = await startTransactionPool(server, size);
      expect(failureOf(await applyTo(pool.url, conversion(), { dryRun: true, request }))).toMatchObject({
        code: "transaction-pooling",
        exitCode: 2,
      });
      await pool.close();
    }
  });

  test("a plain proxy is none", async () => {
    const proxy = await startCuttingProxy(server);
    const opened = valueOf(await openTarget(proxy.url, "read-only"));
    expect(opened.description).toContain("127.0.0.1");
    await opened.close();
    await proxy.close();
  });

  test("another encoding: compared, and refused for a run", async () => {
    const database = await newDatabase("disturbed_latin1", "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    expect(valueOf(await applyTo(database.url, conversion(), { dryRun: true, request }))).toMatchObject({ after: "empty", failure: null });
    expect(failureOf(await applyTo(database.url, conversion(), { confirmation: "never", request }))).toMatchObject({
      code: "other-encoding",
      exitCode: 4,
    });
  });

  test("a server that is away, a wrong password, a database that is not there, a role without rights: one message each, no password in it", async () => {
    const refused = async (url: string): Promise<object> => {
      const failure = failureOf(await applyTo(url, conversion(), { confirmation: "never", request }));
      expect(JSON.stringify(failure)).not.toMatch(/odd@characters|odd%40|wrong-secret/);
      return failure;
    };
    expect(await refused(server.replace(/:\d+\//, ":1/"))).toMatchObject({ code: "server-away", exitCode: 1 });
    expect(await refused(server.replace(/:[^:@]*@/, ":wrong-secret@"))).toMatchObject({ code: "login-refused", exitCode: 1 });
    expect(await refused(server.replace(/\/postgres$/, "/nowhere"))).toMatchObject({ code: "no-such-database", exitCode: 1 });
    const database = await newDatabase("disturbed_rights");
    await database.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    const poor = database.url.replace(/\/\/[^@]*@/, "//pggit_test_stranger:owner@");
    expect(await refused(poor)).toMatchObject({
      code: "no-create-right",
      exitCode: 1,
      hint: expect.stringContaining("GRANT CREATE ON DATABASE"),
    });
    await database.query("REVOKE CONNECT ON DATABASE disturbed_rights FROM PUBLIC");
    expect(await refused(poor)).toMatchObject({ code: "no-connect-right", exitCode: 1 });
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("it did not come to that");
}
