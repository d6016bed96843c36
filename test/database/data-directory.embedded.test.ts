import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readDataDirectory } from "../../src/database/data-directory.ts";

const folder = mkdtempSync(join(tmpdir(), "pggit-data-directory-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a data directory that was not prepared is not there", async () => {
  expect(await readDataDirectory(join(folder, "none.tar.gz"))).toBeNull();
});

test("a damaged data directory is noticed and made anew, whole or not at all", async () => {
  const file = join(folder, "damaged.tar.gz");
  writeFileSync(file, "no gzip at all");
  const made = await readDataDirectory(file);
  expect(readdirSync(folder)).toEqual(["damaged.tar.gz"]);
  const read = await readDataDirectory(file);
  // Not by toEqual, which takes minutes for 30 MB.
  expect(Buffer.compare(read ?? Buffer.alloc(0), made ?? Buffer.alloc(0))).toBe(0);
  const list = execFileSync("tar", ["tzf", file], { encoding: "utf8" });
  expect(list).toContain("PG_VERSION");
});
