import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resolveRequest } from "../../src/configuration/resolve-request.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pggit-config-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const settings = (text: string): void => writeFileSync(join(folder, "pggit.yaml"), text);

describe("what wins", () => {
  test("without any of them, the defaults", async () => {
    const result = await resolveRequest(".", {}, { cwd: folder, env: {} });
    expect(result).toMatchObject({
      kind: "ok",
      value: { root: folder, source: null, out: "pggit", shadow: { url: null, statementTimeoutMs: 300_000 } },
    });
  });

  test("flags before environment before file; named values are merged", async () => {
    settings("source: sql\nout: from-file\nplaceholders: { a: file, b: 2 }\nshadow: { url: postgres://file/x }\n");
    const env = { PGGIT_OUT: "from-env", PGGIT_SHADOW_URL: "postgres://env/x" };
    const result = await resolveRequest(".", { out: "from-flag", placeholder: { a: "flag" } }, { cwd: folder, env });
    expect(result).toMatchObject({
      kind: "ok",
      value: { source: "sql", out: "from-flag", placeholders: { a: "flag", b: "2" }, shadow: { url: "postgres://env/x" } },
    });
  });
});

describe("what is wrong in the file is said with its line, all at once", () => {
  test("unknown keys and wrong types", async () => {
    settings("source: oracle\nout: pggit\nlocatoin: db\n");
    const result = await resolveRequest(".", {}, { cwd: folder, env: {} });
    expect(result).toMatchObject({ kind: "failed" });
    if (result.kind !== "failed") return;
    expect(result.failures.map(({ location, exitCode }) => ({ location, exitCode }))).toEqual([
      { location: { file: "pggit.yaml", line: 1 }, exitCode: 2 },
      { location: { file: "pggit.yaml", line: 3 }, exitCode: 2 },
    ]);
  });

  test("no YAML at all", async () => {
    settings("out: [pggit\n");
    expect(await resolveRequest(".", {}, { cwd: folder, env: {} })).toMatchObject({
      kind: "failed",
      failures: [{ code: "invalid-settings" }],
    });
  });

  test("a named file that is not there", async () => {
    const result = await resolveRequest(".", { config: "other.yaml" }, { cwd: folder, env: {} });
    expect(result).toMatchObject({ kind: "failed", failures: [{ location: { file: "other.yaml" }, exitCode: 2 }] });
  });

  test("a time-out that is no number", async () => {
    expect(await resolveRequest(".", {}, { cwd: folder, env: { PGGIT_STATEMENT_TIMEOUT: "soon" } })).toMatchObject({ kind: "failed" });
  });
});
