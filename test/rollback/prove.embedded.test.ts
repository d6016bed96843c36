import { describe, expect, test } from "vitest";
import { replayHistory } from "../../src/replay/replay.ts";
import {
  chainLink,
  type ChainLink,
  type ChainProof,
  checkpointPositions,
  doubtRollback,
  proveChain,
  takeCheckpoint,
} from "../../src/rollback/chain.ts";
import { proveRollback } from "../../src/rollback/prove.ts";
import { rollbackQuestions } from "../../src/rollback/questions.ts";
import { useShadow } from "../support/shadow.ts";
import { historyOf, type Script } from "./history-of.ts";
import { useWorkbench } from "./workbench.ts";

const shadow = useShadow();
const bench = useWorkbench(shadow);

describe("the authors' rollback", () => {
  test("wins where it restores, with its places", async () => {
    const { replay, rollback } = await bench.prove([
      { up: "create table a (id int);\ncreate index on a (id)", down: "-- gone\ndrop index a_id_idx;\ndrop table a" },
    ]);
    expect(rollback).toMatchObject({
      status: "proven",
      origin: "authored",
      statements: [{ location: { line: 2 } }, { location: { line: 3 } }],
      reason: null,
    });
    expect(rollback.proofs).toMatchObject([{ origin: "authored", executed: true, error: null, differences: [], rows: 0 }]);
    expect(rollbackQuestions(replay, rollback)).toEqual([]);
  });

  test("that holds only comments is none", async () => {
    const { replay, rollback } = await bench.prove([{ up: "create table a (id int)", down: "-- nothing to do\n/* really */" }]);
    expect(rollback).toMatchObject({ status: "proven", origin: "derived" });
    expect(rollbackQuestions(replay, rollback)).toEqual([]);
  });

  test("that forgets something loses to the derived one and raises a question with the proven one as its suggestion", async () => {
    const { replay, rollback } = await bench.prove([
      { up: "create table a (id int default 5)" },
      { up: "alter table a alter id drop default; create table b (id int)", down: "drop table b" },
    ]);
    expect(rollback).toMatchObject({ status: "proven", origin: "derived" });
    expect(rollback.proofs.map(({ origin }) => origin)).toEqual(["derived", "authored"]);
    expect(rollbackQuestions(replay, rollback)).toMatchObject([
      {
        kind: "rollback-wrong",
        choices: ["use-suggestion", "keep", "edit"],
        suggestion: { proven: true, sql: expect.stringContaining("SET DEFAULT 5") },
      },
    ]);
  });

  test("that fails is told with PostgreSQL's words and its line", async () => {
    const { replay, rollback } = await bench.prove([{ up: "create table a (id int)", down: "select 1;\ndrop table aa" }]);
    expect(rollbackQuestions(replay, rollback)[0]?.question).toContain('V1.down.sql:2:1: table "aa" does not exist');
  });

  test("brings rows back that a derived one cannot", async () => {
    const setup = "create table a (id int primary key, n int, t text); insert into a values (1, 2, 'x'), (2, 3, 'y')";
    const { rollback } = await bench.prove([
      { up: setup },
      { up: "update a set n = n + 1; delete from a where id = 2", down: "insert into a values (2, 4, 'y'); update a set n = n - 1" },
    ]);
    expect(rollback).toMatchObject({ status: "proven", origin: "authored", upLoses: [] });
    expect(rollback.proofs[0]?.rows).toBe(2);
    const wrong = await bench.prove([
      { up: setup.replace("table a", "table if not exists a").replace(/; insert.*/, "") },
      { up: "update a set n = n + 1", down: "update a set n = n - 2" },
    ]);
    expect(wrong.rollback).toMatchObject({ status: "irreversible", origin: null });
  });

  test("met by no row, is not called proven", async () => {
    const { rollback } = await bench.prove([
      { up: "create table a (id int, n int)" },
      { up: "update a set n = n + 1", down: "update a set n = n - 1" },
    ]);
    expect(rollback).toMatchObject({ status: "unproven", reason: expect.stringContaining("met no row") });
    const called = await bench.prove([
      { up: "create table if not exists a (id int, n int)" },
      { up: "create function raise_n() returns void language sql as 'update a set n = n + 1';\nselect raise_n()" },
    ]);
    expect(called.rollback.status).not.toBe("proven");
    expect(called.rollback.status).not.toBe("proven-conditional");
  });

  test("with CONCURRENTLY is proven without the word, and says so", async () => {
    const { rollback } = await bench.prove([
      { up: "create table a (id int)" },
      { up: "create index concurrently ai on a (id)", down: "drop index concurrently ai" },
    ]);
    expect(rollback).toMatchObject({
      status: "proven",
      origin: "authored",
      statements: [{ sql: "drop index concurrently ai", transactional: false }],
    });
    expect(rollback.proofs[0]?.notCovered.join()).toContain("CONCURRENTLY");
  });

  test("that only raises is a declaration", async () => {
    const { rollback } = await bench.prove([
      { up: "create table a (id int); insert into a values (1)" },
      { up: "delete from a", down: "do $$ begin raise exception 'no way back'; end $$" },
    ]);
    expect(rollback).toMatchObject({ status: "irreversible", declared: true });
  });

  test("runs as the tool would start it: own path, own role", async () => {
    const { rollback } = await bench.prove(
      [
        { up: "create schema app" },
        {
          up: "set search_path = app; create table a (id int)",
          down: "drop table app.a; create table if not exists left_over (x int); drop table public.left_over",
        },
      ],
      { resetBetween: ["RESET ALL", "RESET ROLE"] },
    );
    expect(rollback).toMatchObject({ status: "proven", origin: "authored" });
  });

  test("restoring all but the order of columns is lossy, and says which", async () => {
    const { rollback } = await bench.prove([
      { up: "create table a (x int, y int)" },
      { up: "alter table a drop column x", down: "alter table a add column x int" },
    ]);
    expect(rollback).toMatchObject({ status: "proven-lossy", origin: "authored" });
    expect(rollback.upLoses).toMatchObject([
      { columns: ["x"], what: "values of the dropped columns" },
      { what: expect.stringContaining("columnOrder") },
    ]);
  });
});

describe("what is lost and what must hold is named", () => {
  test("tables, columns, rows written since", async () => {
    const { rollback } = await bench.prove([
      { up: "create table a (x int, y int); insert into a values (1, 2); create table gone (z int)" },
      { up: "alter table a drop column y, add column w int; drop table gone; create table fresh (q int)" },
    ]);
    expect(rollback.upLoses.map(({ table, columns }) => [table, columns])).toEqual(
      expect.arrayContaining([
        ["public.a", ["y"]],
        ["public.gone", []],
      ]),
    );
    expect(rollback.downLoses.map(({ table, columns }) => [table, columns])).toEqual([
      ["public.a", ["w"]],
      ["public.fresh", []],
    ]);
    expect(rollback.status).toBe("proven-lossy");
  });

  test("the check finds the rows that are in the way", async () => {
    const { rollback } = await bench.prove([
      {
        up: "create table p (id int primary key); create table a (x varchar(5) not null, y int check (y > 0), p int references p, u int unique)",
      },
      {
        up: "alter table a alter x type text, alter x drop not null, drop constraint a_y_check, drop constraint a_p_fkey, drop constraint a_u_key",
      },
    ]);
    expect(rollback.status).toBe("proven-conditional");
    const { session } = shadow();
    const blocked = async (row: string): Promise<boolean> => {
      await session.run("delete from a; insert into a select null where false");
      await session.run(`insert into a values ${row}`);
      return (await session.rows(rollback.check ?? "")).length > 0;
    };
    expect(await blocked("('abc', 1, null, 1)")).toBe(false);
    for (const row of [
      "('abcdef', 1, null, 1)",
      "(null, 1, null, 1)",
      "('a', 0, null, 1)",
      "('a', 1, 7, 1)",
      "('a', 1, null, 1), ('a', 1, null, 1)",
    ]) {
      expect(await blocked(row)).toBe(true);
    }
  });

  test("the proof leaves the shadow as it was, sequences included", async () => {
    const scripts: readonly Script[] = [
      { up: "create table a (id serial primary key, n int); insert into a (n) values (1)" },
      {
        up: "insert into a (n) values (2), (3)",
        down: "delete from a where n in (2, 3); select setval('a_id_seq', 1); insert into a (n) values (9); delete from a where n = 9",
      },
    ];
    const { rollback } = await bench.prove(scripts);
    expect(rollback.proofs.length).toBeGreaterThan(0);
    const [row] = await shadow().session.rows<{ at: string; rows: string }>(
      "select last_value as at, (select count(*) from a) as rows from a_id_seq",
    );
    expect(row).toEqual({ at: "3", rows: "3" });
  });
});

describe("definitions come back where rows do not", () => {
  test("with every loss named, and with the inserted keys deleted all the same", async () => {
    const { rollback } = await bench.prove([
      { up: "create table t (a int primary key, b int); create table s (n int primary key, m int); insert into t values (1, 2), (2, 3)" },
      { up: "alter table t add c int; update t set b = 5 where a = 1; delete from t where a = 2; insert into s values (7, 8)" },
    ]);
    expect(rollback).toMatchObject({ status: "proven-lossy", origin: "derived", reason: null });
    expect(rollback.upLoses.map(({ table, what }) => `${table}: ${what}`)).toEqual([
      "public.t: the 1 row that it deleted",
      "public.t: the values that it overwrote in 1 row",
    ]);
    expect(rollback.statements.map(({ sql }) => sql)).toEqual([
      "DELETE FROM public.s WHERE n IN ('7')",
      "ALTER TABLE public.t DROP COLUMN c",
    ]);
    expect(rollback.proofs[0]).toMatchObject({ origin: "derived", executed: true, error: null });
  });

  test("and what met no row is a loss as well", async () => {
    const { rollback } = await bench.prove([
      { up: 'create schema "My App"; create table "My App".t (a int, b int); create table s (n int); create table old (n int)' },
      { up: 'create table x (n int); update "My App".t set b = 1; delete from s; insert into s select n from old' },
    ]);
    expect(rollback.status).toBe("proven-lossy");
    expect(rollback.upLoses).toEqual([
      { table: '"My App".t', columns: [], what: "the values that its UPDATE overwrites (it met no row on the shadow)" },
      { table: "public.s", columns: [], what: "the rows that its DELETE removes (it met no row on the shadow)" },
      {
        table: "public.s",
        columns: [],
        what: "the state without the rows that its INSERT brings, which stay there (it met no row on the shadow)",
      },
    ]);
  });

  test("but a way back of the authors that spoils rows is not taken for one", async () => {
    const { rollback } = await bench.prove([
      { up: "create table t (a int primary key, b int); insert into t values (1, 2), (2, 3)" },
      { up: "alter table t add c int; update t set b = 5 where a = 1", down: "alter table t drop column c; delete from t" },
    ]);
    expect(rollback).toMatchObject({ status: "proven-lossy", origin: "derived" });
  });

  test("by the authors' way too, which takes back rows that nothing derived can", async () => {
    const up = "create table x (n int); update t set b = 1 where false; insert into t (b) values (7); update t set b = 8 where b = 7";
    const { rollback } = await bench.prove([
      { up: "create table t (a uuid primary key default gen_random_uuid(), b int); create table s (n int)" },
      { up: `${up}; update s set n = 1`, down: "drop table x; delete from t where b = 8" },
    ]);
    expect(rollback).toMatchObject({ status: "proven-lossy", origin: "authored" });
    expect(rollback.upLoses.map(({ what }) => what).join()).not.toContain("stay");
  });

  test("and a sequence that numbered rows which stay is not put back under them", async () => {
    const { rollback } = await bench.prove([
      { up: "create table t (a serial primary key, b timestamptz default now()); insert into t default values" },
      { up: "create table x (n int); insert into t default values" },
    ]);
    expect(rollback).toMatchObject({ status: "irreversible", statements: [] });
  });

  test("and a number that a sequence gave is no key, whether the statement names its columns or not", async () => {
    const setup = "create table t (b text, a serial primary key)";
    const deleted = async (insert: string): Promise<string | undefined> => {
      const { rollback } = await bench.prove([{ up: setup }, { up: insert }]);
      await bench.clean();
      return rollback.statements[0]?.sql;
    };
    expect(await deleted("insert into t values ('x')")).toBe("DELETE FROM public.t WHERE (b = 'x')");
    expect(await deleted("insert into t (a, b) values (default, 'x')")).toBe("DELETE FROM public.t WHERE (b = 'x')");
    expect(await deleted("insert into t values ('x', 5)")).toBe("DELETE FROM public.t WHERE a IN ('5')");
  });

  test("and nothing is written that only PostgreSQL 17 knows", async () => {
    const { rollback } = await bench.prove([
      { up: "create table g (a int, b int generated always as (a + 1) stored); create index gi on g (b)" },
      { up: "alter table g drop column b; alter table g add column b int generated always as (a + 2) stored; create index gi on g (b)" },
    ]);
    expect(rollback.status).toBe("proven");
    expect(rollback.statements.map(({ sql }) => sql).join()).not.toContain("SET EXPRESSION");
  });
});

describe("the chain from the head to nothing", () => {
  async function chain(
    scripts: readonly Script[],
    spoil?: (link: ChainLink) => ChainLink,
    downTo = 0,
  ): Promise<{ readonly proof: ChainProof; readonly left: number }> {
    const context = await bench.context();
    const history = historyOf(scripts);
    const chainContext = { shadow: shadow(), resetBetween: history.resetBetween, excludeFromReads: [] };
    const positions = new Set(checkpointPositions(scripts.length));
    const checkpoints = [await takeCheckpoint(0, chainContext)];
    const links: ChainLink[] = [];
    for await (const replay of replayHistory(history, { ...context, clock: () => 0 })) {
      const link = chainLink(replay, await proveRollback(replay, context));
      links.push(spoil === undefined ? link : spoil(link));
      if (positions.has(links.length) || links.length === 2) checkpoints.push(await takeCheckpoint(links.length, chainContext));
    }
    const proof = await proveChain(links, checkpoints, chainContext, downTo);
    const [left] = await shadow().session.rows<{ n: string }>(
      "select count(*) as n from pg_class c, pg_namespace n where n.oid = c.relnamespace and nspname = 'public'",
    );
    return { proof, left: Number(left?.n) };
  }

  const story: readonly Script[] = [
    { up: "create schema app; create table app.users (id serial primary key, name text); comment on table app.users is 'u'" },
    {
      up: "create type mood as enum ('a'); create table posts (id int primary key, u int references app.users, m mood); create view v as select id, m from posts",
    },
    { up: "alter type mood add value 'b'; alter table posts add column title text not null default ''" },
    {
      up: "insert into app.users (name) values ('x'); create index on posts (title)",
      down: "drop index posts_title_idx; delete from app.users where name = 'x'; select setval('app.users_id_seq', 1, false)",
    },
    { up: "alter table posts rename to articles; drop view v" },
  ];

  test("ends empty, and both judges agree", async () => {
    const { proof, left } = await chain(story);
    expect(proof).toMatchObject({ walked: 5, stoppedAt: null, passed: [], reachedEnd: true, unexplained: [] });
    expect([...proof.doubts.keys()]).toEqual([]);
    expect(left).toBe(0);
  });

  test("leaves standing what it is told to leave, and compares there", async () => {
    const { proof, left } = await chain(story, undefined, 2);
    expect(proof).toMatchObject({ walked: 3, stoppedAt: null, reachedEnd: true, compared: [2] });
    expect(left).toBeGreaterThan(0);
  });

  test("says so where it finds something else at the place where it was to end", async () => {
    const forgets = (link: ChainLink): ChainLink => ({ ...link, rollback: { ...link.rollback, statements: [] } });
    const { proof } = await chain(story.slice(0, 3), (link) => (link.migration === "V3" ? forgets(link) : link), 2);
    expect(proof).toMatchObject({ walked: 1, reachedEnd: false, compared: [2] });
    expect([...proof.doubts.keys()]).toEqual(["V3"]);
  });

  test("passes what is irreversible in rows alone, and says so", async () => {
    const { proof, left } = await chain([...story, { up: "update app.users set name = 'y'" }, { up: "create table last (id int)" }]);
    expect(proof).toMatchObject({ walked: 7, passed: ["V6"], stoppedAt: null });
    expect(left).toBe(0);
  });

  test("knows that SELECT * follows the columns of a table that came back in another order", async () => {
    const { proof } = await chain([
      { up: "create table p (a int, b int)" },
      { up: "create view v as select * from p; create view w as select * from v" },
      { up: "drop view w; drop view v", down: "create view v as select * from p; create view w as select * from v" },
      { up: "alter table p drop column a", down: "alter table p add column a int" },
    ]);
    expect(proof).toMatchObject({ walked: 4, stoppedAt: null, reachedEnd: true, unexplained: [] });
    expect(proof.compared).toContain(2);
  });

  test("knows a table whose columns came back in another order by the names that it had before", async () => {
    const { proof } = await chain([
      { up: "create schema s; create table p (a int, b int)" },
      { up: "comment on table p is 'p'" },
      { up: "alter table p rename to q" },
      { up: "alter table q set schema s" },
      { up: "alter table s.q drop column a", down: "alter table s.q add column a int" },
    ]);
    expect(proof).toMatchObject({ walked: 5, stoppedAt: null, reachedEnd: true, unexplained: [] });
    expect(proof.compared).toContain(2);
  });

  test("knows a table whose columns came back in another order by the names that it had before", async () => {
    const { proof } = await chain([
      { up: "create schema s; create table p (a int, b int)" },
      { up: "comment on table p is 'p'" },
      { up: "alter table p rename to q" },
      { up: "alter table q set schema s" },
      { up: "alter table s.q drop column a", down: "alter table s.q add column a int" },
    ]);
    expect(proof).toMatchObject({ walked: 5, stoppedAt: null, reachedStart: true, unexplained: [] });
    expect(proof.compared).toContain(2);
  });

  test("does not believe a rollback that a judge contradicts", async () => {
    const wrong = (link: ChainLink): ChainLink =>
      link.migration === "V2"
        ? {
            ...link,
            rollback: {
              ...link.rollback,
              statements: [
                ...link.rollback.statements,
                { sql: "comment on table app.users is 'other'", location: null, transactional: true },
              ],
            },
          }
        : link;
    const { proof } = await chain(story, (link) =>
      wrong({ ...link, touched: new Set([...link.touched, ...(link.migration === "V2" ? ["app.users"] : [])]) }),
    );
    expect(proof.reachedEnd).toBe(true);
    const late = await chain(story, (link) =>
      link.migration === "V4"
        ? {
            ...link,
            touched: new Set([...link.touched, "app.users"]),
            rollback: {
              ...link.rollback,
              statements: [
                { sql: "comment on table app.users is 'other'", location: null, transactional: true },
                ...link.rollback.statements,
              ],
            },
          }
        : link,
    );
    expect([...late.proof.doubts.keys()]).toContain("V4");
    expect(late.proof.reachedEnd).toBe(false);
    const [difference] = late.proof.doubts.get("V4") ?? [];
    expect(difference?.identity).toContain("app.users");
    const doubted = doubtRollback(
      { status: "proven", origin: "derived", statements: [], upLoses: [], downLoses: [], check: null, reason: null, proofs: [] },
      late.proof.doubts.get("V4") ?? [],
    );
    expect(doubted).toMatchObject({ status: "unproven", origin: null, reason: expect.stringContaining("app.users") });
  });
});
