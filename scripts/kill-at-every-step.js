// Cuts a run off at every message that it sends, before and after it arrives, and resumes it each time; prints the counts. Takes some minutes.
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const { status } = spawnSync("npx", ["vitest", "run", "--project", "server", "test/apply/kill.server.test.ts"], {
  cwd: dirname(dirname(fileURLToPath(import.meta.url))),
  env: { ...process.env, PGGIT_EVERY_POINT: "1" },
  stdio: "inherit",
});
process.exitCode = status ?? 1;
