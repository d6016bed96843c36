// The demo: lays the bundled bookshop out as its team would have it, a git repository with one commit per migration, and converts it.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const fixture = join(root, "fixtures", "flyway", "bookshop");
const project = join(root, ".pggit", "demo", "bookshop");
const decisionsOpen = 3;

rmSync(project, { recursive: true, force: true });
mkdirSync(project, { recursive: true });
const git = (args, environment = {}) =>
  execFileSync("git", args, { cwd: project, env: { ...process.env, ...environment }, stdio: ["ignore", "ignore", "inherit"] });

git(["init", "--quiet"]);
for (const line of readFileSync(join(root, "fixtures", "flyway", "bookshop.commits.csv"), "utf8")
  .trim()
  .split("\n")
  .slice(1)) {
  const [date, author, email, path] = line.split(",");
  mkdirSync(dirname(join(project, path)), { recursive: true });
  cpSync(join(fixture, path), join(project, path));
  const person = { GIT_AUTHOR_NAME: author, GIT_AUTHOR_EMAIL: email, GIT_AUTHOR_DATE: date };
  const committer = { GIT_COMMITTER_NAME: author, GIT_COMMITTER_EMAIL: email, GIT_COMMITTER_DATE: date };
  git(["add", path]);
  git(["-c", "commit.gpgsign=false", "commit", "--quiet", "-m", `Add ${path.split("/").at(-1)}`], { ...person, ...committer });
}

const shown = relative(process.cwd(), project) || project;
console.log(`$ pggit migrate ${shown} --out ${shown}/pggit\n`);
const program = join(root, "dist", "src", "cli", "main.js");
const { status } = spawnSync(process.execPath, [program, "migrate", project, "--out", join(shown, "pggit")], { stdio: "inherit" });
// Open decisions are the expected end of the demo: the bookshop has a Java migration, among other things.
process.exitCode = status === decisionsOpen ? 0 : (status ?? 1);
