import { beforeAll, describe, expect, test } from "vitest";
import type { DecisionFile, RecordedDecision } from "../../src/decisions/decision-file.ts";
import { reviseHistory } from "../../src/decisions/revise.ts";
import { fillsOf, takeDecisions, unmatchedDecisions, type Settled, type Taking } from "../../src/decisions/take-decisions.ts";
import type { EdgeCase } from "../../src/model/edge-case.ts";
import type { History, Migration } from "../../src/model/history.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { migrationOf } from "../analysis/support/replay.ts";
import { historyOf } from "../rollback/history-of.ts";
import { questionOf } from "./question.ts";

beforeAll(loadParser);
const now = "2026-11-20T10:00:00.000Z";

function migration(id: string, sha256 = id): Migration {
  return migrationOf(id, "", { files: [{ path: `sql/${id}.sql`, role: "up", sha256 }] });
}

function history(...migrations: readonly Migration[]): History {
  return historyOf([], { tool: "flyway", location: "sql", resetBetween: [], migrations });
}

function decided(id: string, choice: string, given: Partial<RecordedDecision> = {}): RecordedDecision {
  return {
    id,
    migration: null,
    content: null,
    choice,
    sql: null,
    with: [],
    by: "Ann",
    at: null,
    reason: null,
    file: "pggit/decisions.yaml",
    index: 0,
    line: 2,
    ...given,
  };
}

function taking(decisions: readonly RecordedDecision[], given: Partial<Taking> = {}): Taking {
  const file: DecisionFile = { path: "pggit/decisions.yaml", text: "", decisions, drift: [], adopted: [] };
  return {
    file,
    history: history(migration("V1"), migration("V2"), migration("V3")),
    dependencies: [],
    earlier: [],
    now,
    offered: new Map(),
    ...given,
  };
}

function taken(edgeCases: readonly EdgeCase[], request: Taking) {
  const result = takeDecisions(edgeCases, request);
  if (result.kind === "failed") throw new Error(result.failures.map(({ message }) => message).join("\n"));
  return result.value;
}

function refusal(edgeCase: EdgeCase, decision: RecordedDecision, given: Partial<Taking> = {}): string {
  const result = takeDecisions([edgeCase], taking([decision], given));
  if (result.kind === "ok") throw new Error("it was taken");
  expect(result.failures).toMatchObject([{ code: "invalid-decision", exitCode: 2, location: { file: "pggit/decisions.yaml", line: 2 } }]);
  return `${result.failures[0]?.message} ${result.failures[0]?.hint}`;
}

describe("a decision", () => {
  test("stands on its edge case, with who, when and why, and what it left out is filled in", () => {
    const request = taking([decided("V1-q", "keep", { reason: "checked" })]);
    const { edgeCases, settled } = taken([questionOf("V1-q"), questionOf("V2-q")], request);
    expect(edgeCases.map(({ decision }) => decision)).toEqual([{ choice: "keep", by: "Ann", at: now, reason: "checked", sql: null }, null]);
    const fill = fillsOf(settled, request).get(0);
    expect(fill).toEqual({ migration: "V1", content: expect.stringMatching(/^[0-9a-f]{64}$/), at: now });

    const bound = decided("V1-q", "keep", fill);
    const again = taken([questionOf("V1-q")], taking([bound]));
    expect(again.edgeCases[0]?.decision).toMatchObject({ choice: "keep", at: now });
    expect(fillsOf(again.settled, request).size).toBe(0);

    const edited = taking([bound], { history: history(migration("V1", "other bytes")) });
    const asked = taken([questionOf("V1-q")], edited);
    expect(asked.edgeCases[0]?.decision).toBeNull();
    expect(unmatchedDecisions(edited.file, asked.settled, asked.edgeCases)).toEqual([expect.stringContaining("other content")]);
    expect(unmatchedDecisions(edited.file, [], [])).toEqual([expect.stringContaining("matches no edge case")]);
  });

  test("of a migration that shares its file is bound to the checksum of its own", () => {
    const shared = (id: string, checksum: string): Migration => ({
      ...migration(id),
      checksum,
      files: [{ path: "all.xml", role: "up", sha256: "x" }],
    });
    const before = taking([decided("V1-q", "keep")], { history: history(shared("V1", "1"), shared("V2", "2")) });
    const content = fillsOf(taken([questionOf("V1-q")], before).settled, before).get(0)?.content;
    const after = history({ ...shared("V1", "1"), files: [{ path: "all.xml", role: "up", sha256: "y" }] }, shared("V2", "3"));
    const bound = decided("V1-q", "keep", { content: content ?? null });
    expect(taken([questionOf("V1-q")], taking([bound], { history: after })).edgeCases[0]?.decision).not.toBeNull();
  });

  test("that the edge case does not list, or that has no effect yet, is refused at its line", () => {
    expect(refusal(questionOf("V1-q"), decided("V1-q", "drop"))).toMatch(/"drop".*keep, extract, edit, exclude/);
    expect(refusal(questionOf("V1-q"), decided("V1-q", "extract"))).toContain("becomes a function");
    const wanting = questionOf("V1-q", { kind: "nondeterministic" });
    expect(refusal(wanting, decided("V1-q", "edit", { sql: "SELECT 1" }))).toContain("source file");
    expect(refusal(questionOf("V1-q"), decided("V1-q", "keep", { sql: "SELECT 1" }))).toContain("belongs to edit");
    expect(refusal(questionOf("V1-q"), decided("V1-q", "keep", { migration: "V2" }))).toContain("is about V1");
    const failing = questionOf("V1-q", { kind: "replay-failure" });
    expect(refusal(failing, decided("V1-q", "keep"))).toContain("comment");
    expect(refusal(failing, decided("V1-q", "edit"))).toContain("needs the SQL");
    expect(refusal(failing, decided("V1-q", "edit", { sql: "SELEC 1" }))).toContain("does not parse");
    expect(refusal(questionOf("V1-q", { kind: "rollback-wrong" }), decided("V1-q", "keep"))).toContain("not proven");
    const words = { text: "words", sql: null, origin: "rule", proven: false } as const;
    const worded = questionOf("V1-q", { suggestion: words, choices: ["use-suggestion"] });
    expect(refusal(worded, decided("V1-q", "use-suggestion"))).toContain("in words");
  });

  test("on a suggestion that is another now is asked anew", () => {
    const suggestion = { text: "", sql: "CREATE TABLE a (id int)", origin: "source-literals", proven: false } as const;
    const edge = questionOf("V1-q", { kind: "custom-code", suggestion, choices: ["use-suggestion", "keep"] });
    const unseen = questionOf("V1-q", { kind: "custom-code", suggestion: null, choices: ["keep"] });
    const offered = new Map([["V1-q", { sql: "CREATE TABLE c (id int)", origin: "state-difference" as const }]]);
    const fromDatabase = taken([unseen], taking([decided("V1-q", "use-suggestion")], { offered }));
    expect(fromDatabase.settled).toMatchObject([{ effect: { kind: "replace-step", sql: "CREATE TABLE c (id int)" } }]);
    expect(fromDatabase.edgeCases).toMatchObject([{ suggestion: { sql: "CREATE TABLE c (id int)" }, choices: ["keep", "use-suggestion"] }]);
    const accepted = taken([edge], taking([decided("V1-q", "use-suggestion", { sql: "CREATE TABLE a (id int)\n" })]));
    expect(accepted.settled).toMatchObject([{ effect: { kind: "replace-step", sql: suggestion.sql } }]);
    expect(taken([edge], taking([decided("V1-q", "use-suggestion", { sql: "CREATE TABLE b (id int)" })])).settled).toEqual([]);
  });

  test("to leave out a migration names all that need it", () => {
    const dependencies = [
      { migration: "V2", dependsOn: "V1", through: ["public.audit"] },
      { migration: "V3", dependsOn: "V2", through: ["public.entry"] },
    ];
    expect(refusal(questionOf("V1-q"), decided("V1-q", "exclude"), { dependencies })).toMatch(
      /V2 \(needs V1 for public\.audit\), V3 .*with: \[V2, V3\]/,
    );
    expect(refusal(questionOf("V1-q"), decided("V1-q", "exclude", { with: ["V7"] }), { dependencies })).toContain("V7");
    const { settled, edgeCases } = taken(
      [questionOf("V1-q")],
      taking([decided("V1-q", "exclude", { with: ["V2", "V3"] })], { dependencies }),
    );
    expect(settled).toMatchObject([{ effect: { kind: "leave-out", migrations: ["V1", "V2", "V3"] } }]);
    expect(edgeCases[0]?.decision).toMatchObject({ choice: "exclude", with: ["V2", "V3"] });
  });

  test("to leave out an environment takes its branch away; its migrations do not become main by decision", () => {
    const edge = questionOf("history-environment-specific-00ff", {
      migration: null,
      kind: "environment-specific",
      choices: ["branch=dev", "exclude", "keep"],
    });
    const id = edge.id;
    const { settled } = taken([edge], taking([decided(id, "exclude")]));
    expect(settled).toMatchObject([{ effect: { kind: "leave-out-environment", environment: "dev" } }]);
    const dev = { name: "dev", location: null, migrations: ["V9"] };
    const read = { ...history(migration("V1")), environments: [dev, { ...dev, name: "qa" }] };
    expect(reviseHistory(read, settled).environments.map(({ name }) => name)).toEqual(["qa"]);
    expect(taken([edge], taking([decided(id, "branch=dev")])).settled).toMatchObject([{ effect: { kind: "as-it-stands" } }]);
    expect(refusal(edge, decided(id, "keep"))).toContain("--environment");
  });

  test("whose SQL was tried and did not hold is refused; one that a replay made superfluous stays in the plan", () => {
    const failing = questionOf("V1-q", { kind: "replay-failure" });
    const decision = decided("V1-q", "edit", { sql: "SELECT no_such()" });
    const earlier: readonly Settled[] = taken([failing], taking([decision])).settled;
    expect(refusal(failing, decision, { earlier })).toContain("did not hold");
    const after = taken([], taking([decision], { earlier }));
    expect(after.edgeCases).toMatchObject([{ id: "V1-q", decision: { choice: "edit" } }]);
    expect(unmatchedDecisions(taking([decision]).file, after.settled, after.edgeCases)).toEqual([]);
  });

  test("shows no secret in the plan", () => {
    const edge = questionOf("V1-q", { kind: "custom-code", choices: ["edit"] });
    const { edgeCases, settled } = taken([edge], taking([decided("V1-q", "edit", { sql: "CREATE ROLE app PASSWORD 'hunter2'" })]));
    expect(edgeCases[0]?.decision?.sql).not.toContain("hunter2");
    expect(settled).toMatchObject([{ effect: { sql: expect.stringContaining("hunter2") } }]);
  });
});
