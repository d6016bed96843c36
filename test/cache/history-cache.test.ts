import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { noteAnswers, stepsOf } from "../../src/cache/answers.ts";
import { openEntries } from "../../src/cache/entries.ts";
import { countResumable, standingAfter } from "../../src/cache/resume.ts";
import type { CatalogObject } from "../../src/model/catalog.ts";
import type { Inspector, Migration, Step } from "../../src/model/history.ts";
import type { MigrationReplay } from "../../src/model/replay.ts";
import { migrationOf } from "../analysis/support/replay.ts";

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
