// What the judges of pggit's Flyway side stand on: real Flyways, a server, a database with a project for both. Needs `npm run build`.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, Pool } from "pg";
import { startPostgres } from "../start-postgres.js";
import { readOptions } from "./cases.js";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { flyway } = await import(join(root, "dist/adapters/flyway/index.js"));
const { openSession } = await import(join(root, "dist/src/database/pooled-session.js"));

const releases = { "9.22.3": "flyway-commandline-9.22.3-linux-x64.tar.gz", "10.22.0": "flyway-commandline-10.22.0.tar.gz" };

/** Folders of the Flyways to ask: those that PGGIT_FLYWAY names, else two releases from Maven Central, kept in the user's cache. */
async function findFlyways() {
  const named = process.env["PGGIT_FLYWAY"];
  if (named !== undefined) return named.split(":").filter((folder) => existsSync(join(folder, "flyway")));
  const cache = join(homedir(), ".cache", "pggit-conformance");
  mkdirSync(cache, { recursive: true });
  const found = [];
  for (const [version, archive] of Object.entries(releases)) {
    const folder = join(cache, `flyway-${version}`);
    if (!existsSync(folder)) {
      try {
        const answer = await fetch(`https://repo1.maven.org/maven2/org/flywaydb/flyway-commandline/${version}/${archive}`);
        if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
        writeFileSync(join(cache, archive), Buffer.from(await answer.arrayBuffer()));
        execFileSync("tar", ["xzf", archive], { cwd: cache });
        rmSync(join(cache, archive));
      } catch (error) {
        console.log(`skipped: Flyway ${version} cannot be had (${String(error)})`);
        continue;
      }
    }
    found.push(folder);
  }
  return found;
}

/**
 * Has every Flyway that can be had here judge, on one server; says what it skipped. Where there is none at all the program ends with 0.
 * @param {(server: { url: string }, home: string) => Promise<void>} judge
 */
export async function withEachFlyway(judge) {
  const homes = await findFlyways();
  if (homes.length === 0) {
    console.log("skipped: no Flyway here; set PGGIT_FLYWAY, or allow Maven Central");
    process.exit(0);
  }
  const server = await startServer();
  try {
    for (const home of homes) {
      const version = spawnSync(join(home, "flyway"), ["version"], { encoding: "utf8" });
      if (version.status === 0) await judge(server, home);
      else {
        const [why] = (version.stderr || version.stdout || String(version.error)).trim().split("\n");
        console.log(`skipped: ${home} does not start (${why}): it needs Java`);
      }
    }
  } finally {
    await server.stop();
  }
}

/** The server whose URL is the first argument, else a native PostgreSQL of its own. */
async function startServer() {
  const given = process.argv.slice(2).find((argument) => !argument.startsWith("--"));
  if (given !== undefined) return { url: given, stop: async () => undefined };
  const { url, stop } = await startPostgres();
  return { url: url("postgres"), stop };
}

/** Runs Flyway's command line in a folder; gives what it says as JSON, or `{ error }`. */
export function runFlyway({ home, place, project }, given) {
  const result = spawnSync(
    join(home, "flyway"),
    [
      "-outputType=json",
      `-url=jdbc:postgresql://${place.hostname}:${place.port}${place.pathname}`,
      `-user=${decodeURIComponent(place.username)}`,
      `-password=${decodeURIComponent(place.password)}`,
      ...given,
    ],
    { cwd: project, encoding: "utf8", timeout: 180_000 },
  );
  try {
    return JSON.parse(result.stdout.slice(result.stdout.indexOf("{")));
  } catch {
    return { error: { message: `${result.stdout}\n${result.stderr}` } };
  }
}

/** A database with a session of pggit's, the project, and Flyway on both. */
export async function openBench(server, name, { home, fixture, locations, prepare, placeholders }) {
  const admin = new Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${name}`);
  await admin.query(`CREATE DATABASE ${name}`);
  for (const role of ["bookshop_app", "bookshop_report"]) {
    const { rows } = await admin.query("select from pg_roles where rolname = $1", [role]);
    if (rows.length === 0) await admin.query(`CREATE ROLE ${role}`);
  }
  await admin.end();
  const place = new URL(server.url);
  place.pathname = `/${name}`;
  const { session, disconnect } = await openSession(new Pool({ connectionString: place.href, max: 1 }), {
    embedded: false,
    ownsCluster: true,
  });
  await session.run(prepare);
  const project = mkdtempSync(join(tmpdir(), "pggit-judge-project-"));
  cpSync(join(root, "fixtures/flyway", fixture), project, { recursive: true });
  // Flyway's command line does not compile classes, so it does not see this one.
  rmSync(join(project, "src/main/java"), { recursive: true, force: true });
  const read = async (more = {}) => {
    const history = await flyway.read(readOptions(project, more));
    if (history.kind === "failed") throw new Error(history.failures.map(({ message }) => message).join("\n"));
    return history.value;
  };
  const run = (command, ...more) =>
    runFlyway({ home, place, project: tmpdir() }, [
      `-locations=${locations.map((folder) => `filesystem:${join(project, folder)}`).join(",")}`,
      "-postgresql.transactional.lock=false",
      "-mixed=true",
      ...placeholders.map((value) => `-placeholders.${value}`),
      ...more,
      command,
    ]);
  return {
    session,
    read,
    run,
    rows: () =>
      session.rows(
        "select installed_rank, version, description, type, script, checksum, success from flyway_schema_history order by installed_rank",
      ),
    async close() {
      await disconnect();
      rmSync(project, { recursive: true, force: true });
    },
  };
}
