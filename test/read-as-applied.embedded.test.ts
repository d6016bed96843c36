import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ReadOptions } from "../adapters/adapter.ts";
import { flyway } from "../adapters/flyway/index.ts";
import { schemaHistory } from "../adapters/flyway/schema-history/index.ts";
import { sql } from "../adapters/sql/index.ts";
import { readAsApplied, type HistoryAsApplied } from "../src/read-as-applied.ts";
import { readHistory } from "../src/reading/read-history.ts";
import { useShadow } from "./support/shadow.ts";
import { readOptions } from "../scripts/conformance/cases.js";

const shadow = useShadow();
const table = "public.flyway_schema_history";
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "pggit-applied-"));
  mkdirSync(join(root, "sql"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => shadow().session.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));

const options = (more: Partial<ReadOptions> = {}): ReadOptions => readOptions(root, { locations: ["filesystem:sql"], ...more });
const write = (name: string, text: string): void => writeFileSync(join(root, "sql", name), text);
const git = (...command: readonly string[]): void => {
  execFileSync("git", ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", ...command], { cwd: root, stdio: "pipe" });
};
const readApplied = async (): Promise<HistoryAsApplied> => {
  const read = await readAsApplied(flyway, options(), shadow().session);
  if (read.kind === "failed") throw new Error(read.failures.map(({ message }) => message).join("\n"));
  return read.value;
};
const firstStatement = async ({ history }: HistoryAsApplied, id: string): Promise<string | null> => {
  const migration = history.migrations.find((one) => one.id === id);
  for await (const step of migration?.up(shadow().session) ?? []) return step.kind === "custom-code" ? null : step.sql;
  return null;
};

test("without a table everything is pending", async () => {
  write("V1__users.sql", "CREATE TABLE users (id integer);\n");
  expect(await readApplied()).toMatchObject({ applied: null, recovered: [], questions: [], match: { applied: [], pending: ["V1"] } });
});

test("the history is what was run: edited and removed files come from git, authors and dates from the table where git has none", async () => {
  write("V1__users.sql", "CREATE TABLE users (id integer);\n");
  write("V2__names.sql", "ALTER TABLE users ADD COLUMN name text;\n");
  write("V3__gone.sql", "CREATE TABLE gone (id integer);\n");
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "schema");
  // Never committed: git has nothing on it.
  write("V4__fresh.sql", "CREATE TABLE fresh (id integer);\n");
  const then = await readHistory(flyway, options());
  if (then.kind === "failed") throw new Error("the history was not read");
  const stamps = then.value.migrations.flatMap((migration) =>
    schemaHistory.stamp({ migration, location: "sql", table, by: "deployer", executionMs: 4 }),
  );
  for (const statement of [...schemaHistory.create(table), ...stamps]) await shadow().session.run(statement);

  write("V2__names.sql", "ALTER TABLE users ADD COLUMN name varchar(40);\n");
  rmSync(join(root, "sql", "V3__gone.sql"));
  const read = await readApplied();
  expect(read.match).toMatchObject({ applied: ["V1", "V2", "V3", "V4"], pending: [], changed: [], missing: [] });
  expect(await firstStatement(read, "V2")).toBe("ALTER TABLE users ADD COLUMN name text");
  expect(await firstStatement(read, "V3")).toBe("CREATE TABLE gone (id integer)");
  expect(read.questions.map(({ migration, draft }) => [migration, draft.title])).toEqual([
    ["V2", "V2 was edited after it was applied; the history has what was run"],
    ["V3", "V3__gone.sql was applied, its file is gone; the history has it from git"],
  ]);
  expect(read.history.migrations.map(({ author }) => author)).toEqual([
    "Ann <ann@example.org>",
    "Ann <ann@example.org>",
    "Ann <ann@example.org>",
    "deployer",
  ]);
  expect(read.history.migrations[3]?.date).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test("a tool without a table of its own is read as it is", async () => {
  write("V1__users.sql", "CREATE TABLE users (id integer);\n");
  const read = await readAsApplied(sql, options({ locations: ["sql"] }), shadow().session);
  expect(read).toMatchObject({ kind: "ok", value: { applied: null, recovered: [] } });
});
