import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("alembic-migrate.py", import.meta.url));

/** What is installed from PyPI, by the first of a case's `arguments`. */
const releases = {
  2: ["alembic==1.20.1", "SQLAlchemy==2.0.58", "psycopg2-binary==2.9.13"],
  1.4: ["alembic==1.13.3", "SQLAlchemy==1.4.54", "psycopg2-binary==2.9.13"],
};

/** Alembic with SQLAlchemy 2 and 1.4, each in a virtual environment of its own. */
export const tool = {
  name: "alembic",
  bookkeeping: [{ schema: null, name: "alembic_version" }],
  async install(folder) {
    const pythons = {};
    for (const [name, packages] of Object.entries(releases)) {
      const home = join(folder, `venv-${name}`);
      const python = join(home, "bin", "python");
      if (!existsSync(join(home, "installed"))) {
        const made = spawnSync("python3", ["-m", "venv", home], { encoding: "utf8" });
        if (made.status !== 0) return { kind: "unavailable", reason: "there is no Python with venv (apt-get install python3-venv)" };
        const got = spawnSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages], {
          encoding: "utf8",
        });
        if (got.status !== 0) return { kind: "unavailable", reason: `pip could not install ${packages.join(" ")}` };
        spawnSync(python, ["-c", `open(${JSON.stringify(join(home, "installed"))}, "w").close()`]);
      }
      pythons[name] = python;
    }
    return {
      kind: "ok",
      version: Object.values(releases)
        .map(([alembic, sqlalchemy]) => `${alembic.split("==")[1]} with SQLAlchemy ${sqlalchemy.split("==")[1]}`)
        .join(", "),
      pythons,
    };
  },
  async migrate(job) {
    runAlembic(job, ["upgrade"]);
  },
  async rollBack(job) {
    // The third of the arguments is the head that `rollback` migrations taken back leave.
    runAlembic(job, ["downgrade", job.case.settings.arguments[2]]);
  },
  async applied(rows) {
    return (await rows("select version_num from alembic_version order by 1")).map(({ version_num: version }) => version);
  },
  expected: ({ history }) => headsOf(history),
};

/** Revisions that nothing follows. */
function headsOf({ migrations }) {
  const followed = new Set(migrations.flatMap(({ entry }) => entry.down_revision?.split(",") ?? []));
  return migrations
    .map(({ version }) => version)
    .filter((version) => !followed.has(version))
    .sort();
}

function runAlembic({ case: { project, settings }, database, installed }, args) {
  const url = `postgresql+psycopg2://${encodeURIComponent(database.user)}:${encodeURIComponent(database.password)}@${database.host}:${database.port}/${database.name}`;
  const [release = "2", location = "-"] = settings.arguments;
  const run = spawnSync(installed.pythons[release], [script, project, url, location, ...args], {
    cwd: project,
    encoding: "utf8",
    env: { ...process.env, TZ: "UTC", PYTHONDONTWRITEBYTECODE: "1", SQLALCHEMY_SILENCE_UBER_WARNING: "1" },
  });
  if (run.status !== 0) throw new Error(`alembic: ${run.stderr.slice(-3000)}${run.stdout.slice(-500)}`);
}
