import { expect, test } from "vitest";
import { choose, type Choosing } from "../../src/decisions/choose.ts";
import { parseDecisions } from "../../src/decisions/decision-file.ts";
import { markKeptData } from "../../src/decisions/keep-data.ts";
import { recordDecisions } from "../../src/decisions/record-decision.ts";
import { valueOf } from "../support/target.ts";
import { historyOf } from "../rollback/history-of.ts";

const history = historyOf([
  { up: "create table t (id int primary key, a text)" },
  { up: "alter table t drop column a" },
  { up: "drop table t" },
]);
const plan = { edgeCases: [], dependencies: [], order: ["V1", "V2", "V3"] };
const choosing: Choosing = {
  id: "V2",
  choice: "keep-data",
  sql: null,
  with: [],
  by: "Ann",
  at: "2026-11-25T16:00:00.000Z",
  reason: "it is needed",
};

test("keep-data is said of a migration that asks nothing, of a question that only a database raises, or of all", () => {
  const chosen = [...valueOf(choose(plan, choosing)), ...valueOf(choose(plan, { ...choosing, id: "V3-data-loss-0a1b" }))];
  expect(chosen.map(({ id, migration }) => [id, migration])).toEqual([
    ["V2", "V2"],
    ["V3-data-loss-0a1b", "V3"],
  ]);
  expect(choose(plan, { ...choosing, id: "V9" })).toMatchObject({ kind: "failed", failures: [{ code: "unknown-edge-case" }] });
  const { decisions } = valueOf(parseDecisions(recordDecisions(null, chosen), "decisions.yaml"));
  const kept = (keepData: "all" | "as-decided", of = decisions) =>
    markKeptData(history, { keepData, decisions: of }).migrations.flatMap(({ id, keepsData }) => (keepsData === true ? [id] : []));
  expect(kept("as-decided")).toEqual(["V2", "V3"]);
  expect(kept("all", [])).toEqual(["V1", "V2", "V3"]);
  expect(markKeptData(history, { keepData: "as-decided", decisions: [] })).toBe(history);
});
