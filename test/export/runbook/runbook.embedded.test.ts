import { beforeAll, describe, expect, test } from "vitest";
import { renderRunbook } from "../../../src/export/runbook/render-runbook.ts";
import type { RunbookTerms } from "../../../src/export/runbook/terms.ts";
import { loadParser } from "../../../src/sql/parser.ts";
import { useShadow } from "../../support/shadow.ts";
import { samplePlan } from "../sample-plan.ts";

const terms: RunbookTerms = {
  planName: "pggit/migration_plan_20261125.json",
  from: "V4",
  approach: "big-bang",
  downtimeMinutes: null,
  roles: {},
  date: null,
  measured: new Map(),
  lockTimeoutSeconds: 5,
  lockRetries: 5,
};

const write = (given: Partial<RunbookTerms> = {}): string => renderRunbook(samplePlan(), { ...terms, ...given });

/** The part of a section, by its title. */
function section(text: string, title: string): string {
  const [, after = ""] = text.split(new RegExp(String.raw`^## \d+\. ${title}$`, "m"));
  return after.split(/^## /m)[0] ?? "";
}

/** The queries of a section with the answers that they expect. */
function queries(text: string): readonly { readonly sql: string; readonly expected: string }[] {
  return [...text.matchAll(/Expected: (.+)\.\n\n```sql\n([\s\S]*?);\n```/g)].map(([, expected = "", sql = ""]) => ({ sql, expected }));
}

beforeAll(loadParser);

describe("what a runbook expects", () => {
  const shadow = useShadow();

  test("is what PostgreSQL answers, before the run and behind it; and a row in the way is found", async () => {
    const { session } = shadow();
    const plan = samplePlan();
    const run = async (ids: readonly string[]): Promise<void> => {
      for (const { id, up } of plan.migrations) if (ids.includes(id)) for (const { sql } of up) await session.run(sql);
    };
    const answers = async (title: string): Promise<readonly { sql: string; isExpected: boolean }[]> => {
      const found = [];
      for (const { sql, expected } of queries(section(write(), title)).filter(({ sql: text }) => !text.includes("pggit_migrate"))) {
        const [result] = await session.run(sql);
        const first = Object.values((await session.rows(sql))[0] ?? {})[0];
        found.push({ sql, isExpected: expected === "no row" ? result?.rows === 0 : String(first) === expected });
      }
      return found;
    };
    await run(["V1", "V2", "V3"]);
    const before = await answers("Before");
    expect(before.filter(({ isExpected }) => !isExpected)).toEqual([]);
    expect(before.map(({ sql }) => sql)).toContain("SELECT count(*) FROM public.loans WHERE due IS NULL");

    await session.run("INSERT INTO members VALUES (1, 'a@x', NULL), (2, 'a@x', NULL); INSERT INTO loans VALUES (1, 1, NULL)");
    const inTheWay = (await answers("Before")).filter(({ isExpected }) => !isExpected).map(({ sql }) => sql);
    expect(inTheWay).toEqual([
      "SELECT count(*) FROM public.loans WHERE due IS NULL",
      "SELECT email, count(*) FROM public.members WHERE num_nulls(email) = 0 GROUP BY email HAVING count(*) > 1",
    ]);

    await session.run("DELETE FROM loans; DELETE FROM members");
    await run(["V4", "V5", "V6", "V7"]);
    const after = await answers("Validation");
    expect(after.length).toBeGreaterThan(1);
    expect(after.filter(({ isExpected }) => !isExpected)).toEqual([]);
  });
});

describe("a runbook", () => {
  test("lists what runs with locks, and calls unknown what nobody measured", () => {
    const steps = section(write(), "Steps");
    expect(steps).toContain("| 1 | `V4` |");
    expect(steps).not.toContain("`V3`");
    expect(steps).toContain("| ACCESS EXCLUSIVE | unknown: grows with the rows of public.loans |");
    expect(steps).toContain("| ACCESS EXCLUSIVE | not measured; does not depend on rows |");
    const measured = section(write({ measured: new Map([["V4", { seconds: 75, rows: 1200 }]]) }), "Steps");
    expect(measured).toContain("1 min 15 s in the rehearsal (1,200 rows)");
    expect(measured).toContain("1 of 4 steps took 1 min 15 s in the rehearsal; the others are unknown.");
    expect(section(write({ measured: new Map([["V4", { seconds: 119.7, rows: 0 }]]) }), "Steps")).toContain("2 min 0 s in the rehearsal");
  });

  test("chooses between a window and an order without one by the downtime that is allowed", () => {
    expect(section(write(), "Steps")).toContain("was not said");
    const none = section(write({ downtimeMinutes: 0 }), "Steps");
    expect(none).toContain("may not be away at all");
    expect(none).toContain(
      "ALTER TABLE public.loans ADD CONSTRAINT loans_due_not_null CHECK (due IS NOT NULL) NOT VALID;\nALTER TABLE public.loans VALIDATE CONSTRAINT",
    );
    expect(none).toContain("For `V6` no such order is known: they need a window.");
    const all = new Map(["V4", "V5", "V6", "V7"].map((id) => [id, { seconds: 90, rows: 0 }]));
    expect(section(write({ downtimeMinutes: 10, measured: all }), "Steps")).toContain("took 6 min 0 s: the steps fit into a window");
    expect(section(write({ downtimeMinutes: 5, measured: all }), "Steps")).toContain("do not fit");
  });

  test("says how far back leads, and what goes", () => {
    const rollback = section(write(), "Rollback");
    expect(rollback).toContain("As a whole: pggit goes back to `V6` and stops there (exit code 4): its author said so.");
    expect(rollback).toContain(
      '| proven-lossy | `pggit rollback --database "$DATABASE_URL" --to V4` | values of the dropped column (public.members: phone) |',
    );
    expect(rollback).toContain("`SELECT 1 FROM public.loans WHERE due IS NULL → no row`");
    expect(section(write(), "Before")).toContain(`pg_dump "$DATABASE_URL" --format=custom --table=public.members`);
  });

  test("knows who reads the tables and what looks personal", () => {
    const before = section(write(), "Before");
    expect(before).toContain("| `public.loans` | `public.overdue` | view |");
    expect(before).toContain("| `public.members` | `public.loans` | foreign key (member\\_id) |");
    expect(before).toContain("| `public.members.email` | e-mail address |");
    expect(before).toContain("| `public.members.date_of_birth` | date of birth |");
    expect(before).not.toContain("public.loans.due`");
  });

  test("has dates where the night is fixed, names where they are given, phases where they are wanted", () => {
    const text = write({ date: "2026-12-31", roles: { executes: "Ann | Bo" }, approach: "phased" });
    expect(section(text, "Timeline")).toContain("| 2026-12-24 (7 days before) |");
    expect(section(text, "Timeline")).toContain("| 2027-01-07 (7 days after) |");
    expect(section(text, "Sign-off")).toContain(String.raw`| executes | Ann \| Bo |`);
    expect(section(text, "Steps")).toContain("### Approach: phased");
  });

  test("shows what users wrote as text", () => {
    const all = write({ from: null });
    expect(all).toContain("No first migration was named");
    const outsideOfCode = all.replaceAll(/(`+)[^`][\s\S]*?\1(?!`)/g, "");
    expect(outsideOfCode).toContain(String.raw`\<img src=x`);
    expect(outsideOfCode).not.toMatch(/(?<!\\)<(?:img|script|!--(?! pggit runbook -->))/);
  });
});
