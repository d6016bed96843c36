import { describe, expect, test } from "vitest";
import type { Shadow } from "../../src/database/session.ts";

/** What every session promises, whatever stands behind it. The file that calls this opens the shadow. */
export function describeSession(shadow: () => Shadow): void {
  const failing = (code: string, offset: number | null): object => ({ name: "StatementError", error: { code, offset } });

  describe("run", () => {
    test("gives the tag and row count of each statement", async () => {
      const sql = `create schema s; create table s.t (id int); insert into s.t select generate_series(1, 3); update s.t set id = 5 where false;
        begin; select * from s.t; commit; create materialized view s.m as select 1 as one; copy s.t to stdout; ;`;
      expect(await shadow().session.run(sql)).toEqual([
        { command: "CREATE SCHEMA", rows: null },
        { command: "CREATE TABLE", rows: null },
        { command: "INSERT", rows: 3 },
        { command: "UPDATE", rows: 0 },
        { command: "BEGIN", rows: null },
        { command: "SELECT", rows: 3 },
        { command: "COMMIT", rows: null },
        { command: "SELECT", rows: 1 },
        { command: "COPY", rows: 3 },
      ]);
      await shadow().session.run("drop schema s cascade");
    });

    test("gives nothing for nothing", async () => {
      expect(await shadow().session.run("")).toEqual([]);
      expect(await shadow().session.run(" -- a comment")).toEqual([]);
    });

    test("counts an error's offset from the start of the text, in the indices of a JavaScript string", async () => {
      const sql = "select 1;\nselect '𝒳é', nope";
      await expect(shadow().session.run(sql)).rejects.toMatchObject(failing("42703", sql.indexOf("nope")));
      await expect(shadow().session.run("create table (")).rejects.toMatchObject(failing("42601", 13));
      await expect(shadow().session.run("select 1/0")).rejects.toMatchObject(failing("22012", null));
    });

    test("says what PostgreSQL says: detail, hint and the stack of functions", async () => {
      const sql = `do $$ begin raise exception using errcode = 'P0042', message = 'no', detail = 'because', hint = 'do not'; end $$`;
      await expect(shadow().session.run(sql)).rejects.toMatchObject({
        message: "no",
        error: { code: "P0042", message: "no", detail: "because", hint: "do not", where: expect.stringContaining("line 1 at RAISE") },
      });
    });

    test("refuses a text with a NUL, which the protocol would cut", async () => {
      await expect(shadow().session.run("select 1;\0 drop table t")).rejects.toMatchObject(failing("22021", 9));
      await expect(shadow().session.rows("select '\0'")).rejects.toMatchObject(failing("22021", 8));
    });

    test("goes on after an error, inside a transaction and outside", async () => {
      const { session } = shadow();
      await session.run("begin; create table gone ()");
      await expect(session.run("select nope")).rejects.toMatchObject(failing("42703", 7));
      await expect(session.rows("select 1")).rejects.toMatchObject(failing("25P02", null));
      await session.run("rollback");
      expect(await session.rows("select to_regclass('gone') as found")).toEqual([{ found: null }]);
    });

    test("fails a COPY FROM STDIN that comes without data", async () => {
      const { session } = shadow();
      await session.run("create table fed (id int)");
      await expect(session.run("copy fed from stdin")).rejects.toMatchObject(failing("57014", null));
      await expect(session.run("select 1; copy fed from stdin")).rejects.toMatchObject(failing("57014", null));
      expect(await session.rows("select count(*)::int as n from fed")).toEqual([{ n: 0 }]);
      await session.run("drop table fed");
    });

    test("takes a statement of several megabytes, and answers of them", async () => {
      const { session } = shadow();
      const long = "x".repeat(6_000_000);
      expect(await session.run(`select '${long}'`)).toEqual([{ command: "SELECT", rows: 1 }]);
      expect(await session.rows("select length($1) as n, repeat('y', 5000000) as y", [long])).toEqual([
        { n: 6_000_000, y: "y".repeat(5_000_000) },
      ]);
    });
  });

  describe("rows", () => {
    test("gives values in few and certain types", async () => {
      const [row] = await shadow().session
        .rows(`select true as bool, 1::int2 as int2, 2 as int4, 3::int8 as int8, 1.50 as numeric, 1.5::float8 as float8,
        'a'::name as name, 'c'::"char" as char, '{"a": [1]}'::jsonb as jsonb, 'null'::json as json, '2024-01-02 03:04:05+00'::timestamptz as timestamptz,
        '2024-01-02'::date as date, '1 day'::interval as interval, 'pg_class'::regclass as regclass, 5::oid as oid, null as nothing, '\\x01'::bytea as bytea,
        '{1,null}'::int4[] as ints, '{{a,"b,c"},{d,"NULL"}}'::text[] as texts, '{9007199254740993}'::int8[] as bigs, '{t,f}'::bool[] as bools,
        '{"{\\"k\\":1}"}'::jsonb[] as jsons, array['a=r/b'::text]::text[] as more, '{}'::name[] as none`);
      expect(row).toEqual({
        bool: true,
        int2: 1,
        int4: 2,
        int8: "3",
        numeric: "1.50",
        float8: 1.5,
        name: "a",
        char: "c",
        jsonb: { a: [1] },
        json: null,
        timestamptz: "2024-01-02 03:04:05+00",
        date: "2024-01-02",
        interval: "1 day",
        regclass: "pg_class",
        oid: 5,
        nothing: null,
        bytea: "\\x01",
        ints: [1, null],
        texts: [
          ["a", "b,c"],
          ["d", "NULL"],
        ],
        bigs: ["9007199254740993"],
        bools: [true, false],
        jsons: [{ k: 1 }],
        more: ["a=r/b"],
        none: [],
      });
    });

    test("passes parameters, and fails with their error", async () => {
      const { session } = shadow();
      expect(await session.rows("select $1::int + 1 as n, $2::text[] as list, $3::jsonb as j", [1, ["a", "b'"], { k: 1 }])).toEqual([
        { n: 2, list: ["a", "b'"], j: { k: 1 } },
      ]);
      await expect(session.rows("select $1::int", ["x"])).rejects.toMatchObject({ error: { code: "22P02" } });
      await expect(session.rows("select 1; select 2")).rejects.toMatchObject(failing("42601", null));
    });
  });

  describe("copyIn", () => {
    test("gives the number of rows", async () => {
      const { session } = shadow();
      await session.run("create table fed (id int, word text)");
      expect(await session.copyIn("copy fed from stdin", "7\tseven\n8\té\\n\n9\t\\N\n")).toBe(3);
      expect(await session.copyIn("copy fed (id, word) from stdin (format csv, header)", 'id,word\n10,"a,b"\n')).toBe(1);
      expect(await session.copyIn("copy fed from stdin", "")).toBe(0);
      const many = Array.from({ length: 100_000 }, (_, id) => `${id}\tword ${id}\n`).join("");
      expect(await session.copyIn("copy fed from stdin", many)).toBe(100_000);
      expect(
        await session.rows("select count(*)::int as n, min(word) filter (where id = 10) as w from fed where id between 7 and 10"),
      ).toEqual([{ n: 8, w: "a,b" }]);
      await session.run("drop table fed");
    });

    test("fails with PostgreSQL's words, and the session goes on", async () => {
      const { session } = shadow();
      await session.run("create table fed (id int)");
      await expect(session.copyIn("copy fed from stdin", "1\nx\n")).rejects.toMatchObject({
        error: { code: "22P02", where: expect.stringContaining("line 2") },
      });
      await expect(session.copyIn("copy nope from stdin", "x\n".repeat(10_000))).rejects.toMatchObject({ error: { code: "42P01" } });
      await expect(session.copyIn("copy fed frm stdin", "x\n")).rejects.toMatchObject(failing("42601", 9));
      expect(await session.rows("select count(*)::int as n from fed")).toEqual([{ n: 0 }]);
      await session.run("drop table fed");
    });
  });

  test("tells notices to whoever listens", async () => {
    const { session } = shadow();
    const heard: string[] = [];
    const stop = session.onNotice(({ severity, message }) => heard.push(`${severity}: ${message}`));
    await session.run(
      "do $$ begin raise notice 'one'; raise info 'two'; raise warning 'three'; raise log 'unheard'; end $$; drop table if exists nope",
    );
    stop();
    await session.run("do $$ begin raise notice 'four'; end $$");
    expect(heard).toEqual(["NOTICE: one", "INFO: two", "WARNING: three", 'NOTICE: table "nope" does not exist, skipping']);
  });

  test("stands on the same ground: UTC, ISO dates, the standard search path, protected system tables", async () => {
    const settings =
      "select name, setting from pg_settings where name in ('TimeZone', 'DateStyle', 'IntervalStyle', 'search_path', 'server_encoding') order by name";
    const expected = [
      { name: "DateStyle", setting: "ISO, MDY" },
      { name: "IntervalStyle", setting: "postgres" },
      { name: "search_path", setting: '"$user", public' },
      { name: "server_encoding", setting: "UTF8" },
      { name: "TimeZone", setting: "UTC" },
    ];
    const { session } = shadow();
    const sorted = async (): Promise<object[]> =>
      [...(await session.rows<{ name: string }>(settings))].sort((a, b) => a.name.localeCompare(b.name, "en"));
    expect(await sorted()).toEqual(expected);
    await session.run("set timezone = 'Europe/Berlin'; set search_path = pg_catalog");
    await session.run("discard all");
    expect(await sorted()).toEqual(expected);
    await expect(session.run("create schema pg_mine")).rejects.toMatchObject({ error: { code: "42939" } });
    expect(await session.rows("select 'B' < 'a' collate \"default\" as \"sorts by bytes\"")).toEqual([{ "sorts by bytes": true }]);
  });

  describe("withPool", () => {
    test("lends the connection, and takes it back", async () => {
      const { session, withPool } = shadow();
      await session.run("create temp table mine (id int); insert into mine values (1)");
      const counted = await withPool(async (pool) => {
        const client = await pool.connect();
        await client.query("begin");
        const { rows } = await client.query<{ n: string }>("select count(*) as n from mine");
        await client.query("rollback");
        client.release();
        return [rows, (await pool.query("select now() as at")).rows[0].at instanceof Date];
      });
      expect(counted).toEqual([[{ n: "1" }], true]);
      await session.run("drop table mine");
    });

    test("gives the connection back when the work fails", async () => {
      await expect(shadow().withPool((pool) => pool.query("select nope"))).rejects.toThrow('column "nope" does not exist');
      expect(await shadow().session.rows("select 1 as one")).toEqual([{ one: 1 }]);
    });

    test("throws inside a transaction, failed ones included, and while the connection is lent", async () => {
      const { session, withPool } = shadow();
      await session.run("begin");
      await expect(withPool(async () => 1)).rejects.toThrow("inside a transaction");
      await session.run("select nope").catch(() => undefined);
      await expect(withPool(async () => 1)).rejects.toThrow("inside a transaction");
      await session.run("rollback");
      await withPool(async () => {
        await expect(session.run("select 1")).rejects.toThrow("lent out");
        await expect(withPool(async () => 1)).rejects.toThrow("lent out");
      });
    });
  });
}
