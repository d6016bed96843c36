import { afterAll, beforeAll, expect, test } from "vitest";
import { startProgram, runProgram } from "../support/program.ts";
import { startHoldingProxy, type Hold, type HoldingProxy } from "../support/holding-proxy.ts";
import { useServer } from "../support/server.ts";
import { ask, migrateTo, useConversion, useDatabases } from "../support/target.ts";

const server = useServer();
/** Every transaction leaves a row, so that one that ran twice is seen. */
const conversion = useConversion({
  "flyway.conf": "flyway.locations=filesystem:sql\n",
  "sql/V1__items.sql":
    "CREATE TABLE ran (id text NOT NULL);\nCREATE TABLE items (id bigserial PRIMARY KEY, name text);\nCREATE TYPE state AS ENUM ('new');\nINSERT INTO ran VALUES ('V1');\n",
  "sql/V2__note.sql": "ALTER TABLE items ADD COLUMN note text;\nINSERT INTO ran VALUES ('V2');\n",
  "sql/V3__index.sql": "CREATE INDEX CONCURRENTLY items_name_idx ON items (name);\n",
  "sql/V4__mixed.sql":
    "INSERT INTO ran VALUES ('V4 first');\nALTER TYPE state ADD VALUE 'sold';\nCREATE INDEX CONCURRENTLY items_both_idx ON items (id, name);\nINSERT INTO ran VALUES ('V4 second');\nDROP INDEX CONCURRENTLY items_name_idx;\n",
  "sql/V4__mixed.sql.conf": "executeInTransaction=false\n",
  "sql/V5__last.sql": "ALTER TABLE items ADD COLUMN state state NOT NULL DEFAULT 'sold';\nINSERT INTO ran VALUES ('V5');\n",
});
const newDatabase = useDatabases(server);
let proxy: HoldingProxy;
beforeAll(async () => {
  proxy = await startHoldingProxy(server);
});
afterAll(() => proxy.close());

const everything = ["V1", "V2", "V4 first", "V4 second", "V5"];
/** With PGGIT_EVERY_POINT=n every n-th request is one (scripts/kill-at-every-step.js). */
const stride = Number(process.env["PGGIT_EVERY_POINT"] ?? 0);

function apply(url: string): readonly string[] {
  return ["apply", conversion().plan, "--database", url, "--yolo", "--json", "--quiet", "--shadow-url", server];
}

/** Where a run is held: every n-th request, or as many as a test run has time for. What is held before a request finds the database as after the answer to the one before. */
function pointsOf(total: number): readonly Hold[] {
  if (stride > 0) {
    const requests = Array.from({ length: Math.ceil(total / stride) }, (_, at) => at * stride + 1);
    return requests.flatMap((request) => (["meanwhile", "answered"] as const).map((when) => ({ request, when })));
  }
  const when = ["answered", "meanwhile"] as const;
  return when.map((when, at) => ({ request: Math.ceil((total * (at + 3)) / 5), when }));
}

test("killed with SIGKILL at any request of a run: the next run loses nothing and repeats nothing", async () => {
  const base = await newDatabase("killed_base");
  await migrateTo(base, conversion(), 1);
  const { root } = conversion();
  const through = (name: string): string => proxy.url.replace(/\/postgres$/, `/${name}`);
  const whole = "killed_whole";
  await ask(server, `CREATE DATABASE ${whole} TEMPLATE killed_base`);
  void proxy.holdAt(null);
  expect(await runProgram(apply(through(whole)), { cwd: root })).toMatchObject({ code: 0 });
  const total = proxy.count();
  expect(total).toBeGreaterThan(50);
  await ask(server, `DROP DATABASE ${whole} WITH (FORCE)`);

  const tally = { points: 0, kills: 0, resumed: 0, lost: 0, repeated: 0, invalid: 0 };
  for (const point of pointsOf(total)) {
    const name = `killed_${point.request}_${point.when}`;
    await ask(server, `CREATE DATABASE ${name} TEMPLATE killed_base`);
    const url = server.replace(/\/postgres$/, `/${name}`);
    tally.points += 1;
    const held = proxy.holdAt(point);
    const run = startProgram(apply(through(name)), { cwd: root });
    const ended = run.ended.then(
      ({ code, stderr }) => `ended with ${code}: ${stderr}`,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    await Promise.race([held, ended]);
    run.process.kill("SIGKILL");
    if ((await ended) === "ended by SIGKILL") tally.kills += 1;
    proxy.drop();
    await until(async () => (await othersOn(name)) === 0);
    await dropShadowsOf(run.process.pid);

    const resumed = await runProgram(apply(url), { cwd: root });
    expect({ name, ...resumed }).toMatchObject({ name, code: 0 });
    tally.resumed += 1;
    const ran = (await ask<{ id: string }>(url, "SELECT id FROM ran ORDER BY 1")).map(({ id }) => id);
    tally.lost += everything.filter((id) => !ran.includes(id)).length;
    tally.repeated += ran.length - new Set(ran).size;
    const [left] = await ask<{ invalid: number }>(
      url,
      `SELECT (SELECT count(*)::int FROM pg_index WHERE NOT indisvalid) AS invalid, (SELECT string_agg(indexrelid::regclass::text, ',' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = 'items'::regclass) AS indexes,
        enum_range(NULL::state)::text AS labels, (SELECT count(*)::int FROM pggit_migrate.migrations) AS records, (SELECT count(*)::int FROM pggit_migrate.ledger) AS steps`,
    );
    tally.invalid += left?.invalid ?? 0;
    expect({ name, ...left }).toEqual({
      name,
      invalid: 0,
      indexes: "items_both_idx,items_pkey",
      labels: "{new,sold}",
      records: 5,
      steps: 0,
    });
    await ask(server, `DROP DATABASE ${name} WITH (FORCE)`);
  }
  if (stride > 0) process.stdout.write(`requests ${total} ${JSON.stringify(tally)}\n`);
  expect(tally).toEqual({ points: tally.points, kills: tally.points, resumed: tally.points, lost: 0, repeated: 0, invalid: 0 });
}, 14_400_000);

async function othersOn(name: string): Promise<number> {
  const [row] = await ask<{ count: number }>(server, `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = '${name}'`);
  return row?.count ?? 0;
}

/** A killed program cannot remove its shadows from the server. */
async function dropShadowsOf(pid: number | undefined): Promise<void> {
  const names = await ask<{ name: string }>(server, `SELECT datname AS name FROM pg_database WHERE datname ~ '^pggit_shadow_${pid}a'`);
  for (const { name } of names) await ask(server, `DROP DATABASE ${name} WITH (FORCE)`);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not come to that");
}
