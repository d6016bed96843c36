import { describe, expect, test } from "vitest";
import { useShadow } from "../support/shadow.ts";
import { ROW_CASES } from "./row-cases.ts";
import { useWorkbench } from "./workbench.ts";

const bench = useWorkbench(useShadow(), "rows");

describe("a verdict with rows in the tables", () => {
  for (const { name, setup, up, down, status, origin, loses, check } of ROW_CASES) {
    test(`${status}: ${name}`, async () => {
      const { rollback } = await bench.prove([...(setup === "" ? [] : [{ up: setup }]), { up, ...(down === undefined ? {} : { down }) }]);
      const lost = rollback.upLoses
        .filter(({ what }) => !what.startsWith("column order"))
        .map(({ table, columns }) => (columns.length === 0 ? (table ?? "") : `${table}: ${columns.join(", ")}`));
      const wanted = { status, ...(origin === undefined ? {} : { origin }), ...(loses === undefined ? {} : { lost: loses }) };
      expect({ ...rollback, lost }).toMatchObject(wanted);
      expect(rollback.check ?? "").toContain(check ?? "");
    });
  }

  test("names the tables that there was no room for", async () => {
    const tables = Array.from({ length: 62 }, (_, at) => `t${at}`);
    const { rollback } = await bench.prove([
      { up: tables.map((table) => `create table ${table} (a int)`).join(";\n") },
      { up: tables.map((table) => `alter table ${table} add b int`).join(";\n") },
    ]);
    const [proof] = rollback.proofs;
    expect(proof?.generated?.tables).toHaveLength(60);
    const left = tables.map((table) => `public.${table}`).filter((table) => proof?.generated?.tables.includes(table) !== true);
    expect(proof?.notCovered).toEqual([`no room for rows in ${left.join(", ")}`]);
  });

  test("covers every status, by sixty migrations at least", () => {
    expect(new Set(ROW_CASES.map(({ status }) => status)).size).toBe(5);
    expect(ROW_CASES.length).toBeGreaterThanOrEqual(60);
  });
});
