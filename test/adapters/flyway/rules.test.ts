import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { byId, idsOf, readFailures, readOk, stepsOf, writeProject } from "./project.ts";

/** A project with a flyway.conf that reads `sql`, and these files in it. */
function configured(settings: readonly string[], files: Readonly<Record<string, string | Buffer>>): Record<string, string | Buffer> {
  const conf = ["flyway.locations=filesystem:sql", ...settings.map((line) => `flyway.${line}`)].join("\n");
  return { "flyway.conf": conf, ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`sql/${name}`, text])) };
}

const codesOf = async (files: Parameters<typeof readOk>[0]): Promise<readonly string[]> =>
  (await readOk(files)).findings.map((finding) => finding.code);

describe("settings that decide the history", () => {
  it("stops at the target, and names what is above it", async () => {
    const files = { "V1__a.sql": "", "V2__b.sql": "", "V10__c.sql": "", "R__r.sql": "" };
    const history = await readOk(configured(["target=2.0"], files));
    expect(idsOf(history)).toEqual(["V1", "V2", "R__r"]);
    expect(history.findings).toMatchObject([{ code: "above-target", location: { file: "sql/V10__c.sql" } }]);
    expect(idsOf(await readOk(configured(["target=latest"], files)))).toEqual(["V1", "V2", "V10", "R__r"]);
    expect(idsOf(await readOk(configured(["target=2?"], files)))).toEqual(["V1", "V2", "R__r"]);
  });

  it.each([
    ["filesystem:db/*/sql", ["V1", "V2"]],
    ["filesystem:db/**/V*__a.sql", ["V1", "V3"]],
    ["filesystem:db/on?", ["V1", "V4"]],
    ["classpath:app/**/sql", ["V5", "V6"]],
    ["classpath:app/*/sql", ["V5"]],
  ])("reads the wildcards of %s", async (location, ids) => {
    const history = await readOk({
      "flyway.conf": `flyway.locations=${location}`,
      "db/one/sql/V1__a.sql": "",
      "db/two/sql/V2__b.sql": "",
      "db/two/deep/V3__a.sql": "",
      "db/one/V4__d.sql": "",
      "src/main/resources/app/x/sql/V5__e.sql": "",
      "src/main/resources/app/x/y/sql/V6__f.sql": "",
    });
    expect(idsOf(history)).toEqual(ids);
  });

  it("puts `postgresql` for {vendor}, and keeps other products out", async () => {
    const history = await readOk({
      "src/main/resources/application.yml": "spring.flyway.locations: 'classpath:db/{vendor}'\n",
      "src/main/resources/db/postgresql/V1__a.sql": "SELECT 1",
      "src/main/resources/db/mysql/V1__a.sql": "SELECT `1`",
    });
    expect(history.location).toBe("src/main/resources/db/postgresql");
    expect(idsOf(history)).toEqual(["V1"]);
  });

  it("leaves schemas to the project where createSchemas is off", async () => {
    const history = await readOk(configured(["schemas=app", "createSchemas=false"], { "V1__a.sql": "" }));
    expect(history.preparation).toEqual([]);
    expect(history.bookkeeping).toEqual(["app.flyway_schema_history"]);
  });

  it("runs initSql before anything else", async () => {
    const history = await readOk(configured(["schemas=app", "initSql=SET ROLE owner"], { "V1__a.sql": "" }));
    expect(history.preparation).toEqual(["SET ROLE owner", "CREATE SCHEMA IF NOT EXISTS app"]);
  });

  it("takes suffixes from a list, whatever their case, the first that fits", async () => {
    const files = { "V1__a.SQL": "", "V2__b.pgsql": "", "V3__c.ddl.pgsql": "", "V4__d.txt": "" };
    const history = await readOk(configured(["sqlMigrationSuffixes=.ddl.pgsql,.pgsql,.sql"], files));
    expect(history.migrations.map((migration) => [migration.id, migration.name])).toEqual([
      ["V1", "a"],
      ["V2", "b"],
      ["V3", "c"],
    ]);
    expect(history.findings).toMatchObject([{ code: "ignored-file", location: { file: "sql/V4__d.txt" } }]);
  });

  it("reads an empty prefix last: R and the events come before it", async () => {
    const files = { "1__a.sql": "", "R__r.sql": "", "R2__x.sql": "", "afterMigrate.sql": "", "notes.sql": "" };
    const history = await readOk(configured(["sqlMigrationPrefix="], files));
    expect(idsOf(history)).toEqual(["V1", "R__r", "afterMigrate"]);
    expect(history.findings.map((finding) => finding.location?.file)).toEqual(["sql/R2__x.sql", "sql/notes.sql"]);
  });
});

describe("texts", () => {
  it("reads Latin-1 where `encoding` says so", async () => {
    const bytes = Buffer.from("SELECT 'caf\u00e9';", "latin1");
    for (const files of [
      configured(["encoding=ISO-8859-1"], { "V1__a.sql": bytes }),
      configured([], { "V1__a.sql": bytes, "V1__a.sql.conf": "encoding=ISO-8859-1" }),
    ]) {
      expect(await stepsOf(byId(await readOk(files), "V1"))).toMatchObject([{ sql: "SELECT 'caf\u00e9'" }]);
    }
    expect(await readFailures(configured(["encoding=EBCDIC-nowhere"], { "V1__a.sql": bytes }))).toMatchObject([
      { code: "unknown-encoding" },
    ]);
  });

  it("gives one checksum for every line ending and with or without a byte order mark", async () => {
    const text = "create table v1(id int);\n";
    const variants = [text, text.replace("\n", "\r\n"), text.replace("\n", "\r"), text.trimEnd(), `\uFEFF${text}`];
    const checksums = await Promise.all(variants.map(async (variant) => byId(await readOk({ "V1__a.sql": variant }), "V1").checksum));
    expect(checksums).toEqual(variants.map(() => "-2061329387"));
    expect(await stepsOf(byId(await readOk({ "V1__a.sql": `\uFEFF${text}` }), "V1"))).toMatchObject([
      { sql: "create table v1(id int)", location: { line: 1, column: 1 } },
    ]);
  });

  it("counts lines of CRLF files once", async () => {
    const steps = await stepsOf(byId(await readOk({ "V1__a.sql": "SELECT 1;\r\n\r\nSELECT 2;\r\n" }), "V1"));
    expect(steps.map((step) => step.location.line)).toEqual([1, 3]);
  });

  it("keeps an empty file in its place", async () => {
    const history = await readOk({ "V1__a.sql": "", "V2__b.sql": "SELECT 1" });
    expect(idsOf(history)).toEqual(["V1", "V2"]);
    expect(byId(history, "V1").checksum).toBe("0");
  });
});

describe("callbacks", () => {
  it("are also read from callbackLocations, which hold nothing else", async () => {
    const history = await readOk({
      ...configured(["callbackLocations=filesystem:hooks"], { "V1__a.sql": "", "afterMigrate__b.sql": "" }),
      "hooks/afterMigrate__a.sql": "SELECT 1",
      "hooks/V9__no.sql": "SELECT 9",
    });
    expect(idsOf(history)).toEqual(["V1", "afterMigrate__a", "afterMigrate__b"]);
    expect(history.findings).toContainEqual(
      expect.objectContaining({ code: "ignored-file", location: { file: "hooks/V9__no.sql", line: 1 } }),
    );
  });

  it("do not run where skipDefaultCallbacks is on", async () => {
    const files = { "V1__a.sql": "SELECT 1", "afterMigrate.sql": "SELECT 2", "beforeEachMigrate.sql": "SELECT 3" };
    const history = await readOk(configured(["skipDefaultCallbacks=true"], files));
    expect(idsOf(history)).toEqual(["V1"]);
    expect(await stepsOf(byId(history, "V1"))).toHaveLength(1);
    expect(history.findings).toMatchObject([
      { code: "callback-not-run", message: expect.stringContaining("afterMigrate, beforeEachMigrate") as string },
    ]);
  });

  it("of paid editions are reported, scripts are asked about", async () => {
    const history = await readOk({ "V1__a.sql": "", "beforeEachMigrateStatement.sql": "SELECT 1", "afterMigrate.sh": "#!/bin/sh\n" });
    expect(history.findings).toMatchObject([{ code: "callback-not-run", location: { file: "beforeEachMigrateStatement.sql" } }]);
    expect(byId(history, "afterMigrate")).toMatchObject({ type: "callback", edgeCases: [{ kind: "custom-code" }] });
  });
});

describe("scripts without an ending", () => {
  it("are programs where they can be started, and reported where not", async () => {
    const root = writeProject(
      configured([], { "V1__a.sql": "", "V2.1__load": "#!/bin/sh\necho", V3__run: "echo", V4__text: "echo", README: "", "a.b__c": "" }),
    );
    chmodSync(join(root, "sql/V3__run"), 0o755);
    const history = await readOk(root);
    expect(idsOf(history)).toEqual(["V1", "V2.1", "V3"]);
    expect(await stepsOf(byId(history, "V2.1"))).toMatchObject([{ kind: "custom-code", language: "script" }]);
    expect(history.findings.map((finding) => [finding.code, finding.location?.file])).toEqual([
      ["ignored-file", "sql/V4__text"],
      ["other-files", "sql/a.b__c"],
    ]);
  });
});

describe("shouldExecute", () => {
  it.each([
    ["false", [], ["should-execute"], 0],
    ["true", ["V2"], [], 0],
    ["${stage}==test", [], ["should-execute"], 0],
    ["${stage}==prod", ["V2"], ["should-execute"], 1],
    ["(a || b) && c", ["V2"], ["should-execute"], 1],
  ])("%s", async (expression, ids, codes, assumptions) => {
    const files = { "V1__a.sql": "", "V2__b.sql": "", "V2__b.sql.conf": `shouldExecute=${expression}` };
    const history = await readOk(configured(["placeholders.stage=prod"], files));
    expect(idsOf(history).slice(1)).toEqual(ids);
    expect(history.findings.map((finding) => finding.code)).toEqual(codes);
    expect(history.migrations[1]?.assumptions.length ?? 0).toBe(assumptions);
  });
});

describe("what only the databases in the field would show", () => {
  const files = { "V2__b.sql": "SELECT 2", "V1__a.sql": "SELECT 1" };

  it.each([
    ["outOfOrder=true", "outOfOrder"],
    ["ignoreMigrationPatterns=*:missing", "*:missing"],
    ["baselineOnMigrate=true", "version 1 "],
    ["validateOnMigrate=false", "validateOnMigrate"],
    ["group=true", "group"],
    ["skipExecutingMigrations=true", "skipExecutingMigrations"],
    ["skipDefaultResolvers=true", "skipDefaultResolvers"],
  ])("%s leaves the order alone and is said", async (setting, words) => {
    const history = await readOk(configured([setting], files));
    expect(idsOf(history)).toEqual(["V1", "V2"]);
    expect(history.findings).toMatchObject([
      { code: "setting-noted", message: expect.stringContaining(words) as string, location: { file: "flyway.conf", line: 2 } },
    ]);
  });

  it("names the baseline that baselineOnMigrate would begin after", async () => {
    const history = await readOk(configured(["baselineOnMigrate=true", "baselineVersion=7.1"], files));
    expect(history.findings[0]?.message).toContain("began after version 7.1");
  });
});

describe("concurrent indexes", () => {
  const files = {
    "V1__a.sql": "CREATE TABLE t (a int);",
    "V2__b.sql": "-- slow\nCREATE UNIQUE INDEX CONCURRENTLY i ON t (a);",
    "V3__c.sql": "create index concurrently j on t (a);",
    "V4__d.sql": "DROP INDEX CONCURRENTLY j;",
  };

  it("are named once where Flyway's own lock would stop them", async () => {
    const history = await readOk(configured([], files));
    expect(history.findings).toMatchObject([
      {
        code: "concurrent-index-lock",
        message: expect.stringMatching(/in V2, V3 waits .* flyway\.postgresql\.transactional\.lock=false/) as string,
        location: { file: "sql/V2__b.sql", line: 2 },
        migration: "V2",
      },
    ]);
  });

  it("are nothing to say where the lock is out of the way", async () => {
    expect(await codesOf(configured(["postgresql.transactional.lock=false"], files))).toEqual([]);
    expect(
      await codesOf({
        "src/main/resources/application.yml": "spring:\n  flyway:\n    postgresql:\n      transactional-lock: false\n",
        "src/main/resources/db/migration/V1__a.sql": "CREATE INDEX CONCURRENTLY i ON t (a)",
      }),
    ).toEqual([]);
  });
});

describe("placeholders of the target", () => {
  const text = "ALTER TABLE t OWNER TO ${flyway:user}; COMMENT ON DATABASE ${flyway:database} IS '';";

  it("are assumed where no setting names it", async () => {
    const migration = byId(await readOk(configured([], { "V1__a.sql": text })), "V1");
    expect(await stepsOf(migration)).toMatchObject([
      { sql: "ALTER TABLE t OWNER TO postgres" },
      { sql: "COMMENT ON DATABASE postgres IS ''" },
    ]);
    expect(migration.assumptions).toHaveLength(2);
    expect(migration.edgeCases).toEqual([]);
  });

  it("are taken from settings and flags", async () => {
    const files = configured(["user=app", "url=jdbc:postgresql://db:5432/shop?ssl=true"], { "V1__a.sql": text });
    const migration = byId(await readOk(files), "V1");
    expect(await stepsOf(migration)).toMatchObject([{ sql: "ALTER TABLE t OWNER TO app" }, { sql: "COMMENT ON DATABASE shop IS ''" }]);
    expect(migration.assumptions).toEqual([]);
    const given = await readOk(configured([], { "V1__a.sql": "SELECT '${flyway:timestamp}'" }), {
      placeholders: { "flyway:timestamp": "2020-01-01 00:00:00" },
    });
    expect(byId(given, "V1")).toMatchObject({ assumptions: [], edgeCases: [] });
  });
});
