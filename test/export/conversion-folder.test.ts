import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeConversion } from "../../src/export/conversion-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pggit-out-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const files = (up: string) =>
  new Map([
    ["migrations/0001_a/up.sql", `-- pggit: migration V1\n${up}`],
    ["schema.sql", up],
    ["migration_plan_20260101.json", "{}\n"],
  ]);

test("writes into a folder that does not exist yet, and leaves nothing else behind", async () => {
  const out = join(folder, "deep", "pggit");
  expect(await writeConversion(out, files("SELECT 1;"))).toEqual({ kind: "ok", value: null });
  expect(readdirSync(out).sort()).toEqual(["migration_plan_20260101.json", "migrations", "schema.sql"]);
});

test("replaces its own migrations whole and keeps what people put beside them", async () => {
  await writeConversion(folder, files("SELECT 1;"));
  writeFileSync(join(folder, "decisions.yaml"), "decisions: [mine]\n");
  const next = new Map([
    ["migrations/0001_b/up.sql", "-- pggit: migration V1\n"],
    ["schema.sql", "SELECT 2;"],
  ]);
  expect((await writeConversion(folder, next)).kind).toBe("ok");
  expect(readdirSync(join(folder, "migrations"))).toEqual(["0001_b"]);
  expect(readFileSync(join(folder, "schema.sql"), "utf8")).toBe("SELECT 2;");
  expect(readFileSync(join(folder, "decisions.yaml"), "utf8")).toBe("decisions: [mine]\n");
});

test("refuses to replace migrations that it did not write", async () => {
  mkdirSync(join(folder, "migrations", "0001_mine"), { recursive: true });
  writeFileSync(join(folder, "migrations", "0001_mine", "up.sql"), "CREATE TABLE precious ();");
  const result = await writeConversion(folder, files("SELECT 1;"));
  expect(result).toMatchObject({ kind: "failed", failures: [{ code: "output-not-ours", exitCode: 4 }] });
  expect(readdirSync(folder)).toEqual(["migrations"]);
});

test("says why it cannot write, and leaves nothing half-written", async () => {
  writeFileSync(join(folder, "taken"), "a file");
  const result = await writeConversion(join(folder, "taken"), files("SELECT 1;"));
  expect(result).toMatchObject({ kind: "failed" });
  expect(readFileSync(join(folder, "taken"), "utf8")).toBe("a file");
});
