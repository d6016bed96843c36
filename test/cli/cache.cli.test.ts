import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram, useProjects, type TemporaryProject } from "../support/program.ts";

const newProject = useProjects();

/** More than one entry of the cache holds. */
const MIGRATIONS = 70;
const FAILING = 67;
const EDITED = 68;

const odd: Readonly<Record<number, string>> = {
  1: "CREATE TABLE ledger (id serial PRIMARY KEY, booked date);\n",
  2: "CREATE TABLE note (id int PRIMARY KEY, ledger_id int REFERENCES ledger (id));\n",
  10: "GRANT SELECT ON ledger TO auditor;\n",
  20: "ALTER TABLE note RENAME TO remark;\n",
  30: "INSERT INTO ledger (booked) VALUES ('2021-03-01'), ('2021-04-01');\nUPDATE ledger SET booked = booked + 1;\n",
  66: "DROP TABLE remark;\nCREATE TABLE remark (id uuid PRIMARY KEY);\n",
  [FAILING]: "ALTER TABLE nowhere ADD COLUMN x int;\n",
};

/** A history that grows a table by a column a month, with what makes a cache fall over: a role that nobody made, a rename, rows, a statement that fails. */
const history = Object.fromEntries([
  ["flyway.conf", "flyway.locations=filesystem:sql\n"],
  ...Array.from({ length: MIGRATIONS }, (_, index) => [
    `sql/V${index + 1}__step_${index + 1}.sql`,
    odd[index + 1] ?? `ALTER TABLE ledger ADD COLUMN month_${index + 1} numeric(12,2);\n`,
  ]),
]) as Readonly<Record<string, string>>;

interface Converted {
  readonly remembered: number;
  readonly warnings: string;
  /** Every file that was written, by its path. */
  readonly files: ReadonlyMap<string, string>;
}

async function convert(project: TemporaryProject, ...flags: readonly string[]): Promise<Converted> {
  const out = "out";
  const { stdout, stderr, code } = await runProgram(["migrate", ".", "--out", out, "--json", ...flags], { cwd: project.root });
  expect([0, 3]).toContain(code);
  const { remembered } = JSON.parse(stdout) as { readonly remembered: number };
  const paths = readdirSync(join(project.root, out), { recursive: true, encoding: "utf8" }).filter((path) =>
    /\.(?:sql|yaml|json)$/.test(path),
  );
  const files = new Map(paths.sort().map((path) => [path, readFileSync(join(project.root, out, path), "utf8")]));
  return { remembered, warnings: stderr, files };
}

function withoutDate({ files }: Converted): readonly string[] {
  return [...files].map(([path, text]) => `${path.replace(/_\d{8}(?:-\d+)?/, "")}\n${text}`);
}

test("a second run writes the very same files; after an edit it gives what a run without the cache gives; damaged entries are told, and proven anew", async () => {
  const project = newProject();
  project.write(history);
  const first = await convert(project);
  expect(first.remembered).toBe(0);
  const again = await convert(project);
  expect(again.remembered).toBe(MIGRATIONS);
  expect(again.files).toEqual(first.files);

  writeFileSync(
    join(project.root, `sql/V${EDITED}__step_${EDITED}.sql`),
    "CREATE TABLE late (id int PRIMARY KEY, ledger_id int REFERENCES ledger (id));\n",
  );
  const edited = await convert(project);
  // A statement of the one before it failed: what stands behind it cannot be reached unwatched.
  expect(edited.remembered).toBe(FAILING - 1);
  const anew = await convert(project, "--no-cache");
  expect(anew.remembered).toBe(0);
  expect(withoutDate(edited)).toEqual(withoutDate(anew));

  const folder = join(project.root, ".pggit", "cache");
  expect(statSync(folder).mode & 0o077).toBe(0);
  expect(readFileSync(join(project.root, ".pggit", ".gitignore"), "utf8")).toBe("*\n");
  const contents = readdirSync(join(folder, "content-v2"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const entry of contents) writeFileSync(join(entry.parentPath, entry.name), "damaged");
  const repaired = await convert(project);
  expect(repaired.warnings).toContain("damaged");
  expect(repaired.remembered).toBe(0);
  expect(withoutDate(repaired)).toEqual(withoutDate(anew));
  expect((await convert(project)).remembered).toBe(MIGRATIONS);
}, 300_000);
