import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("django-migrate.py", import.meta.url));

/** The last release of each version family that is judged. */
const releases = { 3.2: "3.2.25", 4.2: "4.2.23", 5.2: "5.2.3" };

/** Django of PyPI, one virtual environment for each version family. A case says its own: `"version": "4.2"`; `judge` is the folder that the real Django runs where the project imports packages that are not there. */
export const tool = {
  name: "django",
  bookkeeping: [{ schema: null, name: "django_migrations" }],
  async install(folder) {
    if (spawnSync("python3", ["-c", "import venv"]).status !== 0) return { kind: "unavailable", reason: "there is no python3 with venv" };
    for (const [family, release] of Object.entries(releases)) {
      const environment = join(folder, family);
      if (existsSync(join(environment, "complete"))) continue;
      const made = [
        ["python3", ["-m", "venv", environment]],
        [join(environment, "bin", "pip"), ["install", "--quiet", `django==${release}`, "psycopg2-binary", "setuptools"]],
        ["touch", [join(environment, "complete")]],
      ].find(([command, args]) => spawnSync(command, args, { encoding: "utf8" }).status !== 0);
      if (made !== undefined) return { kind: "unavailable", reason: `Django ${release} could not be installed (${String(made[0])})` };
    }
    return { kind: "ok", version: Object.values(releases).join(", "), folder };
  },
  async migrate(job) {
    runDjango(job, []);
  },
  async rollBack(job) {
    runDjango(job, [String(job.case.settings.rollback)]);
  },
  async applied(rows) {
    return (await rows("select app, name from django_migrations order by app, name")).map(({ app, name }) => `${app}.${name}`);
  },
  expected: ({ replays }) =>
    replays
      .flatMap(({ migration: { id, entry } }) => (entry === undefined ? [] : [...(entry.replaces?.split(" ") ?? []), id]))
      .sort(byParts),
};

function byParts(a, b) {
  const [[appA, nameA], [appB, nameB]] = [a.split("."), b.split(".")];
  return appA === appB ? (nameA < nameB ? -1 : 1) : appA < appB ? -1 : 1;
}

function runDjango({ installed, case: { project: own, settings }, database }, more) {
  const project = settings.judge ?? own;
  const family = settings.version ?? "5.2";
  const python = join(installed.folder, family, "bin", "python");
  const url = `postgresql://${encodeURIComponent(database.user)}:${encodeURIComponent(database.password)}@${database.host}:${database.port}/${database.name}`;
  const run = spawnSync(python, [script, project, url, ...more], {
    cwd: project,
    encoding: "utf8",
    env: { ...process.env, TZ: "UTC", PYTHONDONTWRITEBYTECODE: "1" },
  });
  if (run.status !== 0) throw new Error(`django ${family}: ${run.stderr}${run.stdout}`.slice(-4000));
}
