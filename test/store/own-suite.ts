import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../../src/database/session.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { Conversion } from "../../src/pipeline.ts";
import { createStore } from "../../src/store/create-store.ts";
import { findStore } from "../../src/store/find-store.ts";
import { readRecord, setCurrentBranch } from "../../src/store/read-record.ts";
import { recordMigrations, type MigrationFact, type Recorded } from "../../src/store/record.ts";
import { removeMigrations, removeRecord } from "../../src/store/remove.ts";
import { beginRun, beginStep, clearSteps, finishRun, finishStep, type LedgerStep } from "../../src/store/runs.ts";
import { isRecordSchema, type ReadyStore } from "../../src/store/store.ts";
import { factOf, type Shop } from "./shop.ts";
import { inTransaction, openTarget, runDown, runUp, type TargetDatabase } from "./target.ts";

/** The record in a database of a plain owner, in schemas of our own. The tests build on one another. */
export function describeOwnStore(url: string, shop: () => Shop): void {
  let target: TargetDatabase;
  let session: Session;
  let store: ReadyStore;
  let plan: Plan;
  let conversion: Conversion;

  beforeAll(async () => {
    ({ plan, conversion } = shop());
    target = await openTarget(url, { name: "store_own", owner: "pggit_test_owner" });
    session = target.session;
    // Nothing that is written may depend on the settings of the session.
    await session.run("SET TimeZone TO 'America/New_York'; SET IntervalStyle TO sql_standard; SET extra_float_digits TO 0");
  });
  afterAll(() => target?.close());

  const facts = (ids: readonly string[]): readonly MigrationFact[] => ids.map((id) => factOf(id));
  const record = (list: readonly MigrationFact[], of: Plan = plan): Promise<Recorded> =>
    inTransaction(session, () => recordMigrations(session, store, { plan: of, facts: list, run: null, programVersion: "0.1.0" }));
  const rows = (sql: string): Promise<readonly Record<string, unknown>[]> => session.rows(sql);
  const values = async (sql: string): Promise<readonly unknown[]> => (await rows(sql)).map((row) => Object.values(row)[0]);
  const versionOf = async (name: string): Promise<unknown> =>
    (await session.rows<{ version_string: string }>("select version_string from pggit.get_version($1)", [name])).map(
      (row) => row.version_string,
    );

  describe("an own store", () => {
    test("is not there at first, and is made within the transaction", async () => {
      expect(await findStore(session)).toEqual({ kind: "ok", value: { kind: "none" } });
      await session.run("BEGIN");
      expect(await createStore(session, { kind: "none" })).toMatchObject({ kind: "ok", value: { kind: "own", missing: [] } });
      await session.run("ROLLBACK");
      expect(await findStore(session)).toEqual({ kind: "ok", value: { kind: "none" } });
      const made = await inTransaction(session, () => createStore(session, { kind: "none" }));
      if (made.kind === "failed") throw new Error(made.failures[0]?.message);
      store = made.value;
      expect(await findStore(session)).toEqual({ kind: "ok", value: store });
      expect(await inTransaction(session, () => createStore(session, store))).toEqual({ kind: "ok", value: store });
      expect(await rows("select 1 from pg_event_trigger")).toEqual([]);
    });

    test("has the columns of shape A under the extension's names, and says that it is ours", async () => {
      expect(await values("select name from pggit.branches where status = 'ACTIVE'::pggit.branch_status")).toEqual(["main"]);
      expect(await values("select pggit.version()")).toEqual(["pggit store 1"]);
      expect(await values("select obj_description('pggit'::regnamespace)")).toEqual([
        expect.stringContaining("not by the pgGit extension"),
      ]);
      const schemas = (await values("select nspname from pg_namespace")) as readonly string[];
      expect(schemas.filter(isRecordSchema).sort()).toEqual(["pggit", "pggit_migrate"]);
      expect(["pggit_base", "pggit_audit", "pggit_branch_x", "public", "pggit_shop"].filter(isRecordSchema)).toEqual([
        "pggit_base",
        "pggit_audit",
        "pggit_branch_x",
      ]);
    });

    test("says what a role without rights on it needs", async () => {
      try {
        await target.superuser.run("SET ROLE pggit_test_stranger");
        const found = await findStore(target.superuser);
        expect(found).toMatchObject({
          kind: "failed",
          failures: [
            {
              code: "no-rights-on-record",
              location: "schema pggit",
              hint: expect.stringContaining("GRANT USAGE ON SCHEMA pggit TO pggit_test_stranger;"),
            },
          ],
        });
        const made = await createStore(target.superuser, { kind: "none" });
        expect(made).toMatchObject({
          failures: [
            { code: "no-create-right", hint: "As the owner of the database: GRANT CREATE ON DATABASE store_own TO pggit_test_stranger;" },
          ],
        });
      } finally {
        await target.superuser.run("RESET ROLE");
      }
    });
  });

  describe("recording", () => {
    const first = ["V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8"];
    const rest = ["V9", "V10", "V11", "V12", "V13", "V14", "V15", "R__mail_list"];

    test("a part of the way has the names and versions of that part", async () => {
      await inTransaction(session, () => runUp(session, conversion, first));
      const recorded = await record(facts(first));
      expect(recorded).toMatchObject({ migrations: first, conflicts: [] });
      expect(recorded.rows).toBeGreaterThan(50);
      expect(await values("select full_name from pggit.objects where is_active order by 1")).toEqual([
        '"Back Office"',
        'Back Office."Till Receipts"',
        "public.amount",
        "public.customers",
        "public.invoice_numbers",
        "public.order_status",
        "public.orders",
        "public.vouchers",
        "public.wishes",
      ]);
      expect(await versionOf("public.wishes")).toEqual(["1.0.0"]);
      expect(await versionOf("public.wish_lists")).toEqual([]);
    });

    test("again writes nothing", async () => {
      expect(await record(facts(first))).toEqual({ rows: 0, migrations: [], conflicts: [] });
    });

    test("the rest one by one, each with its change, goes on from there", async () => {
      for (const id of rest) {
        await inTransaction(session, async () => {
          await runUp(session, conversion, [id]);
          await recordMigrations(session, store, { plan, facts: [factOf(id, { how: "executed" })], run: null, programVersion: "0.1.0" });
        });
      }
      expect(await values("select id from pggit_migrate.migrations order by position")).toEqual(plan.order);
      expect((await record(facts(plan.order))).rows).toBe(0);
      expect(
        await rows(
          "select object_type, full_name, version, version_major || '.' || version_minor || '.' || version_patch as v, is_active from pggit.objects order by full_name",
        ),
      ).toEqual(
        [
          ["SCHEMA", '"Back Office"', 1, "1.0.0"],
          ["TABLE", 'Back Office."Till Receipts"', 1, "1.0.0"],
          ["TYPE", "public.amount", 1, "1.0.0"],
          ["TABLE", "public.customers", 3, "3.0.0"],
          ["PROCEDURE", "public.forget(bigint)", 1, "1.0.0"],
          ["SEQUENCE", "public.invoice_numbers", 1, "1.0.0"],
          ["VIEW", "public.mail_list", 1, "1.0.0"],
          ["VIEW", "public.open_orders", 1, "1.0.0"],
          ["MATERIALIZED_VIEW", "public.order_counts", 1, "1.0.0"],
          ["TYPE", "public.order_status", 1, "1.0.0"],
          ["FUNCTION", "public.order_total(bigint)", 1, "1.0.0"],
          ["FUNCTION", "public.order_total(bigint, numeric)", 1, "1.0.0"],
          ["TABLE", "public.orders", 2, "1.1.0"],
          ["FUNCTION", "public.touch()", 1, "1.0.0"],
          ["TABLE", "public.visits", 1, "1.0.0"],
          ["TABLE", "public.visits_2023", 1, "1.0.0"],
          ["TABLE", "public.vouchers", 3, "2.1.0"],
          ["TABLE", "public.wish_lists", 2, "2.0.0"],
        ].map(([object_type, full_name, version, v]) => ({ object_type, full_name, version, v, is_active: true })),
      );
    });

    test("commits are a chain that is the same in every database, with the source's facts", async () => {
      const chain =
        await rows(`select c.hash, c.parent_commit_hash, c.message, c.author, c.committer, c.authored_at, c.metadata -> 'source' ->> 'checksum' as checksum
        from pggit.commits c order by c.id`);
      expect(chain.map((commit) => commit["parent_commit_hash"])).toEqual([null, ...chain.slice(0, -1).map((commit) => commit["hash"])]);
      expect(chain[1]).toMatchObject({
        message: "V2: types",
        author: "deploy",
        committer: "pggit-migrate",
        authored_at: "2023-05-04 10:00:00",
        checksum: plan.migrations[1]?.checksum,
      });
      // Of the content alone: nobody's clock, role or table is in it.
      expect(chain.at(0)?.["hash"]).toMatch(/^[0-9a-f]{64}$/);
      expect(await values("select head_commit_hash from pggit.branches")).toEqual([chain.at(-1)?.["hash"]]);
      // What V5 leaves is what V3 left, and V14 writes rows only.
      expect(await values("select count(distinct tree_hash)::int from pggit.commits")).toEqual([plan.order.length - 2]);
      expect(await values("select metadata -> 'other_objects' from pggit.commits where message like 'V13%'")).toEqual([
        [expect.objectContaining({ kind: "statistics", name: "visits_by_customer", version: "1.0.0" })],
      ]);
    });

    test("the history of an object comes back newest first, over drop, return and renaming", async () => {
      const history = (name: string): Promise<readonly Record<string, unknown>[]> =>
        rows(`select version, change_type, change_description from pggit.get_history('${name}')`);
      expect(await history("public.vouchers")).toEqual([
        { version: 3, change_type: "CREATE", change_description: "new table" },
        { version: null, change_type: "DROP", change_description: "table dropped" },
        { version: 1, change_type: "CREATE", change_description: "new table" },
      ]);
      expect(await history("public.wish_lists")).toEqual([
        { version: 2, change_type: "RENAME", change_description: "renamed from wishes to wish_lists" },
        { version: 1, change_type: "CREATE", change_description: "new table" },
      ]);
      expect(await history("public.customers")).toMatchObject([
        { change_description: "new unique constraint uk_customers_email" },
        { change_type: "ALTER", change_description: "column full_name renamed to display_name" },
        { change_type: "CREATE" },
      ]);
      expect(await values("select count(*)::int - count(distinct (object_id, created_at))::int from pggit.history")).toEqual([0]);
      expect(await values("select sql_executed from pggit.history where change_type = 'RENAME'")).toEqual([
        "ALTER TABLE wishes RENAME TO wish_lists;",
      ]);
    });

    test("metadata and definition are the catalog's", async () => {
      const [customers] = await rows("select metadata, ddl_normalized from pggit.objects where full_name = 'public.customers'");
      expect(customers?.["metadata"]).toMatchObject({
        oid: expect.any(Number),
        columns: {
          id: { type: "int8", nullable: false, default: "nextval('customers_id_seq'::regclass)", position: 1 },
          email: { type: "varchar(255)", nullable: false, default: null, position: 2 },
          display_name: { type: "text", nullable: true, default: "'DROP TABLE customers; -- not really'::text", position: 3 },
        },
      });
      expect(customers?.["ddl_normalized"]).toContain("CONSTRAINT uk_customers_email UNIQUE (email)");
      const [receipts] = await rows("select metadata -> 'columns' as columns from pggit.objects where object_name = '\"Till Receipts\"'");
      expect(Object.keys(receipts?.["columns"] ?? {}).sort()).toEqual(["No.", "it's", "order"]);
      expect(await values("select ddl_normalized from pggit.objects where full_name = 'public.order_status'")).toEqual([
        "CREATE TYPE public.order_status AS ENUM ('new', 'paid')",
      ]);
    });

    test("dependencies are those of the catalog, and an impact is found through them", async () => {
      expect(
        await rows(
          "select dependent_name as name, depends_on_name as needs, dependency_type as type from pggit.dependency_graph where dependent_name like '%order%' or depends_on_name = 'public.wish_lists' order by 1, 2",
        ),
      ).toEqual([
        { name: "public.open_orders", needs: "public.customers", type: "view" },
        { name: "public.open_orders", needs: "public.order_status", type: "view" },
        { name: "public.open_orders", needs: "public.orders", type: "view" },
        { name: "public.order_counts", needs: "public.orders", type: "view" },
        { name: "public.orders", needs: "public.amount", type: "type" },
        { name: "public.orders", needs: "public.customers", type: "foreign_key" },
        { name: "public.orders", needs: "public.invoice_numbers", type: "sequence" },
        { name: "public.orders", needs: "public.order_status", type: "type" },
        { name: "public.orders", needs: "public.touch()", type: "trigger" },
      ]);
      expect(
        await rows("select level, dependent_object from pggit.get_impact_analysis('public.customers') where object_type <> 'VIEW'"),
      ).toEqual([
        { level: 1, dependent_object: "public.orders" },
        { level: 1, dependent_object: "public.wish_lists" },
        { level: 2, dependent_object: 'Back Office."Till Receipts"' },
        { level: 2, dependent_object: "public.order_counts" },
      ]);
    });

    test("no migration is pending, each has its scripts, and the source's table its numbers", async () => {
      expect(await rows("select 1 from pggit.pending_migrations")).toEqual([]);
      expect(
        await rows(
          "select version, up_script, down_script, applied_at, applied_by, execution_time_ms from pggit.migrations where version = 'flyway:V9'",
        ),
      ).toEqual([
        {
          version: "flyway:V9",
          up_script: "ALTER TABLE wishes RENAME TO wish_lists;",
          down_script: "ALTER TABLE public.wish_lists RENAME TO wishes;",
          applied_at: "2023-05-04 10:00:00",
          applied_by: "deploy",
          execution_time_ms: 12,
        },
      ]);
      const numbers = await rows(
        "select migration_id::int as id, migration_name, checksum, commit_message from pggit.migration_history join pggit.external_migrations using (migration_id, tool_name, migration_name) order by 1",
      );
      expect(numbers.map(({ id }) => id)).toEqual(plan.order.map((_id, index) => index + 1));
      expect(numbers[0]).toMatchObject({ migration_name: "V1", checksum: plan.migrations[0]?.checksum, commit_message: "V1: customers" });
    });
  });

  describe("what people decide", () => {
    const decided = (choice: string): Plan => ({
      ...plan,
      edgeCases: plan.edgeCases
        .map((edge) => ({ ...edge, decision: { choice, by: "Ann", at: "2024-01-02T03:04:05+01:00", reason: "looked at it" } }))
        .map((edge) => ({ ...edge, decision: { ...edge.decision, sql: null } })),
    });
    const reviews = "select review_status, reviewer_notes, reviewed_at from pggit.ai_edge_cases";

    test("is a review of the questions that stand in the record", async () => {
      expect(plan.edgeCases.length).toBeGreaterThan(0);
      expect(
        (await rows("select case_type, review_status from pggit.ai_edge_cases order by id")).map((row) => row["review_status"]),
      ).toEqual(plan.edgeCases.map(() => "PENDING"));
      const recorded = await record(facts(plan.order), decided("keep"));
      expect(recorded).toMatchObject({ rows: plan.edgeCases.length, migrations: [] });
      expect((await rows(reviews))[0]).toEqual({
        review_status: "APPROVED",
        reviewer_notes: "keep · Ann · looked at it",
        reviewed_at: "2024-01-02 02:04:05",
      });
      expect((await record(facts(plan.order), decided("keep"))).rows).toBe(0);
      expect((await record(facts(plan.order), decided("exclude"))).rows).toBeGreaterThan(plan.edgeCases.length);
      expect(await values("select distinct review_status from pggit.ai_edge_cases")).toEqual(["REJECTED"]);
      expect(await values("select bool_or(human_override) from pggit.ai_decisions")).toEqual([true]);
      await record(facts(plan.order));
    });

    test("the answer of the rules is the five keys of the understanding", async () => {
      const [row] = await rows(
        "select ai_response, model_version, confidence::float8 as confidence from pggit.ai_decisions where migration_id = 'flyway:V3'",
      );
      expect(JSON.parse(String(row?.["ai_response"]))).toEqual(plan.migrations[2]?.understanding);
      expect(row).toMatchObject({ model_version: "pggit-migrate-rules/0.1.0", confidence: plan.migrations[2]?.understanding.confidence });
    });
  });

  describe("branches, other tools and edits", () => {
    test("a migration that was edited after it was recorded is a conflict, and nothing is written", async () => {
      const [v1, ...others] = plan.migrations;
      if (v1 === undefined) throw new Error("the plan is empty");
      const edited: Plan = {
        ...plan,
        migrations: [{ ...v1, up: v1.up.map((statement) => ({ ...statement, sql: `${statement.sql} ` })) }, ...others],
      };
      expect(await record(facts(["V1"]), edited)).toMatchObject({ rows: 0, conflicts: [{ id: "V1" }] });
    });

    test("a repeatable that pggit ran again is another version of itself, and goes back to the one before", async () => {
      const mail = plan.migrations.at(-1);
      if (mail === undefined) throw new Error("the plan is empty");
      const again: Plan = {
        ...plan,
        migrations: [
          ...plan.migrations.slice(0, -1),
          { ...mail, up: mail.up.map((statement) => ({ ...statement, sql: `${statement.sql} WHERE true` })) },
        ],
      };
      expect((await record([factOf(mail.id, { how: "executed" })], again)).migrations).toEqual([mail.id]);
      expect(await values("select version from pggit.migrations where version like 'flyway:R%' order by id")).toEqual([
        "flyway:R__mail_list",
        "flyway:R__mail_list#2",
      ]);
      await inTransaction(session, () => removeMigrations(session, store, { tool: "flyway", ids: [mail.id] }));
      expect(await values("select version from pggit.migrations where version like 'flyway:R%'")).toEqual(["flyway:R__mail_list"]);
      expect((await record(facts(plan.order))).rows).toBe(0);
    });

    test("two tools with equal ids stand beside each other, and a branch gets a name that the checks accept", async () => {
      const [v1] = plan.migrations;
      if (v1 === undefined) throw new Error("the plan is empty");
      const other: Plan = {
        ...plan,
        source: { ...plan.source, tool: "sql" },
        migrations: [v1],
        objects: plan.objects
          .filter(({ identity }) => identity === "public.customers")
          .map((object) => ({ ...object, history: object.history.slice(0, 1) })),
        branches: [
          { name: "main", environment: null, database: null, migrations: [] },
          { name: "Test & Übung: 1", environment: "test", database: null, migrations: ["V1"] },
          { name: "Test @ Übung: 1", environment: null, database: null, migrations: [] },
        ],
        edgeCases: [],
      };
      expect((await record(facts(["V1"]), other)).migrations).toEqual(["V1"]);
      expect(await values("select version from pggit.migrations where version like '%:V1' order by 1")).toEqual(["flyway:V1", "sql:V1"]);
      expect(await rows("select name, description, head_commit_hash is not null as started from pggit.branches order by id")).toEqual([
        { name: "main", description: null, started: true },
        { name: "Test-bung-1", description: "named Test & Übung: 1, environment test", started: true },
        { name: "Test-bung-1-2", description: "named Test @ Übung: 1", started: true },
      ]);
      // One row per object, whatever number of branches has it: that of the current branch.
      expect(await versionOf("public.customers")).toEqual(["3.0.0"]);
      await session.run("SELECT pggit.checkout_branch('Test-bung-1')");
      expect(await versionOf("public.customers")).toEqual(["1.0.0"]);
      await session.run("RESET pggit.current_branch");
      await inTransaction(session, () => removeMigrations(session, store, { tool: "sql", ids: ["V1"] }));
      expect((await record(facts(plan.order))).rows).toBe(0);
    });

    test("create_branch() works at once, copies what stands, and refuses what cannot be", async () => {
      await session.run("SELECT pggit.create_branch('feature/vouchers')");
      expect(
        await rows("select branch_name, status, commit_count from pggit.list_branches() where branch_name in ('main', 'feature/vouchers')"),
      ).toEqual([
        { branch_name: "main", status: "ACTIVE", commit_count: plan.order.length },
        { branch_name: "feature/vouchers", status: "ACTIVE", commit_count: 0 },
      ]);
      expect(await values("select count(*)::int from pggit.objects where branch_name = 'feature/vouchers' and branch_id <> 1")).toEqual([
        18,
      ]);
      await expect(session.run("SELECT pggit.create_branch('x', 'nowhere')")).rejects.toThrow("there is no branch nowhere");
      await expect(session.run("SELECT pggit.create_branch('a b')")).rejects.toThrow("branch_name_format");
      await expect(session.run(`SELECT pggit.create_branch('${"x".repeat(256)}')`)).rejects.toThrow("at most 255");
      await session.run(
        "DELETE FROM pggit.objects WHERE branch_name = 'feature/vouchers'; DELETE FROM pggit.branches WHERE name = 'feature/vouchers'",
      );
      await setCurrentBranch(session, "feature/vouchers");
      expect((await readRecord(session, store)).branch).toBe("feature/vouchers");
    });

    test("increment_version() and add_dependency() keep versions and history as the extension does", async () => {
      await session.run("BEGIN");
      const [counted] = await rows(
        `select pggit.increment_version(id, 'ALTER', 'MINOR', 'by hand') as version from pggit.objects where full_name = 'public.visits'`,
      );
      expect(counted).toEqual({ version: 2 });
      expect(await versionOf("public.visits")).toEqual(["1.1.0"]);
      await session.run("SELECT pggit.add_dependency('public.visits', 'public.customers', 'by hand')");
      expect(await values("select dependency_type from pggit.dependency_graph where dependent_name = 'public.visits'")).toEqual([
        "by hand",
      ]);
      await session.run("ROLLBACK");
    });
  });

  describe("runs and steps", () => {
    const step: LedgerStep = { tool: "flyway", migration: "V20", direction: "up", position: 1, sqlHash: "ab" };

    test("a run is in the audit trail with role, host and plan; its open steps are known after a crash", async () => {
      const run = await beginRun(session, {
        kind: "apply",
        tool: "flyway",
        planContentId: plan.contentId,
        planDecisionsId: plan.decisionsId,
        programVersion: "0.1.0",
        host: "build-7",
      });
      await beginStep(session, run, step);
      expect(await readRecord(session, store)).toMatchObject({
        lastRun: {
          id: run,
          kind: "apply",
          status: "running",
          role: "pggit_test_owner",
          host: "build-7",
          finishedAt: null,
          planContentId: plan.contentId,
        },
        ledger: [{ ...step, run, finishedAt: null }],
      });
      await finishStep(session, step);
      const next = await beginRun(session, {
        kind: "apply",
        tool: "flyway",
        planContentId: plan.contentId,
        planDecisionsId: plan.decisionsId,
        programVersion: "0.1.0",
        host: "build-7",
      });
      expect((await readRecord(session, store)).ledger).toMatchObject([{ ...step, run, finishedAt: expect.stringMatching(/Z$/) }]);
      await beginStep(session, next, step);
      expect((await readRecord(session, store)).ledger).toMatchObject([{ ...step, run: next, finishedAt: null }]);
      await clearSteps(session, step);
      await finishRun(session, next, { status: "stopped", stoppedAt: "V20", message: "lock timeout" });
      expect(await readRecord(session, store)).toMatchObject({
        ledger: [],
        lastRun: { id: next, status: "stopped", stoppedAt: "V20", message: "lock timeout" },
      });
    });
  });

  describe("going back", () => {
    test("the record is what it was before, and the same again after the way forth", async () => {
      const snapshot = async (): Promise<unknown> => [
        await rows(
          "select full_name, object_type, version, version_major, version_minor, version_patch, is_active, content_hash, metadata - 'oid' as metadata from pggit.objects order by full_name",
        ),
        await values("select hash from pggit.commits order by id"),
        await rows("select dependent_name, depends_on_name, dependency_type from pggit.dependency_graph"),
        await values("select version from pggit.migrations order by id"),
        await rows("select name, head_commit_hash, total_objects from pggit.branches order by id"),
      ];
      const back = ["R__mail_list", "V15", "V14", "V13", "V12", "V11", "V10", "V9"];
      const head = await snapshot();
      await inTransaction(session, async () => {
        await runDown(session, conversion, back);
        expect(await removeMigrations(session, store, { tool: "flyway", ids: back })).toBeGreaterThan(40);
      });
      expect(await versionOf("public.wishes")).toEqual(["1.0.0"]);
      expect(await versionOf("public.customers")).toEqual(["1.0.0"]);
      expect(await values("select metadata -> 'columns' ? 'full_name' from pggit.objects where full_name = 'public.customers'")).toEqual([
        true,
      ]);
      expect((await readRecord(session, store)).migrations.at(-1)).toMatchObject({
        id: "V8",
        down: ["DROP TABLE public.wishes"],
        downStatus: "proven",
      });
      expect(await inTransaction(session, () => removeMigrations(session, store, { tool: "flyway", ids: back }))).toBe(0);
      const forth = plan.order.filter((id) => back.includes(id));
      await inTransaction(session, async () => {
        await runUp(session, conversion, forth);
        await recordMigrations(session, store, { plan, facts: facts(forth), run: null, programVersion: "0.1.0" });
      });
      expect(await snapshot()).toEqual(head);
    });

    test("to the original state: refused while something of the user's depends on it, then nothing is left", async () => {
      await session.run('CREATE VIEW "Our changes" AS SELECT * FROM pggit.recent_changes');
      expect(await inTransaction(session, () => removeRecord(session, store))).toMatchObject({
        kind: "failed",
        failures: [{ code: "record-in-use", location: 'public."Our changes"', exitCode: 4 }],
      });
      await session.run('DROP VIEW "Our changes"');
      expect(await inTransaction(session, () => removeRecord(session, store))).toEqual({ kind: "ok", value: undefined });
      expect(await findStore(session)).toEqual({ kind: "ok", value: { kind: "none" } });
      expect(await values("select nspname from pg_namespace where nspname like 'pggit%'")).toEqual([]);
    });

    test("where somebody dropped pggit alone, it is made anew and the audit trail stays", async () => {
      const made = await inTransaction(session, () => createStore(session, { kind: "none" }));
      if (made.kind === "failed") throw new Error(made.failures[0]?.message);
      store = made.value;
      await record(facts(plan.order));
      await beginRun(session, {
        kind: "record",
        tool: "flyway",
        planContentId: "",
        planDecisionsId: "",
        programVersion: "0.1.0",
        host: "here",
      });
      await session.run("DROP SCHEMA pggit CASCADE");
      const again = await inTransaction(session, () => createStore(session, { kind: "none" }));
      expect(again).toMatchObject({ kind: "ok", value: { kind: "own", missing: [] } });
      expect(await readRecord(session, store)).toMatchObject({ migrations: [], lastRun: { host: "here" } });
      expect((await record(facts(plan.order))).migrations).toEqual(plan.order);
    });
  });
}
