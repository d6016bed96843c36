import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { liquibase } from "../../../adapters/liquibase/index.ts";
import { readOptions } from "../../../scripts/conformance/cases.js";
import { temporaryProject } from "../../support/project-files.ts";
import { changeSet, readFailures, readOk, sqlOf, xml } from "./project.ts";

const one = changeSet("1", "<sql>select 1</sql>");

describe("what is refused, with its file and line", () => {
  it("a file outside of the search path", async () => {
    const [failure] = await readFailures({
      "db/changelog.xml": xml('<include file="../../../etc/passwd.sql" relativeToChangelogFile="true"/>'),
    });
    expect(failure).toMatchObject({ code: "outside-search-path", location: { file: "db/changelog.xml", line: 3 }, exitCode: 2 });
  });

  it("a file that is not there, be it an include or a change's", async () => {
    const failures = await readFailures({
      "db/changelog.xml": xml(
        '<include file="db/none.xml"/>',
        changeSet("2", '<sqlFile path="db/none.sql"/>'),
        changeSet("3", '<loadData tableName="t" file="none.csv"/>'),
      ),
    });
    expect(failures.map(({ code, location }) => [code, location])).toEqual([
      ["file-not-found", { file: "db/changelog.xml", line: 3 }],
      ["file-not-found", { file: "db/changelog.xml", line: 4 }],
      ["file-not-found", { file: "db/changelog.xml", line: 5 }],
    ]);
  });

  it("a changelog that includes itself", async () => {
    const [failure] = await readFailures(
      { "a.xml": xml('<include file="b.xml"/>'), "b.xml": xml('<include file="a.xml"/>') },
      { changelog: "a.xml" },
    );
    expect(failure?.code).toBe("include-circle");
    expect(failure?.message).toContain("a.xml → b.xml");
  });

  it("a changeSet that is there twice", async () => {
    const [failure] = await readFailures({ "changelog.xml": xml(one, "<!-- more -->", one) });
    expect(failure).toMatchObject({ code: "duplicate-changeset", location: { file: "changelog.xml", line: 5 } });
    expect(failure?.message).toContain("changelog.xml::1::t is there twice, first in changelog.xml:3");
  });

  it("but not when they are for different databases", async () => {
    const history = await readOk({
      "changelog.xml": xml(changeSet("1", "<sql>a</sql>", 'dbms="mysql"'), changeSet("1", "<sql>select 1</sql>", 'dbms="postgresql"')),
    });
    expect(history.migrations.map(({ id }) => id)).toEqual(["t:1"]);
    expect(history.findings.map(({ code }) => code)).toContain("other-database");
  });

  it("a changelog of which nothing is for PostgreSQL", async () => {
    const [failure] = await readFailures({
      "c.xml": xml(changeSet("1", "<sql>a</sql>", 'dbms="mysql"'), changeSet("2", "<sql>b</sql>", 'dbms="oracle"')),
    });
    expect(failure).toMatchObject({ code: "no-migrations-found", location: "c.xml", exitCode: 2 });
    expect(failure?.message).toBe("none of its 2 changeSets is for PostgreSQL: dbms says mysql, oracle");
    const [other] = await readFailures({ "c.xml": xml(changeSet("1", "<sql>a</sql>", 'context="a"')) }, { contexts: ["b"] });
    expect(other?.message).toBe("its only changeSet is not run with the contexts and labels that are given (b)");
  });

  it("broken XML, YAML and formatted SQL", async () => {
    const broken = await readFailures({ "changelog.xml": xml("<changeSet id='1' author='t'>\n<sql>x</changeSet>") });
    expect(broken[0]).toMatchObject({ code: "invalid-xml", location: { file: "changelog.xml", line: 4 } });
    const yaml = await readFailures({ "changelog.yaml": "databaseChangeLog:\n  - changeSet: {id: 1\n" });
    expect(yaml[0]).toMatchObject({ code: "invalid-yaml" });
    const sql = await readFailures({ "c.sql": "--liquibase formatted sql\n--changeset me: 1\nselect 1;\n" });
    expect(sql[0]).toMatchObject({ code: "formatted-sql", location: { file: "c.sql", line: 2 } });
    const precondition = await readFailures({
      "c.sql": "--liquibase formatted sql\n--changeset me:1\n--precondition-index-exists index:x\nselect 1;\n",
    });
    expect(precondition[0]).toMatchObject({ code: "formatted-sql", location: { file: "c.sql", line: 3 } });
  });

  it.each([
    ["--changeset me:1\n--changeset me:2\nselect 1;\n", 2, "the changeset has no SQL"],
    ["--changeset me:1\n--comment nothing\n\n", 2, "the changeset has no SQL"],
    ["--changeset me\nselect 1;\n", 2, "a --changeset line is"],
    ["--changeset me:1\nselect 1;\n--ignoreLines:x\n", 4, "ignoreLines:"],
    ["--property name:x\n", 2, "a --property line"],
    ["--changeset me:1\nselect 1;\n/* liquibase rollback\nselect 2;\n", 4, "has no end"],
  ])("formatted SQL with a broken directive: %j", async (text, line, why) => {
    const [failure] = await readFailures({ "c.sql": `--liquibase formatted sql\n${text}` });
    expect(failure).toMatchObject({ code: "formatted-sql", location: { file: "c.sql", line }, message: expect.stringContaining(why) });
  });

  it("but not a directive with one dash, which older versions took for SQL: it is told", async () => {
    const history = await readOk({ "c.sql": "--liquibase formatted sql\n--changeset me:1\nselect 1;\n- rollback select 2;\n" });
    expect(history.findings).toMatchObject([{ code: "formatted-sql", location: { line: 4 } }]);
  });

  it("a changeSet without an author, and an include of a format that nobody knows", async () => {
    const failures = await readFailures({
      "changelog.xml": xml('<changeSet id="1"><sql>select 1</sql></changeSet>', '<include file="more.groovy"/>'),
      "more.groovy": "databaseChangeLog {}",
    });
    expect(failures.map(({ code }) => code)).toEqual(["no-identity", "unknown-format"]);
  });
});

describe("entities and aliases", () => {
  const withType = (type: string, text: string): string =>
    `<?xml version="1.0"?>\n<!DOCTYPE databaseChangeLog [\n${type}\n]>\n<databaseChangeLog><changeSet id="1" author="t"><sql>${text}</sql></changeSet></databaseChangeLog>`;

  it("puts in those that the file declares", async () => {
    const history = await readOk({ "c.xml": withType('<!ENTITY who "the &lt;owner&gt;">', "select '&who;&#33;&#x41;'") });
    expect(await sqlOf(history.migrations[0])).toEqual(["select 'the <owner>!A'"]);
  });

  it("never reads another file for one", async () => {
    const [failure] = await readFailures({ "c.xml": withType('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;") });
    expect(failure).toMatchObject({ code: "xml-entity", message: "the entity &x; stands in another file" });
  });

  it("bounds what they expand to", async () => {
    const levels = Array.from({ length: 9 }, (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`);
    const [failure] = await readFailures({ "c.xml": withType(['<!ENTITY l0 "ha">', ...levels].join("\n"), "&l9;") });
    expect(failure).toMatchObject({ code: "xml-entity" });
    expect(failure?.message).toContain("expands without end");
  });

  it("bounds aliases of YAML", async () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 9; level += 1)
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(", ")}]`,
      );
    const [failure] = await readFailures({ "c.yaml": `${lines.join("\n")}\ndatabaseChangeLog: []\n` });
    expect(failure).toMatchObject({ code: "yaml-too-large" });
  });
});

describe("large and foreign files", () => {
  it("cuts ten thousand statements without delay", async () => {
    const statements = Array.from({ length: 10_000 }, (_, index) => `insert into t values (${index}, 'x;y'); -- ${index}`);
    const history = await readOk({ "c.sql": `--liquibase formatted sql\n--changeset a:1\n${statements.join("\n")}\n` });
    const started = performance.now();
    expect(await sqlOf(history.migrations[0])).toHaveLength(10_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("reads other encodings where the changelog names them, and refuses them where it does not", async () => {
    const root = temporaryProject({
      "c.xml": xml(changeSet("1", '<sqlFile path="l.sql" encoding="ISO-8859-1"/>')),
      "d.xml": xml(changeSet("1", '<sqlFile path="l.sql"/>')),
    });
    writeFileSync(join(root, "l.sql"), Buffer.from("select 'caf\xe9'", "latin1"));
    const named = await liquibase.read(readOptions(root, { changelog: "c.xml" }));
    expect(named.kind === "ok" ? await sqlOf(named.value.migrations[0]) : named.failures).toEqual(["select 'café'"]);
    const unnamed = await liquibase.read(readOptions(root, { changelog: "d.xml" }));
    expect(unnamed).toMatchObject({ kind: "failed", failures: [{ code: "not-utf-8", location: { file: "l.sql" } }] });
  });
});
