import { describe, expect, test } from "vitest";
import { decisionsAhead } from "../../src/decisions/ahead.ts";
import { parseDecisions } from "../../src/decisions/decision-file.ts";
import { recordDecisions, withdrawDecisions, type NewDecision } from "../../src/decisions/record-decision.ts";
import { questionOf } from "./question.ts";

const content = "a".repeat(64);

function decision(id: string, given: Partial<NewDecision> = {}): NewDecision {
  const nothing = { sql: null, with: [], reason: null };
  return { id, migration: "V1", content, choice: "keep", by: "Ann", at: "2026-11-20T10:00:00.000Z", ...nothing, ...given };
}

function read(text: string) {
  const parsed = parseDecisions(text, "decisions.yaml");
  if (parsed.kind === "failed") throw new Error(parsed.failures.map(({ message }) => message).join("\n"));
  return parsed.value;
}

describe("entering decisions", () => {
  test("a file that is not there is begun, with SQL as a block that a person can read", () => {
    const text = recordDecisions(null, [
      decision("V1-q", { choice: "edit", sql: "SELECT 1;\nSELECT 'ü';\n", reason: "read the class: it counts" }),
    ]);
    expect(text).toContain("    sql: |\n      SELECT 1;\n      SELECT 'ü';\n");
    expect(text).toMatch(/^# What people decided/);
    expect(read(text).decisions).toMatchObject([{ id: "V1-q", sql: "SELECT 1;\nSELECT 'ü';\n", reason: "read the class: it counts" }]);
  });

  test("a file written by hand keeps its comments, its order and its drift", () => {
    const written = `# Release of November
decisions: # asked in the stand-up
  # Bob looked at this one twice
  - { id: V2-q, choice: keep, by: Bob } # sure
  - id: V1-q
    choice: edit # for now
    sql: SELECT 1
    by: Bob
drift:
  - { object: public.x, choice: ignore, reason: ours, by: Bob }
`;
    const text = recordDecisions(written, [
      decision("V1-q", { reason: "as it is" }),
      decision("V3-q", { choice: "exclude", with: ["V4", "V5"] }),
    ]);
    for (const comment of ["# Release of November", "# asked in the stand-up", "# Bob looked at this one twice", "# sure"])
      expect(text).toContain(comment);
    expect(text).toContain("with: [ V4, V5 ]");
    const { decisions, drift } = read(text);
    expect(decisions.map(({ id, choice, by, sql }) => [id, choice, by, sql])).toEqual([
      ["V2-q", "keep", "Bob", null],
      ["V1-q", "keep", "Ann", null],
      ["V3-q", "exclude", "Ann", null],
    ]);
    expect(drift).toHaveLength(1);
  });

  test("what was decided on other content stays beside the new decision; taking back removes only what is about this content", () => {
    const older = recordDecisions(null, [decision("V1-q", { content: "b".repeat(64) })]);
    const both = recordDecisions(older, [decision("V1-q", { choice: "exclude" })]);
    expect(read(both).decisions).toHaveLength(2);
    const left = read(withdrawDecisions(both, [decision("V1-q")]) ?? "");
    expect(left.decisions.map((one) => one.content)).toEqual(["b".repeat(64)]);
  });

  test.each(["", "decisions:\n", "decisions: []\n", "# nothing yet\n", "drift: []\n"])("begins a list in %j", (text) => {
    expect(read(recordDecisions(text, [decision("V1-q")])).decisions).toHaveLength(1);
  });

  test("a plan is behind its decisions until a run took them", () => {
    const file = read(recordDecisions(null, [decision("V1-q"), decision("V2-q", { content: "b".repeat(64) })]));
    const open = [questionOf("V1-q", { content }), questionOf("V2-q", { content })];
    expect(decisionsAhead(open, file).map(({ id }) => id)).toEqual(["V1-q"]);
    const taken = { choice: "keep", by: "Ann", at: "2026-11-20T10:00:00.000Z", reason: null, sql: null };
    expect(decisionsAhead([questionOf("V1-q", { content, decision: taken })], file)).toEqual([]);
    expect(decisionsAhead([questionOf("V1-q", { content, decision: { ...taken, choice: "exclude" } })], file)).toHaveLength(1);
  });
});
