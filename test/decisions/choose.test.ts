import { describe, expect, test } from "vitest";
import { choose, type Choosing } from "../../src/decisions/choose.ts";
import { questionOf } from "./question.ts";

const plan = {
  edgeCases: [
    questionOf("V1-q", { content: "c1" }),
    questionOf("V1-r", { content: "c1", choices: ["edit", "use-suggestion"] }),
    questionOf("V2-q"),
    questionOf("V9-q", { decision: { choice: "exclude", by: "Ann", at: null, reason: null, sql: null, with: ["V10"] } }),
  ],
  order: ["V1", "V2", "V3", "V4", "V5"],
  dependencies: [
    { migration: "V3", dependsOn: "V2", through: ["t"] },
    { migration: "V5", dependsOn: "V3", through: ["u"] },
  ],
};

function choosing(id: string, choice: string, given: Partial<Choosing> = {}): Choosing {
  return { id, choice, sql: null, with: [], by: "Ann", at: "2026-11-20T10:00:00.000Z", reason: null, ...given };
}

function refused(given: Choosing): string {
  const result = choose(plan, given);
  if (result.kind === "ok") throw new Error("it was taken");
  expect(result.failures.every(({ exitCode }) => exitCode === 2)).toBe(true);
  return result.failures.map(({ message, hint }) => `${message} ${hint}`).join("\n");
}

describe("a choice", () => {
  test("is bound to the content of its migration", () => {
    const result = choose(plan, choosing("V1-q", "keep", { reason: "checked" }));
    expect(result).toMatchObject({
      kind: "ok",
      value: [{ id: "V1-q", migration: "V1", content: "c1", choice: "keep", reason: "checked" }],
    });
  });

  test("on a migration answers all of its open questions, or says which cannot be answered so", () => {
    expect(choose(plan, choosing("V2", "keep"))).toMatchObject({ kind: "ok", value: [{ id: "V2-q" }] });
    expect(refused(choosing("V1", "keep"))).toContain('V1-r cannot be decided with "keep"');
    expect(refused(choosing("V1", "edit", { sql: "SELECT 1" }))).toContain("one SQL cannot answer them all");
  });

  test("that an edge case does not list is refused with those that it does", () => {
    expect(refused(choosing("V1-r", "reject"))).toContain("Its choices are edit, use-suggestion");
    expect(refused(choosing("V1-q", "edit"))).toContain("--sql FILE");
    expect(refused(choosing("V1-q", "keep", { sql: "SELECT 1" }))).toContain("SQL belongs to edit alone");
    expect(refused(choosing("V7", "keep"))).toContain("no edge case or migration V7");
    expect(refused(choosing("V4", "keep"))).toContain("asks nothing");
  });

  test("to exclude names everything that cannot be without it, however far", () => {
    expect(refused(choosing("V2-q", "exclude"))).toContain("--with V3 --with V5");
    expect(refused(choosing("V2-q", "exclude", { with: ["V3"] }))).toContain("--with V3 --with V5");
    expect(refused(choosing("V2-q", "exclude", { with: ["V77"] }))).toContain("no migration V77");
    expect(choose(plan, choosing("V2-q", "exclude", { with: ["V3", "V5"] }))).toMatchObject({
      kind: "ok",
      value: [{ with: ["V3", "V5"] }],
    });
  });

  test("on a question that only a database raised is kept for the run there", () => {
    expect(choose(plan, choosing("v3-data-loss-1a2b", "keep"))).toMatchObject({
      kind: "ok",
      value: [{ id: "v3-data-loss-1a2b", migration: "V3", content: null }],
    });
    expect(refused(choosing("v3-data-loss-1a2b", "exclude"))).toContain("Its choices are keep and keep-data");
  });
});
