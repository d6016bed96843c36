import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const release = "9.22.3";
const beside = (name) => fileURLToPath(new URL(`./${name}`, import.meta.url));

/** Flyway's library from Maven Central; Java and Maven have to be there. */
export const tool = {
  name: "flyway",
  bookkeeping: [{ schema: null, name: "flyway_schema_history" }],
  async install(folder) {
    if (spawnSync("java", ["-version"]).status !== 0) return { kind: "unavailable", reason: "there is no Java" };
    const libraries = join(folder, "lib");
    if (!existsSync(libraries)) {
      const copy = ["-q", "-B", "-f", beside("flyway-pom.xml"), "dependency:copy-dependencies", `-DoutputDirectory=${libraries}`];
      try {
        execFileSync("mvn", copy, { cwd: folder, stdio: "pipe" });
      } catch (error) {
        return { kind: "unavailable", reason: `Maven cannot get flyway-core ${release}: ${error.message}` };
      }
    }
    return { kind: "ok", version: release, libraries };
  },
  async migrate({ installed, case: { project }, database }) {
    const run = spawnSync(
      "java",
      [
        "-cp",
        join(installed.libraries, "*"),
        beside("FlywayMigrate.java"),
        `jdbc:postgresql://${database.host}:${database.port}/${database.name}`,
        database.user,
        database.password,
      ],
      { cwd: project, encoding: "utf8" },
    );
    if (run.status !== 0) throw new Error(`Flyway: ${run.stderr}${run.stdout}`.slice(0, 4000));
  },
  async rollBack() {
    throw new Error("undo is no part of the free Flyway");
  },
  async applied(rows) {
    const entered = await rows(
      "select version, script, checksum from flyway_schema_history where type in ('SQL', 'SQL_BASELINE') order by installed_rank",
    );
    return entered.map(({ version, script, checksum }) => `${version ?? "R"} ${script} ${checksum}`);
  },
  expected({ history }) {
    return history.migrations
      .filter(({ type }) => type !== "callback" && type !== "baseline")
      .map(({ version, files, checksum }) => `${version ?? "R"} ${files[0].path.slice(files[0].path.lastIndexOf("sql/") + 4)} ${checksum}`);
  },
};
