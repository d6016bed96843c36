import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { dateFromName } from "../../src/provenance/date-from-name.ts";
import { readGitProvenance } from "../../src/provenance/git.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "pggit-git-"));
  folders.push(path);
  return path;
}

describe("dateFromName", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["db/20240115_add.sql", "2024-01-15"],
    ["20240115103000_add.up.sql", "2024-01-15T10:30:00Z"],
    ["20240115103000123_add.sql", "2024-01-15T10:30:00Z"],
    ["202401151030_add.sql", "2024-01-15T10:30:00Z"],
    ["2024-01-15-103000_add/up.sql", "2024-01-15T10:30:00Z"],
    ["2024-01-15_add.sql", "2024-01-15"],
    ["V2024.01.15.1__add.sql", "2024-01-15"],
    ["V20240115.1030__add.sql", "2024-01-15T10:30:00Z"],
    ["migrations/20240115103000_init/migration.sql", "2024-01-15T10:30:00Z"],
    ["1705312200000_add.sql", "2024-01-15T09:50:00Z"],
    ["1705312200_add.sql", "2024-01-15T09:50:00Z"],
    ["20240230_no_such_day.sql", null],
    ["20241301_no_such_month.sql", null],
    ["00010203_number.sql", null],
    ["001_add.sql", null],
    ["V2__add.sql", null],
    ["98765432_add.sql", null],
    ["schema.sql", null],
  ];
  test.each(cases)("%s is of %s", (name, expected) => {
    expect(dateFromName(name)).toBe(expected);
  });
});

describe("readGitProvenance", () => {
  const git = (root: string, author: string, ...command: readonly string[]): void => {
    const [name = "", day = ""] = author.split("@");
    const env = {
      ...process.env,
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: `${name.toLowerCase()}@example.org`,
      GIT_AUTHOR_DATE: `${day}T12:00:00+02:00`,
      GIT_COMMITTER_NAME: "C",
      GIT_COMMITTER_EMAIL: "c@example.org",
      GIT_COMMITTER_DATE: `${day}T12:00:00+02:00`,
    };
    execFileSync("git", ["-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false", ...command], { cwd: root, env, stdio: "pipe" });
  };
  const write = (root: string, path: string, content: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const lines = (word: string): string => Array.from({ length: 20 }, (_, at) => `CREATE TABLE ${word}_${at} (id int);`).join("\n");

  function repository(): string {
    const root = folder();
    git(root, "A@2020-01-01", "init", "-q");
    write(root, "app/db/old name/001 ä.sql", lines("a"));
    write(root, "app/db/002.sql", lines("b"));
    git(root, "Ann@2020-01-01", "add", ".");
    git(root, "Ann@2020-01-01", "commit", "-qm", "first");
    write(root, "app/db/002.sql", `${lines("b")}\n-- changed`);
    git(root, "Bob@2020-02-01", "commit", "-qam", "change");
    git(root, "Bob@2020-03-01", "mv", "app/db/old name", "app/db/new");
    write(root, "app/db/new/001 ä.sql", `${lines("a")}\n-- touched while moving`);
    git(root, "Bob@2020-03-01", "commit", "-qam", "move");
    git(root, "Bob@2020-03-02", "checkout", "-qb", "side");
    write(root, "app/db/003.sql", "SELECT 3");
    git(root, "Cid@2020-03-03", "add", ".");
    git(root, "Cid@2020-03-03", "commit", "-qm", "side");
    git(root, "Bob@2020-03-04", "checkout", "-q", "main");
    write(root, "app/db/other.sql", "SELECT 9");
    git(root, "Bob@2020-03-04", "add", ".");
    git(root, "Bob@2020-03-04", "commit", "-qm", "main goes on");
    git(root, "Dan@2020-03-05", "merge", "-q", "--no-ff", "--no-commit", "side");
    write(root, "app/db/004.sql", "SELECT 4");
    git(root, "Dan@2020-03-05", "add", ".");
    git(root, "Dan@2020-03-05", "commit", "-qm", "merge");
    write(root, "app/db/005.sql", "never committed");
    return root;
  }

  const files = ["db/new/001 ä.sql", "db/002.sql", "db/003.sql", "db/004.sql", "db/005.sql"];

  test("the commit that brought each file: over renames, changes, branches and merges, from a folder inside the repository", async () => {
    const history = await readGitProvenance(join(repository(), "app"), files);
    expect(files.map((path) => [path, history.files.get(path)?.author, history.files.get(path)?.date])).toEqual([
      ["db/new/001 ä.sql", "Ann <ann@example.org>", "2020-01-01T12:00:00+02:00"],
      ["db/002.sql", "Ann <ann@example.org>", "2020-01-01T12:00:00+02:00"],
      ["db/003.sql", "Cid <cid@example.org>", "2020-03-03T12:00:00+02:00"],
      ["db/004.sql", "Dan <dan@example.org>", "2020-03-05T12:00:00+02:00"],
      ["db/005.sql", undefined, undefined],
    ]);
    expect(history.findings).toEqual([]);
  });

  test("a shallow clone says so", async () => {
    const clone = join(folder(), "clone");
    execFileSync("git", ["clone", "-q", "--depth", "1", `file://${repository()}`, clone], { stdio: "pipe" });
    const history = await readGitProvenance(join(clone, "app"), ["db/002.sql"]);
    expect(history.findings.map((finding) => finding.code)).toEqual(["shallow-clone"]);
    expect(history.files.get("db/002.sql")?.author).toBe("Dan <dan@example.org>");
  });

  test("no repository, an empty one, no files: nothing is known, nothing fails", async () => {
    const empty = folder();
    git(empty, "A@2020-01-01", "init", "-q");
    expect((await readGitProvenance(folder(), ["a.sql"])).files.size).toBe(0);
    expect((await readGitProvenance(empty, ["a.sql"])).files.size).toBe(0);
    expect((await readGitProvenance(empty, [])).files.size).toBe(0);
  });
});
