import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { sqitch } from "../../../adapters/sqitch/index.ts";
import { readOptions } from "../../../scripts/conformance/cases.js";
import { temporaryProject } from "../../support/project-files.ts";
import { PG, plan, planOf, readFailures, readHistory, show, showAll, tell } from "./project.ts";

const conf = { "sqitch.conf": PG };

describe("a change", () => {
  test("takes planner, time, note, tag and ids from the plan and its ways from its scripts", async () => {
    const history = await readHistory({
      ...conf,
      "sqitch.plan": plan("users/create # Make users;\\nall of them", "@v1", "@v1.0"),
      "deploy/users/create.sql": "-- Deploy\nBEGIN;\nCREATE TABLE users (id int);\nCOMMIT;\n",
      "revert/users/create.sql": "BEGIN;\nDROP TABLE users;\nCOMMIT;\n",
      "verify/users/create.sql": "BEGIN;\nSELECT id FROM users;\nROLLBACK;\n",
    });
    const [migration] = history.migrations;
    expect(migration).toMatchObject({
      id: "users/create",
      version: "v1.0",
      name: "Make users; all of them",
      author: "Ann Bee <ann@bee.example>",
      date: "2024-05-06T07:08:09Z",
      checksum: "e3bf81275ad8046f9ad90038d85982c1e92ca766",
      entry: { change: "users/create", project: "shop", conflicts: "[]" },
      files: [
        { path: "deploy/users/create.sql", role: "up" },
        { path: "revert/users/create.sql", role: "down" },
        { path: "verify/users/create.sql", role: "verify" },
      ],
    });
    expect(await showAll(history)).toEqual([
      "users/create: CREATE TABLE users (id int) ← DROP TABLE users ? BEGIN | SELECT id FROM users | ROLLBACK",
    ]);
    expect(history.bookkeeping).toContain("sqitch.changes");
    expect(history.bookkeepingSql).toEqual([]);
  });

  test.each([
    ["begin; SELECT 1; end;", "a: SELECT 1"],
    ["START TRANSACTION; SELECT 1; COMMIT TRANSACTION;", "a: SELECT 1"],
    [
      "SET client_min_messages = warning; BEGIN; SELECT 1; COMMIT; RESET client_min_messages;",
      "a: SET client_min_messages = warning | SELECT 1 | RESET client_min_messages",
    ],
    ["SET LOCAL a.b = 1; BEGIN; SELECT 1; COMMIT;", "a [file]: SET LOCAL a.b = 1 | BEGIN | SELECT 1 | COMMIT"],
    ["SELECT 0; BEGIN; SELECT 1; COMMIT;", "a [file]: SELECT 0 | BEGIN | SELECT 1 | COMMIT"],
    ["BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT;", "a [file]: BEGIN ISOLATION LEVEL SERIALIZABLE | SELECT 1 | COMMIT"],
    ["BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT;", "a [file]: BEGIN | SELECT 1 | COMMIT | BEGIN | SELECT 2 | COMMIT"],
    ["BEGIN; SELECT 1;", "a [file]: BEGIN | SELECT 1"],
    ["SELECT 1", "a [file]: SELECT 1"],
    ["BEGIN; SELECT 1; ROLLBACK; BEGIN; SELECT 2; COMMIT;", "a: SELECT 2"],
    ["BEGIN; SELECT 1; ROLLBACK TO x; COMMIT; ROLLBACK;", "a [file]: BEGIN | SELECT 1 | ROLLBACK TO x | COMMIT | ROLLBACK"],
    ["BEGIN; SELECT 1; SAVEPOINT s; SELECT 2; ROLLBACK TO SAVEPOINT S; SELECT 3; RELEASE s; COMMIT;", "a: SELECT 1 | SELECT 3"],
    [
      'BEGIN; SAVEPOINT a; SELECT 1; SAVEPOINT "A"; SELECT 2; SAVEPOINT a; SELECT 3; ROLLBACK WORK TO a; RELEASE SAVEPOINT "A"; SELECT 4; ROLLBACK TO a; SELECT 5; COMMIT;',
      "a: SELECT 5",
    ],
    ["SAVEPOINT s; SELECT 1; ROLLBACK TO s;", "a [file]: SAVEPOINT s | SELECT 1 | ROLLBACK TO s"],
    [
      'BEGIN; CREATE TEMP TABLE "T t" (a int); CREATE TEMPORARY TABLE IF NOT EXISTS u AS SELECT 1; CREATE TEMP TABLE v () ON COMMIT DROP; COMMIT;',
      'a: CREATE TEMP TABLE "T t" (a int) | CREATE TEMPORARY TABLE IF NOT EXISTS u AS SELECT 1 | CREATE TEMP TABLE v () ON COMMIT DROP | DROP TABLE IF EXISTS pg_temp."T t" | DROP TABLE IF EXISTS pg_temp.u',
    ],
  ])("%j runs in the transaction that it writes", async (text, shown) => {
    expect(await showAll(await readHistory({ ...conf, "sqitch.plan": plan("a"), "deploy/a.sql": text }))).toEqual([shown]);
  });

  test.each([
    ["BEGIN; SELECT 1; COMMIT;", "SELECT 1"],
    ["SELECT 1; BEGIN; SELECT 2; ROLLBACK; SELECT 3;", "SELECT 1 | SELECT 3"],
    ["SELECT 1; BEGIN; SELECT 2;", "SELECT 1"],
    ["BEGIN; SAVEPOINT s; SELECT 1; ROLLBACK TO s; SELECT 2; COMMIT;", "SELECT 2"],
  ])("a revert script takes back what it commits: %j", async (text, down) => {
    const history = await readHistory({ ...conf, "sqitch.plan": plan("a"), "deploy/a.sql": "SELECT 0;", "revert/a.sql": text });
    expect(await showAll(history)).toEqual([`a [file]: SELECT 0 ← ${down}`]);
  });

  test("what is not there, empty, equal or odd is said", async () => {
    const history = await readHistory({
      ...conf,
      "sqitch.plan": plan("a", "b", "-c", "d"),
      "deploy/a.sql": "-- nothing\n",
      "revert/a.sql": "BEGIN;\n-- nothing\nCOMMIT;\n",
      "deploy/b.sql": "-- nothing\n",
      "deploy/c.sql": "SELECT 1;",
      "revert/c.sql": "SELECT 1;",
      "verify/c.sql": "SELECT 'open;",
      "deploy/d.sql": "SELECT 2;",
      "revert/d.sql": "SELECT 2;",
      "verify/d.sql": "\\! rm -rf /\nSELECT 1;",
    });
    expect(history.findings.map(({ code, migration }) => `${code} ${migration}`)).toEqual([
      "empty-migration a",
      "empty-down a",
      "empty-migration b",
      "no-revert-script b",
      "verify-not-read c",
      "revert-operator c",
      "no-verify-script null",
      "identical-scripts null",
    ]);
    expect(history.migrations.map((migration) => ["down" in migration, "verify" in migration])).toEqual([
      [false, false],
      [false, false],
      [true, false],
      [true, true],
    ]);
  });
});

describe("psql scripts", () => {
  test("run where sqitch is run: \\i from there, \\ir from the script; data from files and from the script", async () => {
    const history = await readHistory({
      "db/sqitch.conf": `${PG}top_dir = sql\n`,
      "db/sql/sqitch.plan": plan("a"),
      "db/sql/deploy/a.sql": "\\i sql/shared.sql\n\\ir ../data.sql\n\\copy t from 'sql/rows.csv' csv\n\\copy t from stdin\n1\n\\.\n",
      "db/sql/shared.sql": "SELECT 'shared';",
      "db/sql/data.sql": "SELECT :'registry', :'ON_ERROR_STOP';",
      "db/sql/rows.csv": "1\n2\n",
    });
    expect(await showAll(history)).toEqual([
      "a [file]: SELECT 'shared' | SELECT 'sqitch', '1' | COPY t FROM STDIN csv <<4 | COPY t FROM STDIN <<2",
    ]);
    expect(history.migrations[0]?.files.map(({ path }) => path)).toEqual([
      "db/sql/deploy/a.sql",
      "db/sql/shared.sql",
      "db/sql/data.sql",
      "db/sql/rows.csv",
    ]);
  });

  test("nothing of the machine is run: shells and programs are custom code", async () => {
    const history = await readHistory({
      ...conf,
      "sqitch.plan": plan("a"),
      "deploy/a.sql":
        "\\set who `whoami`\nSELECT :'who';\n\\! touch /tmp/pggit-was-run\n\\copy t from program 'cat /etc/passwd'\nSELECT 1;\n",
    });
    const [migration] = history.migrations;
    expect(migration?.edgeCases.map(({ kind, source }) => `${kind} ${source?.location.line}`)).toEqual([
      "custom-code 1",
      "custom-code 2",
      "custom-code 3",
      "custom-code 4",
    ]);
    expect(migration === undefined ? "" : await show(migration)).toMatch(/\| SELECT 1$/);
  });

  test("files outside the project are refused", async () => {
    const root = temporaryProject({
      ...conf,
      "sqitch.plan": plan("a", "b", "c"),
      "deploy/a.sql": "\\i ../../etc/passwd\n",
      "deploy/b.sql": "\\copy t from '/etc/passwd'\n",
    });
    symlinkSync("/etc/hostname", join(root, "deploy/c.sql"));
    const result = await sqitch.read(readOptions(root));
    const failures = result.kind === "failed" ? result.failures : [];
    expect(failures.map(({ code }) => code)).toEqual(["outside-root", "outside-root", "outside-root"]);
  });

  test("a variable that nothing sets is asked for once, however many scripts use it", async () => {
    const files = { ...conf, "sqitch.plan": plan("a", "b"), "deploy/a.sql": "SELECT :'x';", "deploy/b.sql": "SELECT :'x', :'y';" };
    expect((await readFailures(files)).map(({ hint }) => hint)).toEqual([
      "Give it: --placeholder x=VALUE.",
      "Give it: --placeholder y=VALUE.",
    ]);
  });

  test("the registry is there for scripts that look at it, and only for them", async () => {
    const files = { ...conf, "sqitch.plan": plan("a"), "deploy/a.sql": 'SELECT * FROM :"registry".changes;' };
    const history = await readHistory(files);
    expect(history.bookkeepingSql[0]).toBe("CREATE SCHEMA IF NOT EXISTS sqitch");
    const temporary = await readHistory({ ...files, "deploy/a.sql": "CREATE TEMP TABLE t (); PREPARE p AS SELECT 1;" });
    expect(temporary.resetBetween.slice(-2)).toEqual(["DISCARD TEMP", "DEALLOCATE ALL"]);
    expect(temporary.bookkeepingSql).toEqual([]);
  });
});

test("a script that was edited since it was deployed is read as a database says that it was run", async () => {
  const files = { ...conf, "sqitch.plan": plan("a"), "deploy/a.sql": "SELECT 'edited';" };
  const contents = new Map([["deploy/a.sql", Buffer.from("SELECT 'as it was run';")]]);
  const history = await readHistory(files, { contents });
  expect(await showAll(history)).toEqual(["a [file]: SELECT 'as it was run'"]);
  expect(history.migrations[0]?.checksum).toBe("1d9e3d9471b53d37eb30657d932d8b2e129e7874");
});

describe("rework", () => {
  test("an old instance has its scripts under the nearest tag for which there are any", async () => {
    const history = await readHistory({
      ...conf,
      "sqitch.plan": plan("a", "@one", "b", "@two", "@three", "a [a@three]", "c", "@four", "a [a@four]", "@five"),
      "deploy/a@one.sql": "SELECT 'never: a nearer tag has a script';",
      "deploy/a@three.sql": "SELECT 1;",
      "revert/a@three.sql": "SELECT -1;",
      "deploy/a@four.sql": "SELECT 2;",
      "revert/a@two.sql": "SELECT 'never';",
      "deploy/a.sql": "SELECT 3;",
      "revert/a.sql": "SELECT -3;",
      "deploy/b.sql": "SELECT 'b';",
      "deploy/c.sql": "SELECT 'c';",
    });
    expect(await showAll(history)).toEqual([
      "a@three [file]: SELECT 1 ← SELECT -1",
      "b [file]: SELECT 'b'",
      "a@four [file]: SELECT 2",
      "c [file]: SELECT 'c'",
      "a [file]: SELECT 3 ← SELECT -3",
    ]);
  });

  test("without a script the first tag is looked for, and missed in its line", async () => {
    const files = { ...conf, "sqitch.plan": plan("a", "@one", "@two", "b", "@three", "a [a@two]"), "deploy/a.sql": "SELECT 1;" };
    expect(tell(await readFailures(files))).toEqual([
      "file-not-found sqitch.plan:3 The change a has no deploy script: there is no file deploy/a@three.sql.",
      "file-not-found sqitch.plan:6 The change b has no deploy script: there is no file deploy/b.sql.",
    ]);
  });
});

interface Deployment {
  readonly why: string;
  readonly plans: Readonly<Record<string, string>>;
  readonly outcome: string;
}

describe("dependencies and conflicts, as sqitch deploy took them", () => {
  const cases = JSON.parse(readFileSync(resolve("fixtures/sqitch/recorded/deploys.json"), "utf8")) as readonly Deployment[];

  test.each(cases)("$why", async ({ plans, outcome }) => {
    const root = temporaryProject(
      Object.fromEntries(
        Object.entries(plans).flatMap(([name, body]) => [
          [`${name}/sqitch.conf`, PG],
          [`${name}/sqitch.plan`, `%project=${name}\n\n${body}`],
        ]),
      ),
    );
    for (const name of Object.keys(plans)) {
      mkdirSync(join(root, name, "deploy"));
      for (const script of ["a", "b", "c", "a@v1", "a@v2"])
        writeFileSync(join(root, name, "deploy", `${script}.sql`), `SELECT '${name} ${script}';`);
    }
    const result = await sqitch.read(readOptions(root, { locations: Object.keys(plans) }));
    const questions = result.kind === "ok" ? result.value.migrations.flatMap(({ edgeCases }) => edgeCases.map(({ kind }) => kind)) : [];
    // A project that is nowhere in the folder is asked about, not refused: it may be deployed all the same.
    const refused = result.kind === "failed" || questions.includes("precondition");
    expect({ outcome, refused }).toEqual({ outcome, refused: outcome !== "deployed" });
    const places = result.kind === "failed" ? result.failures.map(({ code }) => code) : [];
    expect(places.every((code) => code === "unmet-dependency")).toBe(true);
  });
});

test("all problems of plans and scripts come at once, each in its place", async () => {
  const files = {
    ...conf,
    "sqitch.plan": `${plan("a", "b [c]")}what is this\n${planOf("x", "d").split("\n\n")[1]}`,
  };
  expect(tell(await readFailures(files))).toEqual([
    'invalid-plan sqitch.plan:4 The change "b" requires "c", which is not planned before it.',
    "invalid-plan sqitch.plan:5 The time and the planner's name and email are missing.",
  ]);
});
