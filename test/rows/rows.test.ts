import { describe, expect, test } from "vitest";
import { composeRow, ROWS_PER_TABLE, together } from "../../src/rows/compose.ts";
import { compareDigests } from "../../src/rows/digest.ts";
import { readHints } from "../../src/rows/hints.ts";
import { namesColumn, type TableShape } from "../../src/rows/shape.ts";
import { readType, valueAt } from "../../src/rows/values.ts";

const value = (type: string, row: number): string | null => valueAt({ ...readType(type), labels: [] }, row);
const all = Array.from({ length: 12 }, (_, row) => row);

describe("values", () => {
  test("fit the length of their type and differ from row to row", () => {
    for (const length of [1, 2, 3, 11, 12, 80]) {
      const texts = all.map((row) => value(`character varying(${length})`, row) ?? "");
      expect(Math.max(...texts.map((text) => Array.from(text).length))).toBe(length);
      expect(new Set(texts).size).toBe(all.length);
    }
  });

  test("fill the precision of a number and no more", () => {
    expect(value("numeric(6,2)", 1)).toBe("9999.99");
    expect(value("numeric(2,2)", 1)).toBe("0.99");
    expect(value("smallint", 1)).toBe("32767");
  });

  test("are elements of arrays, labels of enums, and none of a type that is not known", () => {
    expect(value("text[]", 1)).toMatch(/^\{"w+","w+",NULL\}$/);
    expect(valueAt({ ...readType("app.mood"), labels: ["low", "high"] }, 3)).toBe("high");
    expect(value("app.unheard_of", 0)).toBeNull();
  });
});

test("what a migration compares with and sets is read from its text", () => {
  const hints = readHints(["update t set kind = 'b', n=5 where kind <> 'it''s' and state in ('x', 'y') and \"Name\" like 'A%'"]);
  expect(Object.fromEntries(hints)).toEqual({ kind: ["b", "it's"], n: ["5"], state: ["x", "y"], name: ["A"] });
});

test("a long literal is passed over, and what stands behind it is read", () => {
  const hints = readHints([
    `insert into files values ('\\x${"89abcdef".repeat(131_072)}'); update files set kind = 'b' where "size" in (1, 2)`,
  ]);
  expect(Object.fromEntries(hints)).toEqual({ kind: ["b"], size: ["1", "2"] });
});

test("a name is found in an expression as a whole", () => {
  expect(namesColumn("CHECK ((id > 0))", "id")).toBe(true);
  expect(namesColumn("CHECK ((paid > 0) AND (x.id2 = 'id'))", "id")).toBe(false);
  expect(namesColumn('CHECK (("Total" > 0))', "Total")).toBe(true);
});

const shape: TableShape = {
  identity: "public.t",
  columns: [
    { name: "id", type: { ...readType("integer"), labels: [] }, notNull: true, domainChecks: [] },
    { name: "note", type: { ...readType("text"), labels: [] }, notNull: false, domainChecks: [] },
  ],
  references: [],
  keys: [["id"]],
  checks: [],
  skipsConflicts: true,
  hasTriggers: false,
};

describe("rows", () => {
  const rows = Array.from({ length: ROWS_PER_TABLE }, (_, row) => composeRow({ shape, hints: new Map() }, row));

  test("of a table without CHECKs are one statement", () => {
    const sql = together(rows);
    expect(sql).toMatch(/^INSERT INTO public\.t \(id, note\) OVERRIDING SYSTEM VALUE VALUES \('1000001', 'pggit row 1'\), /);
    expect(sql).toMatch(/\('1000005', NULL\), \('1000006', 'pggit row 1'\) ON CONFLICT DO NOTHING$/);
  });

  test("that a CHECK asks something of are tried in several ways, the plain row in most", () => {
    const checked = { ...shape, checks: ["CHECK ((note = ANY (ARRAY['up'::text, 'down'::text])))"] };
    const [plain, other] = [0, 1].map((row) => composeRow({ shape: checked, hints: new Map() }, row));
    expect(plain?.[0]).toContain("'up'");
    expect(plain?.length).toBeGreaterThan(other?.length ?? 0);
    expect(together([plain ?? [], other ?? []])).toBeNull();
  });
});

describe("the comparison of rows", () => {
  const columns = ["a", "b"];
  const rows = (...list: readonly (readonly (string | null)[])[]) => ({ count: list.length, rows: list });

  test("does not care for their order and names the columns", () => {
    expect(compareDigests(rows(["1", "x"], ["2", null]), rows(["2", null], ["1", "x"]), columns)).toEqual({ kind: "equal", count: 2 });
    expect(compareDigests(rows(["1", "x"]), rows(["1", "y"]), columns)).toEqual({ kind: "values", columns: ["b"] });
    expect(compareDigests(rows(["1", "x"]), rows(), columns)).toEqual({ kind: "number", before: 1, after: 0 });
  });

  test("sees values that changed places", () => {
    expect(compareDigests(rows(["1", "x"], ["2", "y"]), rows(["1", "y"], ["2", "x"]), columns)).toEqual({ kind: "values", columns });
  });

  test("says where it cannot tell", () => {
    expect(compareDigests(null, rows(["1", "x"]), columns)).toEqual({ kind: "unknown" });
    expect(compareDigests({ count: 30_000 }, { count: 30_000 }, columns)).toEqual({ kind: "unknown" });
  });
});
