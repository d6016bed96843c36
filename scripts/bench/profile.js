// node scripts/bench/profile.js [SIZE]: converts a generated history under V8's sampling profiler and prints, for each thread, where its time went: the ten functions with
// the largest time of their own. Compiled WebAssembly is PGlite and its parser.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateHistory } from "./generate-history.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const size = Number(process.argv[2] ?? 4000);
const work = mkdtempSync(join(tmpdir(), "pggit-profile-"));
try {
  const migrations = join(work, "db", "migration");
  mkdirSync(migrations, { recursive: true });
  for (const [file, text] of generateHistory({ size, seed: 20_241_105 })) writeFileSync(join(migrations, file), text);
  writeFileSync(join(work, "flyway.conf"), "flyway.locations=filesystem:db/migration\n");
  const program = join(root, "dist", "src", "cli", "main.js");
  const profiles = join(work, "profiles");
  const run = spawnSync(
    process.execPath,
    ["--cpu-prof", "--cpu-prof-interval", "2000", "--cpu-prof-dir", profiles, program, "migrate", ".", "--quiet", "--no-cache"],
    { cwd: work, stdio: ["ignore", "ignore", "inherit"] },
  );
  if (run.status !== 0 && run.status !== 3) throw new Error(`exit ${run.status}`);
  for (const name of readdirSync(profiles).sort()) report(JSON.parse(readFileSync(join(profiles, name), "utf8")));
} finally {
  rmSync(work, { recursive: true, force: true });
}

function report({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const own = new Map();
  let whole = 0;
  samples.forEach((id, index) => {
    const { functionName, url, lineNumber } = byId.get(id);
    const place = url.replace(/^.*\/(?=node_modules\/|dist\/)/, "").replace(/^node_modules\//, "");
    const name = url.startsWith("wasm:")
      ? "(WebAssembly)"
      : `${functionName || "(anonymous)"}${place === "" ? "" : `  ${place}:${lineNumber + 1}`}`;
    const seconds = (timeDeltas[index] ?? 0) / 1e6;
    own.set(name, (own.get(name) ?? 0) + seconds);
    whole += seconds;
  });
  console.log(`thread of ${whole.toFixed(1)} s`);
  const top = [...own].sort((a, b) => b[1] - a[1]).slice(0, 10);
  for (const [name, seconds] of top)
    console.log(`  ${seconds.toFixed(1).padStart(6)} s  ${((seconds / whole) * 100).toFixed(0).padStart(3)} %  ${name}`);
}
