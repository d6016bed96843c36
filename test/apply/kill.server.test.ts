import { afterAll, beforeAll, expect, test } from "vitest";
import { openTarget } from "../../src/database/open-target.ts";
import { StatementError } from "../../src/database/session.ts";
import { knownFromRecord } from "../../src/apply/known.ts";
import { runMigrations, type RunOutcome } from "../../src/apply/run-migrations.ts";
import { createStoreRecorder, noStamp } from "../../src/apply/store-recorder.ts";
import { createStore } from "../../src/store/create-store.ts";
import { findStore } from "../../src/store/find-store.ts";
import { readRecord } from "../../src/store/read-record.ts";
import { beginRun } from "../../src/store/runs.ts";
import { startCuttingProxy, type CuttingProxy } from "../support/cutting-proxy.ts";
import { useServer } from "../support/server.ts";
import { ask, useConversion, useDatabases, valueOf } from "../support/target.ts";

const server = useServer();
/** Every migration leaves a row, so that one that ran twice is seen. */
const conversion = useConversion({
  "flyway.conf": "flyway.locations=filesystem:sql\n",
  "sql/V1__ran.sql": "CREATE TABLE ran (id text NOT NULL);\nINSERT INTO ran VALUES ('V1');\n",
  "sql/V2__items.sql":
    "CREATE TABLE items (id bigserial PRIMARY KEY, name text);\nINSERT INTO items (name) SELECT 'x' FROM generate_series(1, 50);\nINSERT INTO ran VALUES ('V2');\n",
  "sql/V3__index.sql": "CREATE INDEX CONCURRENTLY items_name_idx ON items (name);\n",
  "sql/V4__mixed.sql":
    "INSERT INTO ran VALUES ('V4 first');\nCREATE INDEX CONCURRENTLY items_both_idx ON items (id, name);\nINSERT INTO ran VALUES ('V4 second');\nDROP INDEX CONCURRENTLY items_name_idx;\n",
  "sql/V4__mixed.sql.conf": "executeInTransaction=false\n",
  "sql/V5__last.sql": "ALTER TABLE items ADD COLUMN note text NOT NULL DEFAULT '-';\nINSERT INTO ran VALUES ('V5');\n",
});
const newDatabase = useDatabases(server);
let proxy: CuttingProxy;
beforeAll(async () => {
  proxy = await startCuttingProxy(server);
});
afterAll(() => proxy.close());

/** Runs what is pending, as `apply` does after it compared. Rejects where the connection is cut outside of a migration. */
async function goOn(url: string): Promise<RunOutcome> {
  const { runnable } = conversion();
  const target = valueOf(await openTarget(url, "read-write"));
  const { session } = target;
  try {
    const record = await readRecord(session, valueOf(await findStore(session)));
    const { recorded } = valueOf(knownFromRecord(runnable.plan, record));
    await session.run("BEGIN");
    const store = valueOf(await createStore(session, valueOf(await findStore(session))));
    const run = await beginRun(session, {
      kind: "apply",
      tool: "flyway",
      planContentId: "p",
      planDecisionsId: "d",
      programVersion: "0",
      host: "h",
    });
    await session.run("COMMIT");
    return await runMigrations({
      session,
      direction: "up",
      migrations: runnable.migrations.filter(({ plan }) => !recorded.includes(plan.id)),
      recorder: createStoreRecorder({
        session,
        store,
        runnable,
        run,
        programVersion: "0",
        ledger: record.ledger,
        clock: () => "2026-11-20T10:00:00.000Z",
        user: "postgres",
        stamp: noStamp,
      }),
      forbid: () => Promise.resolve(null),
      prepare: () => Promise.resolve(),
      resetBetween: runnable.plan.surroundings.resetBetween,
      limits: { lockTimeoutMs: 2_000, statementTimeoutMs: 0, lockRetries: 1 },
      signal: new AbortController().signal,
      now: () => performance.now() / 1000,
      observer: { tell: () => undefined, stopping: () => null },
      warn: () => undefined,
    });
  } finally {
    await target.close().catch(() => undefined);
  }
}

const everything = ["V1", "V2", "V4 first", "V4 second", "V5"];
/** All points with PGGIT_EVERY_POINT (scripts/kill-at-every-step.js); else every 24th message. */
const everyPoint = process.env["PGGIT_EVERY_POINT"] !== undefined;
const stride = everyPoint ? 1 : 24;

test("cut off at any message, before or after it arrives: the next run loses nothing and repeats nothing", async () => {
  const base = await newDatabase("kill_base");
  await base.query("CREATE EXTENSION IF NOT EXISTS plpgsql");
  const through = (name: string): string => proxy.url.replace(/\/postgres$/, `/${name}`);
  const whole = await newDatabase("kill_whole");
  proxy.cutAt(null);
  expect(await goOn(through(whole.name))).toMatchObject({ failure: null, stoppedAt: null });
  const total = proxy.count();
  expect(total).toBeGreaterThan(60);

  const tally = { points: 0, kills: 0, resumed: 0, lost: 0, repeated: 0, invalid: 0 };
  for (let message = 1; message <= total; message += stride) {
    for (const when of ["before", "after"] as const) {
      const name = `kill_${message}_${when}`;
      await ask(server, `CREATE DATABASE ${name} TEMPLATE kill_base`);
      const url = server.replace(/\/postgres$/, `/${name}`);
      tally.points += 1;
      proxy.cutAt({ message, when });
      const cut = await goOn(through(name)).then(
        ({ failure }) => failure !== null,
        (error: unknown) => error instanceof StatementError || error instanceof Error,
      );
      if (cut) tally.kills += 1;
      proxy.cutAt(null);
      await ask(server, `SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = '${name}'`);
      const resumed = await goOn(url);
      if (resumed.failure === null) tally.resumed += 1;
      const ran = (await ask<{ id: string }>(url, "SELECT id FROM ran ORDER BY 1")).map(({ id }) => id);
      tally.lost += everything.filter((id) => !ran.includes(id)).length;
      tally.repeated += ran.length - new Set(ran).size;
      const [left] = await ask<{ invalid: number; indexes: string; records: number; steps: number }>(
        url,
        `SELECT (SELECT count(*)::int FROM pg_index WHERE NOT indisvalid) AS invalid, (SELECT string_agg(indexrelid::regclass::text, ',' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = 'items'::regclass) AS indexes,
          (SELECT count(*)::int FROM pggit_migrate.migrations) AS records, (SELECT count(*)::int FROM pggit_migrate.ledger) AS steps`,
      );
      tally.invalid += left?.invalid ?? 0;
      expect({ name, ...left }).toEqual({ name, invalid: 0, indexes: "items_both_idx,items_pkey", records: 5, steps: 0 });
      await ask(server, `DROP DATABASE ${name} WITH (FORCE)`);
    }
  }
  if (everyPoint) process.stdout.write(`${JSON.stringify(tally)}\n`);
  expect(tally).toEqual({ points: tally.points, kills: tally.points, resumed: tally.points, lost: 0, repeated: 0, invalid: 0 });
}, 14_400_000);
