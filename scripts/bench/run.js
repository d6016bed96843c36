// npm run bench [-- SIZE …] [-- --write]: converts generated histories and prints how long each stage took, beside the same SQL sent raw to the same kind of
// database, and, where PGGIT_BENCH_SERVER names a server that may be written to, by psql, and with shadows on that server. `--write` puts the table into docs/performance.md.
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateChaos, generateHistory } from "./generate-history.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const program = join(root, "dist", "src", "cli", "main.js");
const seed = 20_241_105;
const asked = process.argv
  .slice(2)
  .filter((argument) => /^\d+$/.test(argument))
  .map(Number);
const sizes = asked.length > 0 ? asked : [250, 523, 1000, 1500, 2000, 4000];
const server = process.env.PGGIT_BENCH_SERVER;
const stages = ["read", "replay", "prove", "squash", "analyse", "total"];

const work = mkdtempSync(join(tmpdir(), "pggit-bench-"));
const rows = [];
try {
  for (const size of sizes) rows.push(measure(String(size), size, generateHistory({ size, seed })));
  if (asked.length === 0) rows.push(measure("1000, chaos", 1000, generateChaos({ size: 1000, seed })));
} finally {
  rmSync(work, { recursive: true, force: true });
}
const table = render(rows);
console.log(table);
if (process.argv.includes("--write")) writeTable(table);

function measure(name, size, files) {
  const project = join(work, name.replaceAll(/\W+/g, "-"));
  const migrations = join(project, "db", "migration");
  mkdirSync(migrations, { recursive: true });
  for (const [file, text] of files) writeFileSync(join(migrations, file), text);
  writeFileSync(join(project, "flyway.conf"), "flyway.locations=filesystem:db/migration\n");
  process.stderr.write(`${name}: converting … `);
  const { seconds, summary } = convert(name, project);
  process.stderr.write(`${seconds.toFixed(1)} s; again … `);
  const again = convert(name, project).seconds;
  const late = [...files.keys()].filter((file) => file.startsWith("V")).at(-Math.ceil(size / 100));
  appendFileSync(join(migrations, late), "-- Looked at again.\n");
  const edited = convert(name, project).seconds;
  process.stderr.write(`${again.toFixed(1)} s, after an edit ${edited.toFixed(1)} s; raw … `);
  const raw = JSON.parse(
    execFileSync(process.execPath, [join(root, "scripts", "bench", "raw-replay.js"), migrations], { encoding: "utf8" }),
  ).seconds;
  const psql = server === undefined ? null : measurePsql(migrations);
  const onServer = server === undefined ? null : convert(name, project, ["--no-cache", "--shadow-url", server]).seconds;
  process.stderr.write(`${raw.toFixed(1)} s\n`);
  return { name, size, seconds, again, edited, summary, raw, psql, onServer };
}

/** Runs the program on a project, with the cache that an earlier run left there. */
function convert(name, project, flags = []) {
  const started = performance.now();
  const run = spawnSync(process.execPath, [program, "migrate", ".", "--json", "--quiet", ...flags], {
    cwd: project,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const seconds = (performance.now() - started) / 1000;
  if (run.status !== 0 && run.status !== 3) throw new Error(`${name}: exit ${run.status}\n${run.stderr}${run.stdout}`);
  return { seconds, summary: JSON.parse(run.stdout) };
}

/** The same files by one psql, each with -f, into a database of its own. */
function measurePsql(migrations) {
  const database = `pggit_bench_${process.pid}`;
  const byVersion = (a, b) => Number.parseInt(a.slice(1), 10) - Number.parseInt(b.slice(1), 10);
  const files = readdirSync(migrations)
    .filter((name) => name.endsWith(".sql"))
    .sort(byVersion);
  execFileSync("psql", ["-q", "-d", server, "-c", `CREATE DATABASE ${database}`]);
  try {
    const url = new URL(server);
    url.pathname = `/${database}`;
    const started = performance.now();
    spawnSync("psql", ["-q", "-X", "-d", url.href, ...files.flatMap((name) => ["-f", join(migrations, name)])], { stdio: "ignore" });
    return (performance.now() - started) / 1000;
  } finally {
    execFileSync("psql", ["-q", "-d", server, "-c", `DROP DATABASE ${database}`]);
  }
}

function render(measured) {
  const head = [
    "migrations",
    ...stages.map((stage) => `${stage} s`),
    "wall s",
    "MB",
    "ms/migration",
    "growth",
    "raw s",
    "psql s",
    "× raw",
    "server s",
    "again s",
    "edited s",
    "proven",
    "squash",
  ];
  const body = measured.map((row, index) => {
    const previous = measured[index - 1];
    const growth =
      previous === undefined || row.size <= previous.size
        ? ""
        : (Math.log(row.seconds / previous.seconds) / Math.log(row.size / previous.size)).toFixed(2);
    const { timings, rollbacks, squash, peakMemoryBytes } = row.summary;
    return [
      row.name,
      ...stages.map((stage) => (timings[stage] ?? 0).toFixed(1)),
      row.seconds.toFixed(1),
      String(Math.round(peakMemoryBytes / 1e6)),
      ((row.seconds / row.size) * 1000).toFixed(1),
      growth,
      row.raw.toFixed(1),
      row.psql === null ? "" : row.psql.toFixed(1),
      (row.seconds / row.raw).toFixed(1),
      row.onServer === null ? "" : row.onServer.toFixed(1),
      row.again.toFixed(1),
      row.edited.toFixed(1),
      `${(rollbacks.coverage * 100).toFixed(1)} %`,
      squash.proven ? "equal" : "not equal",
    ];
  });
  return [head, head.map(() => "---:"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function writeTable(table) {
  const file = join(root, "docs", "performance.md");
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
  const text = readFileSync(file, "utf8");
  const block = `<!-- table: begin -->\n${machine}.\n\n${table}\n<!-- table: end -->`;
  writeFileSync(file, text.replace(/<!-- table: begin -->[^]*<!-- table: end -->/, block));
}
