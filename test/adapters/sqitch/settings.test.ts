import { describe, expect, test } from "vitest";
import { sqitch } from "../../../adapters/sqitch/index.ts";
import { readConfig } from "../../../adapters/sqitch/settings/read-config.ts";
import { temporaryProject } from "../../support/project-files.ts";
import { PG, plan, planOf, readFailures, readHistory, showAll, tell } from "./project.ts";

function entriesOf(text: string): readonly string[] {
  const read = readConfig({ path: "sqitch.conf", text });
  if (read.kind === "failed") return tell(read.failures);
  return read.value.map(({ section, name, value, line }) => `${line} ${section}.${name}=${JSON.stringify(value)}`);
}

/** What `App::Sqitch::Config` 1.3.1 (Config::GitLike 1.18) gave for the same text. */
const CONFIG = `[core]
\tengine = pg   ; trailing
\ttop_dir = "a b\\\\c\\"d" e   f # x
\tflag
\tother ; comment
[CORE "variables"] User = "x y"
\tempty =
\tcont = one \\
two
\tesc = a\\tb\\\\c\\"d\\'e
[engine.PG]
\tRegistry = meta
[target "Prod.variables"]
\tKey = value with  spaces
\thash = "a # b"
[a-b "c d"]
x-y=1
`;

describe("sqitch.conf", () => {
  test("is read as Sqitch reads it", () => {
    expect(entriesOf(CONFIG)).toEqual([
      '2 core.engine="pg"',
      String.raw`3 core.top_dir="a b\\c\\\"d e f"`,
      "4 core.flag=null",
      "5 core.other=null",
      '6 core.variables.User="x y"',
      '7 core.variables.empty=""',
      '8 core.variables.cont="one two"',
      String.raw`10 core.variables.esc="a\tb\\c\"d'e"`,
      '12 engine.pg.Registry="meta"',
      '14 target.Prod.variables.Key="value with spaces"',
      '15 target.Prod.variables.hash="a # b"',
      '17 a-b.c d.x-y="1"',
    ]);
    expect(entriesOf(CONFIG.replaceAll("\n", "\r\n"))).toEqual(entriesOf(CONFIG));
  });

  test.each(["engine = pg\n", "[core\nengine = pg\n", '[core]\nx = "open\n', "[core]\nx = a\\q\n", "[core]\n= 1\n", '[a "b\\c"]\n'])(
    "%j is refused with its line",
    (text) => {
      expect(entriesOf(text)[0]).toMatch(/^invalid-settings sqitch\.conf:[12] /);
    },
  );
});

const SCRIPTS = { "deploy/a.sql": "SELECT :'v', :'w', :'x';", "revert/a.sql": "SELECT :'v';", "verify/a.sql": "SELECT :'v';" };

describe("settings", () => {
  test("variables: core, the command, the engine, the target; --placeholder before all", async () => {
    const conf = `${PG}[core "variables"]\nv = core\nw = core\nx = core\n[deploy "variables"]\nw = deploy\nx = deploy\n[revert "variables"]\nv = revert\n[verify "variables"]\nv = verify\n
[engine "pg"]\ntarget = t\n[engine "pg.variables"]\nx = engine\n[target "t"]\nuri = db:pg:t\n[target "t.variables"]\n[target "u"]\nuri = db:postgresql://h/u\n[target "u.variables"]\nx = u\n`;
    const files = { "sqitch.conf": conf, "sqitch.plan": plan("a"), ...SCRIPTS };
    expect(await showAll(await readHistory(files))).toEqual([
      "a [file]: SELECT 'core', 'deploy', 'engine' ← SELECT 'revert' ? SELECT 'verify'",
    ]);
    const other = await readHistory(files, { environment: "u", placeholders: { v: "given" } });
    expect(await showAll(other)).toEqual(["a [file]: SELECT 'given', 'deploy', 'u' ← SELECT 'given' ? SELECT 'given'"]);
    expect(other.environments.map(({ name, location }) => [name, location?.line])).toEqual([
      ["t", 20],
      ["u", 23],
    ]);
    expect(other.findings.map(({ code }) => code)).toContain("target-settings");
  });

  test("a project for several engines: what concerns PostgreSQL counts, the rest is no history", async () => {
    const conf = `[core]\nengine = sqlite\n[engine "pg"]\ntop_dir = pg\n[engine "sqlite"]\ntop_dir = lite\n`;
    const files = { "sqitch.conf": conf, "pg/sqitch.plan": plan("a"), "pg/deploy/a.sql": "SELECT 1;", "lite/sqitch.plan": plan("b") };
    expect((await sqitch.detect(temporaryProject(files))).map(({ location, migrations }) => [location, migrations])).toEqual([["pg", 1]]);
    expect((await readHistory(files)).location).toBe("pg");
    const mysql = { "sqitch.conf": "[core]\nengine = mysql\n", "sqitch.plan": plan("a"), "deploy/a.sql": "" };
    expect(await sqitch.detect(temporaryProject(mysql))).toEqual([]);
    expect(tell(await readFailures(mysql))).toEqual(["no-migrations-found null The folder holds no Sqitch plan for PostgreSQL."]);
  });

  test("without a configuration PostgreSQL is assumed, and said", async () => {
    const history = await readHistory({ "db/sqitch.plan": plan("a"), "db/deploy/a.sql": "SELECT 1;" });
    expect(history.location).toBe("db");
    expect(history.findings.map(({ code }) => code)).toContain("engine-assumed");
  });

  test("each problem with its file and line", async () => {
    const files = { "sqitch.plan": plan("a"), "deploy/a.sql": "" };
    expect(tell(await readFailures({ ...files, "sqitch.conf": "[core]\nengine = pg\nengine = pg\n" }))).toEqual([
      "invalid-settings sqitch.conf:3 The setting core.engine has more than one value.",
    ]);
    expect(tell(await readFailures({ ...files, "sqitch.conf": "[core]\ntarget = nowhere\n" }))[0]).toMatch(
      /^invalid-settings .*nowhere has no database/,
    );
    expect(tell(await readFailures({ ...files, "sqitch.conf": `${PG}top_dir = /etc\n` }))[0]).toMatch(/^outside-root .*\/etc/);
    expect(tell(await readFailures({ ...files, "sqitch.conf": "[core" }))).toEqual([
      "invalid-settings sqitch.conf:1 This line of the configuration cannot be read.",
    ]);
  });

  test("files that include each other, and files outside the project, are refused", async () => {
    const files = { "sqitch.plan": plan("a"), "deploy/a.sql": "SELECT 1;" };
    const loop = `${PG}[include]\npath = sqitch.conf\n`;
    expect(tell(await readFailures({ ...files, "sqitch.conf": loop }))[0]).toMatch(/^include-loop sqitch\.conf:4/);
    expect(tell(await readFailures({ ...files, "sqitch.conf": `${PG}[include]\npath = ../../../../../../etc/passwd\n` }))[0]).toMatch(
      /^outside-root sqitch\.conf:4/,
    );
    expect((await readHistory({ ...files, "sqitch.conf": `${PG}[include]\npath = not-there\n` })).migrations).toHaveLength(1);
  });

  test("the tool's version from the files that name it", async () => {
    const files = { "sqitch.conf": PG, "sqitch.plan": plan("a"), "deploy/a.sql": "SELECT 1;" };
    expect((await readHistory(files)).toolVersion).toBe(null);
    expect((await readHistory({ ...files, cpanfile: "requires 'App::Sqitch', 'v1.4.1';\n" })).toolVersion).toBe("1.4.1");
    expect((await readHistory({ ...files, "docker-compose.yml": "services:\n  db:\n    image: sqitch/sqitch:v1.3\n" })).toolVersion).toBe(
      "1.3",
    );
  });
});

describe("several plans in one repository", () => {
  const files = {
    "sqitch.conf": `${PG}[target "mocks"]\nuri = db:pg:m\ntop_dir = mocks\n`,
    "sqitch.plan": planOf("main", "a"),
    "deploy/a.sql": "CREATE TABLE a ();",
    "mocks/sqitch.plan": planOf("mocks", "m [main:a]"),
    "mocks/deploy/m.sql": "CREATE TABLE m ();",
    "app/schema/sqitch.conf": PG,
    "app/schema/sqitch.plan": planOf("app", "a"),
    "app/schema/deploy/a.sql": "CREATE TABLE app ();",
    "bundle/sqitch.conf": PG,
    "bundle/sqitch.plan": planOf("main", "a"),
    "bundle/deploy/a.sql": "CREATE TABLE a ();",
    "node_modules/x/sqitch.plan": planOf("x", "a"),
  };

  test("each is found once, and none is taken unasked", async () => {
    const found = await sqitch.detect(temporaryProject(files));
    expect(found.map(({ location, evidence }) => `${location}: ${evidence[0]}`)).toEqual([
      "app/schema: app/schema/sqitch.plan has 1 changes and 0 tags of the project app",
      ".: sqitch.plan has 1 changes and 0 tags of the project main",
      "mocks: mocks/sqitch.plan has 1 changes and 0 tags of the project mocks",
    ]);
    expect(tell(await readFailures(files))).toEqual([
      "several-histories null There are 3 Sqitch plans: app/schema (app), . (main), mocks (mocks).",
    ]);
  });

  test("--location takes one, or several in their order", async () => {
    const idsAt = async (...locations: string[]) => (await readHistory(files, { locations })).migrations.map(({ id }) => id);
    expect(await idsAt("app/schema/")).toEqual(["a"]);
    expect(await idsAt("./sqitch.plan")).toEqual(["a"]);
    expect(await idsAt("app")).toEqual(["a"]);
    expect(await idsAt(".", "mocks")).toEqual(["main:a", "mocks:m"]);
    expect(tell(await readFailures(files, { locations: ["mocks"] }))).toEqual([
      "unmet-dependency mocks/sqitch.plan:3 m requires a of the project main, which is not deployed before it.",
    ]);
    expect((await readFailures(files, { locations: ["mocks"] }))[0]?.hint).toContain("--location . before");
    expect(tell(await readFailures(files, { locations: ["nowhere"] }))[0]).toMatch(/^no-migrations-found nowhere:1/);
  });
});
