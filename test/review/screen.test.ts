import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { highlightSql, type Line } from "../../src/review/lines.ts";
import { BINDINGS, helpRows } from "../../src/review/keys.ts";
import { reduce } from "../../src/review/reduce.ts";
import { mostScroll, screenLines, type Surface } from "../../src/review/screen.ts";
import type { ReviewSession } from "../../src/review/session.ts";
import { printable } from "../../src/review/text-width.ts";
import { at, newSession, planWith, questions } from "./session.ts";

const file = ["-- the new scheme", "UPDATE customers SET points = 0", "WHERE points IS NULL;", "\u001B[2Jevil"];
const usual: Surface = { columns: 80, rows: 24, sources: new Map([["sql/V3__points.sql", file]]) };

function press(session: ReviewSession, ...names: readonly string[]): ReviewSession {
  return names.reduce((current, name) => reduce(current, { kind: "key", name, at, page: 10 }).session, session);
}

function textOf(lines: readonly Line[]): string {
  return lines.map((line) => line.map(({ text }) => text).join("")).join("\n");
}

function shown(session: ReviewSession, surface: Partial<Surface> = {}): string {
  return textOf(screenLines(session, { ...usual, ...surface }));
}

describe("a screen", () => {
  test("the list says of each question how urgent it is, where, what, how sure, and whether it is decided", () => {
    const text = shown(newSession());
    expect(text).toContain("> [ ] HIGH   V2  rollback-wrong    0.70  The rollback of V2 is wrong");
    expect(text).toContain("0 decided · 3 open · minimum confidence 0.50");
    expect(text.split("\n").at(-1)).toMatch(/^Enter look {2}Tab next open.*\? help/);
    const saved = press(newSession(), "v", "end");
    expect(shown(saved)).toContain("all questions");
  });

  test("the detail shows source, difference, evidence and choices with their keys", () => {
    const wrong = shown(press(newSession(), "return"), { rows: 60 });
    expect(wrong).toContain("Suggestion  (derived, proven)");
    expect(wrong).toContain("+ ALTER TABLE customers DROP COLUMN phone");
    expect(wrong).toContain("1 u  use-suggestion");
    expect(wrong).toContain("3 x  exclude, together with V4, which cannot be without it");
    const data = shown(press(newSession(), "end", "return"), { rows: 60 });
    expect(data).toContain("  1  -- the new scheme\n> 2  UPDATE customers SET points = 0\n  3  WHERE points IS NULL;");
    expect(data).toContain("sql/V3__points.sql:2");
    // Of a file that is not at hand, what the plan has of it.
    expect(shown(press(newSession(), "end", "return"), { rows: 60, sources: new Map() })).toContain("> 2  UPDATE customers");
  });

  test.each([
    [80, 24],
    [40, 12],
    [200, 60],
    [20, 8],
  ])("fits a terminal of %i by %i, and no text is wider", (columns, rows) => {
    for (const session of [
      newSession(),
      press(newSession(), "return"),
      press(newSession(), "?"),
      press(newSession(), "x"),
      press(newSession(), "A"),
      press(newSession(), "k"),
    ]) {
      const lines = screenLines(session, { ...usual, columns, rows });
      expect(lines).toHaveLength(rows);
      for (const line of lines) expect(stringWidth(textOf([line]))).toBeLessThanOrEqual(columns);
    }
  });

  test("wide characters are counted as the terminal counts them", () => {
    const row =
      shown(newSession(), { columns: 68 })
        .split("\n")
        .find((line) => line.includes("日")) ?? "";
    expect(row.endsWith("…")).toBe(true);
    expect(stringWidth(row)).toBeLessThanOrEqual(68);
  });

  test("a long text is scrolled to its end and no further", () => {
    const session = press(newSession(), "return");
    const small = { ...usual, rows: 12 };
    expect(textOf(screenLines(session, small))).toMatch(/… \d+ more lines, Space/);
    const end = { ...session, scroll: mostScroll(session, small) };
    expect(textOf(screenLines(end, small))).toContain("3 x  exclude");
  });

  test("a refusal stands below with its reason, and says so without colour", () => {
    const refused = reduce(press(newSession(), "u"), {
      kind: "refused",
      lines: ["column phone is there, and was not", "Correct it."],
    }).session;
    expect(shown(refused)).toContain("no  column phone is there, and was not\n  Correct it.");
    const many = { ...refused, message: { tone: "bad", lines: Array<string>(100).fill("x") } } as const;
    expect(screenLines(many, usual)).toHaveLength(24);
  });

  test("an empty list says what to do next", () => {
    const nothing = { ...newSession(), plan: planWith([]) };
    expect(shown(nothing)).toContain("A approves the plan");
    expect(shown({ ...newSession(), plan: planWith(questions), search: "zzz" })).toContain('Nothing contains "zzz"');
  });
});

test("the help is the table of keys, and no key means two things on a screen", () => {
  const text = shown(press(newSession(), "?"), { rows: 60 });
  for (const { does } of helpRows()) expect(text.replaceAll(/\s+/g, " ")).toContain(does);
  for (const screen of ["list", "detail", "help"] as const) {
    const keys = BINDINGS.filter(({ screens }) => screens.includes(screen)).flatMap((binding) => binding.keys);
    expect(new Set(keys).size).toBe(keys.length);
  }
});

test("nothing of a migration reaches the terminal as a command, and nothing is reordered by it", () => {
  expect(printable("\u001B[2J\u202Eab\tc\u0007")).toBe("\uFFFD[2J\uFFFDab  c\uFFFD");
});

test("keywords, texts and comments of SQL are told apart, and every character stays", () => {
  const line = "UPDATE customers SET note = 'it''s select' -- why";
  expect(textOf([highlightSql(line)])).toBe(line);
  expect(highlightSql(line).map(({ tone }) => tone)).toEqual(["keyword", "plain", "keyword", "plain", "literal", "plain", "faint"]);
  for (const odd of ["a - b", "'open", '"quoted" --', "-", "日本語 'x'"]) expect(textOf([highlightSql(odd)])).toBe(odd);
});
