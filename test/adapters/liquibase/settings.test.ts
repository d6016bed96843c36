import { describe, expect, it } from "vitest";
import { liquibase } from "../../../adapters/liquibase/index.ts";
import { temporaryProject } from "../../support/project-files.ts";
import { changeSet, readFailures, readOk, sqlOf, xml } from "./project.ts";

const table = changeSet("1", '<createTable tableName="${prefix}t"><column name="id" type="int"/></createTable>');

describe("settings", () => {
  it.each([
    {
      name: "liquibase.properties",
      files: {
        "liquibase.properties":
          "changelogFile=db/main.xml\nsearchPath=migrations\ndefaultSchemaName=app\nparameter.prefix=lp_\ndatabaseChangelogTableName=CHANGES\nliquibaseSchemaName=tools\n",
        "migrations/db/main.xml": xml('<include file="db/more.xml"/>'),
        "migrations/db/more.xml": xml(table),
      },
      sql: "CREATE TABLE app.lp_t (id INTEGER)",
      path: "db/more.xml",
      bookkeeping: ["tools.changes", "tools.databasechangeloglock"],
    },
    {
      name: "Spring",
      files: {
        "svc/src/main/resources/application.properties":
          "spring.liquibase.changeLog=classpath:/db/main.xml\nspring.liquibase.parameters.prefix=${P:sp_}\nspring.liquibase.default-schema=app\nspring.liquibase.database-change-log-lock-table=LOCKS\n",
        "svc/src/main/resources/db/main.xml": xml('<includeAll path="db/parts"/>'),
        "svc/src/main/resources/db/parts/1.xml": xml(table),
        "svc/src/test/resources/application.properties": "spring.liquibase.parameters.prefix=never_\n",
      },
      sql: "CREATE TABLE app.sp_t (id INTEGER)",
      path: "db/parts/1.xml",
      bookkeeping: ["app.databasechangelog", "app.locks"],
    },
    {
      name: "Quarkus",
      files: {
        "src/main/resources/application.properties":
          'quarkus.liquibase.change-log=db/main.xml\nquarkus.liquibase.change-log-parameters."prefix"=qu_\nquarkus.liquibase.default-schema-name=app\n%dev.quarkus.liquibase.contexts=dev\n',
        "src/main/resources/db/main.xml": xml(table),
      },
      sql: "CREATE TABLE app.qu_t (id INTEGER)",
      path: "db/main.xml",
      bookkeeping: ["app.databasechangelog", "app.databasechangeloglock"],
    },
  ])("are read from $name", async ({ files, sql, path, bookkeeping }) => {
    const history = await readOk(files);
    expect(await sqlOf(history.migrations[0])).toEqual([sql]);
    expect(history.migrations[0]?.entry).toMatchObject({
      id: "1",
      author: "t",
      filename: path,
      description: expect.stringContaining("createTable"),
    });
    expect(history.bookkeeping).toEqual(bookkeeping);
    expect(history.preparation).toEqual(["CREATE SCHEMA IF NOT EXISTS app"]);
  });

  it.each([
    [
      "application.properties",
      "app.tenant=${TENANT:${app.fallback}}\napp.fallback=main\napp.loop=${app.loop}\nspring.liquibase.parameters.prefix=${app.tenant}_${NONE:}\nspring.liquibase.parameters.loop=${app.loop}\n",
    ],
    [
      "application.yml",
      "app: {tenant: '${TENANT:${app.fallback}}', fallback: main}\n---\nspring.liquibase.parameters: {prefix: '${app.tenant}_'}\n",
    ],
  ])("of Spring refer to other properties of %s", async (file, text) => {
    const history = await readOk({ [`src/main/resources/${file}`]: text, "src/main/resources/c.xml": xml(table) });
    expect(await sqlOf(history.migrations[0])).toEqual(["CREATE TABLE public.main_t (id INTEGER)"]);
  });

  it("yield to the command line", async () => {
    const files = {
      "liquibase.properties": "changelogFile=c.xml\nparameter.prefix=file_\n",
      "c.xml": xml('<property name="prefix" value="own_"/>', table),
    };
    expect(await sqlOf((await readOk(files)).migrations[0])).toEqual(["CREATE TABLE public.file_t (id INTEGER)"]);
    const given = await readOk(files, { placeholders: { prefix: "given_" }, schemas: ["s"] });
    expect(await sqlOf(given.migrations[0])).toEqual(["CREATE TABLE s.given_t (id INTEGER)"]);
  });

  it("leave an unknown property as it stands, and tell it", async () => {
    const history = await readOk({ "c.xml": xml(table) });
    expect(await sqlOf(history.migrations[0])).toEqual(['CREATE TABLE public."${prefix}t" (id INTEGER)']);
    expect(history.findings).toMatchObject([{ code: "unknown-property" }]);
  });
});

it("missingPropertyMode: what has no value stays as it is, is nothing, or is refused", async () => {
  const files = (mode: string) => ({
    "liquibase.properties": `changelogFile=c.xml\nmissingPropertyMode=${mode}\n`,
    "c.xml": xml(changeSet("1", "<sql>select '${none}'</sql>")),
  });
  expect(await sqlOf((await readOk(files("preserve"))).migrations[0])).toEqual(["select '${none}'"]);
  expect(await sqlOf((await readOk(files("empty"))).migrations[0])).toEqual(["select ''"]);
  const [failure] = await readFailures(files("error"));
  expect([failure?.code, failure?.hint]).toEqual(["unknown-property", "Give it: --placeholder 'none=VALUE'."]);
});

it("the path that an include gives its file is part of the identity, as since 4.30; the file's own goes before it", async () => {
  const history = await readOk({
    "c.yaml":
      "databaseChangeLog:\n  - include: {file: a.xml, logicalFilePath: /other/a.xml}\n  - include: {file: b.xml, logicalFilePath: other/b.xml}\n",
    "a.xml": xml(table),
    "b.xml": xml(table).replace("<databaseChangeLog", '<databaseChangeLog logicalFilePath="own.xml"'),
  });
  expect(history.migrations.map(({ entry }) => entry?.["filename"])).toEqual(["other/a.xml", "own.xml"]);
});

describe("detection", () => {
  it("finds the changelogs that nobody includes, with their release of Liquibase", async () => {
    const root = temporaryProject({
      "pom.xml": "<project><dependency><artifactId>liquibase-core</artifactId>\n<version>4.28.0</version></dependency></project>",
      "a/changelog.yaml": "databaseChangeLog:\n  - includeAll: {path: parts/, relativeToChangelogFile: true}\n",
      "a/parts/1.sql": "--liquibase formatted sql\n--changeset a:1\nselect 1;\n",
      "a/parts/2.sql": "select 2;\n",
      "b/other.json": '{"databaseChangeLog": [{"changeSet": {"id": "x", "author": "y", "changes": []}}]}',
      "node_modules/x/changelog.xml": xml(table),
      "src/test/resources/test.xml": xml(table),
    });
    expect(await liquibase.detect(root)).toMatchObject([
      { tool: "liquibase", location: "a/changelog.yaml", toolVersion: "4.28.0", migrations: 2 },
      { tool: "liquibase", location: "b/other.json", migrations: 1 },
    ]);
  });

  it("finds nothing where there is nothing", async () => {
    expect(await liquibase.detect(temporaryProject({ "V1__x.sql": "select 1;", "pom.xml": "<project/>" }))).toEqual([]);
  });
});
