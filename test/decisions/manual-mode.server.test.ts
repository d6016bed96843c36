import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram, type ProgramRun, useProjects } from "../support/program.ts";
import { useServer } from "../support/server.ts";
import { useDatabases } from "../support/target.ts";

const server = useServer();
const newDatabase = useDatabases(server);
const newProject = useProjects();

interface Plan {
  readonly edgeCases: readonly { readonly id: string; readonly kind: string; readonly migration: string }[];
}

test("--manual-mode makes every migration a question, and writes nothing to the database until each is decided", async () => {
  const project = newProject();
  project.write({
    "sql/V1__customers.sql": "CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL);\n",
    "sql/V2__email_index.sql": "CREATE INDEX customers_email_idx ON customers (email);\n",
  });
  const database = await newDatabase("manual_mode");
  await database.query("CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL)");
  const out = join(project.root, "pggit");
  const migrate = (): Promise<ProgramRun> =>
    runProgram(["migrate", "--manual-mode", "--yolo", "--database", database.url, "--json", "--quiet"], {
      cwd: project.root,
    });

  const asked = await migrate();
  expect(asked.code).toBe(3);
  expect(JSON.parse(asked.stdout)).toMatchObject({
    edgeCases: { open: 2, decided: 0 },
    database: { state: { before: "partial" }, recorded: 0, executed: [] },
    error: { code: "decisions-open" },
  });
  expect(await database.query("select to_regclass('pggit.branches')::text as store")).toEqual([{ store: null }]);

  const name = readdirSync(out).find((file) => file.startsWith("migration_plan_")) ?? "";
  const { edgeCases } = JSON.parse(readFileSync(join(out, name), "utf8")) as Plan;
  expect(edgeCases.map(({ kind, migration }) => `${migration} ${kind}`)).toEqual(["V1 manual-review", "V2 manual-review"]);
  const entries = edgeCases.map(({ id }) => `  - { id: ${id}, choice: keep, by: Ann }\n`).join("");
  writeFileSync(join(out, "decisions.yaml"), `decisions:\n${entries}`);
  const decided = await migrate();
  expect(decided.code).toBe(0);
  expect(JSON.parse(decided.stdout)).toMatchObject({
    edgeCases: { open: 0, decided: 2 },
    database: { state: { before: "partial", after: "head" }, recorded: 1, executed: [{ id: "V2" }] },
  });
});
