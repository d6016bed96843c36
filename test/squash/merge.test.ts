import { beforeAll, expect, test } from "vitest";
import { loadParser } from "../../src/sql/parser.ts";
import { everyStep, mergeStatements } from "../../src/squash/merge.ts";
import type { Merged } from "../../src/squash/merge.ts";
import { squashInputs } from "./inputs.ts";

beforeAll(loadParser);

const none: ReadonlySet<string> = new Set();

function merge(migrations: readonly string[], skip: ReadonlySet<string> = none): Merged {
  return mergeStatements(
    squashInputs(migrations, (sql) => (sql.startsWith("UPDATE") ? 0 : null)),
    { skip },
  );
}

/** One line per statement, so that a case reads in one line. */
function lines(merged: Merged): readonly string[] {
  return merged.statements.map(({ sql }) =>
    sql.replaceAll(/\s+/g, " ").replaceAll("( ", "(").replaceAll(" )", ")").replaceAll("KEY(", "KEY ("),
  );
}

interface Case {
  readonly name: string;
  readonly rule: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

const rules: readonly Case[] = [
  {
    name: "a column and a named constraint",
    rule: "column-into-create",
    from: [
      "CREATE TABLE users (id INT)",
      "ALTER TABLE users ADD COLUMN email VARCHAR(255)",
      "ALTER TABLE users ADD CONSTRAINT uk_email UNIQUE (email)",
    ],
    to: ["CREATE TABLE users (id int, email varchar(255), CONSTRAINT uk_email UNIQUE (email))"],
  },
  {
    name: "a default",
    rule: "default-into-create",
    from: ["CREATE TABLE t (a int)", "ALTER TABLE t ALTER a SET DEFAULT 3"],
    to: ["CREATE TABLE t (a int DEFAULT 3)"],
  },
  {
    name: "NOT NULL",
    rule: "not-null-into-create",
    from: ["CREATE TABLE t (a int, b int NOT NULL)", "ALTER TABLE t ALTER a SET NOT NULL, ALTER b DROP NOT NULL"],
    to: ["CREATE TABLE t (a int NOT NULL, b int)"],
  },
  {
    name: "a foreign key to an earlier table",
    rule: "constraint-into-create",
    from: ["CREATE TABLE r (id int PRIMARY KEY)", "CREATE TABLE t (a int)", "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES r"],
    to: ["CREATE TABLE r (id int PRIMARY KEY)", "CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES r)"],
  },
  {
    name: "an unnamed constraint under a name that the table no longer has",
    rule: "rename-followed",
    from: ["CREATE TABLE t (a int UNIQUE)", "ALTER TABLE t RENAME TO u"],
    to: ["CREATE TABLE u (a int CONSTRAINT t_a_key UNIQUE)"],
  },
  {
    name: "a column's new name, in its index and its comment too",
    rule: "rename-followed",
    from: ["CREATE TABLE t (a int)", "CREATE INDEX ON t (a)", "COMMENT ON COLUMN t.a IS 'x'", "ALTER TABLE t RENAME a TO b"],
    to: ["CREATE TABLE t (b int)", "CREATE INDEX t_a_idx ON t (b)", "COMMENT ON COLUMN t.b IS 'x'"],
  },
  {
    name: "a wider type",
    rule: "type-into-create",
    from: ["CREATE TABLE t (a varchar(5))", "ALTER TABLE t ALTER a TYPE varchar(9)"],
    to: ["CREATE TABLE t (a varchar(9))"],
  },
  {
    name: "a dropped column with its index and comment",
    rule: "drop-column-into-create",
    from: ["CREATE TABLE t (a int, b int)", "CREATE INDEX i ON t (b)", "COMMENT ON COLUMN t.b IS 'x'", "ALTER TABLE t DROP COLUMN b"],
    to: ["CREATE TABLE t (a int)"],
  },
  {
    name: "a table that came and went",
    rule: "create-drop-pair",
    from: [
      "CREATE TABLE t (id serial)",
      "CREATE INDEX i ON t (id)",
      "GRANT SELECT ON t TO PUBLIC",
      "INSERT INTO t VALUES (1)",
      "DROP TABLE t",
    ],
    to: [],
  },
  {
    name: "an index after its table",
    rule: "index-after-create",
    from: ["CREATE TABLE t (a int)", "CREATE TABLE u (a int)", "CREATE INDEX i ON t (a)"],
    to: ["CREATE TABLE t (a int)", "CREATE INDEX i ON t (a)", "CREATE TABLE u (a int)"],
  },
  {
    name: "a comment after its table, the last one",
    rule: "comment-after-create",
    from: ["CREATE TABLE t (a int)", "COMMENT ON TABLE t IS 'x'", "CREATE TABLE u (a int)", "COMMENT ON TABLE t IS 'y'"],
    to: ["CREATE TABLE t (a int)", "COMMENT ON TABLE t IS 'y'", "CREATE TABLE u (a int)"],
  },
  {
    name: "the last of a function's forms",
    rule: "replace-keeps-last",
    from: [
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'",
      "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 2'",
    ],
    to: ["CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 2'"],
  },
  {
    name: "enum values",
    rule: "enum-value-into-create",
    from: ["CREATE TYPE m AS ENUM ('b')", "ALTER TYPE m ADD VALUE 'a' BEFORE 'b'", "ALTER TYPE m ADD VALUE 'c'"],
    to: ["CREATE TYPE m AS ENUM ('a', 'b', 'c')"],
  },
  {
    name: "a type that comes later than the table that uses it",
    rule: "column-into-create",
    from: ["CREATE TABLE t (a int)", "CREATE TYPE m AS ENUM ('x')", "ALTER TABLE t ADD COLUMN m m"],
    to: ["CREATE TYPE m AS ENUM ('x')", "CREATE TABLE t (a int, m m)"],
  },
  {
    name: "ALTERs behind something that may do anything",
    rule: "alter-combined",
    from: ["CREATE TABLE t (a int)", "DO $$ begin null; end $$", "ALTER TABLE t ADD COLUMN b int", "ALTER TABLE t ADD COLUMN c int"],
    to: ["CREATE TABLE t (a int)", "DO $$ begin null; end $$", "ALTER TABLE t ADD COLUMN b int, ADD COLUMN c int"],
  },
  {
    name: "a backfill that found no row",
    rule: "dead-backfill-elided",
    from: ["CREATE TABLE t (a int)", "ALTER TABLE t ADD COLUMN b int", "UPDATE t SET b = a", "ALTER TABLE t ALTER b SET NOT NULL"],
    to: ["CREATE TABLE t (a int, b int NOT NULL)"],
  },
  {
    name: "settings of the session",
    rule: "session-setting-elided",
    from: ["SET lock_timeout = '1s'", "CREATE TABLE t (a int)"],
    to: ["CREATE TABLE t (a int)"],
  },
  {
    name: "what has nothing to do",
    rule: "no-op-elided",
    from: ["DROP TABLE IF EXISTS t", "CREATE TABLE t (a int)", "CREATE TABLE IF NOT EXISTS t (b int)", "ANALYZE"],
    to: ["CREATE TABLE t (a int)"],
  },
  {
    name: "CONCURRENTLY, since the table is new",
    rule: "column-into-create",
    from: ["CREATE TABLE t (a int)", "CREATE INDEX CONCURRENTLY i ON t (a)", "ALTER TABLE t ADD COLUMN b int"],
    to: ["CREATE TABLE t (a int, b int)", "CREATE INDEX i ON t (a)"],
  },
];

test.each(rules)("merges $name", ({ rule, from, to }) => {
  const merged = merge(from);
  expect(lines(merged)).toEqual(to);
  expect(merged.merges.map((each) => each.rule)).toContain(rule);
  expect(merged.statements.every((statement) => statement.transactional)).toBe(true);
});

test.each(rules)("stands as it was with every step taken back: $name", ({ from }) => {
  const inputs = squashInputs(from, (sql) => (sql.startsWith("UPDATE") ? 0 : null));
  const plain = merge(from, everyStep(inputs));
  expect(plain.merges).toEqual([]);
  expect(lines(plain)).toEqual(squashInputs(from).map((input) => input.step.sql.replace(" CONCURRENTLY", "")));
});

const barriers: readonly (Pick<Case, "name" | "from"> & { readonly reason: RegExp })[] = [
  {
    name: "a DO block",
    from: ["CREATE TABLE t (a int)", "DO $$ begin null; end $$", "ALTER TABLE t ADD COLUMN b int"],
    reason: /may do anything/,
  },
  {
    name: "a call of a user's function",
    from: ["CREATE TABLE t (a int)", "SELECT f()", "ALTER TABLE t ADD COLUMN b int"],
    reason: /may do anything/,
  },
  {
    name: "rows that a default would change",
    from: ["CREATE TABLE t (a int, b int)", "INSERT INTO t (a) VALUES (1)", "ALTER TABLE t ALTER b SET DEFAULT 2"],
    reason: /rows inserted/,
  },
  {
    name: "rows that were corrected first",
    from: ["CREATE TABLE t (a int)", "DELETE FROM t WHERE a < 0", "ALTER TABLE t ADD CHECK (a >= 0)"],
    reason: /rows deleted/,
  },
  {
    name: "a view of every column",
    from: ["CREATE TABLE t (a int)", "CREATE VIEW v AS SELECT * FROM t", "ALTER TABLE t ADD COLUMN b int"],
    reason: /a view over it/,
  },
  {
    name: "a child table",
    from: ["CREATE TABLE t (a int)", "CREATE TABLE c () INHERITS (t)", "ALTER TABLE t ADD COLUMN b int"],
    reason: /a child table/,
  },
  {
    name: "a foreign key to a later table",
    from: ["CREATE TABLE t (a int)", "CREATE TABLE r (a int PRIMARY KEY)", "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES r"],
    reason: /made by a later statement/,
  },
  {
    name: "a column that could not be merged",
    from: [
      "CREATE TABLE t (a int)",
      "CREATE VIEW v AS SELECT * FROM t",
      "ALTER TABLE t ADD COLUMN b int",
      "DROP VIEW v",
      "ALTER TABLE t ADD UNIQUE (b)",
    ],
    reason: /not part of the CREATE TABLE/,
  },
  {
    name: "a serial column in a renamed table",
    from: ["CREATE TABLE t (a serial)", "ALTER TABLE t RENAME TO u"],
    reason: /sequences are named after it/,
  },
  {
    name: "a default that keeps the old type",
    from: ["CREATE TABLE t (a varchar DEFAULT 'x')", "ALTER TABLE t ALTER a TYPE text"],
    reason: /keeps the old type/,
  },
];

test.each(barriers)("does not merge across $name", ({ from, reason }) => {
  const merged = merge(from);
  expect(merged.kept.map((each) => each.reason).join("\n")).toMatch(reason);
});

test("names are looked up in the schemas in which they were meant", () => {
  const inputs = squashInputs(["CREATE TABLE t (a int)", "ALTER TABLE t ADD COLUMN b int", "CREATE TABLE t (c int)"]);
  const merged = mergeStatements(
    inputs.map((input, index) => ({ ...input, searchPath: [index < 2 ? "app" : "public"] })),
    { skip: none },
  );
  expect(lines(merged)).toEqual([
    "SET search_path = app",
    "CREATE TABLE t (a int, b int)",
    "SET search_path = public",
    "CREATE TABLE t (c int)",
  ]);
});

test("the same input gives the same text and the same ids", () => {
  const from = rules.flatMap((each) => each.from);
  expect(JSON.stringify(merge(from))).toBe(JSON.stringify(merge(from)));
});

test("four thousand migrations over a thousand tables merge into one statement for each thing they make", () => {
  const migrations = Array.from({ length: 1000 }, (_, n) => [
    `CREATE TABLE t${n} (id int PRIMARY KEY, p int ${n === 0 ? "" : `REFERENCES t${Math.floor(n / 2)}`})`,
    `ALTER TABLE t${n} ADD COLUMN a text; CREATE INDEX i${n} ON t${n} (a)`,
    `ALTER TABLE t${Math.max(0, n - 5)} ADD COLUMN c${n} int DEFAULT 1; COMMENT ON COLUMN t${Math.max(0, n - 5)}.c${n} IS 'x'`,
    `ALTER TABLE t${n} ADD CONSTRAINT k${n} UNIQUE (a); ALTER TABLE t${n} ALTER a SET NOT NULL`,
  ]).flat();
  const inputs = squashInputs(migrations);
  const merged = mergeStatements(inputs, { skip: none });
  expect(merged.statements.length).toBe(3000);
});
