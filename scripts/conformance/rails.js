import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("rails-migrate.rb", import.meta.url));

/** ActiveRecord of Debian (`ruby-activerecord`, `ruby-pg`), which no npm package brings. */
export const tool = {
  name: "rails",
  bookkeeping: ["schema_migrations", "ar_internal_metadata"].map((name) => ({ schema: null, name })),
  async install() {
    const asked = spawnSync("ruby", ["-e", 'require "active_record"; require "pg"; print ActiveRecord.version'], { encoding: "utf8" });
    if (asked.status !== 0)
      return { kind: "unavailable", reason: "there is no Ruby with ActiveRecord and pg (apt-get install ruby-activerecord ruby-pg)" };
    return { kind: "ok", version: asked.stdout };
  },
  async migrate(job) {
    runRails(job, []);
  },
  async rollBack(job) {
    runRails(job, [String(job.case.settings.rollback)]);
  },
  async applied(rows) {
    return (await rows("select version from schema_migrations order by version::numeric")).map(({ version }) => version);
  },
  expected: ({ replays }) => replays.map(({ migration }) => migration.version),
};

function runRails({ case: { project }, database }, more) {
  const url = `postgresql://${encodeURIComponent(database.user)}:${encodeURIComponent(database.password)}@${database.host}:${database.port}/${database.name}`;
  const run = spawnSync("ruby", [script, project, url, ...more], {
    cwd: project,
    encoding: "utf8",
    env: { ...process.env, RUBYOPT: "-W0", TZ: "UTC" },
  });
  if (run.status !== 0) throw new Error(`rails: ${run.stderr}${run.stdout}`.slice(0, 4000));
}
