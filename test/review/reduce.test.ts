import { describe, expect, test } from "vitest";
import { recordDecisions, withdrawDecisions } from "../../src/decisions/record-decision.ts";
import { parseDecisions, type RecordedDecision } from "../../src/decisions/decision-file.ts";
import { currentCase, progressOf, shownCases } from "../../src/review/list.ts";
import { reduce } from "../../src/review/reduce.ts";
import type { Effect, ReviewEvent, ReviewSession } from "../../src/review/session.ts";
import { at, newSession, planWith, questions } from "./session.ts";

/** A review with what happens outside played through: the file is kept, and a run takes every decision. */
class Sitting {
  session: ReviewSession;
  text: string | null = null;
  readonly effects: Effect[] = [];

  constructor(session: ReviewSession = newSession()) {
    this.session = session;
  }

  send(event: ReviewEvent): this {
    const { session, effects } = reduce(this.session, event);
    this.session = session;
    this.effects.push(...effects);
    return this;
  }

  press(...names: readonly string[]): this {
    for (const name of names) this.send({ kind: "key", name, at, page: 10 });
    return this;
  }

  get last(): Effect | undefined {
    return this.effects.at(-1);
  }

  get message(): string {
    return this.session.message?.lines.join("\n") ?? "";
  }

  private write(): readonly RecordedDecision[] {
    const effect = this.last;
    if (effect?.kind !== "save" && effect?.kind !== "prove") throw new Error(`nothing was to be written: ${effect?.kind}`);
    this.text = withdrawDecisions(this.text, effect.withdrawn);
    if (effect.decisions.length > 0)
      this.text = recordDecisions(
        this.text,
        effect.decisions.map((one) => ({ ...one, content: null })),
      );
    const parsed = parseDecisions(this.text ?? "", "decisions.yaml");
    if (parsed.kind === "failed") throw new Error(parsed.failures[0]?.message);
    return parsed.value.decisions;
  }

  saved(): this {
    return this.send({ kind: "saved", saved: this.write() });
  }

  proven(): this {
    const saved = this.write();
    const edgeCases = questions.map((question) => {
      const own = saved.find(({ id }) => id === question.id);
      return {
        ...question,
        decision: own === undefined ? null : { choice: own.choice, by: own.by, at: own.at, reason: own.reason, sql: own.sql },
      };
    });
    return this.send({
      kind: "proven",
      plan: planWith(edgeCases),
      saved,
      verdicts: [{ migration: "V2", lines: ["its way back is proven"] }],
    });
  }
}

describe("deciding", () => {
  test("what changes nothing that runs is saved at once, with its reason, and counts as decided but not proven", () => {
    const sitting = new Sitting().press("end", "r", "o", "k", "!", "return", "k");
    expect(sitting.last).toMatchObject({
      kind: "save",
      decisions: [{ id: "V3-data-change-1", choice: "keep", content: "c3", by: "Ann", at, reason: "ok!" }],
    });
    sitting.saved();
    expect(progressOf(sitting.session)).toMatchObject({ decided: 1, unproven: 1, open: 2 });
    expect(sitting.press("p").last).toMatchObject({ kind: "prove", decisions: [], withdrawn: [] });
    sitting.effects.push({ kind: "prove", decisions: [], withdrawn: [] });
    expect(progressOf(sitting.proven().session)).toMatchObject({ decided: 1, unproven: 0, open: 2 });
    expect(sitting.press("p").message).toContain("stands in the plan");
  });

  test("what changes what runs is proven first; meanwhile one may only look around, and Esc stops it", () => {
    const sitting = new Sitting().press("u");
    expect(sitting.last).toMatchObject({ kind: "prove", decisions: [{ id: "V2-rollback-wrong-2", choice: "use-suggestion" }] });
    expect(sitting.press("down").press("k").effects).toHaveLength(1);
    expect(sitting.message).toContain("Wait");
    expect(sitting.press("escape").last).toEqual({ kind: "cancel" });
    sitting.send({ kind: "refused", lines: ["Interrupted."] });
    expect([sitting.session.busy, progressOf(sitting.session).open]).toEqual([null, 3]);
    expect(sitting.press("z").message).toContain("Nothing was decided");
  });

  test("edited SQL that does not hold is there again for the next attempt, and gone once it holds", () => {
    const sitting = new Sitting().press("return", "e");
    expect(sitting.last).toEqual({ kind: "edit", id: "V2-rollback-wrong-2", text: "ALTER TABLE customers DROP COLUMN phone;" });
    sitting.send({ kind: "edited", id: "V2-rollback-wrong-2", sql: "DROP INDEX i;", at });
    expect(sitting.last).toMatchObject({ kind: "prove", decisions: [{ choice: "edit", sql: "DROP INDEX i;" }] });
    sitting.send({ kind: "refused", lines: ["column customers.phone is there, and was not"] });
    expect(sitting.message).toContain("customers.phone");
    expect(sitting.press("e").last).toMatchObject({ kind: "edit", text: "DROP INDEX i;" });
    sitting.send({ kind: "edited", id: "V2-rollback-wrong-2", sql: "DROP INDEX i; ALTER TABLE customers DROP COLUMN phone;", at }).proven();
    expect(sitting.session.drafts).toEqual({});
    expect(sitting.message).toContain("V2: its way back is proven");
    expect(new Sitting().send({ kind: "edited", id: "V2-rollback-wrong-2", sql: " \n", at }).effects).toEqual([]);
  });

  test("leaving a migration out names what goes with it, and needs a yes", () => {
    const sitting = new Sitting().press("x");
    expect(sitting.session.prompt).toMatchObject({ kind: "exclude", dependants: ["V4"] });
    expect(sitting.press("n").effects).toEqual([]);
    expect(sitting.press("x", "y").last).toMatchObject({ kind: "prove", decisions: [{ choice: "exclude", with: ["V4"] }] });
    // Of V3 nothing depends.
    expect(new Sitting().press("end", "x").last).toMatchObject({ kind: "prove", decisions: [{ id: "V3-data-change-1", with: [] }] });
  });

  test("only what the question lists can be chosen, by its key or its number", () => {
    const sitting = new Sitting().press("k");
    expect([sitting.effects, sitting.message]).toEqual([[], expect.stringContaining("Its choices are use-suggestion, edit, exclude")]);
    expect(sitting.press("1").last).toMatchObject({ kind: "prove", decisions: [{ choice: "use-suggestion" }] });
    expect(new Sitting().press("9").message).toContain("no choice 9");
  });

  test("undo brings back what was there before, one decision after the other", () => {
    const sitting = new Sitting().press("end", "k").saved().press("home", "u").proven();
    expect(progressOf(sitting.session)).toMatchObject({ decided: 2 });
    expect(sitting.press("z").last).toMatchObject({ kind: "prove", withdrawn: [{ id: "V2-rollback-wrong-2" }] });
    sitting.proven().press("z");
    expect(sitting.last).toMatchObject({ withdrawn: [{ id: "V3-data-change-1", choice: "keep" }], decisions: [] });
  });
});

describe("looking around", () => {
  test("the list is filtered, sorted and searched, and the cursor stays on its question", () => {
    const ids = (sitting: Sitting): readonly string[] => shownCases(sitting.session).map(({ id }) => id.split("-")[0] ?? "");
    const sitting = new Sitting();
    expect(ids(sitting)).toEqual(["V2", "V5", "V3"]);
    sitting.press("down", "o");
    expect([ids(sitting), currentCase(sitting.session)?.migration]).toEqual([["V2", "V3", "V5"], "V5"]);
    expect(ids(sitting.press("o"))).toEqual(["V2", "V3", "V5"]);
    expect(ids(sitting.press("/", ..."customers".split("")))).toEqual(["V3"]);
    expect(ids(sitting.press("return", "escape"))).toHaveLength(3);
    expect(ids(sitting.press("v", "v"))).toEqual([]);
  });

  test("next goes to the open questions in turn, past those that were skipped", () => {
    const sitting = new Sitting().press("return", "s");
    expect(currentCase(sitting.session)?.migration).toBe("V5");
    sitting.press("tab", "tab");
    expect(currentCase(sitting.session)?.migration).toBe("V5");
    sitting.press("k").saved().press("tab");
    expect(currentCase(sitting.session)?.migration).toBe("V3");
  });

  test("help is left by the keys that it names", () => {
    expect(new Sitting().press("?").session.screen).toBe("help");
    for (const key of ["?", "escape", "q"]) expect(new Sitting().press("?", key).session.screen).toBe("list");
  });
});

describe("the end of a review", () => {
  test("leaving proves what was saved; asked again, or by Ctrl-C, it leaves at once", () => {
    expect(new Sitting().press("q").effects).toEqual([{ kind: "quit" }]);
    const sitting = new Sitting().press("end", "k").saved().press("q");
    expect(sitting.last).toMatchObject({ kind: "prove", decisions: [] });
    expect(sitting.proven().last).toEqual({ kind: "quit" });
    expect(new Sitting().press("end", "k").saved().press("q", "q").effects.slice(-2)).toEqual([{ kind: "cancel" }, { kind: "quit" }]);
    expect(new Sitting().press("u", "ctrl+c").last).toEqual({ kind: "quit" });
  });

  test("an approval is of a plan that has everything that was decided", () => {
    const sitting = new Sitting().press("end", "k").saved().press("A");
    expect(sitting.last).toMatchObject({ kind: "prove" });
    sitting.proven();
    expect(sitting.session.prompt).toEqual({ kind: "approve", text: "" });
    expect(sitting.press("d", "b", "x", "backspace", "a", "return").last).toEqual({ kind: "approve", role: "dba" });
    expect(new Sitting().press("A", "escape").effects).toEqual([]);
    expect(new Sitting().press("A", "return").last).toEqual({ kind: "approve", role: null });
  });
});

test("m asks the model about the question; what came of it stands in the plan, and nothing is decided by it", () => {
  const sitting = new Sitting().press("m");
  const id = currentCase(sitting.session)?.id ?? "";
  expect(sitting.last).toEqual({ kind: "ask", id });
  expect(sitting.session.busy).toContain(id);
  const { session } = reduce(sitting.session, {
    kind: "asked",
    plan: planWith(questions),
    lines: ["The model's reply is no suggestion: it drops customers"],
  });
  expect(session).toMatchObject({ busy: null, saved: [], message: { lines: [expect.stringContaining("no suggestion")] } });
  expect(reduce(sitting.session, { kind: "refused", lines: ["The language model is off."] }).session).toMatchObject({ busy: null });
});
