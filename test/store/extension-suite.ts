import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Session } from "../../src/database/session.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { Conversion } from "../../src/pipeline.ts";
import { createStore } from "../../src/store/create-store.ts";
import { findStore } from "../../src/store/find-store.ts";
import { readRecord } from "../../src/store/read-record.ts";
import { recordMigrations, type Recorded } from "../../src/store/record.ts";
import { removeMigrations, removeRecord } from "../../src/store/remove.ts";
import type { ReadyStore, Store } from "../../src/store/store.ts";
import { markRecording, reconcileRecording, withoutRecording } from "../../src/store/without-recording.ts";
import { shapeA } from "./shape-a.ts";
import { factOf, type Shop } from "./shop.ts";
import { inTransaction, openTarget, runDown, runUp, type TargetDatabase } from "./target.ts";

/** The record beside the tables of the pgGit extension. */
export function describeBesideExtension(url: string, shop: () => Shop): void {
  describe.each([
    { who: "as a superuser", name: "store_native_super", owner: null },
    { who: "as a plain owner with the grants", name: "store_native_owner", owner: "pggit_test_owner" as const },
  ])("$who", ({ name, owner }) => {
    let target: TargetDatabase;
    let session: Session;
    let store: ReadyStore;
    let plan: Plan;
    let conversion: Conversion;

    const rows = (sql: string): Promise<readonly Record<string, unknown>[]> => session.rows(sql);
    const find = async (): Promise<Store> => {
      const found = await findStore(session);
      if (found.kind === "failed") throw new Error(found.failures[0]?.message);
      return found.value;
    };
    const record = (ids: readonly string[]): Promise<Recorded> =>
      recordMigrations(session, store, {
        plan,
        facts: ids.map((id) => factOf(id, { how: "executed" })),
        run: null,
        programVersion: "0.1.0",
      });
    const everything = async (): Promise<unknown> => {
      const tables = [
        "branches",
        "commits",
        "objects",
        "history",
        "dependencies",
        "migrations",
        "ai_decisions",
        "ai_edge_cases",
        "branch_size_metrics",
      ];
      const seen: Record<string, unknown> = {};
      for (const table of tables) seen[table] = await rows(`select to_jsonb(t) - 'updated_at' as row from pggit.${table} t order by id`);
      return seen;
    };

    beforeAll(async () => {
      ({ plan, conversion } = shop());
      target = await openTarget(url, { name, owner });
      session = target.session;
      await session.run("SET TimeZone TO 'Asia/Kolkata'");
      await target.superuser.run(shapeA);
    });
    afterAll(() => target?.close());

    test("without rights on the sequences it says which GRANTs are missing", async () => {
      if (owner === null) return;
      const found = await findStore(session);
      expect(found).toMatchObject({
        kind: "failed",
        failures: [
          {
            code: "no-rights-on-record",
            location: "sequence pggit.ai_decisions_id_seq",
            hint: `As its owner or a superuser: GRANT USAGE ON ALL SEQUENCES IN SCHEMA pggit TO ${owner};`,
            exitCode: 1,
          },
        ],
      });
      // Without them the extension's own trigger lets no DDL of this role pass.
      await expect(session.run("CREATE TABLE blocked (id integer)")).rejects.toThrow(/permission denied for sequence/);
      await target.superuser.run(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA pggit TO ${owner}`);
    });

    test("is recognised by its tables, with its triggers, and gets pggit_migrate beside it", async () => {
      const found = await find();
      expect(found).toMatchObject({
        kind: "native",
        missing: [101, 102, 103, 104, 105],
        optional: new Set(["branch_size_metrics", "ai_decisions", "ai_edge_cases"]),
        triggers: [
          { name: "pggit_ddl_trigger", enabled: "O", mayAlter: owner === null },
          { name: "pggit_drop_trigger", enabled: "A", mayAlter: owner === null },
        ],
        warnings: [],
      });
      expect(await readRecord(session, found as ReadyStore)).toEqual({ migrations: [], branch: "main", lastRun: null, ledger: [] });
      const made = await inTransaction(session, () => createStore(session, found));
      if (made.kind === "failed") throw new Error(made.failures[0]?.message);
      store = made.value;
      expect(store).toMatchObject({ kind: "native", missing: [] });
      // Our own tables are nobody's schema.
      expect(await rows("select 1 from pggit.objects")).toEqual([]);
    });

    test("records each change once, and leaves the triggers as they were", async () => {
      await session.run("CREATE TABLE of_the_user (id integer)");
      const before = await everything();
      await inTransaction(session, async () => {
        await withoutRecording(session, store, () => runUp(session, conversion, plan.order));
        expect((await record(plan.order)).migrations).toEqual(plan.order);
      });
      expect(await rows("select evtname, evtenabled from pg_event_trigger where evtname like 'pggit_d%' order by 1")).toEqual([
        { evtname: "pggit_ddl_trigger", evtenabled: "O" },
        { evtname: "pggit_drop_trigger", evtenabled: "A" },
      ]);
      expect(
        await rows("select change_type, commit_hash is null as native, count(*)::int from pggit.history group by 1, 2 order by 1, 2"),
      ).toEqual([
        { change_type: "CREATE", native: false, count: 19 },
        { change_type: "ALTER", native: false, count: 3 },
        { change_type: "ALTER", native: true, count: 1 },
        { change_type: "DROP", native: false, count: 1 },
        { change_type: "RENAME", native: false, count: 1 },
      ]);
      expect(await rows(String.raw`select 1 from pggit.objects where object_name ~ '^\d+$'`)).toEqual([]);
      expect(await rows("select branch_name, commit_count::int, total_size_bytes > 0 as sized from pggit.branch_size_metrics")).toEqual([
        { branch_name: "main", commit_count: plan.order.length, sized: true },
      ]);
      // The first branch after a record does not collide with main (the extension inserts it past its sequence).
      expect(await rows("insert into pggit.branches (name) values ('feature/x') returning id")).toEqual([{ id: 2 }]);
      await session.run("delete from pggit.branches where name = 'feature/x'");

      expect((await inTransaction(session, () => record(plan.order))).rows).toBe(0);
      const removed = await inTransaction(session, () => removeRecord(session, store));
      expect(removed).toEqual({ kind: "ok", value: undefined });
      expect(await everything()).toEqual(before);
      expect(await find()).toMatchObject({ kind: "native", missing: [101, 102, 103, 104, 105] });
    });

    test("a change that fails leaves the triggers and the extension's rows as they were", async () => {
      const before = await everything();
      const work = (): Promise<unknown> => session.run("CREATE TABLE half (id integer); SELECT 1 / 0");
      await expect(inTransaction(session, () => withoutRecording(session, store, work))).rejects.toThrow("division by zero");
      expect(await rows("select evtname, evtenabled from pg_event_trigger where evtname like 'pggit_d%' order by 1")).toEqual([
        { evtname: "pggit_ddl_trigger", evtenabled: "O" },
        { evtname: "pggit_drop_trigger", evtenabled: "A" },
      ]);
      expect(await everything()).toEqual(before);
    });

    test("takes over what the extension recorded before, and gives it back", async () => {
      // The schema of the test before stands: the extension sees it only now, change by change.
      await session.run("ALTER TABLE customers ADD COLUMN noted integer; ALTER TABLE customers DROP COLUMN noted");
      const made = await inTransaction(session, async () => createStore(session, await find()));
      if (made.kind === "failed") throw new Error(made.failures[0]?.message);
      store = made.value;
      const before = await everything();
      await inTransaction(session, () => record(plan.order));
      expect(await rows("select version, version_major from pggit.objects where full_name = 'public.customers'")).toEqual([
        { version: 3, version_major: 3 },
      ]);
      const last = ["R__mail_list", "V15", "V14"];
      await inTransaction(session, async () => {
        await withoutRecording(session, store, () => runDown(session, conversion, last));
        await removeMigrations(session, store, { tool: "flyway", ids: last });
      });
      expect(await rows("select version, version_major from pggit.objects where full_name = 'public.customers'")).toEqual([
        { version: 2, version_major: 2 },
      ]);
      await inTransaction(session, () => removeRecord(session, store));
      expect(await everything()).toEqual(before);
    });

    test("takes out what the triggers wrote about a statement outside of a transaction", async () => {
      const mark = await markRecording(session);
      await session.run("CREATE TABLE outside (id integer)");
      expect(await rows("select change_description from pggit.history order by id desc limit 1")).toEqual([
        { change_description: "CREATE TABLE" },
      ]);
      await reconcileRecording(session, { mark, within: "session" });
      expect(await session.rows("select 1 from pggit.history where id > $1", [mark.history])).toEqual([]);
    });
  });
}

/** What is called `pggit` and is no store of ours. */
export function describeOtherSchemas(url: string): void {
  describe("other schemas of the name", () => {
    let target: TargetDatabase;
    beforeAll(async () => {
      target = await openTarget(url, { name: "store_other", owner: null });
    });
    afterAll(() => target?.close());
    beforeEach(() => target.session.run("DROP SCHEMA IF EXISTS pggit CASCADE; CREATE SCHEMA pggit"));

    const failure = async (): Promise<unknown> => {
      const found = await findStore(target.session);
      return found.kind === "failed" ? found.failures : found.value;
    };

    test("an empty one counts as none", async () => {
      expect(await failure()).toEqual({ kind: "none" });
    });

    test("a pgGit without branches is refused, with the way on", async () => {
      await target.session.run("CREATE TABLE pggit.objects (id serial, full_name text); CREATE TABLE pggit.history (id serial)");
      expect(await failure()).toMatchObject([
        { code: "pggit-too-old", exitCode: 4, hint: expect.stringContaining("Upgrade pgGit to 0.1.3") },
      ]);
    });

    test("something else of that name is refused, and it says what it lacks", async () => {
      await target.session.run("CREATE TABLE pggit.branches (id serial, name text)");
      expect(await failure()).toMatchObject([
        { code: "pggit-unknown-shape", exitCode: 4, message: expect.stringContaining("branches.parent_branch_id") },
      ]);
    });

    test("the trigger of integrate_flyway() is warned of", async () => {
      await target.session.run(`${shapeA.replace("CREATE SCHEMA pggit;", "")};
      CREATE TABLE flyway_schema_history (id integer);
      CREATE FUNCTION pggit.harm() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
      CREATE TRIGGER pggit_flyway_integration BEFORE INSERT ON flyway_schema_history FOR EACH ROW EXECUTE FUNCTION pggit.harm();`);
      expect(await failure()).toMatchObject({
        warnings: [expect.stringContaining("DROP TRIGGER pggit_flyway_integration on flyway_schema_history")],
      });
    });
  });
}
