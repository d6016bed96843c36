import { describe, expect, it } from "vitest";
import { flyway } from "../../../adapters/flyway/index.ts";
import { byId, idsOf, readFailures, readOk, stepsOf, writeProject } from "./project.ts";

const sql = "SELECT '${who}';";
const resources = "src/main/resources";

describe("where settings are found", () => {
  it.each([
    [
      "flyway.conf",
      { "flyway.conf": "flyway.locations=filesystem:sql\nflyway.placeholders.who=me\nflyway.schemas=app", "sql/V1__a.sql": sql },
    ],
    [
      "flyway.toml",
      {
        "flyway.toml": '[flyway]\nlocations = ["filesystem:sql"]\ndefaultSchema = "app"\n[flyway.placeholders]\nwho = "me"\n',
        "flyway.conf": "flyway.locations=filesystem:lost",
        "sql/V1__a.sql": sql,
      },
    ],
    [
      "Spring YAML",
      {
        [`${resources}/application.yml`]: "spring:\n  flyway:\n    placeholders:\n      who: me\n    schemas: [app]\n",
        [`${resources}/db/migration/V1__a.sql`]: sql,
      },
    ],
    [
      "Spring properties",
      {
        [`${resources}/application.properties`]: "spring.flyway.placeholders.who=${USER_NAME:me}\nspring.flyway.default-schema=app\n",
        [`${resources}/db/migration/V1__a.sql`]: sql,
      },
    ],
    [
      "Quarkus",
      {
        [`${resources}/application.properties`]: "quarkus.flyway.placeholders.who=me\nquarkus.flyway.schemas=app\n",
        [`${resources}/db/migration/V1__a.sql`]: sql,
      },
    ],
    [
      "Micronaut",
      {
        [`${resources}/application.yml`]:
          "flyway:\n  datasources:\n    default:\n      locations: classpath:database\n      schemas: app\n      placeholders: { who: me }\n",
        [`${resources}/database/V1__a.sql`]: sql,
      },
    ],
    [
      "Maven",
      {
        "pom.xml":
          "<project><properties><s>app</s></properties><build><plugins><plugin><artifactId>flyway-maven-plugin</artifactId><version>9.1.0</version><configuration><schemas><schema>${s}</schema></schemas><placeholders><who>me</who></placeholders></configuration></plugin></plugins></build></project>",
        [`${resources}/db/migration/V1__a.sql`]: sql,
      },
    ],
    [
      "Gradle",
      {
        "build.gradle":
          "plugins { id 'org.flywaydb.flyway' version '9.1.0' }\nflyway {\n  url = dbUrl\n  schemas = ['app']\n  placeholders = [\n    'who': 'me'\n  ]\n}\n",
        [`${resources}/db/migration/V1__a.sql`]: sql,
      },
    ],
    [
      "Gradle in Kotlin",
      {
        "build.gradle.kts": 'flyway {\n  schemas = arrayOf("app")\n  placeholders = mapOf("who" to "me")\n}\n',
        [`${resources}/db/migration/V1__a.sql`]: sql,
      },
    ],
  ])("%s", async (_, files) => {
    const history = await readOk(files);
    expect(await stepsOf(byId(history, "V1"))).toMatchObject([{ sql: "SELECT 'me'" }]);
    expect(history.bookkeeping).toEqual(["app.flyway_schema_history"]);
  });

  it("takes flags and assumptions before files", async () => {
    const files = {
      "flyway.conf": "flyway.locations=filesystem:sql\nflyway.placeholders.who=file\nflyway.schemas=app",
      "sql/V1__a.sql": sql,
    };
    expect(await stepsOf(byId(await readOk(files, { placeholders: { WHO: "flag" } }), "V1"))).toMatchObject([{ sql: "SELECT 'flag'" }]);
    expect(await stepsOf(byId(await readOk(files, { assumptions: { FLYWAY_PLACEHOLDERS_WHO: "variable" } }), "V1"))).toMatchObject([
      { sql: "SELECT 'variable'" },
    ]);
    expect((await readOk(files, { schemas: ["one", "two"] })).bookkeeping).toEqual(["one.flyway_schema_history"]);
  });

  it.each([
    ["", { "20221018__a.sql": "", "20230101.2__b.sql": "", "R__c.sql": "" }, ["V20221018", "V20230101.2", "R__c"]],
    ["v", { "v2017.03.09_12.00__a.sql": "", "V1__ignored.sql": "" }, ["V2017.03.09.12.00"]],
    ["mig-", { "mig-2__b.sql": "", "mig-1__a.sql": "" }, ["V1", "V2"]],
  ])("reads names with the prefix `%s`", async (prefix, files, ids) => {
    const conf = { "flyway.conf": `flyway.sqlMigrationPrefix=${prefix}\nflyway.locations=filesystem:sql` };
    const inFolder = Object.fromEntries(Object.entries(files).map(([name, text]) => [`sql/${name}`, text]));
    expect(idsOf(await readOk({ ...conf, ...inFolder }))).toEqual(ids);
  });

  it("says which file is broken, and where", async () => {
    expect(await readFailures({ "sql/V1__a.sql": "", "flyway.toml": "[flyway]\nlocations = [\n" })).toMatchObject([
      { code: "invalid-settings-file" },
    ]);
    expect(await readFailures({ "sql/V1__a.sql": "", "src/main/resources/application.yml": "spring:\n  flyway: [\n" })).toMatchObject([
      { code: "invalid-settings-file", location: { file: "src/main/resources/application.yml" } },
    ]);
    expect(await readFailures({ "sql/V1__a.sql": "", "pom.xml": "<project><flyway></project>" })).toMatchObject([
      { code: "invalid-settings-file" },
    ]);
  });
});

describe("locations and environments", () => {
  it("resolves wildcards, vendors and several locations", async () => {
    const files = {
      "db/one/migrations/V1__a.sql": "",
      "db/two/migrations/V2__b.sql": "",
      "db/two/other/V3__c.sql": "",
      "sql/postgresql/V4__d.sql": "",
      "sql/mysql/V4__d.sql": "",
    };
    expect(idsOf(await readOk({ ...files, "flyway.conf": "flyway.locations=filesystem:db/*/migrations,filesystem:sql/{vendor}" }))).toEqual(
      ["V1", "V2", "V4"],
    );
    const both = await readOk({ ...files, "flyway.conf": "flyway.locations=filesystem:sql" });
    expect(idsOf(both)).toEqual(["V4"]);
    expect(both.findings.map((finding) => finding.code)).toContain("other-vendor");
  });

  const spring = {
    [`${resources}/application.yml`]: "spring:\n  flyway:\n    locations: classpath:db/migration\n",
    [`${resources}/application-dev.yml`]: "spring:\n  flyway:\n    locations: classpath:db/migration,classpath:db/dev\n",
    [`${resources}/db/migration/V1__a.sql`]: "SELECT 1",
    [`${resources}/db/dev/V2__seed.sql`]: "SELECT 2",
    [`${resources}/db/dev/R__more.sql`]: "SELECT 3",
  };

  it("marks what only a profile adds, and asks about it", async () => {
    const history = await readOk(spring);
    expect(idsOf(history)).toEqual(["V1", "V2@dev", "R__more@dev"]);
    expect(history.environments).toMatchObject([
      { name: "dev", migrations: ["V2@dev", "R__more@dev"], location: { file: `${resources}/application-dev.yml`, line: 3 } },
    ]);
    expect(byId(history, "V2@dev").edgeCases).toMatchObject([{ kind: "environment-specific", choices: ["exclude", "keep", "branch=dev"] }]);
    expect(byId(history, "V1").edgeCases).toEqual([]);
  });

  it("reads the history of one environment where it is asked for", async () => {
    expect(idsOf(await readOk(spring, { environment: "dev" }))).toEqual(["V1", "V2", "R__more"]);
    expect(await readFailures(spring, { environment: "prod" })).toMatchObject([{ code: "unknown-environment" }]);
  });

  it("finds every project under a root, and reads none of several", async () => {
    const root = writeProject({
      "a/src/main/resources/db/migration/V1__a.sql": "",
      "b/src/main/resources/db/migration/V1__b.sql": "",
      "b/node_modules/x/V1__no.sql": "",
      "b/pom.xml":
        "<project><dependencies><dependency><artifactId>flyway-core</artifactId><version>8.5.13</version></dependency></dependencies></project>",
    });
    const found = await flyway.detect(root);
    expect(found.map((one) => [one.location, one.migrations, one.toolVersion])).toEqual([
      ["a/src/main/resources/db/migration", 1, "8.5.13"],
      ["b/src/main/resources/db/migration", 1, "8.5.13"],
    ]);
    expect(await readFailures(root)).toMatchObject([{ code: "several-projects", exitCode: 2 }]);
    expect(idsOf(await readOk(root, { locations: ["b/src/main/resources/db/migration"] }))).toEqual(["V1"]);
  });

  it("finds the migrations of one module through the settings of another", async () => {
    const history = await readOk({
      "backend/src/main/resources/application.properties": "quarkus.flyway.migrate-at-start=true",
      "engine/src/main/resources/application.properties": "%dev.quarkus.flyway.migrate-at-start=true",
      "database/src/main/resources/db/migration/V1.0.0__a.sql": "",
    });
    expect(history.location).toBe("database/src/main/resources/db/migration");
    expect(history.environments).toEqual([]);
  });
});

describe("programs among the migrations", () => {
  const java = (body: string): Record<string, string> => ({
    [`${resources}/db/migration/V1__a.sql`]: "SELECT 1",
    [`${resources}/db/migration/V3__c.sql`]: "SELECT 3",
    "src/main/java/db/migration/V2__Java_part.java": body,
  });

  it("keep their place, and offer the SQL of their source", async () => {
    const history = await readOk(
      java(`package db.migration;
public class V2__Java_part extends BaseJavaMigration {
  private static final String TABLE = "au" + "dit";
  private static String view(String name) { return String.format("""
      CREATE VIEW %s AS
        SELECT 'a\\tb' FROM\\s""" + TABLE, name); }
  public void migrate(Context context) throws Exception {
    try (var statement = context.getConnection().createStatement()) {
      statement.execute("CREATE TABLE " + TABLE + " (id int)");
      statement.executeQuery("SELECT id FROM x");
      statement.execute(view("v"));
      jdbc.update("UPDATE audit SET id = ? WHERE id = 1", 5);
    }
  }
}`),
    );
    expect(idsOf(history)).toEqual(["V1", "V2", "V3"]);
    expect(await stepsOf(byId(history, "V2"))).toMatchObject([{ kind: "custom-code", language: "Java", location: { line: 7 } }]);
    const [edgeCase] = byId(history, "V2").edgeCases;
    expect(edgeCase).toMatchObject({
      kind: "custom-code",
      risk: "HIGH",
      choices: ["keep", "edit", "use-suggestion", "exclude"],
      suggestion: { origin: "source-literals", proven: false },
    });
    expect(edgeCase?.suggestion?.sql).toBe(
      "CREATE TABLE audit (id int);\n\nCREATE VIEW v AS\n  SELECT 'a\tb' FROM audit;\n\n-- takes values from the program:\n--   UPDATE audit SET id = ? WHERE id = 1",
    );
  });

  it("say their version in getVersion() where their name does not", async () => {
    const history = await readOk({
      [`${resources}/db/migration/V1__a.sql`]: "",
      "src/main/java/other/V44_3_Backfill.java":
        'class V44_3_Backfill implements JavaMigration { public MigrationVersion getVersion() { return MigrationVersion.fromVersion("44.3"); } public boolean canExecuteInTransaction() { return false; } }',
    });
    expect(byId(history, "V44.3")).toMatchObject({ version: "44.3", transaction: "none" });
  });

  it("may be Kotlin or scripts", async () => {
    const history = await readOk({
      [`${resources}/db/migration/V1__a.sql`]: "",
      [`${resources}/db/migration/V3__load.sh`]: "psql -c 'select 1'",
      "src/main/kotlin/db/migration/V2__K.kt":
        'class V2__K : BaseJavaMigration() { override fun migrate(c: Context) { s.execute("""\n  CREATE TABLE k (\n    a int)\n""".trimIndent()); s.execute("DELETE FROM k WHERE a = $x") } }',
    });
    expect(idsOf(history)).toEqual(["V1", "V2", "V3"]);
    expect(byId(history, "V2").edgeCases[0]?.suggestion?.sql).toBe(
      "CREATE TABLE k (\n  a int);\n\n-- takes values from the program:\n--   DELETE FROM k WHERE a = $x",
    );
    expect(await stepsOf(byId(history, "V3"))).toMatchObject([{ kind: "custom-code", language: "shell" }]);
  });

  it("share versions with no SQL file", async () => {
    expect(
      await readFailures({ ...java("class V2__Java_part extends BaseJavaMigration {}"), [`${resources}/db/migration/V2__b.sql`]: "" }),
    ).toMatchObject([{ code: "duplicate-migration" }]);
  });
});
