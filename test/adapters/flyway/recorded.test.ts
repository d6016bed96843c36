import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { flywayChecksum } from "../../../adapters/flyway/checksum.ts";
import { replacePlaceholders, withoutReplacement } from "../../../adapters/flyway/placeholders.ts";
import { splitScript } from "../../../adapters/flyway/splitter.ts";
import { idsOf, readOk, stepsOf } from "./project.ts";

interface SplitterCase {
  readonly text: string;
  readonly placeholders: Readonly<Record<string, string>> | null;
  readonly checksum: number;
  readonly statements: readonly { readonly line: number; readonly sql: string; readonly tx: boolean; readonly copy?: string }[];
}

interface Run {
  readonly history: readonly {
    readonly version: string | null;
    readonly description: string;
    readonly script: string;
    readonly checksum: number;
  }[];
  readonly trace: readonly string[];
}

const fixtures = resolve(import.meta.dirname, "../../../fixtures/flyway");
const readJson = (path: string): unknown => JSON.parse(readFileSync(resolve(fixtures, path), "utf8"));

/** Flyway keeps comments around a statement and drops parentheses before it. */
const bare = (sql: string): string => sql.replace(/^[()\s\u00A0]+/, "").trim();

describe("what Flyway 9.22.3 did", () => {
  const cases = readJson("recorded/splitter.json") as readonly SplitterCase[];

  it("cuts every recorded script into the same statements", () => {
    expect(cases.length).toBeGreaterThan(200);
    for (const { text, placeholders, statements } of cases) {
      const values = new Map(Object.entries(placeholders ?? {}).map(([key, value]) => [key.toLowerCase(), value]));
      const replaced = placeholders === null ? withoutReplacement(text) : replacePlaceholders(text, { prefix: "${", suffix: "}", values });
      const split = splitScript(replaced.text);
      const found = split.statements.map((statement) => [statement.transactional, statement.data]);
      expect({ text, problems: split.problems, found }).toEqual({
        text,
        problems: [],
        found: statements.map((statement) => [statement.tx, statement.copy ?? null]),
      });
      for (const [index, statement] of split.statements.entries()) expect(statements[index]?.sql).toContain(bare(statement.sql));
    }
  });

  it("gives every recorded script the same checksum", () => {
    expect(cases.map(({ text }) => flywayChecksum(text))).toEqual(cases.map(({ checksum }) => String(checksum)));
  });

  it("runs the files of a folder with every rule of names in the same order", async () => {
    const run = readJson("order/recorded.json") as Run;
    const history = await readOk(resolve(fixtures, "order"));
    const trace: string[] = [];
    for (const migration of history.migrations) {
      for (const step of await stepsOf(migration)) trace.push(/'([^']+)'/.exec(step.kind === "custom-code" ? "" : step.sql)?.[1] ?? "");
    }
    expect(trace).toEqual(run.trace);
    const stored = history.migrations.filter((migration) => migration.type !== "callback");
    expect(stored.map((migration) => [migration.version, migration.checksum])).toEqual(
      run.history.map((row) => [row.version, String(row.checksum)]),
    );
    expect(stored.map((migration) => migration.files[0]?.path)).toEqual(run.history.map((row) => `sql/${row.script}`));
    expect(idsOf(history).slice(0, 6)).toEqual(["beforeValidate", "afterValidate", "createSchema", "beforeMigrate", "V1", "V1.1"]);
  });

  it("reports the files that Flyway passed over in silence", async () => {
    const history = await readOk(resolve(fixtures, "order"));
    const places = history.findings.map((finding) => [finding.code, finding.location?.file]);
    expect(places).toEqual([
      ["ignored-file", "sql/R1__with_version.sql"],
      ["ignored-file", "sql/V6_single.sql"],
      ["ignored-file", "sql/v5__lower.sql"],
      ["callback-not-run", "sql/afterMigrateError.sql"],
      ["callback-not-run", "sql/beforeClean.sql"],
    ]);
  });
});
