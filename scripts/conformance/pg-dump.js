// node scripts/conformance/pg-dump.js SERVER_URL PROJECT CONVERSION: pg_dump as the third judge of a conversion, on a server of yours, by psql alone.
// Builds one database from the source files in the tool's order, one from schema.sql, one from every up.sql, and goes back by every down.sql; compares
// what pg_dump prints of them. SQL files only: what is custom code is in none of the three. Prints one line for each comparison; exit code 1 if one differs.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [server, project, conversion] = process.argv.slice(2);
if (conversion === undefined) {
  process.stderr.write("usage: node scripts/conformance/pg-dump.js SERVER_URL PROJECT CONVERSION\n");
  process.exit(2);
}
const planFile = readdirSync(conversion)
  .filter((name) => /^migration_plan_.*\.json$/.test(name))
  .sort()
  .at(-1);
const plan = JSON.parse(readFileSync(join(conversion, planFile), "utf8"));
const work = mkdtempSync(join(tmpdir(), "pggit-pg-dump-"));
let differs = false;

/** A database of its own for one way to build the schema; gone afterwards. */
function inDatabase(name, build) {
  const database = `pggit_judge_${process.pid}_${name}`;
  execFileSync("psql", ["-qX", "-d", server, "-c", `CREATE DATABASE ${database} TEMPLATE template0`]);
  try {
    const url = new URL(server);
    url.pathname = `/${database}`;
    return build(url.href);
  } finally {
    execFileSync("psql", ["-qX", "-d", server, "-c", `DROP DATABASE ${database} WITH (FORCE)`]);
  }
}

function psql(url, file, more = []) {
  const run = spawnSync("psql", ["-qX", "-d", url, "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", ...more, "-f", file], { encoding: "utf8" });
  const errors = run.stderr.split("\n").filter((line) => /ERROR|FATAL/.test(line));
  return run.status === 0 ? [] : [`${file}: ${errors[0] ?? `exit ${run.status}`}`];
}

/** Without the random words of \restrict that newer versions of pg_dump write. */
function dump(url) {
  return execFileSync("pg_dump", ["--schema-only", "-d", url], { encoding: "utf8", maxBuffer: 1 << 28 }).replaceAll(
    /^\\(un)?restrict .*$/gm,
    "",
  );
}

function report(what, { expected, found, errors }) {
  for (const error of errors) console.log(`  error  ${error}`);
  const equal = expected === found && errors.length === 0;
  differs ||= !equal;
  console.log(`${equal ? "equal    " : "DIFFERENT"}  ${what}`);
  if (expected === found) return;
  const files = ["expected.sql", "found.sql"].map((name) => join(work, name));
  writeFileSync(files[0], expected);
  writeFileSync(files[1], found);
  console.log(spawnSync("diff", ["-U", "3", ...files], { encoding: "utf8" }).stdout.slice(0, 6000));
}

const empty = inDatabase("empty", dump);
const original = inDatabase("original", (url) => {
  // In one transaction each, as the tools run what can run in one.
  const errors = plan.migrations.flatMap(({ files, up }) =>
    files
      .filter(({ path, role }) => role !== "settings" && role !== "down" && path.toLowerCase().endsWith(".sql"))
      .flatMap(({ path }) => psql(url, join(project, path), up.every(({ transactional }) => transactional) ? ["-1"] : [])),
  );
  return { found: dump(url), errors };
});
for (const error of original.errors) console.log(`  original  ${error}`);
inDatabase("schema", (url) => {
  const errors = psql(url, join(conversion, "schema.sql"), ["-1"]);
  report("schema.sql, beside the source files in the tool's order", { expected: original.found, found: dump(url), errors });
});
inDatabase("updown", (url) => {
  const folders = plan.migrations.map(({ folder }) => join(conversion, "migrations", folder));
  const errors = folders.flatMap((folder) => psql(url, join(folder, "up.sql")));
  report("every up.sql, beside the source files", { expected: original.found, found: dump(url), errors });
  const back = folders.filter((folder) => existsSync(join(folder, "down.sql"))).reverse();
  const backErrors = back.flatMap((folder) => psql(url, join(folder, "down.sql")));
  const without = plan.migrations
    .filter(({ folder }) => !existsSync(join(conversion, "migrations", folder, "down.sql")))
    .map(({ id }) => id);
  report(
    `every down.sql in reverse, beside the empty database (${back.length} of ${folders.length}; without one: ${without.join(", ") || "none"})`,
    {
      expected: empty,
      found: dump(url),
      errors: backErrors,
    },
  );
});
rmSync(work, { recursive: true, force: true });
process.exit(differs ? 1 : 0);
