import { beforeAll, describe, expect, it } from "vitest";
import { createBudget } from "../../src/script/limits.ts";
import { produce } from "../../src/script/produce.ts";
import { createInterpreter, type Interpreter, type World } from "../../src/script/ruby/interpreter.ts";
import { createModule } from "../../src/script/ruby/modules.ts";
import { loadRubyParser, type ParseRuby } from "../../src/script/ruby/parse.ts";
import { inspectValue } from "../../src/script/ruby/show.ts";
import { unknown, type Value } from "../../src/script/value.ts";

let parse: ParseRuby;
beforeAll(async () => {
  parse = await loadRubyParser();
});

async function run(text: string): Promise<{ readonly value: Value; readonly stuck: readonly string[] }> {
  const stuck: string[] = [];
  const world: World = {
    budget: createBudget({ steps: 5_000, depth: 40 }),
    topLevel: createModule({ name: "Object", type: "module" }, (): Interpreter => interpreter),
    constant: async (path, location) => (path === "Rows" ? unknown("rows are not known", location, "rows") : null),
    extension: async () => null,
    require: async () => null,
    stuck: async ({ reason, location }) => void stuck.push(`${location.line}: ${reason}`),
  };
  const interpreter: Interpreter = createInterpreter(world);
  const parsed = parse(text, "x.rb");
  if (parsed.kind === "broken") throw new Error(parsed.problem.message);
  return { value: await interpreter.runFile(parsed.source, world.topLevel), stuck };
}

async function shown(text: string): Promise<string | null> {
  return inspectValue((await run(text)).value);
}

describe("Ruby", () => {
  it.each([
    ['%w[a b].map { |x| "#{x}_id" }', '["a_id", "b_id"]'],
    ["{ a: 1, **{ b: 2 } }.map { |k, v| [k, v + 1] }.to_h", "{:a=>2, :b=>3}"],
    ["[[1, [2, 3]]].each_with_object([]) { |(a, (b, c)), memo| memo << a + b + c }", "[6]"],
    ["def m(a, b = 2, *c, d:, e: 5, **f) = [a, b, c, d, e, f]\nm(1, d: 4, z: 9)", "[1, 2, [], 4, 5, {:z=>9}]"],
    ["[1, 2, 3].each { |n| break n * 10 if n == 2 }", "20"],
    ["def first_even(list)\n  list.each { |n| return n if n.even? }\n  nil\nend\nfirst_even([1, 4, 6])", "4"],
    ["x = <<~SQL.gsub('t', 's')\n  select 1\n    from t\nSQL\nx", '"selecs 1\\n  from s\\n"'],
    ["module M\n  LIST = %i[a b].freeze\n  def twice = LIST * 2\nend\nclass C\n  include M\n  def n = LIST.size\nend\nC.new.n", "2"],
    ["class A\n  def x = 1\nend\nclass B < A\n  def x = super + 1\nend\nB.new.x", "2"],
    ["begin\n  raise ArgumentError, 'no'\nrescue ArgumentError => e\n  e.message\nend", '"no"'],
    ["case 5\nwhen 1..3 then :low\nwhen 4.. then :high\nelse :none\nend", ":high"],
    ["a, *b = 1, 2, 3\nformat('%05.1f %<x>s', 2.25, x: 1) if false\nb", "[2, 3]"],
    ["i = 0\ni += 1 while i < 7\ni", "7"],
    ["x = nil\nx ||= 3\nx&.succ", "4"],
    ["-7 / 2", "-4"],
    ["[[:a, :b, :a].uniq, [1, 2] | [2, 1, 3], [2, 1, 2] & [1, 2], [3, 1, 3].to_set]", "[[:a, :b], [1, 2, 3], [2, 1], [3, 1]]"],
    ["[3, 4, 5].group_by(&:odd?)", "{true=>[3, 5], false=>[4]}"],
    ["[:a, :b, :a].tally", "{:a=>2, :b=>1}"],
  ])("evaluates %s", async (text, expected) => {
    expect(await shown(text)).toBe(expected);
  });

  it("goes on behind what it cannot follow, and says where that was", async () => {
    const { value, stuck } = await run("a = Rows.count\nRows.delete_everything\nif a > 3\n  x = 1\nend\n7");
    expect(inspectValue(value)).toBe("7");
    expect(stuck).toEqual(["2: rows are not known", "3: which way it goes depends on what is not known: rows are not known"]);
  });

  it("is bounded in steps and in depth", async () => {
    await expect(run("loop_over = 1\nwhile true\n  loop_over += 1\nend")).rejects.toThrow("more than 5000 steps");
    await expect(run("def again(n) = again(n + 1)\nagain(0)")).rejects.toThrow("nested more than 40 deep");
  });

  it("tells a syntax error with its place", () => {
    expect(parse("x = 1\ndef (\n", "x.rb")).toMatchObject({ kind: "broken", problem: { location: { line: 2 } } });
  });
});

it("hands things out one by one and stops its program where nobody asks for more", async () => {
  const log: string[] = [];
  const things = produce<number>(async (emit) => {
    for (let n = 1; n < 5; n++) {
      log.push(`before ${n}`);
      await emit(n);
    }
  });
  for await (const n of things) {
    log.push(`got ${n}`);
    if (n === 2) break;
  }
  expect(log).toEqual(["before 1", "got 1", "before 2", "got 2"]);
});
