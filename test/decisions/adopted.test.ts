import { join } from "node:path";
import { expect, test } from "vitest";
import { withAdopted, type RecordedAdoption } from "../../src/decisions/adopted.ts";
import { addAdoption, parseDecisions, readDecisions } from "../../src/decisions/decision-file.ts";
import type { History, Migration, Step } from "../../src/model/history.ts";
import { temporaryProject } from "../support/project-files.ts";

const migration = (id: string): Migration => ({
  kind: "migration",
  id,
  type: "versioned",
  version: id.slice(1),
  name: id,
  author: null,
  date: null,
  files: [{ path: `sql/${id}.sql`, role: "up", sha256: "0" }],
  checksum: null,
  transaction: "one",
  environment: null,
  assumptions: [],
  edgeCases: [],
  async *up() {},
});
const history = { kind: "history", tool: "flyway", migrations: ["V1", "V2", "V3"].map(migration) } as unknown as History;
const adoption = (id: string, after: string | null): RecordedAdoption => ({
  id,
  after,
  differences: ["column public.users.vip: type is text instead of bool", "index public.a is missing"],
  sql: "ALTER TABLE users ADD COLUMN vip boolean;\nSELECT 1;\n",
  rollback: "ALTER TABLE users DROP COLUMN vip;\n",
  reason: "hot-fix",
  by: "Ann",
  at: "2026-11-20T10:00:00.000Z",
  line: 7,
});

test("an adopted difference stands behind the migration that was the last then, in the order of the file", async () => {
  const path = "pggit/decisions.yaml";
  const found = withAdopted(history, {
    path,
    adopted: [adoption("adopted-a-1", "V2"), adoption("adopted-b-2", "V2"), adoption("adopted-c-3", null)],
  });
  if (found.kind === "failed") throw new Error(found.failures[0]?.message);
  expect(found.value.migrations.map(({ id }) => id)).toEqual(["adopted-c-3", "V1", "V2", "adopted-a-1", "adopted-b-2", "V3"]);
  const adopted = found.value.migrations[3];
  expect(adopted).toMatchObject({ name: "adopted: column public.users.vip and 1 more", author: "Ann", files: [] });
  const at = { rows: () => Promise.resolve([]) };
  const steps: Step[] = [];
  for await (const step of adopted?.up(at) ?? []) steps.push(step);
  expect(steps.map((step) => (step.kind === "statement" ? step.sql : ""))).toEqual([
    "ALTER TABLE users ADD COLUMN vip boolean",
    "SELECT 1",
  ]);

  expect(withAdopted(history, { path, adopted: [adoption("adopted-a-1", "V9"), adoption("V3", "V1")] })).toMatchObject({
    kind: "failed",
    failures: [
      { exitCode: 2, location: { file: path, line: 7 }, message: expect.stringContaining("V9") },
      { message: expect.stringContaining("another migration V3") },
    ],
  });
});

test("is written to the end of decisions.yaml, comments and all the rest as it was, and read back", async () => {
  const text = "# ours\ndrift:\n  - object: public.* # all of it\n    choice: adopt\n    reason: r\n    by: Ann\n";
  const { line: _line, ...one } = adoption("adopted-a-1", "V2");
  const added = addAdoption({ text }, one);
  expect(added.startsWith(`${text}adopted:\n  - id: adopted-a-1\n`)).toBe(true);
  expect(parseDecisions(added, "d.yaml")).toMatchObject({
    kind: "ok",
    value: { adopted: [{ ...one, line: 8 }], drift: [{ choice: "adopt" }] },
  });
  const again = addAdoption({ text: added }, { ...one, id: "adopted-b-2" });
  const root = temporaryProject({ "pggit/decisions.yaml": again });
  expect(await readDecisions(join(root, "pggit"), root)).toMatchObject({
    value: { adopted: [{ id: "adopted-a-1" }, { id: "adopted-b-2" }] },
  });
  for (const empty of [null, "# nothing yet\n", "decisions: []\n"])
    expect(parseDecisions(addAdoption({ text: empty }, one), "d.yaml")).toMatchObject({ value: { adopted: [one] } });
  expect(parseDecisions(added.replace("by: Ann\n    at", "by: ''\n    at"), "d.yaml")).toMatchObject({
    kind: "failed",
    failures: [{ location: { line: expect.any(Number) } }],
  });
});
