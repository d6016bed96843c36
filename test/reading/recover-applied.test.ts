import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { flywayChecksum } from "../../adapters/flyway/checksum.ts";
import { flyway } from "../../adapters/flyway/index.ts";
import { schemaHistory } from "../../adapters/flyway/schema-history/index.ts";
import { readRows } from "../../adapters/flyway/schema-history/walk.ts";
import { matchApplied } from "../../src/analysis/match-applied.ts";
import type { History } from "../../src/model/history.ts";
import { readHistory } from "../../src/reading/read-history.ts";
import { recoverApplied } from "../../src/reading/recover-applied.ts";
import { readOptions } from "../../scripts/conformance/cases.js";
import { writeFiles } from "../support/project-files.ts";

let repository: string;
let root: string;
beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), "pggit-recover-"));
  // The project is a part of its repository, as in many.
  root = join(repository, "services", "shop");
});
afterEach(() => rmSync(repository, { recursive: true, force: true }));

const git = (...command: readonly string[]): void => {
  const who = {
    GIT_AUTHOR_NAME: "Ann",
    GIT_AUTHOR_EMAIL: "ann@example.org",
    GIT_COMMITTER_NAME: "Ann",
    GIT_COMMITTER_EMAIL: "ann@example.org",
  };
  execFileSync("git", command, {
    cwd: repository,
    env: { ...process.env, ...who, GIT_AUTHOR_DATE: "2022-03-04T05:06:07Z" },
    stdio: "pipe",
  });
};
const write = (files: Readonly<Record<string, string>>): void => writeFiles(join(root, "sql"), files);
const commit = (files: Readonly<Record<string, string>>, message: string): void => {
  write(files);
  git("add", "-A");
  git("commit", "-qm", message);
};
const read = async (contents?: ReadonlyMap<string, Uint8Array>): Promise<History> => {
  const options = readOptions(root, { locations: ["filesystem:sql"], ...(contents === undefined ? {} : { contents }) });
  const history = await readHistory(flyway, options);
  if (history.kind === "failed") throw new Error(history.failures.map(({ message }) => message).join("\n"));
  return history.value;
};
const applied = (files: Readonly<Record<string, string>>): Parameters<typeof readRows>[1] =>
  Object.entries(files).map(([script, text], index) => ({
    rank: index + 1,
    version: /V(\d+)__/.exec(script)?.[1] ?? null,
    description: "x",
    type: "SQL",
    script,
    checksum: Number(flywayChecksum(text)),
    installedBy: "deploy",
    installedOn: "2022-05-06T10:00:00.000000Z",
    executionMs: 3,
    success: true,
  }));
const statements = async (history: History): Promise<readonly string[]> => {
  const all: string[] = [];
  for (const migration of history.migrations) {
    for await (const step of migration.up({ rows: () => Promise.reject(new Error("SQL files ask nothing")) })) {
      all.push(`${migration.id} ${step.kind === "custom-code" ? "" : step.sql}`);
    }
  }
  return all;
};

const original = {
  "V1__users.sql": "CREATE TABLE users (id integer);\n",
  "V2__names.sql": "ALTER TABLE users ADD COLUMN name text;\r\n",
  "old/V3__odd[1]*name.sql": "CREATE TABLE odd (id integer);\n",
  "V4__never_committed.sql": "CREATE TABLE lost (id integer);\n",
};

test("takes what was run from git: the edited file as it was, and the file that is gone", async () => {
  const { "V4__never_committed.sql": _lost, ...committed } = original;
  git("init", "-q", "-b", "main");
  commit(committed, "schema");
  commit({ "V2__names.sql": "ALTER TABLE users ADD COLUMN name varchar(10);\n" }, "first edit");
  git("rm", "-q", "services/shop/sql/old/V3__odd[1]*name.sql");
  commit({ "V2__names.sql": "ALTER TABLE users ADD COLUMN name varchar(50);\n" }, "second edit");

  const now = await read();
  const match = matchApplied(now, readRows("public.flyway_schema_history", applied(original), now.migrations));
  expect(match.changed.map(({ migration }) => migration.id)).toEqual(["V2"]);
  expect(match.missing.map(({ script }) => script)).toEqual(["old/V3__odd[1]*name.sql", "V4__never_committed.sql"]);

  const recovered = await recoverApplied(root, match, schemaHistory);
  expect(recovered.map(({ path, content }) => [path, Buffer.from(content).toString()])).toEqual([
    ["sql/V2__names.sql", original["V2__names.sql"]],
    ["sql/old/V3__odd[1]*name.sql", original["old/V3__odd[1]*name.sql"]],
  ]);
  expect(recovered.map(({ question: { migration, draft } }) => [migration, draft.kind, draft.risk, draft.source?.location])).toEqual([
    ["V2", "history-mismatch", "MEDIUM", { file: "sql/V2__names.sql", line: 1 }],
    [null, "history-mismatch", "MEDIUM", { file: "sql/old/V3__odd[1]*name.sql", line: 1 }],
  ]);
  expect(recovered[0]?.question.draft.evidence[0]?.statement).toMatch(
    /^sql\/V2__names\.sql in commit [0-9a-f]{12} \(2022-03-04, Ann <ann@example\.org>\) has the checksum that the database has$/,
  );

  const then = await read(new Map(recovered.map(({ path, content }) => [path, content])));
  expect(await statements(then)).toEqual([
    "V1 CREATE TABLE users (id integer)",
    "V2 ALTER TABLE users ADD COLUMN name text",
    "V3 CREATE TABLE odd (id integer)",
  ]);
  const again = matchApplied(then, readRows("public.flyway_schema_history", applied(committed), then.migrations));
  expect(again).toMatchObject({ applied: ["V1", "V2", "V3"], pending: [], changed: [], missing: [], questions: [] });
});

test("finds a file that only another branch ever had", async () => {
  git("init", "-q", "-b", "main");
  commit({ "V1__users.sql": original["V1__users.sql"] }, "schema");
  git("checkout", "-qb", "hotfix");
  commit({ "V2__names.sql": original["V2__names.sql"] }, "hotfix");
  git("checkout", "-q", "main");
  const now = await read();
  const rows = applied({ "V1__users.sql": original["V1__users.sql"], "V2__names.sql": original["V2__names.sql"] });
  const recovered = await recoverApplied(root, matchApplied(now, readRows("t", rows, now.migrations)), schemaHistory);
  expect(recovered.map(({ path }) => path)).toEqual(["sql/V2__names.sql"]);
});

test("without a repository nothing is found, and nothing fails", async () => {
  write({ "V1__users.sql": "CREATE TABLE users (id bigint);\n" });
  const now = await read();
  const match = matchApplied(now, readRows("t", applied(original), now.migrations));
  expect(match.changed.length + match.missing.length).toBe(4);
  expect(await recoverApplied(root, match, schemaHistory)).toEqual([]);
});
