import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

interface Row {
  readonly rule: string;
  /** `path#text`: what a file has that holds the rule. */
  readonly holders: readonly string[];
}

/** The rows of the table under "Rules" in a page of docs/. */
function rowsOf(page: string): readonly Row[] {
  const text = readFileSync(join(root, "docs", page), "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith("Rules")) ?? "";
  return [...section.matchAll(/^\| (.+) \| (.+) \|$/gm)]
    .map(([, rule = "", holders = ""]) => ({ rule, holders: [...holders.matchAll(/`([^`]+)`/g)].map(([, holder = ""]) => holder) }))
    .filter(({ rule }) => rule !== "rule");
}

/** What a page says holds a rule, and does not: a file that is not there, or one without that text. */
function brokenHolders(tool: string, rows: readonly Row[]): readonly string[] {
  const bases = [`fixtures/${tool}`, `test/adapters/${tool}`, "test"];
  return rows.flatMap(({ rule, holders }) => {
    if (holders.length === 0) return [`${rule}: nothing holds it`];
    return holders.flatMap((holder) => {
      const [path = "", ...rest] = holder.split("#");
      const found = bases.map((base) => join(root, base, path)).find((file) => existsSync(file));
      if (found === undefined) return [`${rule}: there is no ${path}`];
      return readFileSync(found, "utf8").includes(rest.join("#")) ? [] : [`${rule}: ${path} has no ${rest.join("#")}`];
    });
  });
}

describe.each([
  ["liquibase", 60],
  ["sqitch", 40],
  ["alembic", 20],
])("docs/%s.md: every rule", (tool, least) => {
  const rows = rowsOf(`${tool}.md`);

  it("names what holds it, and that is there", () => {
    expect(rows.length).toBeGreaterThanOrEqual(least);
    expect(brokenHolders(tool, rows)).toEqual([]);
  });

  it("and every history that the tool itself has run holds one", () => {
    const cases = readdirSync(join(root, "fixtures", tool)).filter((name) => name.endsWith(".conformance.json"));
    const held = rows.flatMap(({ holders }) => holders);
    const idle = cases
      .map((name) => name.replace(".conformance.json", "/"))
      .filter((folder) => !held.some((holder) => holder.startsWith(folder)));
    expect(idle).toEqual([]);
  });
});
