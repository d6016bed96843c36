import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { readEntry } from "../../dist/adapters/sqitch/registry/entry.js";

const registryTables = ["releases", "projects", "changes", "tags", "dependencies", "events"];
const registries = ["sqitch", "Sqitch meta"];

/** Sqitch and psql as Debian packages them; installed where the machine lets us. `arguments` of a case: its projects' folders, in order. */
export const tool = {
  name: "sqitch",
  bookkeeping: registries.flatMap((schema) => registryTables.map((name) => ({ schema, name }))),
  async install() {
    if (version() === null) installPackages();
    const found = version();
    if (found === null)
      return { kind: "unavailable", reason: "there is no sqitch (apt-get install sqitch libdbd-pg-perl postgresql-client)" };
    if (spawnSync("psql", ["--version"]).status !== 0) return { kind: "unavailable", reason: "there is no psql" };
    return { kind: "ok", version: found };
  },
  async migrate(job) {
    for (const folder of foldersOf(job.case)) runSqitch(job, folder, ["deploy", "--verify"]);
  },
  async rollBack(job) {
    let left = job.case.settings.rollback;
    for (const folder of foldersOf(job.case).toReversed()) {
      const planned = runSqitch(job, folder, ["plan", "--format", "format:%H"], { connected: false })
        .trim()
        .split("\n")
        .filter((line) => /^[0-9a-f]{40}$/.test(line)).length;
      const count = Math.min(left, planned);
      if (count > 0) runSqitch(job, folder, ["revert", "-y", ...(count === planned ? [] : ["--to", `@HEAD^${count}`])]);
      left -= count;
    }
  },
  async applied(rows) {
    const [{ registry }] = await rows(
      "select table_schema as registry from information_schema.tables where table_name = 'dependencies' and table_schema in ('sqitch', 'Sqitch meta')",
    );
    const changes = await rows(
      `select *, to_char(planned_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as planned from "${registry}".changes order by committed_at`,
    );
    const tags = await rows(`select * from "${registry}".tags order by committed_at, tag`);
    const dependencies = await rows(`select * from "${registry}".dependencies`);
    return [
      ...changes.map((row) =>
        changeLine({ ...row, author: `${row.planner_name} <${row.planner_email}>`, date: row.planned, note: row.note }),
      ),
      ...tags.map(({ project, tag, tag_id, change_id }) => `tag ${project} ${tag} ${tag_id} ${change_id}`).sort(),
      ...dependencies.map(({ change_id, type, dependency, dependency_id }) => `${type} ${change_id} ${dependency} ${dependency_id}`).sort(),
    ];
  },
  expected({ history, replays }) {
    const entries = history.migrations.map(({ entry, checksum }) => ({ ...readEntry(entry), checksum }));
    return [
      ...entries.map(({ id, checksum, project, change, planner, planned, note }) =>
        changeLine({
          change_id: id,
          script_hash: checksum,
          project,
          change,
          author: `${planner.name} <${planner.email}>`,
          date: planned,
          note,
        }),
      ),
      ...entries.flatMap(({ project, id, tags }) => tags.map((tag) => `tag ${project} @${tag.name} ${tag.id} ${id}`)).sort(),
      ...entries
        .flatMap(({ id, requires, conflicts }) => [
          ...requires.map((each) => `require ${id} ${each.text} ${each.id}`),
          ...conflicts.map((text) => `conflict ${id} ${text} null`),
        ])
        .sort(),
      // The real ones passed, or the deployment would have stopped.
      ...replays.flatMap(({ migration, verification }) =>
        verification === undefined || verification.kind === "passed" ? [] : [`verify ${migration.id}: ${verification.kind}`],
      ),
    ];
  },
};

function changeLine({ change_id, script_hash, project, change, author, date, note }) {
  return `change ${project} ${change} ${change_id} ${script_hash} ${author} ${date} ${JSON.stringify(note)}`;
}

function foldersOf({ settings }) {
  return settings.arguments.length === 0 ? ["."] : settings.arguments;
}

/** Runs a command of Sqitch's in a folder of a case, on the job's database unless it needs none; gives what it printed. */
export function runSqitch({ case: { project }, database, scratch }, folder, [command, ...rest], { connected } = { connected: true }) {
  const connection = [
    "--db-host",
    database.host,
    "--db-port",
    String(database.port),
    "--db-user",
    database.user,
    "--db-name",
    database.name,
  ];
  const run = spawnSync("sqitch", [command, ...(connected ? connection : []), ...rest], {
    cwd: join(project, folder),
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      HOME: scratch,
      LANG: "C.UTF-8",
      TZ: "UTC",
      PGPASSWORD: database.password,
      SQITCH_PASSWORD: database.password,
      SQITCH_SYSTEM_CONFIG: "/dev/null",
      SQITCH_USER_CONFIG: "/dev/null",
      SQITCH_FULLNAME: "Conformance",
      SQITCH_EMAIL: "conformance@example.org",
    },
  });
  if (run.status !== 0) throw new Error(`sqitch ${command} in ${folder}: ${run.stdout}${run.stderr}`.slice(0, 4000));
  return run.stdout;
}

function version() {
  const run = spawnSync("sqitch", ["--version"], { encoding: "utf8" });
  return run.status === 0 ? (/v(\d+(?:\.\d+)+)/.exec(run.stdout)?.[1] ?? null) : null;
}

/** Only where we are root on a machine with apt, as in CI. */
function installPackages() {
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    execFileSync("apt-get", ["update", "-qq"], { env, stdio: "pipe" });
    execFileSync("apt-get", ["install", "-y", "-qq", "sqitch", "libdbd-pg-perl", "postgresql-client"], { env, stdio: "pipe" });
  } catch (error) {
    console.log(`sqitch: apt-get could not install it: ${error.message}`);
  }
}
