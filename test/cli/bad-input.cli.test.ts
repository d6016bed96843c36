import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { renderFailures } from "../../src/cli/print-failures.ts";
import { styleFor } from "../../src/cli/terminal.ts";
import type { Failure } from "../../src/model/failure.ts";
import { runProgram, startProgram, useProjects, type ProgramRun, type TemporaryProject } from "../support/program.ts";

const newProject = useProjects();

interface BadInput {
  readonly name: string;
  readonly arrange: (project: TemporaryProject) => void;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: number;
  /** What the message must hold, each on standard error. */
  readonly says: readonly (string | RegExp)[];
}

const good = "CREATE TABLE users (id int PRIMARY KEY);\n";

const cases: readonly BadInput[] = [
  {
    name: "a folder that is not there",
    arrange: () => {},
    args: ["migrate", "nowhere"],
    code: 2,
    says: ["no such folder", /at .*nowhere/],
  },
  { name: "an empty folder", arrange: () => {}, code: 2, says: ["empty"] },
  {
    name: "a file instead of a folder",
    arrange: (project) => project.write({ "x.sql": good }),
    args: ["migrate", "x.sql"],
    code: 2,
    says: ["not a folder"],
  },
  {
    name: "no migrations",
    arrange: (project) => project.write({ "README.md": "hello" }),
    code: 2,
    says: ["No migrations found", "--location"],
  },
  { name: "a tool that nobody knows", arrange: () => {}, args: ["migrate", ".", "--source", "oracle"], code: 2, says: ["oracle"] },
  { name: "a flag that nobody knows", arrange: () => {}, args: ["migrate", "--frobnicate"], code: 2, says: ["--frobnicate", "--help"] },
  { name: "a command that nobody knows", arrange: () => {}, args: ["frobnicate"], code: 2, says: ["frobnicate", "pggit --help"] },
  {
    name: "a placeholder without a value",
    arrange: (project) =>
      project.write({
        "sql/V1__a.sql": "GRANT SELECT ON x TO ${reader};\n-- ${also_missing}\n",
        "flyway.conf": "flyway.locations=filesystem:sql\n",
      }),
    code: 2,
    says: ["reader", "also_missing", "sql/V1__a.sql:1", "--placeholder"],
  },
  {
    name: "the same version twice",
    arrange: (project) =>
      project.write({ "sql/V1__a.sql": good, "sql/V1_0__b.sql": good, "flyway.conf": "flyway.locations=filesystem:sql\n" }),
    code: 2,
    says: ["V1__a.sql", "V1_0__b.sql"],
  },
  {
    name: "a quote that is never closed",
    arrange: (project) => project.write({ "001_a.sql": good, "002_b.sql": "SELECT 1;\nSELECT 'open;\n" }),
    code: 2,
    says: ["002_b.sql:2"],
  },
  {
    name: "a dollar quote that is never closed",
    arrange: (project) => project.write({ "001_a.sql": good, "002_b.sql": "DO $x$ BEGIN\nEND;\n" }),
    code: 2,
    says: ["002_b.sql:1"],
  },
  {
    name: "a file that is not UTF-8",
    arrange: (project) => project.write({ "001_a.sql": good, "002_b.sql": Buffer.from([0x2d, 0x2d, 0x20, 0xe9, 0x0a]) }),
    code: 2,
    says: ["002_b.sql", "UTF-8"],
  },
  {
    name: "a shadow server that is away",
    arrange: (project) => project.write({ "001_a.sql": good }),
    args: ["migrate", ".", "--shadow-url", "postgres://me:hunter2@127.0.0.1:1/x"],
    code: 1,
    says: ["127.0.0.1"],
  },
  {
    name: "settings with an unknown key",
    arrange: (project) => project.write({ "001_a.sql": good, "pggit.yaml": "sorce: sql\n" }),
    code: 2,
    says: ["sorce", "pggit.yaml:1"],
  },
  {
    name: "a plan of a newer format in the output folder",
    arrange: (project) => project.write({ "001_a.sql": good, "pggit/migration_plan_20990101.json": '{"formatVersion": 2}' }),
    code: 2,
    says: ["format version 2", "migration_plan_20990101.json"],
  },
  {
    name: "a plan in the output folder that was cut short",
    arrange: (project) => project.write({ "001_a.sql": good, "pggit/migration_plan_20990101.json": '{"formatVersion": 1,' }),
    code: 2,
    says: ["not valid JSON", "migration_plan_20990101.json"],
  },
  {
    name: "links that lead around in a circle or out of the folder",
    arrange: (project) => {
      project.write({ "db/001_a.sql": good });
      mkdirSync(join(project.root, "db", "more"));
      symlinkSync("..", join(project.root, "db", "more", "back"));
      symlinkSync("/etc", join(project.root, "db", "etc"));
    },
    args: ["migrate", "db"],
    code: 2,
    says: [/symbolic link to a folder that holds it/, "more/back", /outside the (project|folder)/, /at .*etc/],
  },
  {
    name: "a Flyway location with links in a circle and out of the folder",
    arrange: (project) => {
      project.write({ "sql/V1__a.sql": good, "flyway.conf": "flyway.locations=filesystem:sql\n" });
      symlinkSync("itself", join(project.root, "sql", "itself"));
      symlinkSync("/etc/passwd", join(project.root, "sql", "V2__b.sql"));
    },
    code: 2,
    says: ["sql/itself", "sql/V2__b.sql", "leads out of the folder"],
  },
  {
    name: "an output folder with someone else's migrations",
    arrange: (project) => project.write({ "db/001_a.sql": good, "out/migrations/0001_mine/up.sql": "precious" }),
    args: ["migrate", "db", "--out", "out"],
    code: 4,
    says: ["did not write", "--out"],
  },
];

describe("bad input gives one clear message, the right exit code, and leaves nothing half-written", () => {
  test.each(cases)("$name", async ({ arrange, args, env, code, says }) => {
    const project = newProject();
    arrange(project);
    const before = readdirSync(project.root).sort();
    const at = { cwd: project.root, ...(env === undefined ? {} : { env }) };
    const command = args ?? ["migrate", "."];
    const json = await runProgram([...command, "--json"], at);
    expect(json.code).toBe(code);
    const told = JSON.parse(json.stdout) as { readonly error: Failure; readonly errors?: readonly Failure[] };
    expect(told).toMatchObject({
      error: { code: expect.stringMatching(/^[a-z0-9-]+$/), message: expect.any(String), hint: expect.any(String) },
    });
    expectNoTraceNorSecret(json);
    // What people read is made of the same failures.
    const text = renderFailures(told.errors ?? [told.error], styleFor(process.stderr, "never"));
    for (const part of says) expect(text).toMatch(part);
    expect(readdirSync(project.root).sort()).toEqual(before);
  });

  const asText = [
    "a folder that is not there",
    "a flag that nobody knows",
    "a command that nobody knows",
    "a placeholder without a value",
    "settings with an unknown key",
  ];
  test.each(cases.filter(({ name }) => asText.includes(name)))("$name, as text", async ({ arrange, args, code, says }) => {
    const project = newProject();
    arrange(project);
    const text = await runProgram(args ?? ["migrate", "."], { cwd: project.root });
    expect({ code: text.code, stdout: text.stdout }).toEqual({ code, stdout: "" });
    for (const part of says) expect(text.stderr).toMatch(part);
    expectNoTraceNorSecret(text);
  });

  const nobody = 65534;
  const root = process.getuid?.() === 0;
  test("a file that may not be read", async (context) => {
    const project = newProject();
    project.write({ "plain/001_a.sql": good, "flyway/sql/V1__a.sql": good, "flyway/flyway.conf": "flyway.locations=filesystem:sql\n" });
    for (const file of ["plain/001_a.sql", "flyway/sql/V1__a.sql"]) chmodSync(join(project.root, file), 0);
    chmodSync(project.root, 0o755);
    const at = { cwd: project.root, ...(root ? { uid: nobody } : {}) };
    const able = await runProgram(["--version"], at).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EACCES") return null;
      throw error;
    });
    if (able?.code !== 0) context.skip("the user nobody cannot run the program here");
    for (const [folder, file] of [
      ["plain", "001_a.sql"],
      ["flyway", "V1__a.sql"],
    ] as const) {
      const run = await runProgram(["migrate", folder], at);
      expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 2, stdout: "" });
      expect(run.stderr).toMatch(new RegExp(`at .*${file}`));
      expect(run.stderr).toContain("permissions");
      expectNoTraceNorSecret(run);
    }
  });

  test("a full disk", async (context) => {
    const project = newProject();
    project.write({ "db/001_a.sql": `${good}COMMENT ON TABLE users IS '${"long ".repeat(4_000)}';\n` });
    const tiny = join(project.root, "tiny");
    mkdirSync(tiny);
    if (!root || spawnSync("/bin/mount", ["-t", "tmpfs", "-o", "size=16k", "none", tiny]).status !== 0)
      context.skip("only root can mount a small disk");
    try {
      const run = await runProgram(["migrate", "db", "--out", "tiny/out"], { cwd: project.root });
      expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 1, stdout: "" });
      expect(run.stderr).toContain("the disk is full");
      expectNoTraceNorSecret(run);
      expect(readdirSync(tiny)).toEqual([]);
    } finally {
      spawnSync("/bin/umount", [tiny]);
    }
  });

  test("a file of 50 MB is read with bounded memory, and reading ends when it is interrupted", async () => {
    const project = newProject();
    const row = "INSERT INTO users VALUES (1, 'a text that is here for its length, in a row that is one of very many');\n";
    project.write({ "one/001_big.sql": good + row.repeat(Math.ceil(50_000_000 / row.length)) });
    const env = { NODE_OPTIONS: "--max-old-space-size=700" };
    const run = await runProgram(["migrate", "one", "--stop-after", "read", "--json"], { cwd: project.root, env });
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ source: { migrations: 1 } });

    mkdirSync(join(project.root, "many"));
    for (let copy = 1; copy <= 5; copy += 1)
      linkSync(join(project.root, "one", "001_big.sql"), join(project.root, "many", `00${copy}_big.sql`));
    const child = startProgram(["migrate", "many", "--out", "out", "--ai"], { cwd: project.root });
    // The warning that no model is configured is the last that is said before the files are read.
    await once(child.process.stderr, "data");
    child.process.kill("SIGINT");
    const ended = await child.ended;
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 130, stdout: "" });
    expect(ended.stderr).toContain("Interrupted; nothing was written.");
    expect(existsSync(join(project.root, "out"))).toBe(false);
  });

  test("while files are written neither an interruption nor a reader that went away leaves half of them", async () => {
    const project = newProject();
    const tables = Array.from({ length: 30 }, (_, at): [string, string] => [`db/${100 + at}_t.sql`, `CREATE TABLE t${at} (id int);\n`]);
    project.write(Object.fromEntries(tables));
    const child = startProgram(["migrate", "db", "--out", "out"], { cwd: project.root });
    child.process.stdout.destroy();
    const watching = setInterval(() => {
      if (!existsSync(join(project.root, "out"))) return;
      clearInterval(watching);
      child.process.kill("SIGINT");
    }, 1);
    const ended = await child.ended;
    clearInterval(watching);
    expect(ended.code).toBe(0);
    expectNoTraceNorSecret(ended);
    const out = join(project.root, "out");
    expect(readdirSync(out).filter((name) => !name.startsWith("migration_plan_"))).toEqual([
      "edge-cases.yaml",
      "migrations",
      "report.html",
      "runbook.md",
      "schema.sql",
    ]);
    expect(readdirSync(join(out, "migrations"))).toHaveLength(30);
  });
});

function expectNoTraceNorSecret(run: ProgramRun): void {
  expect(run.stderr + run.stdout).not.toMatch(/^ {4}at .*:\d+:\d+\)?$/m);
  expect(run.stderr + run.stdout).not.toContain("hunter2");
}
