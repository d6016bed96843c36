import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Plan } from "../../src/model/plan.ts";
import { canonicalJson } from "../../src/plan/canonical-json.ts";
import type { PlanContent } from "../../src/plan/content-id.ts";
import { readPlan } from "../../src/plan/read-plan.ts";
import { placePlan, sealPlan } from "../../src/plan/write-plan.ts";

const content: PlanContent = {
  formatVersion: 1,
  source: { tool: "flyway", toolVersion: null, location: "db/migration", migrations: 0, from: null, to: null },
  engine: { postgres: "PostgreSQL 18.6", embedded: true },
  surroundings: { resetBetween: [], bookkeeping: [], bookkeepingSql: [] },
  summary: {
    operations: 0,
    confidence: 1,
    minimumConfidence: 1,
    risk: "LOW",
    rollbacks: { proven: 0, provenConditional: 0, provenLossy: 0, irreversible: 0, unproven: 0, coverage: 1 },
    version: "1.0.0",
  },
  migrations: [],
  order: [],
  dependencies: [],
  squash: {
    statements: [],
    merges: [],
    takenBack: [],
    kept: [],
    elided: [],
    proof: { proven: true, engine: "PostgreSQL 18.6", rows: 0, differences: [], notCovered: [] },
  },
  objects: [],
  branches: [{ name: "main", environment: null, database: null, migrations: [] }],
  edgeCases: [],
  findings: [],
  approvals: [],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pggit-plan-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const write = (name: string, value: unknown): string => {
  const file = join(folder, name);
  writeFileSync(file, typeof value === "string" ? value : canonicalJson(value));
  return file;
};

describe("a plan file", () => {
  test("comes back as it was written, byte for byte", async () => {
    const plan = sealPlan(content);
    const result = await readPlan(write("migration_plan_20260101.json", plan));
    expect(result).toEqual({ kind: "ok", value: plan });
    expect(canonicalJson(result.kind === "ok" ? result.value : null)).toBe(canonicalJson(plan));
  });

  test.each<[string, unknown, string, number]>([
    ["edited by hand", { ...sealPlan(content), order: ["V2", "V1"] }, "plan-edited", 4],
    ["of a newer format", { formatVersion: 2 }, "plan-format-newer", 2],
    ["cut short", '{"formatVersion": 1, "conte', "plan-invalid", 2],
    ["with a key too many", { ...sealPlan(content), extra: 1 }, "plan-invalid", 2],
    ["of something else", [1, 2], "plan-invalid", 2],
  ])("%s is refused", async (_name, value, code, exitCode) => {
    const result = await readPlan(write("migration_plan_20260101.json", value));
    expect(result).toMatchObject({ kind: "failed", failures: [{ code, exitCode }] });
  });

  test("that is not there is said so", async () => {
    expect(await readPlan(join(folder, "none.json"))).toMatchObject({ kind: "failed", failures: [{ code: "plan-unreadable" }] });
  });
});

describe("the name of a plan", () => {
  const place = (plan: Plan, today: string) => placePlan(plan, { folder, today });
  const other = sealPlan({ ...content, order: ["V1"] });

  test("is today's", async () => {
    expect(await place(sealPlan(content), "20260102")).toMatchObject({ kind: "ok", value: { name: "migration_plan_20260102.json" } });
  });

  test("stays while the content stays, also on a later day", async () => {
    write("migration_plan_20260101.json", sealPlan(content));
    expect(await place(sealPlan(content), "20260102")).toMatchObject({ kind: "ok", value: { name: "migration_plan_20260101.json" } });
  });

  test("counts up on the same day, past nine too", async () => {
    write("migration_plan_20260101.json", sealPlan(content));
    expect(await place(other, "20260101")).toMatchObject({ kind: "ok", value: { name: "migration_plan_20260101-2.json" } });
    for (let number = 2; number <= 10; number += 1) write(`migration_plan_20260101-${number}.json`, sealPlan(content));
    expect(await place(other, "20260101")).toMatchObject({ kind: "ok", value: { name: "migration_plan_20260101-11.json" } });
  });

  test("is not given while the newest plan was edited by hand", async () => {
    write("migration_plan_20260101.json", { ...sealPlan(content), order: ["V9"] });
    expect(await place(other, "20260101")).toMatchObject({ kind: "failed", failures: [{ code: "plan-edited", exitCode: 4 }] });
  });
});
