import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pc from "picocolors";
import { describe, expect, test } from "vitest";
import { renderReport } from "../../src/cli/report.ts";
import type { Plan } from "../../src/model/plan.ts";
import { runProgram, startProgram, useProjects } from "../support/program.ts";

const newProject = useProjects();
const exampleOfTheUsers = {
  "sql/V1__users.sql": "CREATE TABLE users (id INT);\n",
  "sql/V2__email.sql": "ALTER TABLE users ADD COLUMN email VARCHAR(255);\n",
  "sql/V3__unique.sql": "ALTER TABLE users ADD CONSTRAINT uk_email UNIQUE (email);\n",
  "flyway.conf": "flyway.locations=filesystem:sql\n",
};

describe("pggit migrate", () => {
  test("the bundled Flyway history: every key of the summary, every file, and the same bytes the second time", async () => {
    const project = newProject();
    project.copyFixture("flyway/bookshop");
    const first = await runProgram(["migrate", ".", "--json"], { cwd: project.root });
    expect(first.code).toBe(3);
    const summary = JSON.parse(first.stdout);
    expect(summary).toMatchObject({
      plan: expect.stringMatching(/^pggit\/migration_plan_\d{8}\.json$/),
      source: { tool: "flyway", toolVersion: "9.22.3", migrations: 78 },
      squash: { proven: true },
      risk: "HIGH",
      branches: 1,
      database: null,
    });
    expect(Object.keys(summary)).toEqual([
      "plan",
      "source",
      "operations",
      "confidence",
      "minimumConfidence",
      "risk",
      "branches",
      "rollbacks",
      "squash",
      "edgeCases",
      "versions",
      "database",
      "remembered",
      "timings",
      "peakMemoryBytes",
    ]);
    expect(summary.rollbacks.coverage).toBeGreaterThan(0.9);
    const out = join(project.root, "pggit");
    const names = [summary.plan.slice("pggit/".length), "edge-cases.yaml", "migrations", "report.html", "runbook.md", "schema.sql"];
    expect(new Set(readdirSync(out))).toEqual(new Set(names));
    expect(readdirSync(join(out, "migrations"))).toHaveLength(78);
    expect(existsSync(join(out, "migrations", "0001_create_customers", "down.sql"))).toBe(true);

    const planFile = join(project.root, summary.plan);
    const facts = {
      version: "0",
      folder: "pggit",
      planName: "p.json",
      remembered: 0,
      timings: summary.timings,
      peakMemoryBytes: summary.peakMemoryBytes,
    };
    const report = renderReport(JSON.parse(readFileSync(planFile, "utf8")) as Plan, facts, { style: pc.createColors(false), width: 80 });
    expect(report.split("\n").filter((line) => line.length > 80)).toEqual([]);
    // One question about a migration in Java, and none about its rollback, which waits for the answer.
    expect(report.match(/^ {2}\w+ +V23-[a-z-]+/gm)).toEqual(["  HIGH    V23-custom-code-"]);
    expect(report.replaceAll(/\s+/g, " ")).toContain(
      "not as before: column customers.full_name allows NULL; the columns of customers come in another order.",
    );

    const before = {
      plan: readFileSync(planFile),
      schema: readFileSync(join(out, "schema.sql")),
      report: readFileSync(join(out, "report.html")),
    };
    const second = await runProgram(["migrate", ".", "--quiet", "--no-cache"], { cwd: project.root });
    expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 3, stdout: "" });
    expect(readFileSync(planFile).equals(before.plan)).toBe(true);
    expect(readFileSync(join(out, "schema.sql")).equals(before.schema)).toBe(true);
    expect(readFileSync(join(out, "report.html")).equals(before.report)).toBe(true);
    expect(new Set(readdirSync(out))).toEqual(new Set(names));
  });

  test("the example of the users' document comes out right, with --ai and no model too; it is read back as the same history, and once edited not overwritten", async () => {
    const project = newProject();
    project.write(exampleOfTheUsers);
    const run = await runProgram(["migrate", "--ai", "--source=flyway"], { cwd: project.root });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("no model is configured");
    expect(run.stdout).toMatch(/PROGRESSIVE_TABLE_BUILD/);
    const out = join(project.root, "pggit");
    const schema = readFileSync(join(out, "schema.sql"), "utf8");
    expect(schema).toContain("-- Version: users:1.0.0\nCREATE TABLE users (");
    expect(schema).toContain("CONSTRAINT uk_email UNIQUE (email)");
    expect(schema.match(/ALTER TABLE/g)).toBeNull();

    const again = await runProgram(["migrate", "pggit/migrations", "--source", "sql", "--out", "again", "--json"], { cwd: project.root });
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      source: { tool: "sql", migrations: 3 },
      squash: { proven: true },
      rollbacks: { proven: 3 },
    });
    for (const folder of readdirSync(join(out, "migrations"))) {
      const [ours, theirs] = ["pggit", "again"].map((place) =>
        readFileSync(join(project.root, place, "migrations", folder, "up.sql"), "utf8").replaceAll(/^-- pggit: source .*\n/gm, ""),
      );
      expect(theirs).toBe(ours);
    }

    const [plan = ""] = readdirSync(out).filter((name) => name.startsWith("migration_plan_"));
    const edited = readFileSync(join(out, plan), "utf8").replace('"V1"', '"V9"');
    writeFileSync(join(out, plan), edited);
    const refused = await runProgram(["migrate", "."], { cwd: project.root });
    expect({ code: refused.code, kept: readFileSync(join(out, plan), "utf8") === edited }).toEqual({ code: 4, kept: true });
    expect(refused.stderr).toContain("changed after it was written");
  });

  test("seed rows with ids drawn at random by a function of the history's own do not pass for a wrong squash", async () => {
    const project = newProject();
    project.write({
      "001_pick.sql": "CREATE FUNCTION pick() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT md5(random()::text) $$;\n",
      "002_t.sql": "CREATE TABLE t (id text PRIMARY KEY, n int);\nINSERT INTO t SELECT pick(), 7;\n",
      "003_u.sql": "CREATE TABLE u (t text REFERENCES t, sure int);\nINSERT INTO u SELECT id, 1 FROM t;\n",
    });
    const run = await runProgram(["migrate", ".", "--json"], { cwd: project.root });
    const summary = JSON.parse(run.stdout);
    expect(summary.squash).toMatchObject({ proven: true });
    expect(readFileSync(join(project.root, summary.plan), "utf8")).toContain("values that differ from run to run");
  });

  test("a syntax error is a question with PostgreSQL's message and its place; the rest goes on", async () => {
    const project = newProject();
    project.write({
      "001_a.sql": "CREATE TABLE a (id int);\n",
      "002_b.sql": "-- typo\n\nCREATE TABEL b (id int);\nCREATE TABLE c (id int);\n",
      "003_d.sql": "CREATE TABLE d (id int);\n",
    });
    const run = await runProgram(["migrate", "."], { cwd: project.root });
    expect(run.code).toBe(3);
    expect(run.stdout).toContain("002_b.sql:3:8");
    expect(run.stdout).toMatch(/syntax error at or near "TABEL"/);
    expect(readFileSync(join(project.root, "pggit", "schema.sql"), "utf8")).toContain("CREATE TABLE d");
  });

  test("secrets stand in no output and no file, and in the files psql variables stand for them", async () => {
    const project = newProject();
    project.write({
      "001_role.sql": "CREATE ROLE reporter LOGIN PASSWORD 'hunter2';\n",
      "002_a.sql": "CREATE TABLE a (id int);\nGRANT SELECT ON a TO reporter;\n",
    });
    const run = await runProgram(["migrate", "."], { cwd: project.root });
    const texts = [run.stdout, run.stderr, ...allFiles(join(project.root, "pggit")).map((file) => readFileSync(file, "utf8"))];
    expect(texts.join("\n")).not.toContain("hunter2");
    expect(readFileSync(join(project.root, "pggit", "migrations", "0001_role", "up.sql"), "utf8")).toMatch(/PASSWORD :'\w+'/);
  });

  test("stops early when asked, and writes nothing", async () => {
    const project = newProject();
    project.write(exampleOfTheUsers);
    const [read, replay, prove] = await Promise.all([
      runProgram(["migrate", ".", "--stop-after", "read", "--json"], { cwd: project.root }),
      runProgram(["migrate", ".", "--stop-after", "replay", "--json"], { cwd: project.root }),
      runProgram(["migrate", ".", "--stop-after", "prove"], { cwd: project.root }),
    ]);
    expect([read.code, replay.code, prove.code]).toEqual([0, 0, 0]);
    expect(JSON.parse(read.stdout)).toMatchObject({ source: { tool: "flyway", migrations: 3 } });
    expect(JSON.parse(replay.stdout)).toMatchObject({ replayed: 3, failedStatements: 0, failures: [] });
    expect(prove.stdout).toMatch(/^ {2}V3 {2}versioned {2}proven {2}unique$/m);
    expect(prove.stdout).toMatch(/^Rollbacks {5}3 proven$/m);
    expect(existsSync(join(project.root, "pggit"))).toBe(false);
  });

  test("an interruption while a statement runs ends it at once, with its code and nothing written", async () => {
    const project = newProject();
    project.write({ "001_slow.sql": "CREATE TABLE a (id int);\nSELECT pg_sleep(60);\n" });
    const signals = [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const;
    await Promise.all(
      signals.map(async ([signal, code]) => {
        const child = startProgram(["migrate", "."], { cwd: project.root });
        await new Promise<void>((resolve) => {
          child.process.stderr.on("data", (text: string) => (text.includes("replaying") ? resolve() : undefined));
        });
        child.process.kill(signal);
        const run = await child.ended;
        expect({ code: run.code, stdout: run.stdout }).toEqual({ code, stdout: "" });
        expect(run.stderr).toContain("Interrupted; nothing was written.");
      }),
    );
    expect(existsSync(join(project.root, "pggit"))).toBe(false);
  });
});

function allFiles(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? allFiles(path) : [path];
  });
}
