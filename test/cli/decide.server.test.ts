import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram, type ProgramRun, useProjects } from "../support/program.ts";
import { useServer } from "../support/server.ts";
import { useDatabases } from "../support/target.ts";

const server = useServer();
const newDatabase = useDatabases(server);
const newProject = useProjects();

interface Plan {
  readonly edgeCases: readonly { readonly id: string; readonly kind: string }[];
}

const project = {
  "pggit.yaml": "approvals: { roles: [dba] }\n",
  "sql/V1__customers.sql":
    "CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, points int);\nINSERT INTO customers VALUES (1, 'ann@shop.example'), (2, 'bob@mail.example');\n",
  "sql/V2__phone.sql": "ALTER TABLE customers ADD COLUMN phone text;\nCREATE INDEX customers_phone_idx ON customers (phone);\n",
  "sql/U2__phone.sql": "DROP INDEX customers_phone_idx;\n",
  "sql/V3__points.sql": "UPDATE customers SET points = CASE WHEN email LIKE '%@shop.example' THEN 0 ELSE 100 END;\n",
};

test("decisions made one by one are proven and kept in the plan, approved, and end in an applied database", async () => {
  const made = newProject();
  const { root } = made;
  const write = (files: Readonly<Record<string, string>>): void => made.write(files);
  write(project);
  const out = join(root, "pggit");
  const run = (...args: readonly string[]): Promise<ProgramRun> => runProgram([...args, "--json"], { cwd: root });
  expect((await run("migrate", "--quiet")).code).toBe(3);
  const [name = ""] = readdirSync(out).filter((file) => file.startsWith("migration_plan_"));
  const file = join("pggit", name);
  const plan = (): Plan => JSON.parse(readFileSync(join(out, name), "utf8")) as Plan;
  const back = plan().edgeCases.find(({ kind }) => kind === "rollback-wrong")?.id ?? "";
  const decide = (...args: readonly string[]): Promise<ProgramRun> => run("decide", file, ...args, "--as", "Ann");

  // What does not hold when it is run changes nothing.
  write({ "wrong.sql": "DROP INDEX customers_phone_idx;\n" });
  const wrong = await decide(back, "edit", "--sql", "wrong.sql");
  expect(wrong).toMatchObject({ code: 2, stdout: expect.stringContaining("was tried and did not hold") });
  expect(JSON.parse(wrong.stdout)).toMatchObject({ error: { location: back } });
  expect(readdirSync(out)).not.toContain("decisions.yaml");

  write({ "back.sql": "DROP INDEX customers_phone_idx;\nALTER TABLE customers DROP COLUMN phone;\n" });
  const held = await decide("V2", "edit", "--sql", "back.sql", "--reason", "the undo script forgot the column");
  expect(held.code).toBe(3);
  expect(JSON.parse(held.stdout)).toMatchObject({
    decided: [back],
    verdicts: [{ migration: "V2", lines: expect.arrayContaining([expect.stringContaining("its way back (authored) is proven")]) }],
    edgeCases: { open: 1, decided: 1 },
  });
  const early = await run("approve", file, "--as", "Bob", "--role", "dba");
  expect([early.code, JSON.parse(early.stdout)]).toMatchObject([3, { approvals: [{ as: "Bob", role: "dba" }], edgeCases: { open: 1 } }]);
  expect((await decide("V3", "extract")).code).toBe(0);
  const { findings } = JSON.parse(readFileSync(join(out, name), "utf8")) as { readonly findings: readonly object[] };
  expect(findings).toContainEqual(expect.objectContaining({ code: "extracted", message: expect.stringContaining("2 rows in all tables") }));
  expect(readdirSync(out).filter((one) => one.startsWith("migration_plan_"))).toEqual([name]);

  const database = await newDatabase("decided_shop");
  const apply = (...args: readonly string[]): Promise<ProgramRun> =>
    run("apply", file, "--database", database.url, "--shadow-url", server, "--yolo", ...args);
  // Bob approved what it was before V3 was decided.
  expect(await apply()).toMatchObject({
    code: 4,
    stdout: expect.stringMatching(/needs one by dba, and has none\. Bob approved it before/),
  });
  expect((await run("approve", file, "--as", "Bob", "--role", "dba")).code).toBe(0);
  const one = await apply("--require-approvals", "2");
  expect(one).toMatchObject({ code: 4, stdout: expect.stringContaining("needs 2 approvals, and has Bob (dba)") });
  // A decision that was only saved is no part of the plan, and nobody can approve it.
  const decisions = readFileSync(join(out, "decisions.yaml"), "utf8");
  write({ "pggit/decisions.yaml": decisions.replace("choice: extract", "choice: keep") });
  expect(await run("approve", file, "--as", "Cid")).toMatchObject({ code: 4, stdout: expect.stringContaining("decisions-unproven") });
  write({ "pggit/decisions.yaml": decisions });
  expect((await run("approve", file, "--as", "Ann")).code).toBe(0);
  expect(await apply("--require-approvals", "2")).toMatchObject({ code: 0 });
  const state =
    "select (select json_agg(points order by id) from customers) as points, obj_description('pggit.migration_v3_points()'::regprocedure) as comment";
  const expected = [{ points: [0, 100], comment: "Moved out of sql/V3__points.sql:1" }];
  expect(await database.query(state)).toEqual(expected);
  // The files need nothing of pggit: neither the squashed one nor those of each migration.
  const folders = readdirSync(join(out, "migrations")).sort();
  const texts = [["schema.sql"], folders.map((folder) => `migrations/${folder}/up.sql`)];
  for (const [index, files] of texts.entries()) {
    const bare = await newDatabase(`decided_files_${index}`);
    for (const one of files) await bare.query(readFileSync(join(out, one), "utf8"));
    expect(await bare.query(state)).toEqual(expected);
  }

  expect(await decide("V3", "--undo")).toMatchObject({ code: 3 });
  write({ "sql/V4__more.sql": "CREATE TABLE more (id int);\n" });
  expect(await decide("V3", "keep")).toMatchObject({ code: 4, stdout: expect.stringContaining("history-changed") });
});
