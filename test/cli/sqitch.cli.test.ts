import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPlan } from "../../src/plan/read-plan.ts";
import { runProgram, useProjects } from "../support/program.ts";

const newProject = useProjects();

test("two Sqitch plans of one folder are listed, then converted together: ways back proven, checks passed, a plan that can be read back", async () => {
  const project = newProject();
  project.copyFixture("sqitch/two-projects");
  project.write({ "reports/001_sales.sql": "SELECT 1;\n", "reports/002_costs.sql": "SELECT 2;\n" });
  const unasked = await runProgram(["migrate", "."], { cwd: project.root });
  expect(unasked.code).toBe(2);
  expect(unasked.stderr).toContain("--source sqitch --location core (2 migrations)");
  expect(unasked.stderr).toContain("--source sqitch --location api (3 migrations)");

  const { code, stdout } = await runProgram(["migrate", ".", "--location", "core", "--location", "api", "--json"], { cwd: project.root });
  const summary = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(summary).toMatchObject({
    source: { tool: "sqitch", location: "core, api", migrations: 5, from: "2021-01-01", to: "2021-02-03" },
    rollbacks: { coverage: 1 },
    squash: { proven: true },
    edgeCases: { open: 0 },
  });
  const plan = await readPlan(join(project.root, summary.plan));
  if (plan.kind === "failed") throw new Error(JSON.stringify(plan.failures));
  const [first, , views] = plan.value.migrations;
  expect(first).toMatchObject({ id: "core:keys", author: "Dee Ops <dee@ops.example>", date: "2021-01-01T00:00:00Z" });
  expect(first?.files.map(({ path, role }) => `${role} ${path}`)).toEqual([
    "up core/deploy/keys.sql",
    "down core/revert/keys.sql",
    "verify core/verify/keys.sql",
  ]);
  expect(views?.entry).toMatchObject({ project: "api", conflicts: '["core:nothing","old:api"]' });
  expect(views?.evidence.map(({ statement }) => statement)).toContain(
    "All 1 statements ran on the shadow; the check that its authors wrote passed (1 statement)",
  );
  expect(readFileSync(join(project.root, "pggit/schema.sql"), "utf8")).not.toContain("sqitch");
});
