import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../../src/database/session.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { Conversion } from "../../src/pipeline.ts";
import { createStore } from "../../src/store/create-store.ts";
import { findStore } from "../../src/store/find-store.ts";
import { readRecord } from "../../src/store/read-record.ts";
import { recordMigrations, type MigrationFact, type Recorded } from "../../src/store/record.ts";
import { removeMigrations, removeRecord } from "../../src/store/remove.ts";
import type { ReadyStore } from "../../src/store/store.ts";
import { useServer } from "../support/server.ts";
import { convertShop } from "./shop.ts";
import { inTransaction, openTarget, runDown, runUp, type TargetDatabase } from "./target.ts";

const url = useServer();
let plan: Plan;
let conversion: Conversion;
let target: TargetDatabase;
let session: Session;
let store: ReadyStore;

beforeAll(async () => {
  ({ plan, conversion } = await convertShop());
  target = await openTarget(url, { name: "store_record", owner: "store_owner" });
  session = target.session;
});
afterAll(() => target?.close());

const fact = (id: string, more: Partial<MigrationFact> = {}): MigrationFact => ({
  id,
  how: "recorded",
  appliedAt: "2023-05-04T10:00:00Z",
  appliedBy: "deploy",
  executionMs: 12,
  source: null,
  ...more,
});
const facts = (ids: readonly string[]): readonly MigrationFact[] => ids.map((id) => fact(id));
const record = (list: readonly MigrationFact[]): Promise<Recorded> =>
  inTransaction(session, () => recordMigrations(session, store, { plan, facts: list, run: null, programVersion: "0.1.0" }));
const rows = (sql: string, parameters: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> =>
  session.rows(sql, parameters);
const column = async (sql: string): Promise<readonly unknown[]> => (await rows(sql)).map((row) => Object.values(row)[0]);

describe("as a plain owner", () => {
  test("finds none and makes one", async () => {
    expect(await findStore(session)).toEqual({ kind: "ok", value: { kind: "none" } });
    const made = await inTransaction(session, () => createStore(session, { kind: "none" }));
    if (made.kind === "failed") throw new Error(made.failures[0]?.message);
    store = made.value;
    expect(store).toEqual({ kind: "own", missing: [] });
    expect(await findStore(session)).toEqual({ kind: "ok", value: store });
  });

  test("records", async () => {
    await inTransaction(session, () => runUp(session, conversion, plan.order));
    const recorded = await record(facts(plan.order));
    console.log(
      recorded,
      await rows(
        "select object_type, full_name, version, version_major||'.'||version_minor||'.'||version_patch as v, is_active from pggit.objects order by id",
      ),
    );
    console.log(await rows("select * from pggit.dependency_graph"));
    console.log(await rows("select * from pggit.get_history('public.customers')"));
    console.log(await rows("select * from pggit.list_branches()"));
    expect((await record(facts(plan.order))).rows).toBe(0);
    console.log(await rows("select full_name, ddl_normalized, metadata from pggit.objects where object_name ~ 'Till|orders'"));
  });
  test("down", async () => {
    const back = ["R__mail_list", "V15", "V14", "V13", "V12", "V11", "V10", "V9"];
    await inTransaction(session, async () => {
      await runDown(session, conversion, back);
      console.log(await removeMigrations(session, store, { tool: "flyway", ids: back }));
    });
    console.log(
      await rows(
        "select object_type, full_name, version, version_major||'.'||version_minor||'.'||version_patch as v, is_active from pggit.objects order by id",
      ),
    );
    const rec = await readRecord(session, store);
    console.log(rec.migrations.at(-1), await column("select head_commit_hash from pggit.branches"));
    const gone = await inTransaction(session, () => removeRecord(session, store));
    expect(gone.kind).toBe("ok");
  });
});
