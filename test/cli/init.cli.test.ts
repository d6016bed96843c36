import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { runProgram, useProjects } from "../support/program.ts";

const newProject = useProjects();

test("init writes settings that migrate takes as they are, also with every comment taken off, and overwrites nothing", async () => {
  const project = newProject();
  const at = { cwd: project.root };
  const first = await runProgram(["init"], at);
  expect(first).toEqual({ code: 0, stdout: "wrote  pggit.yaml\n", stderr: "" });
  expect(readdirSync(project.root)).toEqual(["pggit.yaml"]);
  const file = join(project.root, "pggit.yaml");
  const written = readFileSync(file, "utf8");
  project.write({ "001_a.sql": "CREATE TABLE a (id int);\n" });
  const read = await runProgram(["migrate", ".", "--stop-after", "read", "--json"], at);
  expect({ code: read.code, stderr: read.stderr }).toEqual({ code: 0, stderr: "" });

  const again = await runProgram(["init", "--json"], at);
  expect(again.code).toBe(2);
  expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: "already-initialized", location: "pggit.yaml" } });
  expect(readFileSync(file, "utf8")).toBe(written);

  const uncommented = written.replaceAll(/^# (?=[a-z]+:| {2})/gm, "");
  expect(Object.keys(parse(uncommented) as object)).toContain("environments");
  writeFileSync(file, uncommented.replace(/^source: .*$/m, "source: sql").replace(/^location: .*$/m, "location: ."));
  const full = await runProgram(["migrate", ".", "--stop-after", "read", "--json"], at);
  expect({ code: full.code, error: full.code === 0 ? null : full.stdout }).toEqual({ code: 0, error: null });
});

test("init with a name makes a folder with a place for each thing", async () => {
  const project = newProject();
  const run = await runProgram(["init", "shop"], { cwd: project.root });
  expect(run.code).toBe(0);
  expect(readdirSync(join(project.root, "shop")).sort()).toEqual(["decisions.yaml", "migrations", "overrides"]);
  expect(run.stdout.match(/^wrote {2}(?:shop\/|pggit\.yaml$)/gm)).toHaveLength(4);
  const refused = await runProgram(["init", "shop"], { cwd: project.root });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("left as it is");
  const elsewhere = await runProgram(["init", "../shop"], { cwd: project.root });
  expect({ code: elsewhere.code, kept: readdirSync(project.root) }).toEqual({ code: 2, kept: ["pggit.yaml", "shop"] });
  // What is decided in that folder is what counts.
  project.write({ "sql/001_a.sql": "CREATE TABLE a (id int);\n", "shop/decisions.yaml": "decisions: [{ id: V1-x }]\n" });
  const refusedDecision = await runProgram(["migrate", "--source", "sql"], { cwd: project.root });
  expect(refusedDecision).toMatchObject({ code: 2, stderr: expect.stringContaining("shop/decisions.yaml:1") });
  const status = await runProgram(["status"], { cwd: project.root });
  expect(status).toMatchObject({ code: 2, stderr: expect.stringContaining("no plan in shop/") });
});

test("help is on standard output where it is asked for, and no command at all is wrong use", async () => {
  const project = newProject();
  const [asked, none, version] = await Promise.all([["--help"], [], ["--version"]].map((args) => runProgram(args, { cwd: project.root })));
  expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining("migrate"), stderr: "" });
  expect(none).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("migrate") });
  expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});
