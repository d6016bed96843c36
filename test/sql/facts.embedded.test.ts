import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StatementError, type Shadow } from "../../src/database/session.ts";
import { openShadow } from "../../src/database/shadow.ts";
import { builtinFunctions, builtinVolatility } from "../../src/sql/builtin-functions.ts";
import { withoutConcurrently } from "../../src/sql/concurrently.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { quoteIdentifier } from "../../src/sql/quote.ts";
import { parseStatement } from "../../src/sql/statement.ts";

let shadow: Shadow;

beforeAll(async () => {
  await loadParser();
  const opened = await openShadow({ server: null, extensions: [], statementTimeoutMs: null, id: "sql" });
  if (opened.kind === "failed") throw new Error(opened.failures[0]?.message);
  shadow = opened.value;
  await shadow.session.run(`
    create schema app; create type m as enum ('a');
    create table t (a int primary key, b int); create index i on t (b); alter table t cluster on i;
    create table pt (a int) partition by list (a); create table p partition of pt for values in (1); create table q partition of pt for values in (2);
    create materialized view mv as select 1 as a; create unique index on mv (a)`);
});

afterAll(async () => {
  await shadow.close();
});

/** What PostgreSQL says to a statement in a transaction block, which is rolled back. */
async function codeInTransaction(sql: string): Promise<string | null> {
  await shadow.session.run("begin");
  try {
    await shadow.session.run(sql);
    return null;
  } catch (error) {
    if (error instanceof StatementError) return error.error.code;
    throw error;
  } finally {
    await shadow.session.run("rollback");
  }
}

/** SQLSTATE of "cannot run inside a transaction block". */
const ACTIVE_SQL_TRANSACTION = "25001";

describe("what PostgreSQL refuses in a transaction block", () => {
  test.each([
    "create database d",
    "drop database d",
    "alter database postgres set tablespace x",
    "create tablespace x location '/y'",
    "drop tablespace x",
    "alter system reset all",
    "create index concurrently on t (a)",
    "drop index concurrently i",
    "reindex table concurrently t",
    "reindex (concurrently) index i",
    "reindex (verbose, concurrently) table t",
    "reindex schema app",
    "reindex database postgres",
    "reindex system",
    "vacuum full t",
    "vacuum",
    "cluster",
    "alter table pt detach partition p concurrently",
    "discard all",
    "commit prepared 'x'",
    "rollback prepared 'x'",
    "create subscription s connection '' publication p",
  ])("%s", async (sql) => {
    expect(parseStatement(sql).transactional).toBe(false);
    expect(await codeInTransaction(sql)).toBe(ACTIVE_SQL_TRANSACTION);
  });

  test.each([
    "analyze t",
    "cluster t",
    "reindex table t",
    "reindex (concurrently false) table t",
    "discard temp",
    "alter table pt detach partition p",
    "alter type m add value 'x'",
    "refresh materialized view concurrently mv",
    "alter database postgres set search_path = app",
    "create subscription s connection '' publication p with (connect = false)",
    "create index on t (a)",
    "drop index i",
  ])("not %s", async (sql) => {
    expect(parseStatement(sql).transactional).toBe(true);
    expect(await codeInTransaction(sql)).not.toBe(ACTIVE_SQL_TRANSACTION);
  });

  // Only a live subscription shows these; the rule is read from the source (subscriptioncmds.c).
  test.each([
    ["alter subscription s refresh publication", false],
    ["alter subscription s set publication p", false],
    ["alter subscription s set publication p with (refresh = false)", true],
    ["alter subscription s set (failover = true)", false],
    ["alter subscription s disable", true],
    ["drop subscription s", false],
    ["alter table pt detach partition p finalize", true],
  ])("%s: %s", (sql, transactional) => {
    expect(parseStatement(sql).transactional).toBe(transactional);
  });

  test.each([
    "create index concurrently on t (a)",
    "drop index concurrently i",
    "reindex (verbose, concurrently) table t",
    "alter table pt detach partition p concurrently",
  ])("without the word it runs: %s", async (sql) => {
    expect(await codeInTransaction(withoutConcurrently(sql))).toBe(null);
  });
});

test("key words are quoted as quote_ident() quotes them", async () => {
  const rows = await shadow.session.rows<{ readonly word: string; readonly quoted: string }>(
    "select word, quote_ident(word) as quoted from pg_get_keywords() order by word",
  );
  expect(rows.length).toBeGreaterThan(400);
  expect(rows.map(({ word }) => quoteIdentifier(word))).toEqual(rows.map(({ quoted }) => quoted));
});

test("the lists of functions are what pg_proc of PostgreSQL 18 says", async () => {
  const rows = await shadow.session.rows<{ readonly name: string; readonly volatility: string }>(`
    select proname as name, case max(case provolatile when 'v' then 3 when 's' then 2 else 1 end)
             when 3 then 'volatile' when 2 then 'stable' else 'immutable' end as volatility
    from pg_proc
    where pronamespace = 'pg_catalog'::regnamespace and oid < 16384
      and not ('internal'::regtype = any (proargtypes::oid[])) and not ('cstring'::regtype = any (proargtypes::oid[]))
      and prorettype not in ('cstring'::regtype, 'internal'::regtype, 'index_am_handler'::regtype)
    group by proname`);
  expect(rows.map(({ name }) => [name, builtinVolatility(name)])).toEqual(rows.map(({ name, volatility }) => [name, volatility]));
  expect(builtinFunctions()).toHaveLength(rows.length);
});

test("types are printed as format_type() prints them", async () => {
  const spellings = [
    "int",
    "int4",
    "integer[]",
    "int2",
    "bigint",
    "float",
    "float(20)",
    "real",
    "decimal(10, 2)",
    "numeric",
    "bool",
    "text[][]",
    "varchar",
    "varchar(20)",
    "character varying(20)[]",
    "char",
    "char(3)",
    '"char"',
    "name",
    "bit",
    "bit(3)",
    "bit varying",
    "varbit(3)",
    "timestamp",
    "timestamp(3)",
    "timestamptz",
    "timestamptz(3)[]",
    "timestamp with time zone",
    "time(2) with time zone",
    "time",
    "timetz",
    "interval",
    "interval(3)",
    "interval day to second(3)",
    "interval year to month",
    "interval minute",
    "json",
    "jsonb",
    "uuid",
    "public.m",
    "bytea",
    "money",
    "xml",
    "date",
  ];
  const columns = spellings.map((type, index) => `c${index} ${type}`);
  await shadow.session.run(`create table types (${columns.join(", ")})`);
  const rows = await shadow.session.rows<{ readonly type: string }>(
    `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 'types'::regclass and attnum > 0 order by attnum`,
  );
  const printed = spellings.map((type) => parseStatement(`alter table x add c ${type}`).changes[0]?.details.dataType);
  // format_type() knows one dimension of arrays, and leaves out what search_path finds.
  expect(printed.map((type) => type?.replace("[][]", "[]").replace("public.", ""))).toEqual(rows.map(({ type }) => type));
});
