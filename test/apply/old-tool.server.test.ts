import { expect, test } from "vitest";
import { schemaHistory } from "../../adapters/flyway/schema-history/index.ts";
import { targetHistoryOf } from "../../src/cli/target-histories.ts";
import { useServer } from "../support/server.ts";
import { applyTo, failureOf, migrateTo, useConversion, useDatabases, valueOf, type TestDatabase } from "../support/target.ts";
import { shop } from "./shop.ts";

const server = useServer();
const conversion = useConversion(shop);
const newDatabase = useDatabases(server);

/** Makes Flyway's table with the rows of the first migrations, as Flyway leaves it. */
async function noteApplied(database: TestDatabase, ids: readonly string[]): Promise<void> {
  const { plan } = conversion().runnable;
  const table = "public.flyway_schema_history";
  const stamps = plan.migrations
    .filter(({ id }) => ids.includes(id))
    .flatMap((migration) => schemaHistory.stamp({ migration, location: plan.source.location, table, by: "flyway_user", executionMs: 12 }));
  await database.query([...schemaHistory.create(table), ...stamps].join(";\n"));
}

function request(): { readonly shadowUrl: string; readonly history: ReturnType<typeof targetHistoryOf> } {
  return { shadowUrl: server, history: targetHistoryOf(conversion().runnable, "stamp") };
}

const versions = Array.from({ length: 9 }, (_, index) => `V${index + 1}`);

test("the table says how far it is, when and by whom; what pggit runs is entered in it, and taken out by a rollback; a second run finds nothing", async () => {
  const database = await newDatabase("tool_partial");
  await migrateTo(database, conversion(), 9);
  // The repeatable ran when it had another text.
  await database.query("CREATE VIEW open_orders AS SELECT o.id FROM orders o");
  await noteApplied(database, [...versions, "R__open_orders"]);
  await database.query(
    "UPDATE flyway_schema_history SET checksum = 1 WHERE version IS NULL; UPDATE flyway_schema_history SET installed_on = '2024-02-03 04:05:06' WHERE version = '3'",
  );
  await database.query("DROP VIEW open_orders; CREATE VIEW open_orders AS SELECT o.id, 'old'::text AS email FROM orders o");

  const dry = valueOf(await applyTo(database.url, conversion(), { dryRun: true, request: request() }));
  expect(dry).toMatchObject({ failure: null, assessment: { state: "partial", basis: "history-table", drift: [] } });
  expect(dry.assessment.pending).toEqual(["V10", "V11", "V12", "V13", "R__open_orders"]);

  const ran = valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request: request() }));
  expect(ran).toMatchObject({ failure: null, after: "head", recorded: 9, stamped: 5 });
  expect(
    await database.query(
      "SELECT installed_rank AS rank, version, description, script, success FROM flyway_schema_history WHERE installed_rank > 10 ORDER BY 1",
    ),
  ).toEqual([
    { rank: 11, version: "10", description: "country", script: "V10__country.sql", success: true },
    { rank: 12, version: "11", description: "unique email", script: "V11__unique_email.sql", success: true },
    { rank: 13, version: "12", description: "nullable total", script: "V12__nullable_total.sql", success: true },
    { rank: 14, version: "13", description: "drop phone", script: "V13__drop_phone.sql", success: true },
    { rank: 15, version: null, description: "open orders", script: "R__open_orders.sql", success: true },
  ]);
  expect(
    await database.query("SELECT author, authored_at::text AS at FROM pggit.commits WHERE metadata::text LIKE '%\"V3__orders.sql\"%'"),
  ).toEqual([{ author: "flyway_user", at: "2024-02-03 04:05:06" }]);
  expect(valueOf(await applyTo(database.url, conversion(), { request: request() }))).toMatchObject({
    recorded: 0,
    executed: [],
    stamped: 0,
    after: "head",
  });
});

test("--no-stamp leaves the table alone", async () => {
  const database = await newDatabase("tool_unstamped");
  await migrateTo(database, conversion(), 12);
  await noteApplied(database, [...versions, "V10", "V11", "V12"]);
  const history = targetHistoryOf(conversion().runnable, "leave");
  const ran = valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request: { shadowUrl: server, history } }));
  expect(ran).toMatchObject({ after: "head", stamped: 0, failure: null });
  expect(await database.query("SELECT count(*)::int AS rows FROM flyway_schema_history")).toEqual([{ rows: 12 }]);
});

test("a table that says more than is there is drift, and one that broke off is a question first", async () => {
  const database = await newDatabase("tool_mismatch");
  await migrateTo(database, conversion(), 8);
  await noteApplied(database, versions);
  expect(failureOf(await applyTo(database.url, conversion(), { request: request() }))).toMatchObject({
    code: "drift",
    message: expect.stringContaining("column public.customers.phone is missing"),
  });
  await database.query("UPDATE flyway_schema_history SET success = false WHERE version = '9'");
  expect(failureOf(await applyTo(database.url, conversion(), { request: request() }))).toMatchObject({
    code: "decisions-open",
    exitCode: 3,
    message: expect.stringContaining("failed in this database"),
  });
});
