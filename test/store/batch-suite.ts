import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../../src/database/session.ts";
import type { Plan, PlanMigration, PlanObject } from "../../src/model/plan.ts";
import { createStore } from "../../src/store/create-store.ts";
import { recordMigrations, type Recorded } from "../../src/store/record.ts";
import type { ReadyStore } from "../../src/store/store.ts";
import { factOf } from "./shop.ts";
import { inTransaction, openTarget, type TargetDatabase } from "./target.ts";

/** A plan of many migrations by hand: every fourth makes a table, the others change the one before. */
function longPlan(template: Plan, length: number): Plan {
  const [like] = template.migrations;
  if (like === undefined) throw new Error("the template is empty");
  const ids = Array.from({ length }, (_none, index) => `V${index + 1}`);
  const tableOf = (index: number): string => `t${index - (index % 4)}`;
  const migrations = ids.map((id, index): PlanMigration => {
    const sql = index % 4 === 0 ? `CREATE TABLE ${tableOf(index)} (id integer)` : `ALTER TABLE ${tableOf(index)} ADD COLUMN c${index} text`;
    const up = like.up
      .slice(0, 1)
      .map((statement) => ({ ...statement, sql, data: null, objects: { reads: [], writes: [`table:${tableOf(index)}`] } }));
    return { ...like, id, name: `change ${index}`, up, edgeCases: [] };
  });
  const objects = ids.flatMap((_id, index): PlanObject[] => {
    if (index % 4 !== 0) return [];
    const steps = ids.slice(index, index + 4);
    const history = steps.map((migration, at) => ({
      migration,
      level: "MINOR" as const,
      version: `1.${at}.0`,
      reason: at === 0 ? "new table" : `new column c${index + at}`,
    }));
    return [{ kind: "table", identity: `public.${tableOf(index)}`, version: `1.${history.length - 1}.0`, dropped: false, history }];
  });
  return {
    ...template,
    migrations,
    order: ids,
    objects,
    edgeCases: [],
    branches: [{ name: "main", environment: null, database: null, migrations: ids }],
  };
}

/** What recording costs. */
export function describeBatches(url: string, template: () => Plan): void {
  describe("five hundred migrations", () => {
    let target: TargetDatabase;
    let store: ReadyStore;
    beforeAll(async () => {
      target = await openTarget(url, { name: "store_batch", owner: null });
      const made = await inTransaction(target.session, () => createStore(target.session, { kind: "none" }));
      if (made.kind === "failed") throw new Error(made.failures[0]?.message);
      store = made.value;
    });
    afterAll(() => target?.close());

    /** Records within a transaction that is taken back, and counts the queries. */
    const measure = async (plan: Plan): Promise<{ readonly recorded: Recorded; readonly queries: number; readonly seconds: number }> => {
      const { session } = target;
      let queries = 0;
      const counting: Session = {
        ...session,
        rows(sql, parameters) {
          queries += 1;
          return session.rows(sql, parameters);
        },
        run(sql) {
          queries += 1;
          return session.run(sql);
        },
      };
      await session.run("BEGIN");
      for (const { up } of plan.migrations) await session.run(up[0]?.sql ?? "");
      const start = performance.now();
      const recorded = await recordMigrations(counting, store, {
        plan,
        facts: plan.order.map((id) => factOf(id)),
        run: null,
        programVersion: "0.1.0",
      });
      const seconds = (performance.now() - start) / 1000;
      await session.run("ROLLBACK");
      return { recorded, queries, seconds };
    };

    test("take as many queries as eight, and a few seconds on a busy machine", async () => {
      const few = await measure(longPlan(template(), 8));
      const many = await measure(longPlan(template(), 500));
      expect(many.recorded.migrations).toHaveLength(500);
      expect(many.recorded.rows).toBeGreaterThan(2500);
      expect(many.queries).toBe(few.queries);
      expect(many.queries).toBeLessThan(40);
      expect(many.seconds).toBeLessThan(10);
      console.info(`500 migrations: ${many.recorded.rows} rows in ${many.queries} queries and ${many.seconds.toFixed(2)} s`);
    });
  });
}
