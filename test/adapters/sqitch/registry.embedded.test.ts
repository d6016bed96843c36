import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { sqitch } from "../../../adapters/sqitch/index.ts";
import { schemaHistory } from "../../../adapters/sqitch/registry/index.ts";
import { readEntry } from "../../../adapters/sqitch/registry/entry.ts";
import { readRecording } from "../../../scripts/conformance/recording.js";
import { tool } from "../../../scripts/conformance/sqitch.js";
import { matchApplied } from "../../../src/analysis/match-applied.ts";
import type { AppliedHistory } from "../../../src/model/applied.ts";
import type { History, Migration } from "../../../src/model/history.ts";
import { useShadow } from "../../support/shadow.ts";
import { readOptions } from "../../../scripts/conformance/cases.js";
import { PG, plan, planOf, readHistory } from "./project.ts";

const shadow = useShadow();
const fixtures = resolve("fixtures/sqitch");
const TABLE = "sqitch.changes";

afterEach(() =>
  run(["RESET ROLE", "DROP SCHEMA IF EXISTS sqitch CASCADE", "DROP SCHEMA IF EXISTS other CASCADE", "DROP ROLE IF EXISTS nobody"]),
);

async function run(statements: readonly string[]): Promise<void> {
  for (const sql of statements) await shadow().session.run(sql);
}

async function stamp(history: History, migrations: readonly Migration[], by: string | null = null): Promise<void> {
  for (const migration of migrations)
    await run(schemaHistory.stamp({ migration, location: history.location, table: TABLE, by, executionMs: 1 }));
}

async function found(history: Pick<History, "bookkeeping" | "migrations">): Promise<AppliedHistory | null> {
  const result = await schemaHistory.read(shadow().session, history);
  if (result.kind === "failed") throw new Error(JSON.stringify(result.failures));
  return result.value;
}

async function failure(history: Pick<History, "bookkeeping" | "migrations">): Promise<string | undefined> {
  const result = await schemaHistory.read(shadow().session, history);
  return result.kind === "failed" ? result.failures[0]?.code : undefined;
}

test.each(["webshop", "odd-plan", "two-projects"])("the rows that are entered for %s are those of sqitch deploy", async (name) => {
  const locations = name === "two-projects" ? ["core", "api"] : [];
  const read = await sqitch.read(readOptions(resolve(fixtures, name), { locations }));
  if (read.kind === "failed") throw new Error(JSON.stringify(read.failures));
  const history = read.value;
  await run(schemaHistory.create(TABLE));
  await stamp(history, history.migrations);
  const recorded = readRecording(readFileSync(resolve(fixtures, `${name}.recorded.txt`), "utf8"));
  expect(await tool.applied((sql: string) => shadow().session.rows(sql))).toEqual(recorded.get("applied"));
  const match = matchApplied(history, await found(history));
  expect(match.applied).toEqual(history.migrations.map(({ id }) => id));
  expect([match.pending, match.missing, match.changed, match.questions]).toEqual([[], [], [], []]);
});

const files = {
  "sqitch.conf": PG,
  "sqitch.plan": plan("a", "@v1", "b [a]", "c"),
  "deploy/a.sql": "BEGIN; SELECT 1; COMMIT;",
  "deploy/b.sql": "SELECT 2;",
  "deploy/c.sql": "BEGIN; SELECT 3; COMMIT;",
};

test("a registry is made with the comments that Sqitch gives it", async () => {
  await run(schemaHistory.create(TABLE));
  const bare = await shadow().session.rows(
    `select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum >= 0 and not a.attisdropped
     where c.relnamespace = 'sqitch'::regnamespace and c.relkind = 'r' and col_description(c.oid, a.attnum) is null`,
  );
  expect(bare).toEqual([]);
  const [words] = await shadow().session.rows(
    `select obj_description('sqitch'::regnamespace) as schema, obj_description('sqitch.tags'::regclass) as tags, col_description('sqitch.events'::regclass, 1) as event`,
  );
  expect(words).toEqual({
    schema: "Sqitch database deployment metadata v1.1.",
    tags: "Tracks the tags currently applied to the database.",
    event: "Type of event.",
  });
});

test("a part that is deployed, and what was taken back", async () => {
  const history = await readHistory(files);
  expect(await found(history)).toBe(null);
  await run(schemaHistory.create(TABLE));
  await stamp(history, history.migrations.slice(0, 2), "Ann Bee <ann@bee.example>");
  const table = await found(history);
  expect(table).toMatchObject({ tool: "sqitch", table: TABLE, covered: [], baseline: null });
  expect(table?.rows.map(({ migration, rank, version, type, installedBy }) => [migration, rank, version, type, installedBy])).toEqual([
    ["a", 1, "v1", "deploy", "Ann Bee"],
    ["b", 2, null, "deploy", "Ann Bee"],
  ]);
  expect(matchApplied(history, table).pending).toEqual(["c"]);
  const [, b] = history.migrations;
  if (b === undefined) throw new Error("there is no b");
  await run(schemaHistory.unstamp({ migration: b, table: TABLE }));
  expect(matchApplied(history, await found(history)).pending).toEqual(["b", "c"]);
  const events = await shadow().session.rows("select event, change, requires, tags from sqitch.events order by committed_at");
  expect(events.map(({ event, change, requires, tags }) => [event, change, requires, tags])).toEqual([
    ["deploy", "a", [], ["@v1"]],
    ["deploy", "b", ["a"], []],
    ["revert", "b", ["a"], []],
  ]);
});

test("scripts that were edited, changes that are gone or planned anew, and failures that left something behind", async () => {
  const before = await readHistory({ ...files, "sqitch.plan": plan("a", "gone", "b", "c"), "deploy/gone.sql": "SELECT 'gone';" });
  await run(schemaHistory.create(TABLE));
  await stamp(before, before.migrations.slice(0, 3));
  const event = (change: string, id: string) =>
    `INSERT INTO sqitch.events SELECT 'fail', '${id}', '${change}', project, '', '{}', '{}', '{}', now(), 'x', 'x', now(), 'x', 'x' FROM sqitch.projects`;
  const now = await readHistory({ ...files, "deploy/a.sql": "SELECT 'edited';" });
  const [, , c] = now.migrations;
  await run([event("c", readEntry(c?.entry)?.id ?? "")]);
  const match = matchApplied(now, await found(now));
  expect(match.applied).toEqual(["a", "b"]);
  expect(match.changed.map(({ migration }) => migration.id)).toEqual(["a"]);
  expect(match.missing.map(({ script, checksum }) => [script, checksum])).toEqual([
    ["gone.sql", createHash("sha1").update("SELECT 'gone';").digest("hex")],
  ]);
  expect(
    schemaHistory.isSource(Buffer.from("SELECT 'gone';"), {
      checksum: match.missing[0]?.checksum ?? null,
    } as AppliedHistory["rows"][number]),
  ).toBe(true);
  // b was planned anew under another id, and what it made is there. c failed in one transaction, of which nothing stays.
  expect([match.pending, match.failed]).toEqual([["c"], []]);
  const again = await readHistory({ ...files, "deploy/c.sql": "SELECT 3;" });
  expect(matchApplied(again, await found(again)).failed.map(({ migration }) => migration)).toEqual(["c"]);
});

test("only the rows of the project count, in the registry that the configuration names", async () => {
  const other = await readHistory({ ...files, "sqitch.plan": planOf("another", "a") });
  const history = await readHistory(files);
  await run(schemaHistory.create(TABLE));
  await stamp(other, other.migrations);
  expect((await found(history))?.rows).toEqual([]);
  await run(schemaHistory.create("other.changes"));
  expect(await failure({ ...history, bookkeeping: [] })).toBe("several-history-tables");
  expect((await found({ ...history, bookkeeping: ["other.changes"] }))?.table).toBe("other.changes");
  await run(["CREATE ROLE nobody", "SET ROLE nobody"]);
  expect(await failure(history)).toBe("no-rights-on-history");
});
