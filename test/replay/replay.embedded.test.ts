import { describe, expect, test } from "vitest";
import type { History } from "../../src/model/history.ts";
import type { MigrationReplay } from "../../src/model/replay.ts";
import { useWorkbench } from "../rollback/workbench.ts";
import { historyOf } from "../rollback/history-of.ts";
import { useShadow } from "../support/shadow.ts";

const shadow = useShadow();
const bench = useWorkbench(shadow);

function outcomes(replay: MigrationReplay | undefined): readonly string[] {
  return (replay?.statements ?? []).map(({ outcome }) => outcome.kind);
}

function names(replay: MigrationReplay | undefined, side: "before" | "after"): readonly string[] {
  return [...(replay?.[side].values() ?? [])].map(({ identity }) => identity).sort();
}

describe("what a migration did", () => {
  test("is read before and after, with the rows that it wrote", async () => {
    const [first, second] = await bench.replay([
      { up: "create table a (id int primary key); insert into a values (1), (2)" },
      { up: "alter table a add b int; insert into a values (3); update a set b = 1 where id < 3" },
    ]);
    expect(names(first, "before")).toEqual([]);
    expect(names(first, "after")).toEqual(["public.a"]);
    expect(first?.rows).toMatchObject([{ identity: "public.a", inserted: 2, existedBefore: false }]);
    expect(names(second, "before")).toEqual(["public.a"]);
    expect(second?.rows).toMatchObject([{ identity: "public.a", inserted: 1, updated: 2, deleted: 0, existedBefore: true }]);
    expect(second?.rowsBefore).toMatchObject([{ identity: "public.a", count: 2 }]);
    expect(second?.transactional).toBe(true);
  });

  test("TRUNCATE and sequences are noticed", async () => {
    const replays = await bench.replay([
      { up: "create table a (id serial); insert into a default values" },
      { up: "insert into a default values; truncate a" },
    ]);
    expect(replays[1]?.rows).toMatchObject([{ identity: "public.a", truncated: true }]);
    expect(replays[1]?.sequences).toMatchObject([{ identity: "public.a_id_seq", before: "1", after: "2" }]);
  });
});

describe("a statement that fails", () => {
  test("is left out with PostgreSQL's words and its place in the file; what follows stands on the rest", async () => {
    const [first, second] = await bench.replay([
      { up: "create table a (id int);\n\n  alter table a\n    add column b no_such_type;\ncreate table c (id int)" },
      { up: "alter table c add d int" },
    ]);
    expect(outcomes(first)).toEqual(["done", "failed", "done"]);
    expect(names(first, "after")).toEqual(["public.a", "public.c"]);
    expect(first?.edgeCases).toMatchObject([
      {
        kind: "replay-failure",
        source: { location: { file: "V1.sql", line: 4, column: 18 }, text: "alter table a\n    add column b no_such_type" },
        choices: ["keep", "edit", "exclude"],
      },
    ]);
    expect(first?.edgeCases[0]?.question).toContain('type "no_such_type" does not exist');
    expect(outcomes(second)).toEqual(["done"]);
  });

  test("at the end, by a deferred check, undoes what it must", async () => {
    const [, second, third] = await bench.replay([
      { up: "create table p (id int primary key); create table c (p int references p deferrable initially deferred)" },
      { up: "insert into c values (5)" },
      { up: "create table later (id int)" },
    ]);
    expect(outcomes(second)).toEqual(["failed"]);
    expect(second?.edgeCases).toMatchObject([{ kind: "replay-failure" }]);
    expect(second?.rows).toEqual([]);
    expect(outcomes(third)).toEqual(["done"]);
  });

  test("does not move sequences that are there", async () => {
    const replays = await bench.replay([
      { up: "create table a (id serial primary key, n int)" },
      { up: "insert into a (n) values (1); insert into a (n) values ('x')" },
    ]);
    expect(replays[1]?.rows).toMatchObject([{ inserted: 1 }]);
    expect(replays[1]?.sequences).toMatchObject([{ before: null, after: "1" }]);
  });

  test("COPY from a file of the server fails as it would anywhere else", async () => {
    const [, second] = await bench.replay([{ up: "create table a (id int)" }, { up: "copy a from '/nowhere/at/all.csv'" }]);
    expect(outcomes(second)).toEqual(["failed"]);
  });

  test("a program is never run", async () => {
    const [, second] = await bench.replay([{ up: "create table a (id int)" }, { up: "copy a from program 'echo 1'" }]);
    expect(second?.statements[0]?.outcome).toMatchObject({ kind: "skipped", reason: expect.stringContaining("PROGRAM") });
  });

  test("what an extension brings is one question, not one per statement", async () => {
    const replays = await bench.replay([
      { up: "create extension postgis" },
      { up: "create table place (id int, at geometry); create table other (id int)" },
      { up: "create index on place (at); alter table place add column name text" },
      { up: "alter table other add column x int" },
    ]);
    expect(replays.flatMap(({ edgeCases }) => edgeCases.map(({ kind }) => kind))).toEqual(["extension-unavailable"]);
    expect(replays[0]?.edgeCases[0]?.action).toContain("--shadow-url");
    expect(replays[1]?.statements.map(({ outcome }) => outcome)).toMatchObject([
      { kind: "failed", because: "extension postgis" },
      { kind: "done" },
    ]);
    expect(outcomes(replays[2])).toEqual(["failed", "failed"]);
    expect(outcomes(replays[3])).toEqual(["done"]);
  });

  test("roles that the history takes for granted are supplied and said", async () => {
    const [only] = await bench.replay([
      { up: 'create table a (id int); grant select on a to app_user; alter table a owner to "Odd Owner"' },
    ]);
    expect(outcomes(only)).toEqual(["done", "done", "done"]);
    expect(only?.assumptions).toHaveLength(2);
    expect(only?.edgeCases).toEqual([]);
    expect([...(only?.after.values() ?? [])][0]?.facts).toMatchObject({ owner: "Odd Owner" });
  });

  test("lz4 is told apart", async () => {
    const [only] = await bench.replay([{ up: "create table a (t text compression lz4)" }]);
    expect(only?.edgeCases).toMatchObject([{ kind: "replay-failure", action: expect.stringContaining("--shadow-url") }]);
  });
});

describe("transactions are those of the tool", () => {
  test("CONCURRENTLY runs outside, the rest of the file in transactions of its own", async () => {
    const [, second] = await bench.replay([
      { up: "create table a (id int)" },
      { up: "alter table a add b int; create index concurrently ab on a (b); alter table a add c int" },
    ]);
    expect(outcomes(second)).toEqual(["done", "done", "done"]);
    expect(second?.transactional).toBe(false);
    expect(
      [...(second?.after.values() ?? [])].flatMap(({ facts }) => (facts.kind === "relation" ? facts.indexes.map(({ name }) => name) : [])),
    ).toEqual(["ab"]);
  });

  test("without one, each statement stands for itself", async () => {
    const [only] = await bench.replay([{ transaction: "none", up: "create table a (id int); select 1/0; create table b (id int)" }]);
    expect(outcomes(only)).toEqual(["done", "failed", "done"]);
    expect(names(only, "after")).toEqual(["public.a", "public.b"]);
  });

  test("BEGIN, COMMIT and ROLLBACK of the file", async () => {
    const [only, after] = await bench.replay([
      {
        transaction: "file",
        up: "begin; create table a (id int); commit; begin; create table b (id int); rollback; create table c (id int); grant select on a to public",
      },
      { up: "create table d (id int)" },
    ]);
    expect(names(only, "after")).toEqual(["public.a", "public.c"]);
    expect(only?.transactional).toBe(false);
    expect(names(after, "after")).toEqual(["public.d"]);
  });

  test("a COMMIT in a file that the tool wraps", async () => {
    const [only] = await bench.replay([{ up: "create table a (id int); commit; create table b (id int)" }]);
    expect(names(only, "after")).toEqual(["public.a", "public.b"]);
  });

  test("a procedure that commits", async () => {
    const [, second] = await bench.replay([
      {
        up: "create table a (id int); create procedure p() language plpgsql as $$ begin insert into a values (1); commit; execute 'create table made (x int)'; end $$",
      },
      { transaction: "none", up: "call p()" },
    ]);
    expect(outcomes(second)).toEqual(["done"]);
    expect(names(second, "after")).toContain("public.made");
  });

  test("kinds that the tool takes out of its transaction", async () => {
    const history: Partial<History> = { runsOutsideTransaction: ["add-enum-value"] };
    const [, second] = await bench.replay(
      [{ up: "create type mood as enum ('sad')" }, { up: "alter type mood add value 'ok'; create table m (m mood default 'ok')" }],
      history,
    );
    expect(outcomes(second)).toEqual(["done", "done"]);
  });
});

describe("what a session may be left in", () => {
  test("roles, paths and settings neither break the reading nor leak", async () => {
    const replays = await bench.replay([
      { up: "create role weak; create schema app; create table app.t (id int); grant usage on schema app to weak" },
      {
        up: "set role weak; set search_path = app; set quote_all_identifiers = on; set datestyle = 'German'; reset role; create table u (d date default '2020-12-31')",
      },
      { up: "create table v (id int)" },
    ]);
    expect(replays.flatMap(({ edgeCases }) => edgeCases)).toEqual([]);
    expect(names(replays[1], "after")).toEqual(["app.u"]);
    expect(names(replays[2], "after")).toEqual(["public.v"]);
  });

  test("temporary tables leave no trace", async () => {
    const [only] = await bench.replay([
      { up: "create temp table t (id int); insert into t values (1); drop table t; create temp table u (id int)" },
    ]);
    expect([names(only, "before"), names(only, "after"), only?.rows]).toEqual([[], [], []]);
  });
});

describe("rows that a file brings with COPY", () => {
  test("are copied, counted and taken back", async () => {
    const [setup] = historyOf([{ up: "create table kinds (code text primary key, label text)" }]).migrations;
    if (setup === undefined) throw new Error("no migration");
    const copy = {
      ...setup,
      id: "V2",
      async *up() {
        yield {
          kind: "copy" as const,
          sql: "copy kinds (code, label) from stdin",
          data: "a\tA\nb\t\\N\n",
          location: { file: "V1.sql", line: 1 },
        };
      },
    };
    const { replay, rollback } = await bench.prove([], { migrations: [setup, copy] });
    expect(replay.statements[0]?.outcome).toEqual({ kind: "done", rows: 2 });
    expect(replay.rows).toMatchObject([{ identity: "public.kinds", inserted: 2 }]);
    expect(rollback).toMatchObject({ status: "proven", statements: [{ sql: "DELETE FROM public.kinds WHERE code IN ('a', 'b')" }] });
  });
});

describe("what cannot be run", () => {
  test("custom code is left out; what stands before the first migration is not the migration's", async () => {
    const history = historyOf([{ up: "create table app.t (id int)" }]);
    const [first] = history.migrations;
    if (first === undefined) throw new Error("no migration");
    const migrations = [
      {
        ...first,
        async *up() {
          yield* first.up({ rows: () => Promise.resolve([]) });
          yield {
            kind: "custom-code" as const,
            language: "java",
            text: "class V2",
            reason: "Java",
            location: { file: "V1.java", line: 1 },
          };
        },
      },
    ];
    const [only] = await bench.replay([], {
      migrations,
      preparation: ["create schema app"],
      bookkeepingSql: ["create table app.history (id int)"],
    });
    expect(outcomes(only)).toEqual(["done", "skipped"]);
    expect(names(only, "after")).toEqual(["app.t"]);
  });
});
