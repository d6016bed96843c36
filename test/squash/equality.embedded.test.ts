import { afterAll, beforeAll, expect, test } from "vitest";
import { compareSnapshots } from "../../src/catalog/snapshot/compare.ts";
import { readWholeCatalog } from "../../src/catalog/snapshot/read.ts";
import { compareRows, readRows } from "../../src/catalog/rows.ts";
import type { Session, Shadow } from "../../src/database/session.ts";
import { openShadow } from "../../src/database/shadow.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { mergeStatements } from "../../src/squash/merge.ts";
import { HISTORIES } from "./histories.ts";
import { squashInputs } from "./inputs.ts";

/** Every history runs in a schema of its own, so that two shadows and one comparison serve them all. */
const cases = Object.entries(HISTORIES).map(([name, migrations], index) => ({
  name,
  migrations,
  schema: `case_${String(index).padStart(3, "0")}_`,
}));
const problems = new Map<string, string[]>();

function note(schema: string, problem: string): void {
  problems.set(schema, [...(problems.get(schema) ?? []), problem]);
}

async function open(): Promise<Shadow> {
  const opened = await openShadow({ server: null, extensions: [], statementTimeoutMs: null, id: "squash" });
  if (opened.kind === "failed") throw new Error(opened.failures[0]?.message);
  return opened.value;
}

async function run(session: Session, schema: string, statements: readonly string[]): Promise<readonly (number | null)[]> {
  const rows: (number | null)[] = [];
  await session.run(`BEGIN; CREATE SCHEMA ${schema}; SET LOCAL search_path = ${schema}`);
  try {
    for (const sql of statements) rows.push((await session.run(sql)).at(-1)?.rows ?? null);
    await session.run("COMMIT");
  } catch (error) {
    await session.run("ROLLBACK");
    note(schema, `${String(error)} in: ${statements[rows.length] ?? "COMMIT"}`);
  }
  await session.run("DISCARD ALL");
  return rows;
}

let shadows: readonly Shadow[] = [];
const results = new Map<string, readonly string[]>();

beforeAll(async () => {
  await loadParser();
  const [original, squashed] = await Promise.all([open(), open()]);
  shadows = [original, squashed];
  for (const { schema, migrations } of cases) {
    const written = squashInputs(migrations);
    const rows = await run(
      original.session,
      schema,
      written.map((input) => input.step.sql),
    );
    const inputs = written.map((input, index) => ({ ...input, rows: rows[index] ?? null, searchPath: [schema] }));
    const merged = mergeStatements(inputs, { skip: new Set() });
    const statements = merged.statements.map((statement) => statement.sql);
    results.set(schema, statements);
    await run(squashed.session, schema, statements);
  }
  const [expected, found] = [await readWholeCatalog(original.session), await readWholeCatalog(squashed.session)];
  const differences = [
    ...compareSnapshots(expected, found),
    ...compareRows(await readRows(original.session), await readRows(squashed.session)),
  ];
  for (const difference of differences) {
    const text = JSON.stringify(difference);
    note(/case_\d+_/.exec(text)?.[0] ?? "", text);
  }
});

afterAll(async () => {
  for (const shadow of shadows) await shadow.close();
});

test.each(cases)("$name", ({ schema }) => {
  expect({ problems: problems.get(schema) ?? [], result: results.get(schema) }).toEqual({ problems: [], result: results.get(schema) });
});

test("nothing differs outside the histories", () => {
  expect(problems.get("") ?? []).toEqual([]);
});
