import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runProgram, useProjects } from "../support/program.ts";

const project = useProjects();

it("converts a Liquibase project, with the ways back of its authors and those that Liquibase makes", async () => {
  const here = project();
  const { root } = here;
  here.copyFixture("liquibase/rollback");
  const run = await runProgram(["migrate", "--json", "--quiet"], { cwd: root });
  expect([run.code, run.stderr]).toEqual([3, ""]);
  const summary = JSON.parse(run.stdout) as { plan: string; source: unknown; rollbacks: unknown; squash: { proven: boolean } };
  expect(summary.source).toMatchObject({ tool: "liquibase", location: "db/rollback.yaml", migrations: 9 });
  expect(summary.rollbacks).toMatchObject({ irreversible: 0, unproven: 0, coverage: 1 });
  expect(summary.squash.proven).toBe(true);
  const plan = JSON.parse(readFileSync(join(root, summary.plan), "utf8")) as {
    migrations: { id: string; author: string; version: string | null; rollback: { origin: string } }[];
    edgeCases: { kind: string; migration: string }[];
    findings: { code: string; migration: string | null }[];
  };
  const origins = Object.fromEntries(plan.migrations.map(({ id, rollback }) => [id, rollback.origin]));
  expect(origins).toMatchObject({
    ground: "authored",
    "automatic-1": "derived",
    "automatic-2": "derived",
    text: "authored",
    again: "authored",
  });
  // An automatic inverse that does not restore is no question: nobody wrote it.
  expect(plan.edgeCases.map(({ kind, migration }) => [kind, migration])).toEqual([["rollback-wrong", "nested"]]);
  expect(plan.findings).toContainEqual(expect.objectContaining({ code: "precondition-mark-ran", migration: "skipped" }));
  expect(readdirSync(join(root, "pggit", "migrations"))[4]).toBe("0005_text");
});

it("names the changelogs where there are several, and takes the one that is named", async () => {
  const here = project();
  const { root } = here;
  const changelog = (table: string): string =>
    `databaseChangeLog:\n- changeSet: {id: 1, author: a, changes: [{createTable: {tableName: ${table}, columns: [{column: {name: id, type: int}}]}}]}\n`;
  here.write({ "a/a.yaml": changelog("a"), "b/b.yaml": changelog("b") });
  const several = await runProgram(["migrate", "--quiet"], { cwd: root });
  expect(several.code).toBe(2);
  expect(several.stderr).toContain("--source liquibase --location b/b.yaml");
  const named = await runProgram(["migrate", "--quiet", "--source", "liquibase", "--changelog", "b/b.yaml"], { cwd: root });
  expect([named.code, named.stderr]).toEqual([0, ""]);
  expect(readFileSync(join(root, "pggit", "schema.sql"), "utf8")).toMatch(/CREATE TABLE (?:public\.)?b \(/i);
});
