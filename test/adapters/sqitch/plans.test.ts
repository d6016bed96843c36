import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readPlan } from "../../../adapters/sqitch/plan/read-plan.ts";

interface RecordedPlan {
  readonly plan: string;
  readonly error?: string;
  readonly changes?: readonly (readonly [id: string, name: string, tags: readonly (readonly [id: string, name: string])[]])[];
}

const recorded = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../../../fixtures/sqitch/recorded/plans.json"), "utf8"),
) as readonly RecordedPlan[];

const read = (text: string) => readPlan({ path: "sqitch.plan", text });

describe("plans as Sqitch 1.3.1 read them", () => {
  test("every plan that it took has the same changes, tags and ids", () => {
    const accepted = recorded.filter(({ changes }) => changes !== undefined);
    expect(accepted.length).toBeGreaterThan(80);
    for (const { plan, changes } of accepted) {
      const result = read(plan);
      const found =
        result.kind === "failed"
          ? result.failures
          : result.value.changes.map(({ id, name, tags }) => [id, name, tags.map((tag) => [tag.id, tag.name])]);
      expect({ plan, found }).toEqual({ plan, found: changes });
    }
  });

  test("every plan that it refused is refused, in the line that it names", () => {
    const refused = recorded.filter(({ error }) => error !== undefined);
    expect(refused.length).toBeGreaterThan(80);
    for (const { plan, error } of refused) {
      const result = read(plan);
      const named = /sqitch\.plan at line (\d+)/.exec(error ?? "")?.[1];
      const lines =
        result.kind === "failed" ? result.failures.map(({ location }) => (typeof location === "object" ? location?.line : 0)) : [];
      const namesIt = named === undefined || lines.includes(Number(named));
      expect({ plan, error, refused: result.kind === "failed", lines, namesIt }).toEqual({
        plan,
        error,
        refused: true,
        lines,
        namesIt: true,
      });
    }
  });
});
