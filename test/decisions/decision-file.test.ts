import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decisionsChanged, fillDecisions, readDecisions } from "../../src/decisions/decision-file.ts";
import { temporaryProject, writeFiles } from "../support/project-files.ts";

const content = "a".repeat(64);
const written = `# Agreed on in the release meeting.
decisions:
  - id: V2-custom-code-1b7b # the import
    choice: edit
    by: Ann
    at: 2026-11-20
    sql: |
      CREATE TABLE legacy (id int);
  - id: V9-data-change-00ff
    migration: V9
    content: ${content}
    choice: keep
    by: Bob
    reason: ran everywhere
`;

async function read(text: string) {
  const root = temporaryProject({ "pggit/decisions.yaml": text });
  return { root, result: await readDecisions(join(root, "pggit"), root) };
}

describe("decisions.yaml", () => {
  test("is read with the line of each decision", async () => {
    const { result } = await read(written);
    expect(result).toMatchObject({
      kind: "ok",
      value: {
        path: "pggit/decisions.yaml",
        decisions: [
          { id: "V2-custom-code-1b7b", choice: "edit", sql: "CREATE TABLE legacy (id int);\n", at: "2026-11-20", content: null, line: 3 },
          { id: "V9-data-change-00ff", migration: "V9", content, choice: "keep", by: "Bob", reason: "ran everywhere", line: 9 },
        ],
      },
    });
  });

  test("that is not there, or holds nothing yet, has no decisions", async () => {
    const root = temporaryProject({ "empty/decisions.yaml": "decisions: []\n", "blank/decisions.yaml": "# later\n" });
    for (const folder of ["absent", "empty", "blank"])
      expect(await readDecisions(join(root, folder), root)).toMatchObject({ kind: "ok", value: { decisions: [] } });
  });

  test("is refused with every problem at its line", async () => {
    const { result } = await read(
      "decisions:\n  - id: V1-x\n    choice: keep\n  - id: V2-x\n    choise: keep\n    choice: keep\n    by: Ann\n    at: yesterday\n",
    );
    if (result.kind === "ok") throw new Error("it was read");
    expect(result.failures.map(({ message, location }) => [message.split(":")[0], location])).toEqual([
      ["decisions.0.by", { file: "pggit/decisions.yaml", line: 2 }],
      ["decisions.1.at", { file: "pggit/decisions.yaml", line: 8 }],
      ["decisions.1", { file: "pggit/decisions.yaml", line: 5 }],
    ]);
    expect(result.failures.every(({ exitCode }) => exitCode === 2)).toBe(true);
    expect((await read("decisions: [\n")).result).toMatchObject({ failures: [{ code: "invalid-decision" }] });
  });

  test("answers for differences of a database, each with a reason", async () => {
    const entry = "drift:\n  - object: public.hotfix_*\n    choice: CHOICE\n    by: Ann\n    reason: hot-fix\n";
    expect((await read(entry.replace("CHOICE", "ignore"))).result).toMatchObject({
      value: { decisions: [], drift: [{ object: "public.hotfix_*", choice: "ignore", by: "Ann", reason: "hot-fix", at: null }] },
    });
    expect((await read(entry.replace("CHOICE", "adopt"))).result).toMatchObject({ value: { drift: [{ choice: "adopt" }] } });
    expect((await read(entry.replace("CHOICE", "ignore").replace(/ *reason.*\n/, ""))).result).toMatchObject({
      failures: [{ message: expect.stringContaining("reason") }],
    });
  });

  test("that decides one question twice on the same content is refused", async () => {
    const { result } = await read(
      "decisions:\n  - { id: V1-x, choice: keep, by: Ann }\n  - { id: V2-x, choice: keep, by: Ann }\n  - { id: V1-x, choice: exclude, by: Bob }\n",
    );
    expect(result).toMatchObject({ failures: [{ location: { line: 4 }, message: expect.stringContaining("line 2") }] });
  });

  test("gets what it left out, and keeps comments and everything else", async () => {
    const { root, result } = await read(written);
    if (result.kind === "failed") throw new Error("it was refused");
    expect(fillDecisions(result.value, new Map())).toBe(written);
    const filled = fillDecisions(result.value, new Map([[0, { migration: "V2", content }]]));
    expect(filled).toBe(written.replace("      CREATE TABLE legacy (id int);\n", `$&    migration: V2\n    content: ${content}\n`));
    expect(await decisionsChanged(join(root, "pggit"), result.value)).toBe(false);
    writeFiles(root, { "pggit/decisions.yaml": `${written}# another thought\n` });
    expect(await decisionsChanged(join(root, "pggit"), result.value)).toBe(true);
  });
});
