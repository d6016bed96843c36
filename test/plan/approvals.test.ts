import { expect, test } from "vitest";
import type { Plan } from "../../src/model/plan.ts";
import { approvePlan, missingApprovals, standingApprovals } from "../../src/plan/approvals.ts";

const at = "2026-11-20T10:00:00.000Z";
const plan = { contentId: "c1", decisionsId: "d1", approvals: [] } as unknown as Plan;
const two = { count: 2, roles: [] };

test("an approval counts for the content and the decisions that it was given for, and once a person", () => {
  const once = approvePlan(plan, { as: "Ann", role: null, at });
  const twice = approvePlan(once, { as: "ann ", role: "dba", at });
  expect(standingApprovals(twice)).toMatchObject([{ role: "dba" }]);
  expect(missingApprovals(plan, { count: 1, roles: [] })).toMatchObject({ exitCode: 4, code: "approvals-missing" });
  expect(missingApprovals(once, { count: 1, roles: [] })).toBeNull();
  expect(missingApprovals(twice, two)?.message).toContain("2 approvals, and has ann");
  expect(missingApprovals(approvePlan(twice, { as: "Bob", role: null, at }), two)).toBeNull();

  const changed = { ...approvePlan(twice, { as: "Bob", role: null, at }), decisionsId: "d2" };
  expect(missingApprovals(changed, two)?.message).toContain(
    "and has none. ann, Bob approved it before its content or its decisions changed",
  );
  expect(missingApprovals({ ...changed, decisionsId: "d1", contentId: "c2" }, two)).not.toBeNull();
  // Who approved an older state keeps standing in the plan, for those who look back.
  expect(approvePlan(changed, { as: "Bob", role: null, at }).approvals).toHaveLength(3);
});

test("roles that have to be among those who approved are asked for by name", () => {
  const required = { count: 0, roles: ["DBA", "lead"] };
  const byDba = approvePlan(plan, { as: "Ann", role: "dba", at });
  expect(missingApprovals(byDba, required)?.message).toContain("needs one by lead");
  expect(missingApprovals(approvePlan(byDba, { as: "Bob", role: "lead", at }), required)).toBeNull();
});
