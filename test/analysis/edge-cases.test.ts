import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { confidenceOf, executedEvidence, judgeEvidence, readEvidence, rollbackEvidence } from "../../src/analysis/confidence.ts";
import { numberQuestions, questionsOf } from "../../src/analysis/edge-cases/index.ts";
import type { QuestionContext } from "../../src/analysis/edge-cases/question.ts";
import { openScope } from "../../src/analysis/scope.ts";
import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import type { Migration } from "../../src/model/history.ts";
import type { Rollback, RollbackProof } from "../../src/model/rollback.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { replayOf } from "./support/handmade.ts";

beforeAll(loadParser);

const DONE = { kind: "done", rows: null } as const;
const PROOF: RollbackProof = {
  origin: "derived",
  engine: "PostgreSQL 18",
  rows: 0,
  executed: true,
  error: null,
  differences: [],
  notCovered: [],
};
const PROVEN: Rollback = {
  status: "proven",
  origin: "derived",
  statements: [],
  upLoses: [],
  downLoses: [],
  check: null,
  reason: null,
  proofs: [PROOF],
};
const identify = (text: string): string => createHash("sha256").update(text).digest("hex");

interface Case {
  readonly sql: string;
  readonly rollback?: Partial<Rollback>;
  readonly pending?: boolean;
  readonly migration?: Partial<Migration>;
}

function contextOf({ sql, rollback, pending = false, migration = {} }: Case): QuestionContext {
  const replay = replayOf(sql, [DONE], migration);
  const full: Rollback = { ...PROVEN, ...rollback };
  const confidence = confidenceOf({
    read: readEvidence(replay),
    executed: executedEvidence(replay),
    rollback: rollbackEvidence(full),
    squash: null,
    judge: judgeEvidence(null),
  });
  return { scope: openScope(replay), transitions: [], rollback: full, confidence, compatibility: "full", pending, mask: (text) => text };
}

const kindsOf = (context: QuestionContext, raised: readonly EdgeCaseDraft[] = []): readonly string[] =>
  questionsOf(context, raised).map((draft) => draft.kind);
describe("the way back", () => {
  const CASES: readonly (readonly [string, Case, readonly string[]])[] = [
    ["proven asks nothing", { sql: "DROP TABLE t" }, []],
    ["a lossy one is a finding", { sql: "ALTER TABLE t DROP COLUMN a", rollback: { status: "proven-lossy" } }, []],
    [
      "unproven is asked about",
      { sql: "CREATE TABLE t (a int)", rollback: { status: "unproven", reason: "none was found" } },
      ["irreversible"],
    ],
    ["irreversible DDL is asked about", { sql: "DROP TABLE t", rollback: { status: "irreversible" } }, ["irreversible"]],
    ["irreversible as declared is a finding", { sql: "DROP TABLE t", rollback: { status: "irreversible", declared: true } }, []],
    ["irreversible because of rows that are long gone is a finding", { sql: "DELETE FROM t", rollback: { status: "irreversible" } }, []],
    [
      "that waits for the SQL of custom code is not asked about beside the code",
      { sql: "custom-code", rollback: { status: "unproven", reason: "part of the migration is custom code, which was not run" } },
      ["unsupported-statement"],
    ],
    [
      "a loss that has yet to happen is asked about",
      {
        sql: "DROP TABLE t",
        pending: true,
        rollback: { status: "proven-lossy", upLoses: [{ table: "public.t", columns: [], what: "all rows" }] },
      },
      ["data-loss"],
    ],
    ["an environment is asked about", { sql: "SELECT 1", migration: { environment: "staging" } }, ["environment-specific"]],
  ];
  test.each(CASES)("%s", (_name, given, kinds) => {
    expect(kindsOf(contextOf(given))).toEqual(kinds);
  });
});

test("every migration under 0.80 has a question, and none above gets one for its number", () => {
  const custom = contextOf({ sql: "custom-code" });
  expect(custom.confidence.value).toBeLessThan(0.8);
  expect(kindsOf(custom)).toEqual(["unsupported-statement"]);
  const opaque = contextOf({ sql: "what is this" });
  expect(opaque.confidence.value).toBeGreaterThan(0.8);
  expect(kindsOf(opaque)).toEqual([]);
});

test("what another stage asked is not asked again", () => {
  const [own] = questionsOf(contextOf({ sql: "CREATE ROLE r" }), []);
  if (own === undefined) throw new Error("no question");
  const theirs: EdgeCaseDraft = { ...own, title: "theirs" };
  expect(questionsOf(contextOf({ sql: "CREATE ROLE r" }), [theirs]).map((draft) => draft.title)).toEqual(["theirs"]);
  expect(questionsOf(contextOf({ sql: "SELECT 1" }), [theirs, theirs])).toHaveLength(1);
});

test("ids are short, typeable, unique and independent of order", () => {
  const draft = (text: string): EdgeCaseDraft => ({
    kind: "secret",
    title: "t",
    question: "q",
    action: "a",
    risk: "HIGH",
    source: { location: { file: "f.sql", line: 1 }, text },
    suggestion: null,
    evidence: [],
    choices: ["keep"],
  });
  const raise = (text: string) => ({ migration: "V1__créer rôle", confidence: 0.9, draft: draft(text) });
  const many = Array.from({ length: 600 }, (_unused, at) => raise(`ALTER ROLE r${at} PASSWORD 'x'`));
  const ids = numberQuestions(many, identify).map((edge) => edge.id);
  expect(new Set(ids).size).toBe(600);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9._-]+$/);
  const twice = numberQuestions([raise("same"), raise("same")], identify).map((edge) => edge.id);
  expect(new Set(twice).size).toBe(2);
  expect(numberQuestions([raise("other"), raise("same")], identify)[1]?.id).toBe(twice[0]);
});
