import { beforeAll, expect, test } from "vitest";
import type { Shadow } from "../../src/database/session.ts";
import { openShadow } from "../../src/database/shadow.ts";
import type { Result } from "../../src/model/failure.ts";
import type { Squash } from "../../src/model/squash.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { proveSquash, readExpectation } from "../../src/squash/prove.ts";
import { squashInputs } from "./inputs.ts";

beforeAll(loadParser);

const open = (): Promise<Result<Shadow>> => openShadow({ server: null, extensions: [], statementTimeoutMs: null, id: "squash" });
const reading = { excludeFromReads: [], nondeterministic: [] };

function valueOf<T>(result: Result<T>): T {
  if (result.kind === "failed") throw new Error(result.failures[0]?.message);
  return result.value;
}

/** Replays migrations as they are, and proves their squash; `original` lets a test ask for another end than theirs. */
async function prove(
  migrations: readonly string[],
  options: { readonly original?: readonly string[]; readonly rows?: (sql: string) => number | null } = {},
): Promise<Squash> {
  const shadow = valueOf(await open());
  for (const migration of options.original ?? migrations) await shadow.session.run(migration);
  const expected = await readExpectation(shadow, reading);
  await shadow.close();
  return valueOf(await proveSquash({ inputs: squashInputs(migrations, options.rows), expected, reading, openShadow: open }));
}

test("a squash that is equal is proven with its seed rows", async () => {
  const squash = await prove([
    "CREATE TABLE users (id int)",
    "ALTER TABLE users ADD COLUMN email varchar(255)",
    "INSERT INTO users VALUES (1, 'a'), (2, 'b')",
    "ALTER TABLE users ADD CONSTRAINT uk_email UNIQUE (email)",
  ]);
  expect(squash.proof).toMatchObject({ proven: true, rows: 2, differences: [] });
  expect(squash.statements.map((statement) => statement.sql)).toEqual([
    "CREATE TABLE users (\n  id int,\n  email varchar(255),\n  CONSTRAINT uk_email UNIQUE (email)\n)",
    "INSERT INTO users VALUES (1, 'a'), (2, 'b')",
  ]);
});

test("checks that waited for COMMIT are settled where a migration ended, and not before", async () => {
  const squash = await prove([
    "CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES b (id) DEFERRABLE INITIALLY DEFERRED)",
    "INSERT INTO a VALUES (1, 1); CREATE TABLE between (x int); INSERT INTO b VALUES (1)",
    "DO $$ BEGIN PERFORM 1; END $$",
    "ALTER TABLE a ADD CHECK (b > 0)",
    "INSERT INTO a VALUES (2, 2); INSERT INTO b VALUES (2)",
    "ALTER TABLE a ADD COLUMN seen timestamptz; CREATE INDEX ON a (seen)",
  ]);
  expect(squash.proof).toMatchObject({ proven: true, rows: 4, differences: [] });
});

/** Says of data statements that they touched no row though they did: the squash then leaves out what it must not. */
const deny = (pattern: RegExp) => (sql: string) => (pattern.test(sql) ? 0 : null);

const neighbours = [
  "CREATE TABLE n (a int)",
  "ALTER TABLE n ADD COLUMN b int",
  "CREATE TABLE m (a int)",
  "ALTER TABLE m ADD COLUMN b int",
  "CREATE INDEX i ON n (a)",
];

test("a merge that loses rows is found, taken back and told; the others stand", async () => {
  const migrations = [
    ...neighbours,
    "CREATE TABLE s (a int)",
    "INSERT INTO s VALUES (1)",
    "CREATE TABLE t (a int)",
    "INSERT INTO t SELECT a FROM s",
    "ALTER TABLE t ADD COLUMN b int",
  ];
  const squash = await prove(migrations, { rows: deny(/INSERT INTO t/) });
  expect(squash.proof).toMatchObject({ proven: true, rows: 2 });
  expect(squash.takenBack).toEqual([
    {
      merge: expect.objectContaining({ rule: "dead-backfill-elided", migrations: ["V9"] }),
      difference: expect.stringContaining("public.t: count is 0, expected 1"),
    },
  ]);
  expect(squash.merges.map((merge) => merge.rule).sort()).toEqual([
    "column-into-create",
    "column-into-create",
    "column-into-create",
    "index-after-create",
  ]);
});

test("a merge that PostgreSQL refuses is found by its error", async () => {
  const migrations = [
    ...neighbours,
    "CREATE TABLE t (a int, b int)",
    "INSERT INTO t (a) VALUES (1)",
    "UPDATE t SET b = 2",
    "ALTER TABLE t ALTER b SET NOT NULL",
  ];
  const squash = await prove(migrations, { rows: deny(/^UPDATE/) });
  expect(squash.proof).toMatchObject({ proven: true, rows: 1 });
  // NOT NULL could come before the insert only because the update was left out; whichever is blamed first, both stand as they were.
  expect(squash.takenBack.map(({ merge }) => merge.rule)).toContain("dead-backfill-elided");
  expect(squash.statements.map(({ sql }) => sql)).toContain("UPDATE t SET b = 2");
  expect(squash.takenBack[0]?.difference).toContain("null value");
});

test("statements that do not give what the original gave are not proven", async () => {
  const squash = await prove(["CREATE TABLE t (a int)", "ALTER TABLE t ADD COLUMN b int"], {
    original: ["CREATE TABLE t (a int, b int, c int)"],
  });
  expect(squash.proof.proven).toBe(false);
  expect(squash.proof.differences.map((difference) => difference.identity).join()).toContain("t.c");
});
