import { describe, expect, it } from "vitest";
import { argumentsOf, closeOf } from "../../../adapters/flyway/code/call-text.ts";
import { readConfiguration } from "../../../adapters/flyway/code/configure.ts";
import { byId, idsOf, readFailures, readOk, stepsOf } from "./project.ts";

const sql = { "src/main/resources/db/migration/V1__a.sql": "SELECT '${x}';" };
const plain = { "src/main/resources/db/migration/V1__a.sql": "SELECT 1;" };
const header = "import org.flywaydb.core.Flyway;\n";

/** What a source gives Flyway, by name. */
function settingsIn(text: string): Readonly<Record<string, readonly string[] | null>> {
  return Object.fromEntries((readConfiguration(text)?.settings ?? []).map(({ name, values }) => [name, values]));
}

describe("calls in the text of a program", () => {
  it("are closed by their own bracket, whatever strings and comments hold", () => {
    const text = `f("a)", ')', /* ) */ g(1), // )\n """ ) """)`;
    expect(closeOf(text, 1)).toBe(text.length - 1);
    expect(closeOf("f(", 1)).toBeNull();
    expect(argumentsOf(text.slice(2, -1))).toEqual(['"a)"', "')'", "g(1)", '""" ) """']);
    expect(argumentsOf(" ")).toEqual([]);
  });
});

describe("settings in code", () => {
  it.each([
    [
      "a chain",
      'Flyway.configure().dataSource(ds).locations("a", "b") // why\n  .table("t").mixed(true).load()',
      { locations: ["a", "b"], table: ["t"], mixed: ["true"] },
    ],
    [
      "a variable",
      'var c = Flyway.configure();\nother.table("no");\nc.schemas("s")\n .target(MigrationVersion.fromVersion("7"));',
      { schemas: ["s"], target: ["7"] },
    ],
    ["Kotlin", 'val c = FluentConfiguration()\nc.locations(*arrayOf("k"))', { locations: ["k"] }],
    ["a parameter", "void set(FluentConfiguration f) { f.baselineOnMigrate(true); }", { baselineOnMigrate: ["true"] }],
    ["a customizer", 'FlywayConfigurationCustomizer c() { return conf -> conf.locations(List.of("l")); }', { locations: ["l"] }],
    ["older setters", 'Flyway f = new Flyway(); f.setLocations("old"); f.setTable(name());', { locations: ["old"], table: null }],
    [
      "constants",
      'static final boolean P = false;\nstatic final String L = "x";\nboolean p = P;\nList<String> l = List.of(L);\nFlyway.configure().placeholderReplacement(p).locations(l.stream().toArray(String[]::new))',
      { placeholderReplacement: ["false"], locations: ["x"] },
    ],
    ["what is assigned twice", "boolean p = false;\nvoid f() { p = true;\n}\nFlyway.configure().mixed(p);", { mixed: null }],
    [
      "the lock",
      "val c = Flyway.configure()\nval p = c.pluginRegister.getPlugin(X::class.java)\np.setTransactionalLock(false)",
      { transactionalLock: ["false"] },
    ],
  ])("are read from %s", (_, text, settings) => {
    expect(settingsIn(text)).toEqual(settings);
  });

  it("are none where nothing configures Flyway", () => {
    expect(readConfiguration('create.table("t").locations("x")')).toBeNull();
  });

  it("are reported with their place and the flags to give", async () => {
    const history = await readOk({
      ...plain,
      "src/main/java/Db.java": `${header}class Db {\n  Flyway f() { return Flyway.configure().locations("db/migration", "db/extra").table("hist").baselineOnMigrate(true).schemas(name()).load(); }\n}`,
      "src/main/resources/db/extra/V2__b.sql": "SELECT 2",
      "src/main/resources/application.properties": "spring.flyway.locations=classpath:db/migration",
    });
    const found = history.findings.find((finding) => finding.code === "settings-in-code");
    expect(found?.location).toEqual({ file: "src/main/java/Db.java", line: 3 });
    expect(found?.message).toContain('not used: locations("db/migration", "db/extra"), table("hist"), baselineOnMigrate(true)');
    expect(found?.message).toContain("(give what counts with --location db/migration --location db/extra --assume flyway.table=hist)");
    expect(found?.message).toContain("the program computes it: schemas");
    expect(idsOf(history)).toEqual(["V1"]);
  });

  it("are nothing to say where they say what was read anyway", async () => {
    const history = await readOk({
      ...plain,
      "src/main/java/Db.java": `${header}class Db { Flyway f() { return Flyway.configure().locations("classpath:db/migration").mixed(false).load(); } }`,
    });
    expect(history.findings).toEqual([]);
  });

  const off = `${header}class Db { Flyway f() { return Flyway.configure().placeholderReplacement(false).load(); } }`;

  it("count for placeholders where they are the only ones, as an assumption", async () => {
    const history = await readOk({ ...sql, "src/main/resources/db/migration/V2__b.sql": "SELECT 2", "src/main/java/Db.java": off });
    expect(await stepsOf(byId(history, "V1"))).toMatchObject([{ sql: "SELECT '${x}'" }]);
    expect(byId(history, "V1").assumptions).toEqual([expect.stringContaining("src/main/java/Db.java:2 switches placeholders off")]);
    expect(byId(history, "V2").assumptions).toEqual([]);
    expect(history.findings).toMatchObject([
      { code: "settings-in-code", message: expect.stringContaining("placeholderReplacement(false)") as string },
    ]);
  });

  it("do not count beside another place, in tests, or against a file of settings", async () => {
    const twice = await readFailures({
      ...sql,
      "src/main/java/Db.java": off,
      "src/main/java/Other.java": off.replace("(false)", "(true)"),
    });
    expect(twice).toMatchObject([{ code: "unknown-placeholder" }]);
    expect(await readFailures({ ...sql, "src/test/java/Db.java": off })).toMatchObject([{ code: "unknown-placeholder" }]);
    const settings = { "src/main/resources/application.properties": "spring.flyway.placeholder-replacement=true" };
    expect(await readFailures({ ...sql, ...settings, "src/main/java/Db.java": off })).toMatchObject([{ code: "unknown-placeholder" }]);
  });

  it("may take the lock out of the way of concurrent indexes", async () => {
    const history = await readOk({
      "src/main/resources/db/migration/V1__a.sql": "CREATE INDEX CONCURRENTLY i ON t (a)",
      "src/main/kotlin/Db.kt": `${header}val c = Flyway.configure()\nval x = c.plugin.setTransactionalLock(false)\n`,
    });
    expect(history.findings.map((finding) => finding.code)).toEqual(["settings-in-code"]);
  });
});

describe("callbacks in code", () => {
  it("are reported with their events, and whether they write", async () => {
    const history = await readOk({
      ...plain,
      "src/main/java/Grants.java":
        'import org.flywaydb.core.api.callback.*;\n\npublic class Grants implements Callback {\n  public boolean supports(Event event, Context c) { return event == Event.AFTER_MIGRATE; }\n  public void handle(Event e, Context c) { c.getConnection().createStatement().execute("GRANT SELECT ON t TO app"); }\n}',
      "src/main/kotlin/Log.kt": "import org.flywaydb.core.api.callback.BaseCallback\nclass Log : BaseCallback() { }",
      "src/main/java/Other.java": "import org.flywaydb.core.Flyway;\nclass Other implements Callback {}",
    });
    expect(history.findings).toMatchObject([
      {
        code: "callback-code",
        message: expect.stringMatching(/^Grants is a Java callback that Flyway calls at AFTER_MIGRATE.* holds SQL that changes/) as string,
        location: { file: "src/main/java/Grants.java", line: 3 },
      },
      { code: "callback-code", message: expect.stringMatching(/^Log is a Kotlin callback .* no SQL that changes/) as string },
    ]);
    expect(idsOf(history)).toEqual(["V1"]);
  });
});
