import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compareRows, readRows } from "../../src/catalog/rows.ts";
import { compareSnapshots } from "../../src/catalog/snapshot/compare.ts";
import { readWholeCatalog } from "../../src/catalog/snapshot/read.ts";
import { StatementError } from "../../src/database/session.ts";
import type { Session, Shadow } from "../../src/database/session.ts";
import { openShadow } from "../../src/database/shadow.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { mergeStatements } from "../../src/squash/merge.ts";
import { squashInputs } from "./inputs.ts";

const table = fc.constantFrom("t", "u", "w");
const column = fc.constantFrom("a", "b", "c");
const pair = fc.tuple(table, column);

/** Statements over few names, so that they meet. Many fail where they come: those are left out, as the replay leaves them out. */
const statement: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: table.map((t) => `CREATE TABLE ${t} (id int, a int, b text)`) },
  {
    weight: 2,
    arbitrary: table.map((t) => `CREATE TABLE IF NOT EXISTS ${t} (id serial PRIMARY KEY, c int UNIQUE NOT NULL CHECK (c > 0))`),
  },
  { weight: 4, arbitrary: pair.map(([t, c]) => `ALTER TABLE ${t} ADD COLUMN ${c} int`) },
  { weight: 2, arbitrary: pair.map(([t, c]) => `ALTER TABLE ${t} ADD COLUMN IF NOT EXISTS ${c} varchar(20) DEFAULT 'x' NOT NULL`) },
  { weight: 2, arbitrary: pair.map(([t, c]) => `ALTER TABLE ${t} DROP COLUMN ${c}`) },
  { weight: 1, arbitrary: pair.map(([t, c]) => `ALTER TABLE ${t} DROP COLUMN IF EXISTS ${c} CASCADE`) },
  { weight: 2, arbitrary: fc.tuple(table, column, column).map(([t, c, d]) => `ALTER TABLE ${t} RENAME COLUMN ${c} TO ${d}`) },
  { weight: 2, arbitrary: fc.tuple(table, table).map(([t, u]) => `ALTER TABLE ${t} RENAME TO ${u}`) },
  { weight: 2, arbitrary: table.map((t) => `DROP TABLE ${t}`) },
  { weight: 1, arbitrary: table.map((t) => `DROP TABLE IF EXISTS ${t} CASCADE`) },
  { weight: 2, arbitrary: pair.map(([t, c]) => `ALTER TABLE ${t} ALTER ${c} SET NOT NULL`) },
  { weight: 1, arbitrary: pair.map(([t, c]) => `ALTER TABLE ${t} ALTER ${c} DROP NOT NULL`) },
  { weight: 2, arbitrary: pair.map(([t, c]) => `ALTER TABLE ${t} ALTER ${c} SET DEFAULT '7'`) },
  { weight: 1, arbitrary: pair.map(([t, c]) => `ALTER TABLE ${t} ALTER ${c} DROP DEFAULT`) },
  { weight: 2, arbitrary: pair.map(([t, c]) => `ALTER TABLE ${t} ALTER ${c} TYPE bigint USING ${c}::bigint`) },
  { weight: 1, arbitrary: pair.map(([t, c]) => `ALTER TABLE ${t} ALTER ${c} TYPE text`) },
  { weight: 2, arbitrary: pair.map(([t, c]) => `ALTER TABLE ${t} ADD UNIQUE (${c})`) },
  { weight: 1, arbitrary: table.map((t) => `ALTER TABLE ${t} ADD PRIMARY KEY (id)`) },
  { weight: 1, arbitrary: table.map((t) => `ALTER TABLE ${t} DROP CONSTRAINT IF EXISTS ${t}_pkey CASCADE`) },
  { weight: 2, arbitrary: pair.map(([t, c]) => `ALTER TABLE ${t} ADD CONSTRAINT k_${c} CHECK (${c} IS NOT NULL OR id > 0)`) },
  { weight: 1, arbitrary: pair.map(([t, c]) => `ALTER TABLE ${t} DROP CONSTRAINT k_${c}`) },
  { weight: 2, arbitrary: fc.tuple(table, table).map(([t, u]) => `ALTER TABLE ${t} ADD FOREIGN KEY (id) REFERENCES ${u}`) },
  { weight: 2, arbitrary: pair.map(([t, c]) => `CREATE INDEX ON ${t} (${c})`) },
  { weight: 2, arbitrary: pair.map(([t, c]) => `CREATE INDEX IF NOT EXISTS i_${c} ON ${t} (${c}) WHERE id > 1`) },
  { weight: 1, arbitrary: column.map((c) => `DROP INDEX i_${c}`) },
  { weight: 2, arbitrary: pair.map(([t, c]) => `COMMENT ON COLUMN ${t}.${c} IS 'about ${c}'`) },
  { weight: 1, arbitrary: table.map((t) => `COMMENT ON TABLE ${t} IS 'about ${t}'`) },
  { weight: 3, arbitrary: fc.tuple(table, fc.nat(3)).map(([t, n]) => `INSERT INTO ${t} (id) VALUES (${n})`) },
  { weight: 1, arbitrary: fc.tuple(table, table).map(([t, u]) => `INSERT INTO ${t} (id) SELECT id FROM ${u} WHERE id < 2`) },
  { weight: 2, arbitrary: pair.map(([t, c]) => `UPDATE ${t} SET ${c} = '5' WHERE ${c} IS NULL`) },
  { weight: 1, arbitrary: table.map((t) => `DELETE FROM ${t} WHERE id = 1`) },
  { weight: 2, arbitrary: pair.map(([t, c]) => `CREATE OR REPLACE VIEW v AS SELECT id, ${c} FROM ${t}`) },
  { weight: 1, arbitrary: table.map((t) => `CREATE VIEW x AS SELECT * FROM ${t}`) },
  { weight: 1, arbitrary: fc.constantFrom("DROP VIEW v", "DROP VIEW IF EXISTS x", "DROP VIEW IF EXISTS v CASCADE") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "CREATE TYPE m AS ENUM ('p', 'q')",
      "ALTER TYPE m ADD VALUE 'r'",
      "ALTER TYPE m ADD VALUE IF NOT EXISTS 's' BEFORE 'q'",
      "DROP TYPE m",
    ),
  },
  { weight: 1, arbitrary: pair.map(([t, c]) => `ALTER TABLE ${t} ADD COLUMN ${c} m DEFAULT 'p'`) },
  { weight: 1, arbitrary: table.map((t) => `GRANT SELECT ON ${t} TO PUBLIC`) },
  { weight: 1, arbitrary: table.map((t) => `CREATE OR REPLACE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'select count(*) from ${t}'`) },
  { weight: 1, arbitrary: fc.constantFrom("DROP FUNCTION f()", "DROP FUNCTION IF EXISTS f()", "DO $$ begin null; end $$") },
);

const seed = Number(process.env["SQUASH_SEED"] ?? 20_261_120);
const runs = Number(process.env["SQUASH_RUNS"] ?? 150);
const history = fc
  .tuple(
    fc.constantFrom(
      [],
      ["CREATE TABLE t (id int, a int, b text)"],
      ["CREATE TABLE t (id int, a int)", "CREATE TABLE u (id int primary key, b text)"],
    ),
    fc.array(statement, { minLength: 6, maxLength: 40 }),
  )
  .map(([start, rest]) => [...start, ...rest]);
const histories = fc.sample(history, { seed, numRuns: runs });
const problems = new Map<string, string[]>();
const shadows: Shadow[] = [];
const told = new Map<string, string>();
let before = 0;
let after = 0;

function note(schema: string, problem: string): void {
  problems.set(schema, [...(problems.get(schema) ?? []), problem]);
}

async function open(): Promise<Shadow> {
  const opened = await openShadow({ server: null, extensions: [], statementTimeoutMs: null, id: "random" });
  if (opened.kind === "failed") throw new Error(opened.failures[0]?.message);
  shadows.push(opened.value);
  return opened.value;
}

/** Runs what runs, and gives those statements with the rows that each touched. */
async function replay(session: Session, schema: string, statements: readonly string[]): Promise<ReadonlyMap<number, number | null>> {
  const done = new Map<number, number | null>();
  await session.run(`CREATE SCHEMA ${schema}; SET search_path = ${schema}`);
  for (const [index, sql] of statements.entries()) {
    try {
      done.set(index, (await session.run(sql)).at(-1)?.rows ?? null);
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
    }
  }
  return done;
}

async function runSquashed(session: Session, schema: string, statements: readonly string[]): Promise<void> {
  await session.run(`CREATE SCHEMA ${schema}; BEGIN`);
  let at = "";
  try {
    for (const sql of statements) {
      at = sql;
      await session.run(sql);
    }
    await session.run("COMMIT");
  } catch (error) {
    await session.run("ROLLBACK");
    note(schema, `${String(error)} in: ${at}`);
  }
}

beforeAll(async () => {
  await loadParser();
  const [original, squashed] = [await open(), await open()];
  for (const [index, statements] of histories.entries()) {
    const schema = `r${String(index).padStart(3, "0")}_`;
    const done = await replay(original.session, schema, statements);
    const inputs = squashInputs(statements)
      .map((input, at) => ({ ...input, rows: done.get(at) ?? null, searchPath: [schema] }))
      .filter((_, at) => done.has(at));
    const result = mergeStatements(inputs, { skip: new Set() }).statements.map((each) => each.sql);
    before += inputs.length;
    after += result.length;
    told.set(schema, `${inputs.map((input) => input.step.sql).join(";\n")};\n\n-- became\n${result.join(";\n")};`);
    await runSquashed(squashed.session, schema, result);
  }
  const differences = [
    ...compareSnapshots(await readWholeCatalog(original.session), await readWholeCatalog(squashed.session)),
    ...compareRows(await readRows(original.session), await readRows(squashed.session)),
  ];
  for (const difference of differences)
    note(/r\d{3}_/.exec(JSON.stringify(difference))?.[0] ?? "", `${difference.identity}: ${difference.aspect} ${difference.what}`);
});

afterAll(async () => {
  for (const shadow of shadows) await shadow.close();
});

test("random histories and their squash give the same database", () => {
  const wrong = [...problems].map(([schema, found]) => `${found.slice(0, 4).join("\n")}\n-- of\n${told.get(schema) ?? ""}`);
  expect(wrong.slice(0, 5).join("\n\n=====\n\n")).toBe("");
});

test("and the squash is shorter", () => {
  expect(after).toBeLessThan(before * 0.8);
});
