import { beforeAll, describe, expect, test } from "vitest";
import { loadParser } from "../../src/sql/parser.ts";
import { splitStatements } from "../../src/sql/split.ts";
import { parseStatement } from "../../src/sql/statement.ts";

beforeAll(loadParser);

const texts = (sql: string): string[] => splitStatements(sql).map((statement) => statement.sql);

describe("splitStatements", () => {
  test.each([
    ["two statements", "select 1; select 2", ["select 1", "select 2"]],
    ["nothing", " ;; -- only a comment\n ; /* and /* another */ */ ", []],
    ["a semicolon in a string", "select 'a;''b;'; select 2", ["select 'a;''b;'", "select 2"]],
    ["a backslash in a plain string", String.raw`select 'a\'; select 2`, [String.raw`select 'a\'`, "select 2"]],
    ["a backslash in an escape string", String.raw`select E'a\';'; select 2`, [String.raw`select E'a\';'`, "select 2"]],
    ["a continued escape string", "select E'a'\n'\\';'; select 2", ["select E'a'\n'\\';'", "select 2"]],
    ["a quoted identifier", 'select 1 as "a;""b"; select 2', ['select 1 as "a;""b"', "select 2"]],
    ["dollar quotes", "do $x$ begin; $$ ; end $x$; select $$;$$", ["do $x$ begin; $$ ; end $x$", "select $$;$$"]],
    ["a dollar sign in a name", "select a$b$ from t; select 1 as b$", ["select a$b$ from t", "select 1 as b$"]],
    ["parameters", "select $1; select $2", ["select $1", "select $2"]],
    ["nested comments", "select /* ; /* ; */ ; */ 1; -- ;\nselect 2", ["select /* ; /* ; */ ; */ 1", "select 2"]],
    ["a comment inside an operator", "select 1 +--;\n2; select 3*/*;*/4", ["select 1 +--;\n2", "select 3*/*;*/4"]],
    [
      "a rule with several actions",
      "create rule r as on insert to t do (select 1; select 2); select 3",
      ["create rule r as on insert to t do (select 1; select 2)", "select 3"],
    ],
    [
      "a body in SQL syntax",
      "create procedure p() begin atomic select case when true then 1 end; select 2; end; select 3",
      ["create procedure p() begin atomic select case when true then 1 end; select 2; end", "select 3"],
    ],
    ["a transaction", "begin; select 1; end; commit", ["begin", "select 1", "end", "commit"]],
  ])("%s", (_name, sql, expected) => {
    expect(texts(sql)).toEqual(expected);
  });

  test("places are those of the first token, in UTF-16 units", () => {
    const [first, second] = splitStatements("/* é 😀 */ select '😀';\n\n-- why\n  select 2 ; ");
    expect(first).toEqual({ sql: "select '😀'", offset: 11, line: 1, column: 12, comment: "/* é 😀 */" });
    expect(second).toEqual({ sql: "select 2", offset: 34, line: 4, column: 3, comment: "-- why" });
  });

  test.each([
    ["select 1;\nselect 'abc; select 2;", "quote", 2, 8],
    ['select "abc; select 2;', "quoted identifier", 1, 8],
    ["do $x$ begin; end; $$; select 2", "dollar quote", 1, 4],
    ["select 1; /* /* */ select 2;", "comment", 1, 11],
  ])("%s is unclosed", (sql, what, line, column) => {
    expect(splitStatements(sql).at(-1)?.unclosed).toMatchObject({ what, line, column });
  });
});

test("what does not parse is opaque and says where", () => {
  const parsed = parseStatement("select 'é😀' foo bar");
  expect(parsed.changes.map((change) => change.kind)).toEqual(["opaque"]);
  expect(parsed.parseError).toEqual({ message: 'syntax error at or near "bar"', offset: 17 });
});
