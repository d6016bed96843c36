import { describe, expect, test } from "vitest";
import { useServer } from "../support/server.ts";
import { applyTo, attended, failureOf, migrateTo, useConversion, useDatabases, valueOf } from "../support/target.ts";
import { shop } from "./shop.ts";

const server = useServer();
const conversion = useConversion(shop);
const newDatabase = useDatabases(server);
/** The test server serves as shadow: its databases are made faster than embedded ones start. */
const request = { shadowUrl: server };
const total = 14;

/** Everything that a write could have changed. */
const fingerprint = `select (select count(*) from pg_namespace) as schemas, (select sum(n_tup_ins + n_tup_upd + n_tup_del)::text from pg_stat_xact_all_tables) as rows,
  (select md5(string_agg(c.oid || c.relname || c.relfilenode, ',' order by c.oid)) from pg_class c where c.oid >= 16384) as relations`;

describe("an empty database", () => {
  test("is shown by a dry run, needs a person, and is built from schema.sql with its record", async () => {
    const database = await newDatabase("states_empty");
    const before = await database.query(fingerprint);
    const dry = valueOf(await applyTo(database.url, conversion(), { dryRun: true, request }));
    expect(dry).toMatchObject({ after: "empty", executed: [], recorded: 0, failure: null, assessment: { state: "empty" } });
    expect(dry.assessment.pending).toHaveLength(total);
    expect(await database.query(fingerprint)).toEqual(before);

    expect(failureOf(await applyTo(database.url, conversion(), { request }))).toMatchObject({ code: "confirmation-needed", exitCode: 5 });
    const declined = attended("no");
    expect(failureOf(await applyTo(database.url, conversion(), { request: { ...request, ...declined } }))).toMatchObject({
      code: "not-confirmed",
    });
    expect(declined.questions).toEqual([expect.stringContaining("Build the schema (14 migrations, V1 to R__open_orders)")]);
    expect(await database.query(fingerprint)).toEqual(before);

    const built = valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request }));
    expect(built).toMatchObject({ after: "head", stoppedAt: null, failure: null, recorded: total });
    expect(built.executed.map(({ id }) => id)).toEqual(["schema.sql"]);
    expect(
      await database.query("select (select count(*)::int from countries) as seeds, (select count(*)::int from pggit.commits) as commits"),
    ).toEqual([{ seeds: 3, commits: total }]);

    const again = valueOf(await applyTo(database.url, conversion(), { request }));
    expect(again).toMatchObject({ after: "head", recorded: 0, executed: [], assessment: { state: "head", basis: "record" } });
    expect(await database.query("select count(*)::int as runs from pggit_migrate.runs")).toEqual([{ runs: 1 }]);
  });

  test("is not what --expect head or --record-only want", async () => {
    const database = await newDatabase("states_expect");
    expect(failureOf(await applyTo(database.url, conversion(), { expect: "head", request }))).toMatchObject({
      code: "unexpected-state",
      exitCode: 4,
    });
    expect(failureOf(await applyTo(database.url, conversion(), { recordOnly: true, request }))).toMatchObject({
      code: "unexpected-state",
      exitCode: 4,
    });
  });
});

describe("a database at the head", () => {
  test("gets its record and no DDL; asked only where wanted", async () => {
    const database = await newDatabase("states_head");
    await migrateTo(database, conversion(), total);
    expect(failureOf(await applyTo(database.url, conversion(), { confirmation: "always", request }))).toMatchObject({ exitCode: 5 });
    const recorded = valueOf(await applyTo(database.url, conversion(), { request }));
    expect(recorded).toMatchObject({
      after: "head",
      recorded: total,
      executed: [],
      failure: null,
      assessment: { state: "head", basis: "catalog" },
    });
    expect(await database.query("select name from pggit.branches")).toEqual([{ name: "main" }]);
    const counts = "select (select count(*) from pggit.history)::int as history, (select count(*) from pggit_migrate.runs)::int as runs";
    const before = await database.query(counts);
    expect(valueOf(await applyTo(database.url, conversion(), { request }))).toMatchObject({ recorded: 0 });
    expect(await database.query(counts)).toEqual(before);
  });
});

describe("a database part of the way", () => {
  test("is found by its catalog, recorded, and run to the head after a yes", async () => {
    const database = await newDatabase("states_partial");
    await migrateTo(database, conversion(), 9);
    const dry = valueOf(await applyTo(database.url, conversion(), { dryRun: true, request }));
    expect(dry.assessment).toMatchObject({ state: "partial", basis: "catalog", applied: expect.objectContaining({ length: 9 }) });
    expect(dry.assessment.pending).toEqual(["V10", "V11", "V12", "V13", "R__open_orders"]);
    expect(await database.query("select to_regclass('pggit.branches')::text as store")).toEqual([{ store: null }]);

    const unattended = valueOf(await applyTo(database.url, conversion(), { request }));
    expect(unattended).toMatchObject({ recorded: 9, executed: [], after: "partial", failure: { exitCode: 5 } });
    const person = attended("yes");
    const ran = valueOf(await applyTo(database.url, conversion(), { request: { ...request, ...person } }));
    expect(person.questions).toEqual([expect.stringContaining("Run 5 migrations, V10 to R__open_orders on")]);
    expect(ran).toMatchObject({ recorded: 0, after: "head", failure: null, assessment: { basis: "record" } });
    expect(ran.executed.map(({ id }) => id)).toEqual(["V10", "V11", "V12", "V13", "R__open_orders"]);
    expect(await database.query("select how, count(*)::int as count from pggit_migrate.migrations group by how order by how")).toEqual([
      { how: "executed", count: 5 },
      { how: "recorded", count: 9 },
    ]);
  });

  test("--record-only records what is there and runs nothing", async () => {
    const database = await newDatabase("states_record_only");
    await migrateTo(database, conversion(), 5);
    const outcome = valueOf(await applyTo(database.url, conversion(), { recordOnly: true, confirmation: "never", request }));
    expect(outcome).toMatchObject({ recorded: 5, executed: [], after: "partial", failure: null });
  });

  test("a migration that knows no transaction is run with the ledger and leaves nothing in it", async () => {
    const database = await newDatabase("states_concurrently");
    await migrateTo(database, conversion(), 5);
    const outcome = valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request }));
    expect(outcome).toMatchObject({ after: "head", failure: null });
    expect(await database.query("select count(*)::int as left from pggit_migrate.ledger")).toEqual([{ left: 0 }]);
    expect(await database.query("select indisvalid from pg_index where indexrelid = 'customers_email_idx'::regclass")).toEqual([
      { indisvalid: true },
    ]);
  });
});

describe("a database that is different", () => {
  test("a hot-fix applied by hand is told in words, refused, and let through where it is ignored", async () => {
    const database = await newDatabase("states_drift");
    await migrateTo(database, conversion(), total);
    await database.query(
      `CREATE INDEX hotfix_idx ON orders (placed_at); ALTER TABLE customers ALTER COLUMN full_name SET NOT NULL; CREATE TABLE "Hot fix" (id int PRIMARY KEY);
       CREATE OR REPLACE VIEW open_orders AS SELECT o.id, c.email FROM orders o JOIN customers c ON c.id = o.customer_id;`,
    );
    const dry = valueOf(await applyTo(database.url, conversion(), { dryRun: true, request }));
    expect(dry.failure).toMatchObject({ code: "drift", exitCode: 3, hint: expect.stringMatching(/adopt .*revert .*ignore/) });
    expect(dry.assessment.drift.map(({ text }) => text)).toEqual(
      [
        "table public.Hot fix is there, and is not in the history",
        "constraint public.customers.customers_full_name_not_null is there, and is not in the history",
        "column public.customers.full_name: does not allow NULL",
        "index public.hotfix_idx is there, and is not in the history",
        "view public.open_orders: definition differs",
      ].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)),
    );
    for (const confirmation of ["default", "always", "never"] as const) {
      expect(failureOf(await applyTo(database.url, conversion(), { confirmation, request }))).toMatchObject({ code: "drift", exitCode: 4 });
    }
    expect(await database.query("select to_regclass('pggit.branches')::text as store")).toEqual([{ store: null }]);
    const ignore = ["public.hotfix_idx", "public.Hot*", "public.customers.*full_name*", "public.open_orders"];
    expect(valueOf(await applyTo(database.url, conversion(), { drift: { schemas: [], ignore }, request }))).toMatchObject({
      after: "head",
      recorded: total,
    });
  });

  test("other owners and grants, an extension's objects, a manager's partitions and other people's schemas are no drift", async () => {
    const database = await newDatabase("states_others");
    await migrateTo(database, conversion(), total);
    await database.query(
      `ALTER TABLE orders OWNER TO pggit_test_owner; ALTER FUNCTION touch() OWNER TO pggit_test_owner;
       GRANT SELECT ON ALL TABLES IN SCHEMA public, billing TO pggit_test_stranger; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pggit_test_stranger;
       CREATE EXTENSION hstore; CREATE SCHEMA ext; CREATE EXTENSION pg_trgm SCHEMA ext;
       CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01'); CREATE INDEX ON events_2024 (at);
       CREATE SCHEMA analysts; CREATE TABLE analysts.scratch (id serial PRIMARY KEY); CREATE PUBLICATION states_pub FOR TABLE orders;`,
    );
    const outcome = valueOf(await applyTo(database.url, conversion(), { request }));
    expect(outcome.assessment.drift).toEqual([]);
    expect(outcome).toMatchObject({ after: "head", recorded: total });
  });
});

test("a role that owns the database and is no superuser can do all of it, and the dry run's session cannot write although the role may", async () => {
  const database = await newDatabase("states_plain");
  await database.query(`ALTER DATABASE states_plain OWNER TO pggit_test_owner`);
  const url = database.url.replace(/\/\/[^@]*@/, "//pggit_test_owner:owner@");
  const { openTarget } = await import("../../src/database/open-target.ts");
  const opened = valueOf(await openTarget(url, "read-only"));
  await expect(opened.session.run("CREATE TABLE sneaked (id int)")).rejects.toMatchObject({ error: { code: "25006" } });
  await opened.close();

  await database.query("ALTER SCHEMA public OWNER TO pggit_test_owner");
  const embedded = { shadowUrl: null };
  expect(valueOf(await applyTo(url, conversion(), { dryRun: true, request: embedded }))).toMatchObject({ after: "empty", failure: null });
  expect(valueOf(await applyTo(url, conversion(), { confirmation: "never", request: embedded }))).toMatchObject({
    after: "head",
    failure: null,
  });
  expect(valueOf(await applyTo(url, conversion(), { request: embedded }))).toMatchObject({ recorded: 0, assessment: { state: "head" } });
});

function sortKey(text: string): string {
  return / (?:is|:)?/.test(text) ? text.replace(/^\w+ /, "").replace(/(?: is there.*|:.*)$/, "") : text;
}
