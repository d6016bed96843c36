import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { flyway } from "../../../adapters/flyway/index.ts";
import { formatLocation } from "../../../src/model/source.ts";
import { byId, idsOf, readFailures, readOk, stepsOf, writeProject } from "./project.ts";

describe("statements and their places", () => {
  it("gives file, line and column of every statement, also after placeholders with line breaks", async () => {
    const history = await readOk(
      { "sql/V1__a.sql": "-- first\nCREATE TABLE ${t} (a int); INSERT INTO ${t} VALUES (1);\n\n  CREATE VIEW v AS\n  SELECT 1;" },
      { placeholders: { T: "x\n.y" } },
    );
    const steps = await stepsOf(byId(history, "V1"));
    expect(steps.map((step) => formatLocation(step.location))).toEqual(["sql/V1__a.sql:2:1", "sql/V1__a.sql:2:28", "sql/V1__a.sql:4:3"]);
    expect(steps[0]).toMatchObject({ sql: "CREATE TABLE x\n.y (a int)" });
  });

  it("keeps the data of COPY apart and continues after it", async () => {
    const history = await readOk({ "V1__copy.sql": "COPY public.t (a, b) FROM stdin;\n1\tx;y\n2\t\\N\n\\.\n\nSELECT 1;\n" });
    const steps = await stepsOf(byId(history, "V1"));
    expect(steps).toMatchObject([
      { kind: "copy", sql: "COPY public.t (a, b) FROM stdin", data: "1\tx;y\n2\t\\N\n" },
      { kind: "statement", location: { line: 6 } },
    ]);
  });

  it("cuts what Flyway sends as one by PostgreSQL's rules, as its driver does", async () => {
    const history = await readOk({ "V1__p.sql": "PREPARE p AS SELECT $1::int;\nCREATE TABLE t (a int);" });
    expect(await stepsOf(byId(history, "V1"))).toMatchObject([
      { sql: "PREPARE p AS SELECT $1::int" },
      { sql: "CREATE TABLE t (a int)", location: { line: 2, column: 1 } },
    ]);
  });

  it.each([
    ["V1__a.sql", "CREATE INDEX CONCURRENTLY i ON t (a);", {}, "none"],
    ["V1__a.sql", "CREATE TABLE t (a int);", {}, "one"],
    ["V1__a.sql", "BEGIN;\nCREATE TABLE t (a int);\nCOMMIT;", {}, "file"],
    ["V1__a.sql", "CREATE TABLE t (a int);", { "V1__a.sql.conf": "executeInTransaction=false\n" }, "none"],
    ["V1__a.sql", "CREATE TABLE t (a int); VACUUM t;", { "flyway.conf": "flyway.mixed=true\nflyway.locations=filesystem:." }, "none"],
    ["V1__a.sql", "CREATE TABLE t (a int);", { "flyway.conf": "flyway.executeInTransaction=false\nflyway.locations=filesystem:." }, "none"],
  ])("says how %s runs: %s", async (name, sql, beside, transaction) => {
    const history = await readOk({ [name]: sql, ...beside });
    expect(byId(history, "V1").transaction).toBe(transaction);
  });

  it("takes undo files as the way back, and a missing undo as none", async () => {
    const history = await readOk({
      "V1__a.sql": "CREATE TABLE a ();",
      "U1_0__a.sql": "DROP TABLE a;",
      "V2__b.sql": "SELECT 1",
      "U7__lost.sql": "SELECT 7",
    });
    expect(await stepsOf(byId(history, "V1"), "down")).toMatchObject([{ sql: "DROP TABLE a", location: { file: "U1_0__a.sql", line: 1 } }]);
    expect("down" in byId(history, "V2")).toBe(false);
    expect(byId(history, "V1").files.map((file) => file.role)).toEqual(["up", "down"]);
    expect(history.findings.map((finding) => finding.code)).toContain("undo-without-migration");
  });

  it("folds callbacks around a migration into it, with their own places", async () => {
    const history = await readOk({
      "beforeEachMigrate.sql": "SET a.b = '1';",
      "V1__a.sql": "SELECT 1;",
      "R__r.sql": "SELECT 2;",
      "afterEachMigrate__x.sql": "SELECT 3",
    });
    expect(idsOf(history)).toEqual(["V1", "R__r"]);
    const files = (await stepsOf(byId(history, "R__r"))).map((step) => step.location.file);
    expect(files).toEqual(["beforeEachMigrate.sql", "R__r.sql", "afterEachMigrate__x.sql"]);
  });

  it("starts with the highest baseline where nothing older is left, and sets others beside the chain", async () => {
    const history = await readOk({
      "B1__old.sql": "SELECT 1",
      "B2__base.sql": "SELECT 2",
      "V3__c.sql": "SELECT 3",
      "V4__d.sql": "SELECT 4",
      "B4__later.sql": "SELECT 34",
      "V5__e.sql": "SELECT 5",
    });
    expect(idsOf(history)).toEqual(["B2", "V3", "V4", "V5"]);
    expect(history.baselines).toMatchObject([{ id: "B4", through: "V4" }]);
    expect(history.findings.map((finding) => finding.code)).toContain("superseded-baseline");
  });

  it("keeps an empty file as a migration without steps", async () => {
    const history = await readOk({ "V1__empty.sql": "", "V2__comment.sql": "-- nothing\n" });
    expect(byId(history, "V1").checksum).toBe("0");
    expect(await stepsOf(byId(history, "V2"))).toEqual([]);
  });

  it("computes the checksum of a repeatable after replacement, that of a version before it", async () => {
    const text = "SELECT '${a}';\n";
    const one = await readOk({ "V1__a.sql": text, "R__a.sql": text }, { placeholders: { a: "1" } });
    const two = await readOk({ "V1__a.sql": text, "R__a.sql": text }, { placeholders: { a: "2" } });
    expect(byId(one, "V1").checksum).toBe(byId(two, "V1").checksum);
    expect(byId(one, "R__a").checksum).not.toBe(byId(two, "R__a").checksum);
  });
});

describe("placeholders", () => {
  it("replaces built-in ones, whatever their case", async () => {
    const history = await readOk({
      "V1__a.sql": "SELECT '${flyway:DefaultSchema} ${flyway:table} ${flyway:filename} $${not}';",
      "flyway.conf": "flyway.schemas=app,other\nflyway.table=hist\nflyway.locations=filesystem:.",
    });
    expect(await stepsOf(byId(history, "V1"))).toMatchObject([{ sql: "SELECT 'app hist V1__a.sql $${not}'" }]);
    expect(history.preparation).toEqual(["CREATE SCHEMA IF NOT EXISTS app", "CREATE SCHEMA IF NOT EXISTS other"]);
    expect(history.bookkeeping).toEqual(["app.hist"]);
    expect(history.resetBetween).toContain('SET search_path TO app, "$user", public');
  });

  it("asks about the time that Flyway would put in", async () => {
    const history = await readOk({ "V1__a.sql": "SELECT '${flyway:timestamp}';" });
    expect(byId(history, "V1").edgeCases.map((edgeCase) => edgeCase.kind)).toEqual(["nondeterministic"]);
    expect(byId(history, "V1").assumptions).toHaveLength(1);
  });

  it("lists every unknown one with all its places", async () => {
    const failures = await readFailures({ "V1__a.sql": "SELECT '${x}';\nSELECT '${y}';", "V2__b.sql": "\n-- ${X}\n" });
    expect(failures.map((failure) => failure.code)).toEqual(["unknown-placeholder", "unknown-placeholder"]);
    expect(failures[0]?.message).toContain("V1__a.sql:1, V2__b.sql:2");
    expect(failures[1]?.location).toEqual({ file: "V1__a.sql", line: 2, column: 9 });
  });

  it("leaves them alone where a script's own settings say so", async () => {
    const history = await readOk({ "V1__a.sql": "SELECT '${x}';", "V1__a.sql.conf": "placeholderReplacement=false" });
    expect(await stepsOf(byId(history, "V1"))).toMatchObject([{ sql: "SELECT '${x}'" }]);
    expect(byId(history, "V1").files.map((file) => file.role)).toEqual(["up", "settings"]);
  });
});

describe("bad input", () => {
  it.each([
    ["duplicate-migration", { "a/V1__x.sql": "SELECT 1", "b/V1.0__y.sql": "SELECT 1" }],
    ["duplicate-migration", { "V1__x.sql": "SELECT 1", "a/R__x.sql": "SELECT 1", "b/R__x.sql": "SELECT 1" }],
    ["unclosed-quote", { "V1__x.sql": "SELECT 1;\nSELECT 'open;\nSELECT 2;" }],
    ["unclosed-quote", { "V1__x.sql": "DO $$ BEGIN;" }],
    ["incomplete-statement", { "V1__x.sql": "CREATE TABLE t (a int;\nSELECT 1;" }],
    ["incomplete-statement", { "V1__x.sql": "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;" }],
    ["unterminated-copy", { "V1__x.sql": "COPY t FROM stdin;\n1\n2\n" }],
    ["mixed-transactions", { "V1__x.sql": "CREATE TABLE t ();\nVACUUM t;" }],
    ["unknown-setting", { "V1__x.sql": "SELECT 1", "V1__x.sql.conf": "executeInTransacton=false" }],
    ["invalid-encoding", { "V1__x.sql": Buffer.from([0x53, 0x0a, 0xe9, 0x20]) }],
    ["invalid-character", { "V1__x.sql": "SELECT\0 1" }],
    [
      "invalid-migration-name",
      {
        "V1__x.sql": "SELECT 1",
        "V2_x.sql": "SELECT 1",
        "flyway.conf": "flyway.validateMigrationNaming=true\nflyway.locations=filesystem:.",
      },
    ],
    [
      "unplaced-code",
      {
        "src/main/resources/db/migration/V1__x.sql": "SELECT 1",
        "src/main/java/db/migration/Vx.java": "class Vx implements JavaMigration {}",
      },
    ],
    ["no-migrations-found", { "README.md": "" }],
    ["invalid-setting", { "V1__x.sql": "SELECT 1", "flyway.conf": "flyway.mixed=perhaps\nflyway.locations=filesystem:." }],
  ])("%s", async (code, files) => {
    const failures = await readFailures(files);
    expect(failures.map((failure) => failure.code)).toEqual([code]);
    expect(failures[0]).toMatchObject({ exitCode: 2, hint: expect.stringMatching(/\w/) as string });
  });

  it("says where a quote was opened, and at which byte the text breaks", async () => {
    expect((await readFailures({ "V1__x.sql": "SELECT 1;\nSELECT 'open;\nSELECT 2;" }))[0]?.location).toEqual({
      file: "V1__x.sql",
      line: 2,
      column: 8,
    });
    const broken = await readFailures({
      "V1__x.sql": Buffer.concat([Buffer.from("-- é\nSELECT '"), Buffer.from([0xe9]), Buffer.from("';")]),
    });
    expect(broken[0]).toMatchObject({ message: "byte 0xe9 at offset 14 is no UTF-8", location: { line: 2 } });
  });

  it("reports all problems of all files at once", async () => {
    const failures = await readFailures({ "V1__a.sql": "SELECT '${x}'", "V2__b.sql": "SELECT 'open", "V2.0__c.sql": "SELECT 1" });
    expect(failures.map((failure) => failure.code).toSorted()).toEqual(["duplicate-migration", "unclosed-quote", "unknown-placeholder"]);
  });

  it("refuses links that close a loop or leave the folder, and follows others", async () => {
    const root = writeProject({ "sql/V1__a.sql": "SELECT 1", "shared/V2__b.sql": "SELECT 2" });
    symlinkSync("../shared", join(root, "sql/shared"));
    expect(idsOf(await readOk(root, { locations: ["sql"] }))).toEqual(["V1", "V2"]);
    mkdirSync(join(root, "sql/deep"));
    symlinkSync("..", join(root, "sql/deep/up"));
    symlinkSync("/usr", join(root, "sql/deep/out"));
    const failures = await readFailures(root, { locations: ["sql"] });
    expect(failures.map((failure) => [failure.code, failure.location])).toEqual([
      ["link-leaves-root", "sql/deep/out"],
      ["link-loop", "sql/deep/up"],
    ]);
  });

  it("reads a large file in time that grows with its size only", async () => {
    const line = "INSERT INTO t VALUES (1, 'some text; with a semicolon', $$body$$);\n";
    const history = await readOk({ "V1__big.sql": line.repeat(60_000) });
    expect(await stepsOf(byId(history, "V1"))).toHaveLength(60_000);
  }, 10_000);

  it("names a folder that is not there", async () => {
    expect((await readFailures("/nowhere/at/all"))[0]?.code).toBe("missing-folder");
    expect((await readFailures({ "V1__a.sql": "" }, { locations: ["filesystem:lost"] }))[0]?.code).toBe("missing-location");
    await expect(flyway.detect(writeProject({ "a.txt": "" }))).resolves.toEqual([]);
  });
});
