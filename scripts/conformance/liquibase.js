import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const release = "4.28.1";

/** Its own settings of a case: `changelog`, `searchPath`, `bookkeeping` (its tables where they have names of their own, that of the rows first), and `runs`, the arguments of each of several updates. Liquibase: the npm package brings it with its JDBC driver; Java has to be there. */
export const tool = {
  name: "liquibase",
  bookkeeping: ["databasechangelog", "databasechangeloglock"].map((name) => ({ schema: null, name })),
  async install(folder) {
    if (spawnSync("java", ["-version"]).status !== 0) return { kind: "unavailable", reason: "there is no Java" };
    const program = join(folder, "node_modules", "liquibase", "dist", "liquibase", "liquibase");
    if (!existsSync(program)) {
      if (!existsSync(join(folder, "package.json"))) writeFileSync(join(folder, "package.json"), '{"private": true}\n');
      try {
        execFileSync("npm", ["install", "--no-audit", "--no-fund", `liquibase@${release}`], { cwd: folder, stdio: "pipe" });
      } catch (error) {
        return { kind: "unavailable", reason: `liquibase@${release} cannot be installed: ${error.message}` };
      }
    }
    return { kind: "ok", version: release, program };
  },
  async migrate(job) {
    // Contexts that exclude each other take one run each.
    for (const run of job.case.settings.runs ?? [[]]) runLiquibase(job, ["update", ...run]);
  },
  async rollBack(job) {
    runLiquibase(job, ["rollback-count", `--count=${job.case.settings.rollback}`]);
  },
  async applied(rows, { bookkeeping: [table] = ["databasechangelog"] } = {}) {
    const entered = await rows(`select ${columns.join(", ")} from ${table} order by orderexecuted`);
    return entered.map((row) => line(row));
  },
  expected: ({ history, replays }) => {
    const sums = new Map(history.migrations.map(({ id, checksum }) => [id, checksum]));
    return replays.flatMap(({ migration, entry = migration.entry }) =>
      entry === undefined || entry.exectype === "CONTINUE" ? [] : line({ ...entry, md5sum: sums.get(migration.id) ?? null }),
    );
  },
};

const columns = ["exectype", "id", "author", "filename", "tag", "md5sum", "description", "comments", "contexts", "labels"];

/** A row as a line; what `liquibase` writes there by itself (when, the version, the deployment) is left out. */
function line({ exectype, id, author, filename, tag, md5sum, description, comments, contexts, labels }) {
  const named = { tag, contexts, labels, comments: comments === "" ? null : comments };
  const told = Object.entries(named).flatMap(([name, value]) => (value === null ? [] : [`${name} ${value.replaceAll("\n", "\\n")}`]));
  return [exectype, filename, id, author, md5sum, description, ...told].join(" ");
}

/** What Liquibase says to a command; throws where it fails. */
export function runLiquibase(job, command) {
  const { status, said } = askLiquibase(job, command);
  if (status !== 0) throw new Error(`liquibase ${command.join(" ")}: ${said}`.slice(0, 4000));
  return said;
}

/** What Liquibase says to a command, and its exit code. */
export function askLiquibase({ installed, case: { project, settings }, database }, command) {
  const { status, stdout, stderr } = spawnSync(
    installed.program,
    [
      "--log-level=off",
      "--show-banner=false",
      `--search-path=${(settings.searchPath ?? ".")
        .split(",")
        .map((folder) => join(project, folder))
        .join(",")}`,
      `--changelog-file=${settings.changelog}`,
      `--url=jdbc:postgresql://${database.host}:${database.port}/${database.name}`,
      `--username=${database.user}`,
      `--password=${database.password}`,
      ...command,
      ...settings.arguments,
    ],
    { cwd: project, encoding: "utf8", env: { ...process.env, JAVA_OPTS: "-Duser.timezone=UTC" } },
  );
  return { status, said: `${stderr}${stdout}` };
}
