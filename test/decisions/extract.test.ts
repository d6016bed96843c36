import { beforeAll, describe, expect, test } from "vitest";
import { extractionOf, functionName, isMovable } from "../../src/decisions/extract.ts";
import { reviseHistory } from "../../src/decisions/revise.ts";
import type { Step } from "../../src/model/history.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { migrationOf } from "../analysis/support/replay.ts";
import { historyOf } from "../rollback/history-of.ts";
import { questionOf } from "./question.ts";

beforeAll(loadParser);

const location = { file: "sql/V3__points.sql", line: 2, column: 1 };

describe("moving business logic into a function", () => {
  test.each([
    ["V3", "points for o'clock", "migration_v3_points_for_o_clock"],
    ["R__Ünïcode", "Ünïcode 日本", "migration_r_u_ni_code_u_ni_code"],
    ["V1", "x".repeat(80), `migration_v1_${"x".repeat(50)}`],
  ])("%s %s has a name that PostgreSQL keeps whole", (id, name, expected) => {
    expect(functionName({ id, name }, 1)).toBe(expected);
    expect(Buffer.byteLength(functionName({ id, name }, 12))).toBeLessThanOrEqual(63);
    expect(functionName({ id, name }, 2)).not.toBe(functionName({ id, name }, 3));
  });

  test("the text of the statement stays as it is, whatever quotes it has", () => {
    const sql = "UPDATE t SET a = '$pggit$' || $pggit1$b$pggit1$ -- why";
    const made = extractionOf(sql, { name: "migration_v3", location }).map((step) => (step.kind === "statement" ? step.sql : ""));
    expect(made[1]).toContain(`AS $pggit2$\n${sql}\n;\n$pggit2$`);
    expect(made[2]).toBe("COMMENT ON FUNCTION pggit.migration_v3() IS 'Moved out of sql/V3__points.sql:2'");
    expect(made[3]).toBe("SELECT pggit.migration_v3()");
  });

  test("what is code already, or returns rows, does not move", () => {
    expect(["UPDATE t SET a = 1", "WITH x AS (SELECT 1) DELETE FROM t", "INSERT INTO t SELECT 1"].map(isMovable)).toEqual([
      true,
      true,
      true,
    ]);
    expect(["DO $$ BEGIN END $$", "SELECT f()", "UPDATE t SET a = 1 RETURNING a", "CREATE TABLE t ()"].map(isMovable)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test("the statement that was asked about and those like it move, what lists rows stays", async () => {
    const texts = ["ALTER TABLE t ADD b int", "INSERT INTO t VALUES (1)", "UPDATE t SET b = a", "DELETE FROM t WHERE b > 1"];
    const steps = texts.map((sql, index): Step => ({ kind: "statement", sql, location: { file: location.file, line: index + 1 } }));
    const migration = migrationOf("V3", "", { name: "points", up: () => stepsOf(steps) });
    const edgeCase = questionOf("V3-q", { source: { location: { file: location.file, line: 3 }, text: "UPDATE t SET b = a" } });
    const decision = {
      id: "V3-q",
      migration: null,
      content: null,
      choice: "extract",
      sql: null,
      with: [],
      by: "Ann",
      at: null,
      reason: null,
      file: "",
      index: 0,
      line: 1,
    };
    const history = historyOf([], { tool: "flyway", location: "sql", resetBetween: [], migrations: [migration] });
    const revised = reviseHistory(history, [{ edgeCase, effect: { kind: "extract-step" }, decision }]);
    expect(revised.bookkeepingSql).toContain("CREATE SCHEMA IF NOT EXISTS pggit");
    const given: string[] = [];
    for await (const step of revised.migrations[0]?.up({ rows: () => Promise.resolve([]) }) ?? [])
      given.push(step.kind === "statement" ? (step.sql.split("\n")[0] ?? "") : step.kind);
    expect(given.filter((sql) => !sql.startsWith("COMMENT") && !sql.startsWith("CREATE SCHEMA"))).toEqual([
      ...texts.slice(0, 2),
      "CREATE FUNCTION pggit.migration_v3_points() RETURNS void LANGUAGE sql AS $pggit$",
      "SELECT pggit.migration_v3_points()",
      "CREATE FUNCTION pggit.migration_v3_points_2() RETURNS void LANGUAGE sql AS $pggit$",
      "SELECT pggit.migration_v3_points_2()",
    ]);
  });
});

async function* stepsOf(steps: readonly Step[]): AsyncIterable<Step> {
  yield* steps;
}
