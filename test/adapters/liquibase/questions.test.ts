import { describe, expect, it } from "vitest";
import { selectEnvironment } from "../../../src/reading/select-environment.ts";
import { changeSet, readOk, sqlOf, stepsOf, xml } from "./project.ts";

describe("what only a person can answer", () => {
  it("asks for the SQL of what is no SQL, and loses none of it", async () => {
    const history = await readOk({
      "c.xml": xml(
        changeSet("java", '<customChange class="com.acme.Backfill"><param name="rows" value="10"/></customChange>'),
        changeSet("shell", '<executeCommand executable="psql"><arg value="-c"/></executeCommand>'),
        changeSet("pro", '<pro:createFunction functionName="f">create function f()</pro:createFunction>'),
        changeSet("stop", "<stop>not on Fridays</stop>"),
      ),
    });
    const found = history.migrations.map((migration) =>
      migration.edgeCases.map(({ kind, title, source }) => [kind, title, source?.location.line]),
    );
    expect(found).toEqual([
      [["custom-code", "java runs com.acme.Backfill", 3]],
      [["custom-code", "shell runs psql", 4]],
      [["custom-code", "pro runs pro:createFunction", 5]],
      [["custom-code", "stop runs stop", 6]],
    ]);
    const [java, shell] = history.migrations;
    expect(await stepsOf(java)).toMatchObject([{ kind: "custom-code", language: "java", location: { file: "c.xml", line: 3 } }]);
    expect(await sqlOf(shell)).toEqual(["custom-code shell"]);
    expect(Object.keys(java ?? {})).not.toContain("down");
  });

  it("asks where a precondition would have stopped Liquibase, and where only Java can answer it", async () => {
    const history = await readOk({
      "c.xml": xml(
        changeSet(
          "halts",
          '<preConditions><sqlCheck expectedResult="1">select 0 where false</sqlCheck></preConditions><sql>select 1</sql>',
        ),
        changeSet(
          "java",
          '<preConditions onFail="MARK_RAN"><customPrecondition className="com.acme.Ready"/></preConditions><sql>select 2</sql>',
        ),
        changeSet("user", '<preConditions><runningAs username="admin"/></preConditions><sql>select 3</sql>'),
      ),
    });
    for (const [index, migration] of history.migrations.entries()) {
      expect(await sqlOf(migration)).toEqual([`select ${index + 1}`]);
      expect(migration.observed?.().edgeCases).toMatchObject([
        { kind: "precondition", source: { location: { file: "c.xml", line: index + 3 } } },
      ]);
    }
  });

  it("tells what a failed precondition left out", async () => {
    const history = await readOk({
      "c.xml": xml(
        changeSet("1", '<preConditions onFail="MARK_RAN"><tableExists tableName="t"/></preConditions><dropTable tableName="t"/>'),
      ),
    });
    const [migration] = history.migrations;
    expect(await sqlOf(migration)).toEqual([]);
    expect(migration?.observed?.().findings).toMatchObject([{ code: "precondition-mark-ran", migration: "t:1", location: { line: 3 } }]);
  });

  it("cuts a function body where PostgreSQL does, and tells where Liquibase would have cut it", async () => {
    const body = "create function f() returns int language plpgsql as $x$ declare a int; begin if true then return 1; end if; end $x$";
    const history = await readOk({ "c.xml": xml(changeSet("1", `<sql>${body}; select 2</sql>`)) });
    const [migration] = history.migrations;
    expect(await sqlOf(migration)).toEqual([body, "select 2"]);
    expect(migration?.observed?.().findings).toMatchObject([
      { code: "liquibase-splits-differently", location: { file: "c.xml", line: 3 } },
    ]);
  });

  it("tells of attributes that mean nothing", async () => {
    const history = await readOk({
      "c.xml": xml(changeSet("1", '<createTable tablename="t"><column name="a" type="int"/></createTable>', 'failOnError="false"')),
    });
    expect(history.findings.map(({ code, location }) => [code, location?.line])).toEqual([
      ["unknown-attribute", 3],
      ["fail-on-error", 3],
    ]);
  });
});

describe("environments", () => {
  const changelog = xml(
    changeSet("schema", "<sql>select 1</sql>", 'context="schema"'),
    changeSet("seed", "<sql>select 2</sql>", 'context="test or dev"'),
    changeSet("live", "<sql>select 3</sql>", 'contextFilter="!test and !dev"'),
    changeSet("demo", "<sql>select 4</sql>", 'labels="demo"'),
    changeSet("mysql", "<sql>select 5</sql>", 'context="mysql"'),
    changeSet("pg", "<sql>select 6</sql>", 'context="postgresql and schema"'),
  );

  it("become branches where no context is given", async () => {
    const history = await readOk({ "c.xml": changelog });
    expect(history.environments.map(({ name, migrations }) => [name, migrations])).toEqual([
      ["demo", ["demo"]],
      ["test", ["seed"]],
    ]);
    const { history: main, questions } = selectEnvironment(history, { chosen: null, mapped: new Set() });
    expect(main.migrations.map(({ id }) => id)).toEqual(["schema", "live", "pg"]);
    expect(questions.map(({ kind, title }) => [kind, title])).toEqual([
      ["environment-specific", "Migrations of the environment test alone"],
      ["environment-specific", "Migrations of the environment demo alone"],
    ]);
    expect(history.findings).toMatchObject([{ code: "context-left-out", location: { line: 7 } }]);
  });

  it("are told apart from parts of the schema that are applied one after the other", async () => {
    const history = await readOk({
      "c.xml": xml(
        changeSet("switch", "<sql>select 1</sql>", 'context="tenant_db and initial_switch"'),
        changeSet("after", "<sql>select 2</sql>", 'context="tenant_db AND !initial_switch AND postgresql"'),
        changeSet("other", "<sql>select 3</sql>", 'context="tenant_db AND !initial_switch AND mysql"'),
      ),
    });
    expect(history.migrations.map(({ id, environment }) => [id, environment])).toEqual([
      ["switch", null],
      ["after", null],
    ]);
  });

  it("count as Liquibase counts them where contexts and labels are given", async () => {
    const ids = async (contexts: readonly string[], labels: readonly string[] = []): Promise<readonly string[]> =>
      (await readOk({ "c.xml": changelog }, { contexts, labels })).migrations.map(({ id }) => id);
    expect(await ids(["dev"])).toEqual(["seed", "demo"]);
    expect(await ids(["schema", "postgresql"])).toEqual(["schema", "live", "demo", "pg"]);
    expect(await ids(["schema"], ["!demo"])).toEqual(["schema", "live"]);
  });

  it("are the profiles of Spring where these have contexts", async () => {
    const files = {
      "src/main/resources/application.yml": "spring:\n  liquibase:\n    change-log: classpath:db/c.xml\n",
      "src/main/resources/application-dev.yml": "spring.liquibase.contexts: dev\n",
      "src/main/resources/db/c.xml": changelog,
    };
    const history = await readOk(files);
    expect(history.environments.map(({ name }) => name)).toContain("dev");
    const dev = await readOk(files, { environment: "dev" });
    expect(dev.migrations.map(({ id }) => id)).toEqual(["seed", "demo"]);
  });
});

it("takes the last of two keys of YAML, as SnakeYAML does", async () => {
  const history = await readOk({
    "c.yaml":
      "databaseChangeLog:\n  - changeSet:\n      id: twice\n      author: t\n      changes:\n        - sql:\n          sql: select 1\n",
  });
  expect(await sqlOf(history.migrations[0])).toEqual(["select 1"]);
  expect(history.migrations[0]?.entry?.["description"]).toBe("sql");
});
