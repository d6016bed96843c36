import { expect, test } from "vitest";
import { openShadow } from "../../src/database/shadow.ts";
import { proveRollback } from "../../src/rollback/prove.ts";
import { createStateDifference } from "../../src/rollback/state-difference.ts";
import { tryCandidate } from "../../src/rollback/trial.ts";
import { useShadow } from "../support/shadow.ts";
import { historyOf } from "./history-of.ts";
import { useWorkbench } from "./workbench.ts";

const shadow = useShadow();
const bench = useWorkbench(shadow);

test("the state difference is made from a second replay, proven like any other, and says what it drops", async () => {
  const scripts = [
    { up: "create table a (id int primary key, name text); create table keep (x int)" },
    { up: "alter table a rename to b; alter table b add column extra int; create view v as select id from b; alter table keep add y int" },
  ];
  const history = historyOf(scripts);
  const replay = (await bench.replay(scripts)).at(-1);
  if (replay === undefined) throw new Error("nothing was replayed");
  const context = await bench.context();
  let opened = 0;
  const ask = createStateDifference({
    history,
    shadow: shadow(),
    openFresh: () => openShadow({ server: null, extensions: [], statementTimeoutMs: 60_000, id: `difference${opened++}` }),
    excludeFromReads: [],
    limit: 1,
  });
  const candidate = await ask(replay);
  if (candidate === null) throw new Error("no candidate");
  expect(candidate.origin).toBe("state-difference");
  const trial = await tryCandidate(candidate, replay, context);
  expect([trial.error, trial.differences]).toEqual([null, []]);
  expect(await ask(replay)).toBeNull();

  // Where the derived way back restores, nobody asks for it.
  const rollback = await proveRollback(replay, { ...context, stateDifference: () => Promise.reject(new Error("not needed")) });
  expect(rollback).toMatchObject({ status: "proven", origin: "derived" });
});
