import { describe, expect, test } from "vitest";
import {
  confidenceOf,
  executedEvidence,
  judgeEvidence,
  overallConfidence,
  readEvidence,
  rollbackEvidence,
  squashEvidence,
} from "../../src/analysis/confidence.ts";
import type { StatementOutcome } from "../../src/model/replay.ts";
import type { Rollback, RollbackProof, RollbackStatus } from "../../src/model/rollback.ts";
import type { Merge, Squash } from "../../src/model/squash.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { replayOf } from "./support/handmade.ts";

const PROOF: RollbackProof = {
  origin: "derived",
  engine: "PostgreSQL 18",
  rows: 0,
  executed: true,
  error: null,
  differences: [],
  notCovered: [],
};

function rollbackOf(status: RollbackStatus, more: Partial<Rollback> = {}): Rollback {
  return { status, origin: null, statements: [], upLoses: [], downLoses: [], check: null, reason: null, proofs: [PROOF], ...more };
}

function squashOf(more: Partial<Squash> = {}): Squash {
  const proof = { proven: true, engine: "PostgreSQL 18", rows: 0, differences: [], notCovered: [] };
  return { statements: [], merges: [], takenBack: [], kept: [], elided: [], proof, ...more };
}

const DONE: StatementOutcome = { kind: "done", rows: null };
const FAILED: StatementOutcome = {
  kind: "failed",
  error: { code: "42P01", message: "no", detail: null, hint: null, offset: null, where: null },
};
const MERGE: Merge = { id: "m1", rule: "column-into-create", migrations: ["V1"], before: [], after: [] };

await loadParser();

describe("each part has the value of the contract's table", () => {
  const PARTS: readonly (readonly [string, number, number])[] = [
    ["read completely", readEvidence(replayOf("SELECT 1", [DONE])).value, 1],
    ["read with an assumption", readEvidence(replayOf("SELECT 1", [DONE], { assumptions: ["UTF-8"] })).value, 0.9],
    ["opaque statement", readEvidence(replayOf("what is this", [DONE])).value, 0.85],
    ["custom code", readEvidence(replayOf("custom-code", [{ kind: "skipped", reason: "Java" }])).value, 0.5],
    ["every statement executed", executedEvidence(replayOf("SELECT 1", [DONE])).value, 1],
    ["some skipped", executedEvidence(replayOf("SELECT 1", [{ kind: "skipped", reason: "cluster-wide" }])).value, 0.85],
    ["one failed", executedEvidence(replayOf("SELECT 1", [FAILED])).value, 0.5],
    ["proven with rows", rollbackEvidence(rollbackOf("proven", { proofs: [{ ...PROOF, rows: 12 }] })).value, 1],
    ["proven with no row to try", rollbackEvidence(rollbackOf("proven")).value, 0.97],
    ["conditional", rollbackEvidence(rollbackOf("proven-conditional")).value, 0.96],
    ["lossy", rollbackEvidence(rollbackOf("proven-lossy")).value, 0.95],
    ["irreversible, said so", rollbackEvidence(rollbackOf("irreversible", { declared: true })).value, 0.95],
    ["irreversible", rollbackEvidence(rollbackOf("irreversible")).value, 0.9],
    ["unproven", rollbackEvidence(rollbackOf("unproven")).value, 0.6],
    ["part of a proven squash", squashEvidence("V1", squashOf()).value, 1],
    ["merge taken back", squashEvidence("V1", squashOf({ takenBack: [{ merge: MERGE, difference: "a default" }] })).value, 0.95],
    [
      "somebody else's merge taken back",
      squashEvidence("V2", squashOf({ takenBack: [{ merge: MERGE, difference: "a default" }] })).value,
      1,
    ],
    ["compared", judgeEvidence("flyway migrate").value, 1],
    ["not compared", judgeEvidence(null).value, 0.99],
  ];
  test.each(PARTS)("%s", (_name, value, expected) => {
    expect(value).toBe(expected);
  });
});

test("the confidence is the product of its parts, and every part is listed", () => {
  const replay = replayOf("SELECT 1", [DONE], { assumptions: ["UTF-8"] });
  const confidence = confidenceOf({
    read: readEvidence(replay),
    executed: executedEvidence(replay),
    rollback: rollbackEvidence(rollbackOf("unproven")),
    squash: null,
    judge: judgeEvidence(null),
  });
  expect(confidence.value).toBe(0.5346);
  expect(confidence.evidence.map((part) => part.part)).toEqual(["read", "executed", "rollback", "judge"]);
});

test("the whole is weighted by operations", () => {
  const parts = [
    { operations: 9, confidence: 1 },
    { operations: 1, confidence: 0.5 },
  ];
  expect(overallConfidence(parts)).toEqual({ confidence: 0.95, minimum: 0.5 });
  expect(overallConfidence(parts.map((part) => ({ ...part, operations: 0 }))).confidence).toBe(0.75);
  expect(overallConfidence([])).toEqual({ confidence: 1, minimum: 1 });
});
