import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram, type ProgramRun, useProjects } from "../support/program.ts";

const newProject = useProjects();

const project = {
  "settings/night.yaml": "runbook: { roles: { executes: Nora Night } }\n",
  "sql/V1__customers.sql":
    "CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, points int);\nINSERT INTO customers VALUES (1, 'ann@shop.example', NULL);\n",
  "sql/V2__readers.sql": "GRANT SELECT ON customers TO shop_reader;\n",
  "sql/V3__points.sql": "UPDATE customers SET points = CASE WHEN email LIKE '%@shop.example' THEN 0 ELSE 100 END;\n",
};

test("a decision is proven and written with what the plan was made with: its settings file, and roles that it takes for granted", async () => {
  const made = newProject();
  made.write(project);
  const { root } = made;
  const out = join(root, "pggit");
  const run = (...args: readonly string[]): Promise<ProgramRun> => runProgram([...args, "--quiet", "--json"], { cwd: root });
  expect((await run("migrate", "--config", "settings/night.yaml")).code).toBe(3);
  const runbook = (): string => readFileSync(join(out, "runbook.md"), "utf8");
  expect(runbook()).toContain("Nora Night");
  const [name = ""] = readdirSync(out).filter((file) => file.startsWith("migration_plan_"));

  const decided = await run("decide", join("pggit", name), "V3", "extract", "--as", "Ann");
  expect(decided).toMatchObject({ code: expect.toBeOneOf([0, 3]), stdout: expect.stringContaining('"choice": "extract"') });
  expect(readFileSync(join(out, name), "utf8")).toContain('"extracted"');
  expect(runbook()).toContain("Nora Night");
});
