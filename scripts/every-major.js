// The same run on each supported major: installs its PostgreSQL (npm, into .pggit/majors), starts it, and runs the tests that work on any server.
// node scripts/every-major.js [MAJOR…]
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { installPostgres, majors } from "./install-postgres.js";
import { startPostgres } from "./start-postgres.js";

const tests = ["test/apply/older-major.server.test.ts", "test/store/store.server.test.ts"];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(majors);

let failures = 0;
for (const major of wanted) {
  const server = await startPostgres({ module: installPostgres(major) });
  const { status } = spawnSync("npx", ["vitest", "run", "--project", "server", ...tests], {
    cwd: root,
    env: { ...process.env, PGGIT_TEST_SERVER: server.url("postgres") },
    stdio: "inherit",
  });
  console.log(`PostgreSQL ${major}: ${status === 0 ? "passed" : "FAILED"}`);
  if (status !== 0) failures += 1;
  await server.stop();
}
process.exit(failures === 0 ? 0 : 1);
