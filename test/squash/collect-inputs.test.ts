import { beforeAll, describe, expect, test } from "vitest";
import type { History, Migration } from "../../src/model/history.ts";
import type { ExecutedStatement, MigrationReplay } from "../../src/model/replay.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { parseStatement } from "../../src/sql/statement.ts";
import { collectInputs } from "../../src/squash/collect-inputs.ts";

beforeAll(loadParser);

const location = { file: "V1.sql", line: 1 };

function executed(sql: string, outcome: ExecutedStatement["outcome"] = { kind: "done", rows: null }): ExecutedStatement {
  return { step: { kind: "statement", sql, location }, parsed: parseStatement(sql), outcome };
}

function replay(id: string, statements: readonly ExecutedStatement[]): MigrationReplay {
  const empty = { before: new Map(), after: new Map(), rows: [], sequences: [], transactional: true, seconds: 0, edgeCases: [] };
  return { migration: { id } as Migration, statements, ...empty };
}

function history(more: Partial<History> = {}): History {
  return { preparation: [], resetBetween: [], bookkeeping: [], ...more } as unknown as History;
}

const paths = (inputs: ReturnType<typeof collectInputs>): Record<string, string> =>
  Object.fromEntries(inputs.map((input) => [input.step.sql, input.searchPath.join(",")]));

describe("the search path of each statement", () => {
  test("is public where nobody says otherwise", () => {
    expect(paths(collectInputs(history(), [replay("V1", [executed("CREATE TABLE a (id int)")])]))).toEqual({
      "CREATE TABLE a (id int)": "public",
    });
  });

  test("follows SET and set_config, and the tool sets it back before the next migration", () => {
    const flyway = history({ resetBetween: ["RESET ROLE", 'SET search_path TO shop, "$user", public'] });
    const inputs = collectInputs(flyway, [
      replay("V1", [
        executed("CREATE TABLE a (id int)"),
        executed('SET search_path = audit, "Odd Name"'),
        executed("CREATE TABLE b (id int)"),
      ]),
      replay("V2", [
        executed("CREATE TABLE c (id int)"),
        executed("SELECT pg_catalog.set_config('search_path', '', false)"),
        executed("CREATE TABLE x.d (id int)"),
      ]),
    ]);
    expect(paths(inputs)).toMatchObject({
      "CREATE TABLE a (id int)": "shop,public",
      "CREATE TABLE b (id int)": "audit,Odd Name",
      "CREATE TABLE c (id int)": "shop,public",
      "CREATE TABLE x.d (id int)": "",
    });
  });

  test("outlives the migration where no tool sets it back, unless it was LOCAL", () => {
    const inputs = collectInputs(history(), [
      replay("1", [executed("SET search_path = one")]),
      replay("2", [executed("CREATE TABLE a (id int)"), executed("SET LOCAL search_path = two"), executed("CREATE TABLE b (id int)")]),
      replay("3", [executed("CREATE TABLE c (id int)")]),
    ]);
    expect(paths(inputs)).toMatchObject({
      "CREATE TABLE a (id int)": "one",
      "CREATE TABLE b (id int)": "two",
      "CREATE TABLE c (id int)": "one",
    });
  });
});

test("what failed, was skipped or only concerns the tool's own tables is left out", () => {
  const error = { code: "42P01", message: "no", detail: null, hint: null, offset: null, where: null };
  const inputs = collectInputs(history({ bookkeeping: ["public.flyway_schema_history"] }), [
    replay("V1", [
      executed("CREATE TABLE a (id int)"),
      executed("ALTER TABLE nowhere ADD x int", { kind: "failed", error }),
      executed("CREATE EXTENSION nothing", { kind: "skipped", reason: "not here" }),
      executed("DELETE FROM flyway_schema_history WHERE version = '0'"),
    ]),
  ]);
  expect(inputs.map((input) => input.step.sql)).toEqual(["CREATE TABLE a (id int)"]);
});
