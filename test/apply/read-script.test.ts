import { beforeAll, describe, expect, test } from "vitest";
import { readScript } from "../../src/apply/read-script.ts";
import { allowedIn } from "../../src/apply/table.ts";
import { renderDown, renderUp, type FileStatement } from "../../src/export/migration-file.ts";
import { loadParser } from "../../src/sql/parser.ts";

beforeAll(loadParser);

const header = {
  migration: { id: "V1", name: "one", author: null, date: null, files: [], transaction: "one" as const },
  variables: [] as readonly string[],
  notes: [],
};
const statement = (sql: string, more: Partial<FileStatement> = {}): FileStatement => ({
  sql,
  data: null,
  transactional: true,
  disabled: null,
  ...more,
});

describe("a file that pggit wrote is read back as it was meant", () => {
  test("one transaction, COPY data with semicolons and quotes in it, dollar quotes, and a body in SQL syntax", () => {
    const statements = [
      statement('CREATE TABLE "odd; name" (a text)'),
      statement('COPY "odd; name" FROM STDIN', { data: "it's; 1\n\\N\n-- no comment\n" }),
      statement("CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $x$ BEGIN; RETURN 1; END $x$"),
      statement("CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END"),
    ];
    const script = readScript(renderUp(header, statements), { secrets: {}, together: "as-written" });
    expect(script.statements.map(({ sql, data }) => [sql, data])).toEqual(statements.map(({ sql, data }) => [sql, data]));
    expect(script.units).toMatchObject([{ kind: "transaction", statements: { length: 4 } }]);
  });

  test("an empty COPY, and statements after the data", () => {
    const statements = [statement("COPY t FROM STDIN", { data: "" }), statement("SELECT 1")];
    const script = readScript(renderUp(header, statements), { secrets: {}, together: "as-written" });
    expect(script.statements.map(({ sql, data }) => [sql, data])).toEqual([
      ["COPY t FROM STDIN", ""],
      ["SELECT 1", null],
    ]);
  });

  test("what knows no transaction makes every statement a unit of its own", () => {
    const file = renderUp(header, [
      statement("CREATE TABLE t (a int)"),
      statement("CREATE INDEX CONCURRENTLY i ON t (a)", { transactional: false }),
      statement("INSERT INTO t VALUES (1)"),
    ]);
    expect(readScript(file, { secrets: {}, together: "as-written" }).units.map(({ kind }) => kind)).toEqual([
      "transaction",
      "alone",
      "transaction",
    ]);
  });

  test("a file's own transactions are its units; what it rolls back is left out; a statement that failed stands in a comment", () => {
    const file = renderUp({ ...header, migration: { ...header.migration, transaction: "none" } }, [
      statement("BEGIN"),
      statement("CREATE TABLE a (x int)"),
      statement("CREATE TABLE b (x int)"),
      statement("COMMIT"),
      statement("BEGIN"),
      statement("DROP TABLE a"),
      statement("ROLLBACK"),
      statement("DROP TABLE nowhere", { disabled: "Failed in the replay" }),
      statement("CREATE TABLE c (x int)"),
    ]);
    const { units } = readScript(file, { secrets: {}, together: "as-written" });
    expect(units.map((unit) => unit.statements.map(({ sql }) => sql))).toEqual([
      ["CREATE TABLE a (x int)", "CREATE TABLE b (x int)"],
      ["CREATE TABLE c (x int)"],
    ]);
  });

  test("secrets are filled in where they are given, and masked where not; a variable that was not declared is no variable", () => {
    const file = renderDown(
      { ...header, variables: ["joe_password"] },
      {
        statements: [
          { sql: "ALTER ROLE joe PASSWORD :'joe_password'", location: null, transactional: true },
          { sql: "SELECT ':''x''' || ':''other'''", location: null, transactional: true },
        ],
        loses: [],
      },
    );
    const given = readScript(file, { secrets: { joe_password: "it's\\" }, together: "as-written" }).statements.map(({ sql }) => sql);
    expect(given).toEqual(["ALTER ROLE joe PASSWORD E'it''s\\\\'", "SELECT ':''x''' || ':''other'''"]);
    expect(readScript(file, { secrets: {}, together: "as-written" }).statements[0]?.sql).toBe("ALTER ROLE joe PASSWORD '***'");
  });
});

test("the table of what may be done: drift and a wish to be asked are never overridden", () => {
  for (const confirmation of ["default", "always", "never"] as const)
    expect(allowedIn("drift", confirmation)).toEqual({ record: "no", run: "no" });
  expect(allowedIn("head", "always")).toEqual({ record: "ask", run: "no" });
  expect(allowedIn("partial", "default")).toEqual({ record: "do", run: "ask" });
  expect(allowedIn("partial", "always")).toEqual({ record: "ask", run: "ask" });
  expect(allowedIn("empty", "default")).toEqual({ record: "no", run: "ask" });
  expect(allowedIn("empty", "never")).toEqual({ record: "no", run: "do" });
});
