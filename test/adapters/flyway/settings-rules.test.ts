import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { byId, idsOf, readFailures, readOk, stepsOf, writeProject } from "./project.ts";

describe("environments of flyway.toml", () => {
  const files = {
    "flyway.toml":
      '[flyway]\nlocations = ["filesystem:sql"]\n[environments.dev]\nschemas = ["dev_app"]\n[environments.prod]\nschemas = ["app"]\n[environments.prod.flyway.placeholders]\nwho = "prod"\n',
    "sql/V1__a.sql": "SELECT '${flyway:environment}';",
  };

  it("give their schemas and settings where one is chosen", async () => {
    const history = await readOk({ ...files, "sql/V2__b.sql": "SELECT '${who}'" }, { environment: "prod" });
    expect(history.bookkeeping).toEqual(["app.flyway_schema_history"]);
    expect(await stepsOf(byId(history, "V2"))).toMatchObject([{ sql: "SELECT 'prod'" }]);
  });

  it("are reported where none is", async () => {
    const history = await readOk(files);
    expect(history.bookkeeping).toEqual(["public.flyway_schema_history"]);
    expect(await stepsOf(byId(history, "V1"))).toMatchObject([{ sql: "SELECT 'default'" }]);
    expect(history.findings.map((finding) => finding.code)).toEqual(["environment-settings", "environment-settings"]);
  });
});

describe("locations", () => {
  it("that lead nowhere are said, or stop the reading where Flyway would stop", async () => {
    const conf = "flyway.locations=filesystem:sql,filesystem:lost,s3:bucket/sql\n";
    const history = await readOk({ "flyway.conf": conf, "sql/V1__a.sql": "" });
    expect(history.findings.map((finding) => finding.code)).toEqual(["missing-location", "remote-location"]);
    const failures = await readFailures({ "flyway.conf": `${conf}flyway.failOnMissingLocations=true`, "sql/V1__a.sql": "" });
    expect(failures.map((failure) => failure.code)).toEqual(["missing-location"]);
  });

  it("that lie in one another are read once", async () => {
    const conf = "flyway.locations=filesystem:sql/deep,filesystem:sql,filesystem:sql";
    expect(idsOf(await readOk({ "flyway.conf": conf, "sql/V1__a.sql": "", "sql/deep/V2__b.sql": "" }))).toEqual(["V1", "V2"]);
  });
});

describe("spellings", () => {
  it("of placeholders may be the project's own", async () => {
    const conf = [
      "locations=filesystem:sql",
      "placeholderPrefix=#[",
      "placeholderSuffix=]",
      "placeholderSeparator=.",
      "placeholders.who=me",
    ];
    const history = await readOk({
      "flyway.conf": conf.map((line) => `flyway.${line}`).join("\n"),
      "sql/V1__a.sql": "SELECT '#[WHO] #[flyway.filename] ${who}'",
    });
    expect(await stepsOf(byId(history, "V1"))).toMatchObject([{ sql: "SELECT 'me V1__a.sql ${who}'" }]);
  });

  it("of separators and of the prefixes of other kinds may be, too", async () => {
    const conf = [
      "locations=filesystem:sql",
      "sqlMigrationSeparator=--",
      "repeatableSqlMigrationPrefix=REP",
      "undoSqlMigrationPrefix=BACK",
    ];
    const history = await readOk({
      "flyway.conf": conf.map((line) => `flyway.${line}`).join("\n"),
      "sql/V1--first_one.sql": "SELECT 1",
      "sql/BACK1--first.sql": "SELECT 0",
      "sql/REP--views.sql": "SELECT 2",
    });
    expect(history.migrations.map((migration) => [migration.id, migration.name])).toEqual([
      ["V1", "first one"],
      ["R__views", "views"],
    ]);
    expect(await stepsOf(byId(history, "V1"), "down")).toMatchObject([{ sql: "SELECT 0" }]);
  });

  it("of Spring Boot 1 and of older tables are read", async () => {
    const history = await readOk({
      "src/main/resources/application.properties": "flyway.table=schema_version\nflyway.locations=classpath:db/old",
      "src/main/resources/db/old/V1__a.sql": "",
    });
    expect(history.bookkeeping).toEqual(["public.schema_version"]);
  });
});

describe("programs", () => {
  it("may be repeatable, and undo", async () => {
    const java = "import org.flywaydb.core.api.migration.BaseJavaMigration;\nclass X extends BaseJavaMigration {}";
    const history = await readOk({
      "src/main/resources/db/migration/V1__a.sql": "",
      "src/main/resources/db/migration/R__z.sql": "",
      "src/main/java/db/migration/R__Fill_more.java": java,
      "src/main/java/db/migration/U1__A.java": java,
    });
    expect(idsOf(history)).toEqual(["V1", "R__Fill_more", "R__z"]);
    expect(await stepsOf(byId(history, "V1"), "down")).toMatchObject([{ kind: "custom-code", language: "Java" }]);
  });
});

describe("links", () => {
  it("are not followed for settings and programs, wherever they lead", async () => {
    const java = "src/main/java/db/migration";
    const root = writeProject({ "src/main/resources/db/migration/V1__a.sql": "", [`${java}/note.txt`]: "" });
    symlinkSync("/nowhere/.env", join(root, ".env"));
    symlinkSync("..", join(root, "compose.yml"));
    symlinkSync("/nowhere/V2__b.java", join(root, java, "V2__b.java"));
    symlinkSync("/nowhere/Db.java", join(root, java, "Db.java"));
    expect(idsOf(await readOk(root))).toEqual(["V1"]);
  });
});
