import { execFile, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { programPath } from "../support/program.ts";
import { useServer } from "../support/server.ts";
import { loadRunnable } from "../../src/apply/runnable.ts";
import { ask, failureOf, migrateTo, useConversion, useDatabases } from "../support/target.ts";
import { shop } from "../apply/shop.ts";

/** Short: every line of the walk-throughs converts it anew. */
const history = Object.fromEntries(Object.entries(shop).filter(([name]) => /conf$|V[1-49]__|R__/.test(name)));
const total = Object.keys(history).length - 1;

const server = useServer();
const conversion = useConversion(history);
const newDatabase = useDatabases(server);
const has = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined;
const bin = mkdtempSync(join(tmpdir(), "pggit-bin-"));
afterAll(() => rmSync(bin, { recursive: true, force: true }));
beforeAll(() => {
  chmodSync(programPath, 0o755);
  symlinkSync(programPath, join(bin, "pggit"));
});

/** Runs a line of the users' documents in the project, as a shell would, on the test server. */
async function shell(line: string, input = ""): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const { hostname, port, username, password } = new URL(server);
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: decodeURIComponent(password),
  };
  return new Promise((resolve) => {
    const child = execFile("sh", ["-c", line], { cwd: conversion().root, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

const written =
  "select (select count(*)::int from pg_namespace where nspname ~ '^pggit') as schemas, (select count(*)::int from pg_class where relnamespace = 'public'::regnamespace) as relations";

/** Shadows that are on the server now and still there after a while: other tests make theirs meanwhile, and drop them. */
async function shadowsThatStay(): Promise<readonly string[]> {
  const list = async (): Promise<readonly string[]> => {
    const found = await ask<{ name: string }>(
      server,
      "select datname as name from pg_database where datname ~ '^pggit_shadow_[0-9]+(a|copy)'",
    );
    return found.map(({ name }) => name);
  };
  let staying = await list();
  for (let second = 0; second < 60 && staying.length > 0; second++) {
    await sleep(1_000);
    const still = new Set(await list());
    staying = staying.filter((name) => still.has(name));
  }
  return staying;
}

// Each test stands on what the one before it left, as a user's day does.
describe.sequential("the users' walk-throughs, word for word", { timeout: 300_000 }, () => {
  test("migrate a database that Flyway brought to the head, and look at the branches", async () => {
    const database = await newDatabase("migration_test");
    await migrateTo(database, conversion(), total);
    for (const ai of ["--ai ", ""]) {
      const look = has("psql") ? ` && psql -d migration_test -c "SELECT * FROM pggit.branches"` : "";
      const run = await shell(`pggit migrate ${ai}--source=flyway --database=migration_test${look}`);
      expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("at the head of the history: 6 of 6") });
      expect(run.stdout).toMatch(look === "" ? /State/ : /\bmain\b[\s\S]*\(1 row\)/);
      expect(run.stderr.includes("no model is configured")).toBe(ai !== "");
    }
    expect(await database.query("select count(*)::int as branches from pggit.branches")).toEqual([{ branches: 1 }]);
  });

  test("a dry run against production, and the plan", async () => {
    const database = await newDatabase("production");
    await migrateTo(database, conversion(), 4);
    const before = await database.query(written);
    for (const ai of ["--ai ", ""]) {
      const run = await shell(`pggit migrate ${ai}--dry-run --database=production && cat pggit/migration_plan_*.json`);
      expect(run).toMatchObject({ code: 0 });
      expect(run.stdout).toContain("part of the way: 4 of 6, after V4");
      expect(run.stdout).toContain("V9, R__open_orders");
      expect(JSON.parse(run.stdout.slice(run.stdout.indexOf("\n{\n")))).toMatchObject({ formatVersion: 1 });
    }
    expect(await database.query(written)).toEqual(before);
    expect(readdirSync(join(conversion().root, "pggit")).filter((name) => name.startsWith("migration_plan_"))).toHaveLength(1);
  });

  test("shadow mode against production leaves nothing behind, there or on its server", async () => {
    const before = await ask(server.replace(/\/postgres$/, "/production"), written);
    for (const ai of ["--ai ", ""]) {
      const run = await shell(`pggit migrate ${ai}--shadow-mode --database=production`);
      expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("a copy on its server") });
      expect(run.stdout).toContain("Executed");
      expect(run.stdout).toContain("at the head of the history");
    }
    expect(await ask(server.replace(/\/postgres$/, "/production"), written)).toEqual(before);
    expect(await shadowsThatStay()).toEqual([]);
  });

  test("production with confirmation: nobody there to ask is exit 5 and nothing written; a yes on a terminal records and runs", async () => {
    const url = server.replace(/\/postgres$/, "/production");
    const before = await ask(url, written);
    for (const ai of ["--ai ", ""]) {
      const run = await shell(`pggit migrate ${ai}--database=production --require-confirmation`);
      expect(run).toMatchObject({ code: 5, stderr: expect.stringContaining("no terminal") });
    }
    expect(await ask(url, written)).toEqual(before);
    if (!has("script")) return;
    const answers = join(bin, "answers");
    writeFileSync(answers, "y\ny\n");
    const run = await shell(`script -qec "pggit migrate --ai --database=production --require-confirmation" /dev/null < ${answers}`);
    expect(run.stdout).toMatch(/Write the record of 4 migrations/);
    expect(run.stdout).toMatch(/Run 2 migrations, V9 to R__open_orders/);
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("Executed") });
    expect(await ask(url, "select count(*)::int as migrations from pggit.migrations")).toEqual([{ migrations: total }]);
  });

  test("the same as JSON: the summary of the conversion with what was done under `database`", async () => {
    const run = await shell("pggit migrate --database=production --json");
    const summary = JSON.parse(run.stdout) as { database: object };
    expect(run.code).toBe(0);
    expect(summary.database).toMatchObject({
      state: { before: "head", after: "head" },
      recorded: 0,
      executed: [],
      stamped: 0,
      stoppedAt: null,
    });
    const status = await shell("pggit status --database production --json");
    expect(JSON.parse(status.stdout)).toMatchObject({ state: "head", pending: [], drift: [], branch: "main", lastRun: { status: "done" } });
    expect(Object.keys(JSON.parse(status.stdout) as object)).toEqual(["state", "applied", "pending", "drift", "branch", "lastRun"]);
    const back = await shell("pggit rollback --database production --to V4 --yolo --json");
    expect(JSON.parse(back.stdout)).toMatchObject({ stoppedAt: null, executed: [{ id: "R__open_orders" }, { id: "V9" }] });
    const events = back.stderr
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { event: string; id?: string });
    expect(events.filter(({ id }) => id === "V9").map(({ event }) => event)).toEqual(["migration", "statement", "done"]);
    expect(events).toContainEqual(expect.objectContaining({ event: "run", direction: "down", migrations: 2 }));
  });
});

describe("a plan that is not what it was", { timeout: 300_000 }, () => {
  /** What the command is told that loads the plan, before it opens a database. */
  const changing = async (file: string, change: (text: string) => string): Promise<string> => {
    const { root, plan } = conversion();
    const path = join(root, file);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, change(text));
    const loaded = await loadRunnable({ file: plan, cwd: root, roots: [], secrets: {} });
    const failure = failureOf(loaded.kind === "failed" ? loaded : { kind: "ok", value: { failure: null } });
    writeFileSync(path, text);
    expect(failure.exitCode).toBe(4);
    return failure.code;
  };

  test("edited plans, up files, down files, schema.sql and sources are refused", async () => {
    const edited = join(conversion().root, "sql/V9__phone.sql");
    const source = readFileSync(edited, "utf8");
    writeFileSync(edited, `${source}-- later\n`);
    const run = await shell("pggit apply pggit/migration_plan_*.json --database production --json");
    writeFileSync(edited, source);
    expect({ code: run.code, ...(JSON.parse(run.stdout) as object) }).toMatchObject({ code: 4, error: { code: "source-changed" } });
    const plan = `pggit/${readdirSync(join(conversion().root, "pggit")).find((name) => name.startsWith("migration_plan_")) ?? ""}`;
    expect(await changing(plan, (text) => text.replace('"V9"', '"V8"'))).toBe("plan-edited");
    const folder = conversion().runnable.migrations[3]?.plan.folder ?? "";
    expect(await changing(`pggit/migrations/${folder}/up.sql`, (text) => text.replace("France", "Elsewhere"))).toBe("files-changed");
    expect(await changing(`pggit/migrations/${folder}/down.sql`, (text) => `${text}\nDROP TABLE customers;\n`)).toBe("files-changed");
    expect(await changing("pggit/schema.sql", (text) => `${text}\nDROP TABLE customers;\n`)).toBe("files-changed");
  });

  test("no database and two destinations are wrong use", async () => {
    expect(await shell("pggit apply pggit/migration_plan_*.json")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("No database"),
    });
    expect(await shell("pggit rollback --database production")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("one destination"),
    });
  });
});
