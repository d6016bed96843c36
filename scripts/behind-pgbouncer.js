// The real PgBouncer in each of its modes between pggit and a server: only sessions that hold are used. Needs `npm run build`; says so where PgBouncer is not installed.
//   node scripts/behind-pgbouncer.js
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { startPostgres } from "./start-postgres.js";

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist/src/cli/main.js");
if (spawnSync("pgbouncer", ["--version"]).error !== undefined) {
  console.log("skipped: there is no pgbouncer here (apt-get install pgbouncer)");
  process.exit(0);
}

const password = "plain";
const server = await startPostgres({ password });
const scratch = mkdtempSync(join(tmpdir(), "pggit-pgbouncer-"));
chmodSync(scratch, 0o755); // pgbouncer runs as another user
writeFileSync(join(scratch, "001_items.sql"), "CREATE TABLE items (id bigserial PRIMARY KEY);\n");
const pggit = (...given) => spawnSync(process.execPath, [program, ...given, "--quiet", "--json"], { cwd: scratch, encoding: "utf8" });

let failures = 0;
async function judge({ mode, size, port, code }) {
  const users = join(scratch, "users.txt");
  const settings = join(scratch, `${mode}-${size}.ini`);
  writeFileSync(users, `"postgres" "${password}"\n`);
  writeFileSync(
    settings,
    `[databases]\npostgres = host=${server.host} port=${server.port} user=postgres password=${password}\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port=${port}\nauth_type=plain\nauth_file=${users}\npool_mode=${mode}\ndefault_pool_size=${size}\nunix_socket_dir=\n`,
  );
  const pool = spawn("pgbouncer", [...(process.getuid?.() === 0 ? ["-u", "postgres"] : []), settings], { stdio: "ignore" });
  const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  try {
    await answers(url);
    const [plan] = readdirSync(join(scratch, "pggit")).filter((file) => file.startsWith("migration_plan_"));
    const { status, stdout } = pggit(
      "apply",
      join("pggit", plan ?? ""),
      "--database",
      url,
      "--dry-run",
      "--shadow-url",
      server.url("postgres"),
    );
    const holds = status === (code === null ? 0 : 2) && (code === null || JSON.parse(stdout).error.code === code);
    if (!holds) failures += 1;
    console.log(
      `${holds ? "ok  " : "FAIL"} pool_mode=${mode}, ${size} connections: exit ${status}${code === null ? "" : `, ${code}`}${holds ? "" : stdout}`,
    );
  } finally {
    pool.kill();
  }
}

/** Waits until the pool takes connections. */
async function answers(url) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const client = new Client(url);
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error("pgbouncer does not answer");
}

try {
  pggit("migrate", ".");
  const refused = "transaction-pooling";
  await judge({ mode: "transaction", size: 1, port: server.port + 1, code: refused });
  await judge({ mode: "transaction", size: 5, port: server.port + 2, code: refused });
  await judge({ mode: "statement", size: 5, port: server.port + 3, code: refused });
  await judge({ mode: "session", size: 5, port: server.port + 4, code: null });
} finally {
  await server.stop();
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(failures === 0 ? 0 : 1);
