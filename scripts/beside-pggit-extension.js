// `pggit apply` on a database where the pgGit extension's own install.sql ran: what its functions then answer. Needs `npm run build`, git and psql.
//   node scripts/beside-pggit-extension.js GIT_DIR [TAG…]      GIT_DIR: a clone of evoludigit/pgGit; tags v0.1.3 and v0.1.4 without any
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { startPostgres } from "./start-postgres.js";

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist/src/cli/main.js");
const [repository, ...named] = process.argv.slice(2);
if (repository === undefined) {
  console.error("usage: node scripts/beside-pggit-extension.js GIT_DIR [TAG…]");
  process.exit(2);
}

let failures = 0;
function check(what, holds, seen) {
  if (!holds) failures += 1;
  console.log(`${holds ? "ok  " : "FAIL"} ${what}${holds ? "" : `: ${JSON.stringify(seen)}`}`);
}

const project = {
  "flyway.conf": "flyway.locations=filesystem:sql\n",
  "sql/V1__customers.sql": "CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL);\n",
  "sql/V2__orders.sql": "CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers);\n",
  "sql/V3__placed.sql":
    "ALTER TABLE orders ADD COLUMN placed timestamptz;\nCREATE VIEW open_orders AS SELECT id, customer_id FROM orders WHERE placed IS NULL;\n",
  "sql/V4__index.sql": "CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer_id);\n",
};

/** Runs a tag's install.sql as its users do; the errors of its optional parts are counted, not hidden. */
function install(tag, { url, scratch }) {
  const folder = join(scratch, tag);
  mkdirSync(folder);
  const archive = execFileSync("git", [`--git-dir=${repository}`, "archive", tag, "sql"], { maxBuffer: 1 << 28 });
  execFileSync("tar", ["xf", "-", "-C", folder], { input: archive });
  const ran = spawnSync("psql", ["-q", "-f", "install.sql", url], { cwd: join(folder, "sql"), encoding: "utf8" });
  return (ran.stderr ?? "").split("\n").filter((line) => line.includes("ERROR:")).length;
}

async function judge(server, { tag, scratch }) {
  const name = `beside_${tag.replaceAll(/\W/g, "_")}`;
  const admin = new Client(server.url("postgres"));
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const url = server.url(name);
  console.log(`\npgGit ${tag}: install.sql, with ${install(tag, { url, scratch })} errors of its own`);
  const session = new Client(url);
  session.on("error", () => undefined);
  await session.connect();
  const ask = async (sql) => (await session.query(sql)).rows;
  const pggit = (...given) => spawnSync(process.execPath, [program, ...given], { cwd: join(scratch, "project"), encoding: "utf8" });
  const plan = join("pggit", readdirSync(join(scratch, "project/pggit")).find((file) => file.startsWith("migration_plan_")) ?? "");
  const apply = () => pggit("apply", plan, "--database", url, "--yolo", "--json");
  const before = await ask("SELECT (SELECT count(*) FROM pggit.branches) AS branches, (SELECT count(*) FROM pggit.objects) AS objects");
  console.log(`     before: ${JSON.stringify(before[0])}`);
  await ask(project["sql/V1__customers.sql"]);
  await ask(project["sql/V2__orders.sql"]);
  const first = apply();
  const said = first.stdout === "" ? null : JSON.parse(first.stdout);
  check("pggit apply: two recorded, two run", first.status === 0 && said.recorded === 2 && said.executed.length === 2, [
    said,
    first.stderr,
  ]);
  const again = apply();
  const nothing = again.stdout === "" ? null : JSON.parse(again.stdout);
  check("the second time: nothing recorded, nothing run", again.status === 0 && nothing.recorded === 0 && nothing.executed.length === 0, [
    nothing,
    again.stderr,
  ]);
  for (const [query, enough] of [
    ["SELECT * FROM pggit.list_branches()", (rows) => rows.some(({ branch_name }) => branch_name === "main")],
    ["SELECT * FROM pggit.get_history('public.orders')", (rows) => rows.length >= 2],
    ["SELECT * FROM pggit.get_version('public.orders')", (rows) => rows.length === 1],
    [
      "SELECT version, description, applied_at IS NOT NULL AS applied FROM pggit.migrations ORDER BY id",
      (rows) => rows.length === 4 && rows.every(({ applied }) => applied),
    ],
    ["SELECT * FROM pggit.pending_migrations", (rows) => rows.length === 0],
    ["SELECT pggit.create_branch('feature/after') AS branch", (rows) => rows.length === 1],
  ]) {
    const rows = await ask(query).catch((error) => ({ error: String(error) }));
    check(query, Array.isArray(rows) && enough(rows), rows);
    for (const row of Array.isArray(rows) ? rows : []) console.log(`     ${JSON.stringify(row)}`);
  }
  const back = pggit("rollback", "--to-original-state", "--database", url, "--yolo", "--json");
  check("pggit rollback --to-original-state", back.status === 0, back.stdout + back.stderr);
  const after = await ask(
    "SELECT to_regclass('pggit.branches') IS NOT NULL AS extension, to_regnamespace('pggit_migrate') IS NULL AS ours_gone, (SELECT count(*)::int FROM pggit.migrations) AS migrations, to_regclass('public.open_orders') IS NULL AS view_gone, to_regclass('public.orders') IS NOT NULL AS orders",
  );
  check(
    "the extension's schema stands, our record and what we ran are gone",
    Object.values({ ...after[0], migrations: after[0].migrations === 0 }).every(Boolean),
    after,
  );
  await session.end();
}

const scratch = mkdtempSync(join(tmpdir(), "pggit-beside-"));
for (const [path, text] of Object.entries(project)) {
  mkdirSync(dirname(join(scratch, "project", path)), { recursive: true });
  writeFileSync(join(scratch, "project", path), text);
}
execFileSync(process.execPath, [program, "migrate", ".", "--quiet"], { cwd: join(scratch, "project") });
const server = await startPostgres();
try {
  for (const tag of named.length > 0 ? named : ["v0.1.3", "v0.1.4"]) await judge(server, { tag, scratch });
} finally {
  await server.stop();
  rmSync(scratch, { recursive: true, force: true });
}
console.log(failures === 0 ? "\nThe extension's functions answer." : `\n${failures} checks failed.`);
process.exit(failures === 0 ? 0 : 1);
