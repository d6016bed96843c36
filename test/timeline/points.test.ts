import { expect, test } from "vitest";
import { findPoint } from "../../src/timeline/points.ts";
import type { Plan, PlanMigration } from "../../src/model/plan.ts";

function migration(id: string, place: number, at: { readonly date: string | null; readonly version: string }): PlanMigration {
  const { date, version } = at;
  const understanding = { intent: "", pattern: "MIXED", optimization: "NONE", semantic_version: version, confidence: 1 } as const;
  return { id, name: id, date, folder: `${String(place).padStart(4, "0")}_${id.toLowerCase()}`, understanding } as unknown as PlanMigration;
}

/** V3 was written before V2 was merged; the repeatable one is run last, whatever its date. */
const plan: Pick<Plan, "migrations"> = {
  migrations: [
    migration("V1", 1, { date: "2021-03-01T10:00:00+01:00", version: "1.0.0" }),
    migration("V2", 2, { date: "2021-05-01T10:00:00Z", version: "1.1.0" }),
    migration("V3", 3, { date: "2021-04-01", version: "1.1.0" }),
    migration("V20", 4, { date: null, version: "2.0.0" }),
    migration("R__views", 5, { date: "2021-02-01", version: "2.0.1" }),
  ],
};

test.each([
  ["V2", 2],
  ["v20", 4],
  ["HEAD", 5],
  ["HEAD~2", 3],
  ["V2^", 1],
  ["V1~1", 0],
  ["empty", 0],
  ["1.1.0", 2],
  ["v2.0.1", 5],
  ["0003", 3],
  ["0004_v20", 4],
  ["2021-02-28", 0],
  ["2021-03-01", 1],
  ["2021-03-01T08:59:00Z", 0],
  ["2021-04-30", 1],
  ["2021-05-01", 5],
])("%s is the point behind %i migrations", (text, count) => {
  expect(findPoint(plan, text)).toMatchObject({ kind: "ok", value: { count, migration: plan.migrations[count - 1]?.id ?? null } });
});

test.each(["V4", "9.9.9", "V1~2", "2021-13-45", ""])("%s is no point, and the hint says what is", (text) => {
  expect(findPoint(plan, text)).toMatchObject({ kind: "failed", failures: [{ code: "unknown-point", hint: expect.stringMatching(/./) }] });
});
