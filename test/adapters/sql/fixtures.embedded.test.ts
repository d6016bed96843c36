import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { sql } from "../../../adapters/sql/index.ts";
import type { History, Inspector, Step } from "../../../src/model/history.ts";
import { useShadow } from "../../support/shadow.ts";
import { readOptions } from "../../../scripts/conformance/cases.js";
import { codes } from "./sql-folder.ts";

const shadow = useShadow();
const nobody: Inspector = { rows: () => Promise.reject(new Error("SQL files ask nothing")) };

async function readFixture(name: string): Promise<History> {
  const result = await sql.read(readOptions(resolve("fixtures/sql", name)));
  if (result.kind === "failed") throw new Error(JSON.stringify(result.failures));
  return result.value;
}

/** Runs steps as PostgreSQL gets them; gives the custom code that was left out. */
async function run(steps: AsyncIterable<Step>): Promise<readonly string[]> {
  const { session } = shadow();
  const left: string[] = [];
  for await (const step of steps) {
    if (step.kind === "statement") await session.run(step.sql);
    else if (step.kind === "copy") await session.copyIn(step.sql, step.data);
    else left.push(`${step.location.file}:${step.location.line} ${step.text}`);
  }
  return left;
}

async function runAll(history: History): Promise<readonly string[]> {
  const left: string[] = [];
  for (const migration of history.migrations) {
    for (const reset of history.resetBetween) await shadow().session.run(reset);
    left.push(...(await run(migration.up(nobody))));
  }
  return left;
}

async function values(query: string): Promise<readonly unknown[]> {
  return (await shadow().session.rows(query)).flatMap((row) => Object.values(row));
}

beforeEach(async () => {
  await shadow().session.run("DROP SCHEMA IF EXISTS shop CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; RESET ALL");
});

describe("the fixtures run on PostgreSQL as they were read", () => {
  test("golang-migrate", async () => {
    const history = await readFixture("golang-migrate");
    expect(await runAll(history)).toEqual([]);
    expect(
      await values("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') ORDER BY 1"),
    ).toEqual(["accounts", "accounts_owner_idx", "accounts_pkey", "entries", "entries_account_id", "entries_pkey"]);
    expect(codes(history)).toEqual(["empty-down"]);
    // 6 has no way back; its trigger goes with the table.
    for (const migration of history.migrations.toReversed()) if (migration.down !== undefined) await run(migration.down(nobody));
    expect(await values("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toEqual([]);
  });

  test("dbmate", async () => {
    const history = await readFixture("dbmate");
    expect(await runAll(history)).toEqual([]);
    expect(await values("SELECT enum_range(NULL::user_status)::text")).toEqual(["{new,active,blocked}"]);
    expect(await values("SELECT count(*)::int FROM search_users('x')")).toEqual([0]);
  });

  test("Prisma", async () => {
    const history = await readFixture("prisma");
    expect(await runAll(history)).toEqual([]);
    expect(await values("SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = '\"User\"'::regclass ORDER BY 1")).toEqual([
      '"User_email_key"',
      '"User_pkey"',
      '"User_teamId_idx"',
    ]);
  });

  test("psql: variables, conditions, includes, COPY, \\copy, \\gset, and a shell command that is never run", async () => {
    const history = await readFixture("psql");
    expect(history.resetBetween).toContain("RESET ROLE");
    expect(history.migrations.map((migration) => migration.id)).toEqual([
      "release-1.0/01_schema",
      "release-1.0/02_grants",
      "release-1.1/01_orders",
      "release-1.10/01_cleanup",
    ]);
    expect(await runAll(history)).toEqual([
      `release-1.10/01_cleanup.sql:2 \\! echo "a shell command is never run" > /tmp/pggit-fixture-was-run`,
    ]);
    expect(existsSync("/tmp/pggit-fixture-was-run")).toBe(false);
    expect(await values("SELECT title || price FROM shop.products ORDER BY sku")).toEqual([
      "Semicolons; and 'quotes'9.95",
      "A colon :not_a_variable12.24",
    ]);
    expect(await values("SELECT name FROM shop.countries ORDER BY code")).toEqual(["Switzerland", "New Zealand"]);
    expect(await values("SELECT obj_description('shop'::regnamespace)")).toEqual(["reporting"]);
    expect(history.migrations[0]?.files.map((file) => file.path)).toEqual([
      "release-1.0/01_schema.sql",
      "parts/products.sql",
      "data/countries.csv",
    ]);
  });
});
