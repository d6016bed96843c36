import { expect, test } from "vitest";
import { adapters } from "../../adapters/index.ts";
import { findProject } from "../../src/reading/find-project.ts";
import { useProjects } from "../support/program.ts";

const newProject = useProjects();
const sql = "CREATE TABLE a (id int);\n";
const search = (root: string) => findProject(adapters, { root, source: null, locations: [] });

test("a tool with rules of its own wins over plain SQL beside it, which is mentioned", async () => {
  const project = newProject();
  project.write({
    "src/main/resources/db/migration/V1__a.sql": sql,
    "src/main/resources/db/migration/V2__b.sql": "ALTER TABLE a ADD b int;\n",
    "tools/reports/001_sales.sql": sql,
    "tools/reports/002_costs.sql": "CREATE VIEW c AS SELECT 1 AS x;\n",
    "pggit/migrations/0001_a/up.sql": `-- pggit: migration V1\n\nBEGIN;\n\n${sql}\nCOMMIT;\n`,
    "pggit/migrations/0002_b/up.sql": "-- pggit: migration V2\n\nBEGIN;\n\nALTER TABLE a ADD b int;\n\nCOMMIT;\n",
  });
  expect(await search(project.root)).toMatchObject({
    kind: "ok",
    value: {
      adapter: { tool: "flyway" },
      detection: { location: "src/main/resources/db/migration", migrations: 2 },
      alsoSeen: [{ tool: "sql", location: "tools/reports" }],
    },
  });
});

test("a Sqitch plan wins over loose SQL beside it, and its own scripts are not mentioned", async () => {
  const project = newProject();
  project.write({
    "sqitch.conf": "[core]\n\tengine = pg\n\ttop_dir = db\n",
    "db/sqitch.plan": "%project=shop\n\n001_a 2024-05-06T07:08:09Z Ann <a@b.example>\n002_b 2024-05-06T07:08:10Z Ann <a@b.example>\n",
    "db/deploy/001_a.sql": sql,
    "db/deploy/002_b.sql": sql,
    "db/revert/001_a.sql": "DROP TABLE a;\n",
    "migrations/001_a.sql": sql,
    "migrations/002_b.sql": sql,
  });
  expect(await search(project.root)).toMatchObject({
    kind: "ok",
    value: {
      adapter: { tool: "sqitch" },
      detection: { location: "db", migrations: 2 },
      alsoSeen: [{ tool: "sql", location: "migrations" }],
    },
  });
});

test("several projects are listed with what to type for each", async () => {
  const project = newProject();
  for (const service of ["orders", "billing"]) project.write({ [`${service}/src/main/resources/db/migration/V1__a.sql`]: sql });
  const found = await search(project.root);
  expect(found).toMatchObject({ kind: "failed", failures: [{ code: "several-projects", exitCode: 2 }] });
  const message = found.kind === "failed" ? (found.failures[0]?.message ?? "") : "";
  expect(message).toContain("--source flyway --location billing/src/main/resources/db/migration");
  expect(message).toContain("--source flyway --location orders/src/main/resources/db/migration");
});

test("plain SQL alone is found", async () => {
  const project = newProject();
  project.write({ "migrations/001_a.up.sql": sql, "migrations/001_a.down.sql": "DROP TABLE a;\n" });
  expect(await search(project.root)).toMatchObject({ kind: "ok", value: { adapter: { tool: "sql" }, alsoSeen: [] } });
});

test("a tool and a location need no detection", async () => {
  const project = newProject();
  project.write({ "x/y/V1__a.sql": sql });
  const found = await findProject(adapters, { root: project.root, source: "flyway", locations: ["filesystem:x/y"] });
  expect(found).toMatchObject({ kind: "ok", value: { adapter: { tool: "flyway" }, detection: null } });
});
