// Cuts a run off at every message that it sends, and kills the built program (`npm run build`) at every request; resumes each time, and prints the counts.
//   node scripts/kill-at-every-step.js [N]      only every N-th request of the program: all of them take half an hour or more
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const tests = ["test/apply/kill.server.test.ts", "test/apply/killed-program.server.test.ts"];
const { status } = spawnSync("npx", ["vitest", "run", "--project", "server", ...tests], {
  cwd: dirname(dirname(fileURLToPath(import.meta.url))),
  env: { ...process.env, PGGIT_EVERY_POINT: process.argv[2] ?? "1" },
  stdio: "inherit",
});
process.exitCode = status ?? 1;
