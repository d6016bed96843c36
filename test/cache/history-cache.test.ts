import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { noteAnswers, stepsOf } from "../../src/cache/answers.ts";
import { openEntries, type EntryTroubles } from "../../src/cache/entries.ts";
import { type HistoryCache, openHistoryCache, type ProvenMigration, type ProvenOutcome } from "../../src/cache/history-cache.ts";
import type { Conditions } from "../../src/cache/keys.ts";
import { countResumable, standingAfter } from "../../src/cache/resume.ts";
import type { CatalogObject } from "../../src/model/catalog.ts";
import type { Inspector, Migration, Step } from "../../src/model/history.ts";
import type { MigrationReplay } from "../../src/model/replay.ts";
import type { Rollback } from "../../src/model/rollback.ts";
import { migrationOf } from "../analysis/support/replay.ts";
import { historyOf } from "../rollback/history-of.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pggit-cache-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const statement = (sql: string): Step => ({ kind: "statement", sql, location: { file: "a.xml", line: 1 } });

/** Makes a table where the shadow has none, as a Liquibase precondition decides. */
const careful: Migration = migrationOf("V1", "", {
  async *up(at: Inspector) {
    const found = await at.rows("select 1 from pg_class where relname = $1", ["users"]);
    yield statement(found.length === 0 ? "CREATE TABLE users (id int)" : "ALTER TABLE users ADD COLUMN name text");
  },
});
const told = (rows: readonly Readonly<Record<string, unknown>>[]): Inspector => ({ rows: () => Promise.resolve(rows) });
const sqlOf = (steps: readonly Step[] | undefined): readonly string[] =>
  (steps ?? []).map((step) => (step.kind === "custom-code" ? "" : step.sql));
async function collect(steps: AsyncIterable<Step>): Promise<readonly Step[]> {
  const found: Step[] = [];
  for await (const step of steps) found.push(step);
  return found;
}

test("a migration that asks the shadow is known by its steps when it is told the same; another question makes it unknown", async () => {
  const noted = noteAnswers(careful);
  expect(sqlOf(await collect(noted.migration.up(told([{ one: 1 }]))))).toEqual(["ALTER TABLE users ADD COLUMN name text"]);
  expect(sqlOf((await stepsOf(careful, noted.answers()))?.up)).toEqual(["ALTER TABLE users ADD COLUMN name text"]);
  // Run once more, it was told something else: the last run counts.
  await collect(noted.migration.up(told([])));
  expect(sqlOf((await stepsOf(careful, noted.answers()))?.up)).toEqual(["CREATE TABLE users (id int)"]);

  const asksMore: Migration = { ...careful, up: (at) => careful.up({ rows: (sql) => at.rows(sql, ["accounts"]) }) };
  expect(await stepsOf(asksMore, noted.answers())).toBeNull();
});

const object = (oid: number, catalog: string, identity: string): CatalogObject => ({
  address: { catalog, oid },
  kind: "table",
  schema: "public",
  name: identity,
  identity,
  facts: {
    kind: "plain",
    owner: null,
    acl: [],
    isDefault: false,
    create: [],
    drop: [],
    more: {},
    comment: null,
    securityLabels: [],
    extension: null,
  },
});
const slice = (...objects: readonly CatalogObject[]) => new Map(objects.map((one) => [`${one.address.catalog}/${one.address.oid}`, one]));
const replay = (before: readonly CatalogObject[], after: readonly CatalogObject[], failed = false): MigrationReplay => ({
  migration: careful,
  statements: [
    {
      step: statement("SELECT 1"),
      parsed: null,
      outcome: failed
        ? { kind: "failed", error: { code: "42P01", message: "no", detail: null, hint: null, offset: null, where: null } }
        : { kind: "done", rows: null },
    },
  ],
  before: slice(...before),
  after: slice(...after),
  rows: [],
  sequences: [],
  transactional: true,
  seconds: 0,
  edgeCases: [],
});

const conditions: Conditions = { build: "1", extensions: [], statementTimeoutMs: 60_000, rowProof: "on" };
const troubles: EntryTroubles = { damaged: () => expect.unreachable("damaged"), unwritable: () => expect.unreachable("unwritable") };
const proven: Rollback = {
  status: "proven",
  origin: "derived",
  statements: [],
  upLoses: [],
  downLoses: [],
  check: null,
  reason: null,
  proofs: [],
};
const outcome: ProvenOutcome = {
  engine: { version: "18", embedded: true },
  rollbacks: [],
  squash: {
    statements: [],
    merges: [],
    takenBack: [],
    kept: [],
    elided: [],
    proof: { proven: true, engine: "PostgreSQL 18", rows: 0, differences: [], notCovered: [] },
  },
  findings: [],
  questions: [],
};

test("a shadow can go on behind all but what failed, and what renames a schema", () => {
  const made = replay([], [object(1, "pg_class", "public.a")]);
  const renamed = replay([object(1, "pg_class", "public.a")], [object(1, "pg_class", "public.b")]);
  expect(countResumable([made, renamed])).toBe(2);
  expect(countResumable([made, replay([], [], true), renamed])).toBe(1);
  expect(countResumable([made, renamed, replay([object(9, "pg_namespace", "s")], [object(9, "pg_namespace", "t")])])).toBe(2);
  const dropped = replay([object(1, "pg_class", "public.b")], [object(2, "pg_class", "public.c")]);
  expect([...standingAfter([made, renamed]).values()].map(({ identity }) => identity)).toEqual(["public.b"]);
  expect([...standingAfter([made, renamed, dropped]).keys()]).toEqual(["pg_class/2"]);
});

/** Finds results for all of a history and keeps them, as a run does. */
async function keepAll(cache: HistoryCache, walk: { readonly reachedStart: boolean }): Promise<void> {
  const results: ProvenMigration[] = [];
  for (const migration of cache.history.migrations) {
    await collect(migration.up(told([])));
    results.push({ replay: { ...replay([], []), migration }, rollback: proven });
  }
  await cache.keep(results);
  await cache.keepOutcome({ ...outcome, rollbacks: results.map(({ rollback }) => rollback) }, walk);
}

test("what holds a secret is not kept, nor anything behind it", async () => {
  const open = (): Promise<HistoryCache> =>
    openHistoryCache(
      historyOf([{ up: "CREATE TABLE a (id int)" }, { up: "CREATE ROLE reader PASSWORD 'hunter2'" }, { up: "CREATE TABLE c (id int)" }]),
      { folder, conditions, troubles },
    );
  await keepAll(await open(), { reachedStart: true });
  const again = await open();
  expect(again.known.map(({ replay: { migration } }) => migration.id)).toEqual(["V1"]);
  expect(again.outcome).toBeNull();
});

test("a walk back that found nothing is not repeated below what is known; one that found something is", async () => {
  const tables = (edited: number | null) =>
    Array.from({ length: 150 }, (_, index) => ({ up: `CREATE TABLE t${index} (id ${index === edited ? "bigint" : "int"})` }));
  const open = (edited: number | null): Promise<HistoryCache> =>
    openHistoryCache(historyOf(tables(edited)), { folder, conditions, troubles });
  const walk = async (edited: number | null, reachedStart: boolean): Promise<void> => keepAll(await open(edited), { reachedStart });

  await walk(null, false);
  expect((await open(140)).walkedBelow(140)).toBe(0);
  await walk(null, true);
  const late = await open(140);
  expect(late.known).toHaveLength(140);
  expect([late.walkedBelow(140), late.walkedBelow(127), late.walkedBelow(63)]).toEqual([128, 64, 0]);
  // An early edit is another history from there on.
  await walk(70, true);
  expect((await open(140)).walkedBelow(140)).toBe(64);
});

test("a folder that cannot be written is told once, and ends nothing", async () => {
  const place = join(folder, "file");
  writeFileSync(place, "");
  const told: string[] = [];
  const entries = openEntries(join(place, "cache"), {
    damaged: (name) => told.push(`damaged ${name}`),
    unwritable: () => told.push("unwritable"),
  });
  await entries.write("one", { a: 1 });
  await entries.write("two", { a: 1 });
  await entries.tidy();
  expect(await entries.read("one")).toBeNull();
  expect(told).toEqual(["unwritable"]);
});
