import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { loadRunnable } from "../../src/apply/runnable.ts";
import { useConversion, valueOf } from "../support/target.ts";

/** Longer than a plan shows a statement. */
const body = Array.from({ length: 1_200 }, (_, line) => `  -- rule ${line}: kept\n`).join("");
const rules = (result: number): string =>
  `CREATE OR REPLACE FUNCTION rules() RETURNS integer LANGUAGE plpgsql AS $$\nBEGIN\n${body}  RETURN ${result};\nEND $$;\n`;
const conversion = useConversion({ "001_rules.sql": rules(1), "002_rules.sql": rules(2) });

test("a way back that is too long for the plan is checked to its end", async () => {
  const { root, plan, runnable } = conversion();
  const last = runnable.migrations.at(-1);
  expect(last?.down?.statements.some(({ sql }) => sql.length > 20_000)).toBe(true);
  expect(last?.plan.rollback.sql).toContainEqual(
    expect.stringMatching(/^CREATE OR REPLACE FUNCTION public\.rules[\s\S]{300,400} … -- \d+ bytes, SHA-256 [0-9a-f]{64}$/),
  );

  const file = join(dirname(plan), "migrations", last?.plan.folder ?? "", "down.sql");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace("RETURN 1;", "RETURN 7;"));
  const load = () => loadRunnable({ file: plan, cwd: root, roots: [], secrets: {} });
  expect(await load()).toMatchObject({
    kind: "failed",
    failures: [{ code: "files-changed", exitCode: 4, location: expect.stringMatching(/down\.sql$/) }],
  });
  writeFileSync(file, text);
  valueOf(await load());
});
