import { describe, expect, it } from "vitest";
import { byId, idsOf, readOk, stepsOf } from "./project.ts";

const sql = "SELECT '${who}';";

describe("environment variables of containers", () => {
  it.each([
    ["a map", "environment:\n      FLYWAY_PLACEHOLDERS_WHO: me\n      FLYWAY_SCHEMAS: app\n      FLYWAY_PASSWORD: hush"],
    ["a list", "environment:\n      - FLYWAY_PLACEHOLDERS_WHO=${NAME:-me}\n      - FLYWAY_SCHEMAS=app\n      - FLYWAY_PASSWORD=hush"],
    ["arguments", "environment: { FLYWAY_SCHEMAS: no, FLYWAY_PASSWORD: hush }\n    command: -schemas=app -placeholders.who='me' migrate"],
  ])("are read from compose files: %s", async (_, environment) => {
    const history = await readOk({
      "docker-compose.yml": `services:\n  db:\n    image: postgres\n  migrate:\n    image: flyway/flyway:9\n    ${environment}\n    volumes:\n      - ./db/changes:/flyway/sql\n`,
      "db/changes/V1__a.sql": sql,
    });
    expect(await stepsOf(byId(history, "V1"))).toMatchObject([{ sql: "SELECT 'me'" }]);
    expect(history.location).toBe("db/changes");
    expect(history.bookkeeping).toEqual(["app.flyway_schema_history"]);
    const [finding, ...others] = history.findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code: "environment-variables", location: { file: "docker-compose.yml" } });
    expect(finding?.message).toMatch(/sets .*schemas.* they were used/);
    expect(finding?.message).not.toContain("hush");
  });

  it("find the folder behind a mounted location, and come before flyway.conf", async () => {
    const history = await readOk({
      "compose.yaml":
        "services:\n  migrate:\n    image: redgate/flyway\n    environment: { FLYWAY_LOCATIONS: 'filesystem:/work/sql/main' }\n    volumes: [{ type: bind, source: ./database, target: /work/sql }]\n",
      "flyway.conf": "flyway.locations=filesystem:other\nflyway.placeholders.who=conf",
      "database/main/V1__a.sql": sql,
      "other/V2__b.sql": sql,
    });
    expect(idsOf(history)).toEqual(["V1"]);
    expect(await stepsOf(byId(history, "V1"))).toMatchObject([{ sql: "SELECT 'conf'" }]);
    expect(history.findings.map((finding) => finding.code)).toContain("settings-conflict");
  });

  it("are read from .env, which also fills in the compose file", async () => {
    const files = { "sql/V1__a.sql": sql, "flyway.conf": "flyway.locations=filesystem:sql" };
    const own = await readOk({ ...files, ".env": "# who\nexport FLYWAY_PLACEHOLDERS_WHO='me' # here\nOTHER=1\n" });
    expect(await stepsOf(byId(own, "V1"))).toMatchObject([{ sql: "SELECT 'me'" }]);
    expect(own.findings).toMatchObject([{ code: "environment-variables", location: { file: ".env", line: 2 } }]);
    const filled = await readOk({
      ...files,
      ".env": "WHO=me",
      "compose.yml": "services:\n  m:\n    image: flyway\n    environment:\n      - FLYWAY_PLACEHOLDERS_WHO=${WHO}-$WHO-$${WHO}\n",
    });
    expect(await stepsOf(byId(filled, "V1"))).toMatchObject([{ sql: "SELECT 'me-me-${WHO}'" }]);
  });

  it("give way to flags and assumptions", async () => {
    const files = {
      "sql/V1__a.sql": sql,
      "flyway.conf": "flyway.locations=filesystem:sql",
      ".env": "FLYWAY_PLACEHOLDERS_WHO=env",
    };
    expect(await stepsOf(byId(await readOk(files, { placeholders: { who: "flag" } }), "V1"))).toMatchObject([{ sql: "SELECT 'flag'" }]);
  });

  it("are not used where several services have them, and said to be so", async () => {
    const history = await readOk({
      "docker-compose.yml": "services:\n  one:\n    environment: { FLYWAY_SCHEMAS: a }\n  two:\n    environment: { FLYWAY_SCHEMAS: b }\n",
      "sql/V1__a.sql": "",
      "flyway.conf": "flyway.locations=filesystem:sql",
    });
    expect(history.bookkeeping).toEqual(["public.flyway_schema_history"]);
    expect(history.findings).toMatchObject([{ code: "environment-variables", message: expect.stringContaining("(one, two)") as string }]);
  });

  it("do not lead a Spring application away from its own folder, nor count from a folder of helpers", async () => {
    const history = await readOk({
      "docker-compose.yml": "services:\n  app:\n    image: app\n    environment: { SPRING_FLYWAY_TABLE: hist }\n",
      "helpers/docker-compose.yml": "services:\n  app:\n    environment: { FLYWAY_SCHEMAS: no }\n",
      "src/main/resources/application.yml": "spring:\n  flyway:\n    enabled: true\n",
      "src/main/resources/db/migration/V1__a.sql": "",
      "sql/notes.txt": "",
    });
    expect(history.location).toBe("src/main/resources/db/migration");
    expect(history.bookkeeping).toEqual(["public.hist"]);
  });

  it("leave a broken compose file aside, with a finding", async () => {
    const history = await readOk({ "compose.yml": "services: [\n flyway", "sql/V1__a.sql": "" });
    expect(history.findings).toMatchObject([{ code: "environment-variables", location: { file: "compose.yml" } }]);
  });
});
