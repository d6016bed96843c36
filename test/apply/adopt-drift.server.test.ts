import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { schemaHistory } from "../../adapters/flyway/schema-history/index.ts";
import { loadRunnable, type RunnablePlan } from "../../src/apply/runnable.ts";
import { targetHistoryOf } from "../../src/cli/target-histories.ts";
import { runProgram } from "../support/program.ts";
import { useServer } from "../support/server.ts";
import { applyTo, failureOf, migrateTo, useConversion, useDatabases, valueOf, type TestDatabase } from "../support/target.ts";

const server = useServer();
const conversion = useConversion({
  "flyway.conf": "flyway.locations=filesystem:sql\n",
  "sql/V1__customers.sql": "CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL);\n",
  "sql/V2__orders.sql": "CREATE TABLE orders (id bigserial PRIMARY KEY, placed_at timestamptz NOT NULL DEFAULT now());\n",
  "sql/V3__phone.sql": "ALTER TABLE customers ADD COLUMN phone text;\n",
});
const newDatabase = useDatabases(server);
const table = "public.flyway_schema_history";

/** A database that Flyway brought so far, with its table. */
async function flywayDatabase(name: string, count: number): Promise<TestDatabase> {
  const database = await newDatabase(name);
  await migrateTo(database, conversion(), count);
  const notes = Array.from({ length: count }, (_, index) => noteOf(index));
  await database.query([...schemaHistory.create(table), ...notes].join(";\n"));
  return database;
}

/** What Flyway enters of one of its migrations. */
function noteOf(index: number): string {
  const { migrations, source } = conversion().runnable.plan;
  const [migration] = migrations.slice(index);
  if (migration === undefined) throw new Error(`there is no migration ${index}`);
  return schemaHistory.stamp({ migration, location: source.location, table, by: "flyway_user", executionMs: 12 }).join(";\n");
}

const versions = `SELECT version FROM ${table} ORDER BY installed_rank`;
const hotfix =
  "CREATE INDEX hotfix_idx ON orders (placed_at); ALTER TABLE customers ADD COLUMN vip boolean DEFAULT false; INSERT INTO customers (email) VALUES ('ann@example.org')";
const decision = { object: "public.*", choice: "adopt", reason: "slow list of orders", by: "Ann", at: null } as const;

test("an adopted difference is a migration at the head: proven both ways, recorded where it was found, pending elsewhere, none of the old tool's business", async () => {
  const { root, runnable } = conversion();
  const on = (plan: RunnablePlan) => ({ request: { shadowUrl: server, history: targetHistoryOf(plan, "stamp") } });
  const origin = await flywayDatabase("adopt_origin", 2);
  await origin.query(hotfix);
  const drift = { schemas: [], ignore: [], decisions: [decision] };
  expect(failureOf(await applyTo(origin.url, { runnable }, { drift, dryRun: true, ...on(runnable) }))).toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(/Would become a migration.*CREATE INDEX.*Its way back: .*DROP/s),
  });
  expect(failureOf(await applyTo(origin.url, { runnable }, { drift, ...on(runnable) }))).toMatchObject({
    exitCode: 4,
    hint: expect.stringContaining("pggit migrate --database"),
  });

  const decisions = join(root, "pggit", "decisions.yaml");
  const comment = "# The hot fixes of November\n";
  writeFileSync(decisions, `${comment}drift:\n  - { object: "public.*", choice: adopt, reason: slow list of orders, by: Ann }\n`);
  const plans = (): readonly string[] => readdirSync(join(root, "pggit")).filter((name) => name.startsWith("migration_plan_"));
  const migrate = async (...flags: readonly string[]): Promise<{ readonly code: number; readonly summary: unknown }> => {
    const run = await runProgram(["migrate", "--database", origin.url, "--json", "--quiet", ...flags], { cwd: root });
    return { code: run.code, summary: JSON.parse(run.stdout) };
  };
  const first = await migrate("--record-only");
  expect(first).toMatchObject({
    code: 0,
    summary: {
      database: { state: { before: "partial" }, recorded: 3, executed: [], adopted: [expect.stringMatching(/^adopted-vip-[0-9a-f]{4}$/)] },
    },
  });
  const name = [...plans()].sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).at(-1) ?? "";
  const file = join(root, "pggit", name);
  const adopting = valueOf(await loadRunnable({ file, cwd: root, roots: [], secrets: {} }));
  const id = adopting.plan.order[3] ?? "";
  expect(adopting.plan.migrations[3]).toMatchObject({
    id,
    author: "Ann",
    adopted: { reason: "slow list of orders" },
    rollback: { status: expect.stringMatching(/^proven/), origin: "authored" },
  });
  const written = [readFileSync(decisions, "utf8"), readFileSync(file, "utf8"), plans()];
  expect(written[0]).toMatch(new RegExp(`^${comment}`));

  expect(await migrate("--record-only")).toMatchObject({
    code: 0,
    summary: { database: { state: { before: "partial" }, recorded: 0, executed: [], adopted: [] } },
  });
  expect([readFileSync(decisions, "utf8"), readFileSync(file, "utf8"), plans()]).toEqual(written);

  // Flyway goes on by itself: what was adopted stays.
  await origin.query(`ALTER TABLE customers ADD COLUMN phone text; ${noteOf(2)}`);
  for (const recorded of [1, 0])
    expect(valueOf(await applyTo(origin.url, { runnable: adopting }, on(adopting)))).toMatchObject({
      failure: null,
      after: "head",
      recorded,
      executed: [],
    });
  expect(await origin.query(versions)).toEqual([{ version: "1" }, { version: "2" }, { version: "3" }]);

  const other = await flywayDatabase("adopt_other", 3);
  const applied = valueOf(await applyTo(other.url, { runnable: adopting }, { confirmation: "never", ...on(adopting) }));
  expect(applied).toMatchObject({ failure: null, after: "head", recorded: 3, executed: [{ id }], stamped: 0 });
  expect(await other.query(versions)).toHaveLength(3);
}, 300_000);
