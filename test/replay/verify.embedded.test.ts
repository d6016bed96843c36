import { describe, expect, test } from "vitest";
import { executedEvidence } from "../../src/analysis/confidence.ts";
import { useWorkbench } from "../rollback/workbench.ts";
import { useShadow } from "../support/shadow.ts";

const shadow = useShadow();
const bench = useWorkbench(shadow);

describe("the authors' own check of a migration", () => {
  test("runs right behind it, passes, and leaves nothing: neither rows nor tables nor sequence positions", async () => {
    const [first, second] = await bench.replay([
      {
        up: "create table a (id serial primary key, n int)",
        verify:
          "begin; insert into a (n) values (1); select 1 / count(*) from a; create table left_behind (); select nextval('a_id_seq'); commit; set role pg_monitor; rollback",
      },
      { up: "insert into a (n) values (2)", verify: "select 1 / (count(*) = 1)::int from a where id = 1" },
    ]);
    expect(first?.verification).toEqual({ kind: "passed", statements: 8 });
    expect(second?.verification).toEqual({ kind: "passed", statements: 1 });
    expect(second?.sequences).toMatchObject([{ before: null, after: "1" }]);
    expect(await shadow().session.rows("select to_regclass('left_behind') as t, current_user = session_user as own")).toEqual([
      { t: null, own: true },
    ]);
    expect(first === undefined ? null : executedEvidence(first)).toEqual({
      part: "executed",
      value: 1,
      statement: "All 1 statements ran on the shadow; the check that its authors wrote passed (8 statements)",
    });
  });

  test("what it rolls back in its middle is gone for the rest of it, and what it set before is not", async () => {
    const [only, second] = await bench.replay([
      { up: "create table a (n int)", verify: "begin; insert into a values (1); rollback; select 1 / (count(*) = 0)::int from a" },
      { up: "create schema s; create table s.b (n int)", verify: "set search_path = s; begin; select n from b; rollback; select n from b" },
    ]);
    expect(second?.verification).toEqual({ kind: "passed", statements: 5 });
    expect(only?.verification?.kind).toBe("passed");
  });

  test("where it fails, that is a question with its place and its words; the migration stands, sequences too", async () => {
    const [first, second] = await bench.replay([
      {
        up: "create table a (id serial, n int); insert into a (n) values (7)",
        verify: "select nextval('a_id_seq');\n  select 1 / count(*) from a where n > 7",
      },
      { up: "insert into a (n) values (8)", verify: "select 1 / (max(id) = 2)::int from a" },
    ]);
    expect(first?.verification).toMatchObject({ kind: "failed", error: { code: "22012" } });
    expect(first?.edgeCases).toMatchObject([
      {
        kind: "replay-failure",
        risk: "MEDIUM",
        source: { location: { file: "V1.verify.sql", line: 2 } },
        title: "The check that its authors wrote for V1 fails: division by zero",
        choices: ["keep", "edit", "exclude"],
      },
    ]);
    expect(first === undefined ? null : executedEvidence(first).value).toBe(0.5);
    expect(second?.verification?.kind).toBe("passed");
  });

  test("is not run where the migration was not run whole, nor where it cannot be", async () => {
    const replays = await bench.replay([
      { up: "create table a (n int); create table b (n no_such_type)", verify: "select n from b" },
      { up: "create table c ()", verify: "vacuum c" },
      { up: "create table d ()", verify: "copy d to program 'true'" },
      { up: "create table e ()" },
    ]);
    expect(replays.map(({ verification }) => (verification?.kind === "not-run" ? verification.reason : verification))).toEqual([
      "a statement of the migration was not run, or failed",
      "V2.verify.sql:1:1: it holds a statement that cannot run in a transaction",
      "V3.verify.sql:1:1: cluster-wide: COPY … PROGRAM runs a command on the machine of the server",
      undefined,
    ]);
    expect(replays.flatMap(({ edgeCases }) => edgeCases.map(({ title }) => title))).toHaveLength(1);
  });

  test("its settings do not reach the next migration", async () => {
    const [, second] = await bench.replay([
      { up: "create schema s", verify: "set search_path = s" },
      { up: "create table t ()", verify: "select 'public.t'::regclass" },
    ]);
    expect(second?.verification?.kind).toBe("passed");
  });
});
