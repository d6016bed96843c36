import { beforeAll, describe, expect, test } from "vitest";
import { withoutConcurrently } from "../../src/sql/concurrently.ts";
import { deparseTree, isFaithful, sameTree } from "../../src/sql/deparse.ts";
import { loadParser, parseTree, type Node } from "../../src/sql/parser.ts";
import { parseStatement } from "../../src/sql/statement.ts";
import { STATEMENTS } from "./statements.ts";

beforeAll(loadParser);

function treeOf(sql: string): Node {
  const outcome = parseTree(sql);
  if (outcome.kind === "refused") throw new Error(`${outcome.problem.message}: ${sql}`);
  return outcome.tree;
}

describe("deparseTree", () => {
  test.each([
    [
      `create table "App".t (id int primary key, o bigint not null references o (id) on delete cascade, n numeric(10,2) default 0,
         t text default 'a
b', constraint uk unique (o, n), check (n > 0)) partition by range (id)`,
      `CREATE TABLE "App".t (
  id int PRIMARY KEY,
  o bigint NOT NULL REFERENCES o (id) ON DELETE CASCADE,
  n numeric(10, 2) DEFAULT 0,
  t text DEFAULT 'a
b',
  CONSTRAINT uk UNIQUE (o, n),
  CHECK (n > 0)
) PARTITION BY RANGE (id)`,
    ],
    [
      "alter table t add a int, add constraint c foreign key (a) references o (b) not valid",
      `ALTER TABLE t ADD COLUMN a int,
  ADD CONSTRAINT c FOREIGN KEY(a) REFERENCES o (b) NOT VALID`,
    ],
    ["create table t ()", "CREATE TABLE t ()"],
    ["create policy p on t using (true)", "CREATE POLICY p\n  ON t\n  AS PERMISSIVE\n  FOR ALL\n  TO PUBLIC\n  USING (true)"],
  ])("%s", (sql, expected) => {
    expect(deparseTree(treeOf(sql))).toBe(expected);
  });

  test("gives a text only where it reads back as the same tree, for one statement of every kind", () => {
    const trees = STATEMENTS.filter(([sql]) => parseStatement(sql).parseError === null).map(([sql]) => ({ sql, tree: treeOf(sql) }));
    const printed = trees.map(({ sql, tree }) => ({ sql, tree, text: deparseTree(tree) }));
    expect(printed.filter(({ tree, text }) => text !== null && !sameTree(treeOf(text), tree))).toEqual([]);
    // Gaps of pgsql-deparser 18.3: the caller keeps the original text.
    expect(printed.filter(({ text }) => text === null).map(({ sql }) => sql)).toEqual([
      "alter database d rename to e",
      "alter tablespace fast set (seq_page_cost = 1)",
      "alter tablespace fast rename to slow",
      "alter view v set schema app",
      "alter trigger g on t rename to h",
      "alter trigger g on t depends on extension hstore",
      "grant usage on type app.mood to joe",
      "grant set on parameter work_mem to joe",
      "alter function f() depends on extension hstore",
    ]);
  });

  test("tells trees apart, and not their places", () => {
    expect(sameTree(treeOf("select  a"), treeOf("select a"))).toBe(true);
    expect(sameTree(treeOf("select a"), treeOf("select b"))).toBe(false);
    expect(sameTree(treeOf("create table t (a int)"), treeOf("create table t (a int, b int)"))).toBe(false);
    expect(sameTree(treeOf("create index on t (a)"), treeOf("create unique index on t (a)"))).toBe(false);
  });

  test("what is no tree is not faithful", () => {
    expect(isFaithful({ CreateStmt: {} })).toBe(false);
  });
});

test.each([
  ["create index concurrently i on t (a)", "create index i on t (a)"],
  ['CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t ("concurrently")', 'CREATE UNIQUE INDEX IF NOT EXISTS i ON t ("concurrently")'],
  ["drop index concurrently if exists i", "drop index if exists i"],
  ["reindex (concurrently) table t", "reindex table t"],
  ["reindex (verbose, concurrently true) index i", "reindex (verbose) index i"],
  ["reindex (concurrently, verbose) index i", "reindex (verbose) index i"],
  ["reindex table concurrently t", "reindex table t"],
  ["alter table t detach partition p concurrently", "alter table t detach partition p "],
  ["create index i on t (a) -- concurrently", "create index i on t (a) -- concurrently"],
  ["vacuum t", "vacuum t"],
  ["not concurrently SQL", "not concurrently SQL"],
])("without CONCURRENTLY: %s", (sql, expected) => {
  expect(withoutConcurrently(sql)).toBe(expected);
});

describe("a long INSERT", () => {
  const rows = Array.from({ length: 12_000 }, (_, index) => `(${index}, 'it''s (; é', null)`).join(", ");

  test("is judged by its first row", () => {
    const sql = `insert into app.t (a, b, c) values ${rows} on conflict do nothing`;
    const parsed = parseStatement(sql);
    expect(parsed.sql).toBe(sql);
    expect(parsed.changes).toEqual(parseStatement("insert into app.t (a, b, c) values (0, 'x', null) on conflict do nothing").changes);
  });

  test("is read whole where a row calls something", () => {
    const [change] = parseStatement(`insert into t values ${rows}, (1, nextval('app.s'), (select 1 from u))`).changes;
    expect(change?.details.nondeterministic).toEqual(["nextval"]);
    expect(change?.reads.map((ref) => ref.name)).toEqual(["u"]);
  });

  test("an error after the rows keeps its place", () => {
    const sql = `insert into t values ${rows} on conflict do nothing nonsense`;
    expect(parseStatement(sql).parseError).toEqual({ message: 'syntax error at or near "nonsense"', offset: sql.indexOf("nonsense") });
  });
});
