import { expect, test } from "vitest";
import { withTarget } from "../../src/apply/apply-to-database.ts";
import { findRowsAgainst } from "../../src/apply/rows-against.ts";
import type { Destination, RollbackOutcome } from "../../src/apply/rollback.ts";
import type { Confirmation } from "../../src/apply/table.ts";
import { ok, type Result } from "../../src/model/failure.ts";
import { runProgram } from "../support/program.ts";
import { temporaryProject } from "../support/project-files.ts";
import { useServer } from "../support/server.ts";
import { applyTo, attended, failureOf, migrateTo, takeBackFrom, useConversion, useDatabases, valueOf } from "../support/target.ts";
import { shop } from "./shop.ts";

const server = useServer();
const conversion = useConversion(shop);
const newDatabase = useDatabases(server);
const request = { shadowUrl: server };

function rollback(url: string, destination: Destination, answer: Confirmation | "yes" = "default"): Promise<Result<RollbackOutcome>> {
  const { surroundings } = attended(answer === "yes" ? "yes" : "no-terminal");
  return takeBackFrom(url, conversion(), destination, {
    confirmation: answer === "yes" ? "default" : answer,
    request: { ...request, surroundings },
  });
}

const catalog = `select (select string_agg(format('%s.%s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod)), ',' order by attrelid::regclass::text, attname)
    from pg_attribute a join pg_class c on c.oid = attrelid where relnamespace in (select oid from pg_namespace where nspname in ('public', 'billing')) and attnum > 0 and not attisdropped) as columns,
  (select string_agg(conname, ',' order by conname) from pg_constraint where connamespace = 'public'::regnamespace) as constraints`;

test("--to takes back what came after, the record with it; what loses rows asks, and a condition that does not hold refuses with its rows", async () => {
  const database = await newDatabase("rollback_to");
  await migrateTo(database, conversion(), 11);
  const before = await database.query(catalog);
  valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request }));
  await database.query(
    `INSERT INTO customers (email, full_name) VALUES ('a@x', 'A'); INSERT INTO billing."Invoice" VALUES (1, NULL, NULL), (2, NULL, NULL)`,
  );

  const refused = failureOf(await rollback(database.url, { kind: "migration", id: "V11" }, "never"));
  expect(refused).toMatchObject({
    code: "condition-broken",
    exitCode: 4,
    location: "V12",
    message: expect.stringMatching(
      /returns 2: .*They are: billing\."Invoice" with id 1, total NULL; billing\."Invoice" with id 2, total NULL\. Nothing/s,
    ),
  });
  await database.query(`DELETE FROM billing."Invoice"`);
  // What stands against a key is shown without its values.
  const twins = "(SELECT 1 FROM public.customers WHERE full_name IS NOT NULL GROUP BY full_name HAVING count(*) > 1 LIMIT 1)";
  await database.query(`INSERT INTO customers (email, full_name) VALUES ('b@x', 'A')`);
  const against = await withTarget(
    { database: database.url, access: "read-only", signal: new AbortController().signal },
    async ({ session }) => ok(await findRowsAgainst(session, twins)),
  );
  expect(valueOf(against)).toEqual({ count: 1, samples: ["public.customers with full_name a text of 1 character, rows 2"] });
  await database.query(`DELETE FROM customers WHERE email = 'b@x'`);
  const lossy = failureOf(await rollback(database.url, { kind: "migration", id: "V11" }));
  expect(lossy).toMatchObject({ code: "confirmation-needed", exitCode: 5, message: expect.stringContaining("V13 does not bring back ") });
  const done = valueOf(await rollback(database.url, { kind: "migration", id: "V11" }, "yes"));
  expect(done).toMatchObject({ failure: null, stoppedAt: null });
  expect(done.executed.map(({ id }) => id)).toEqual(["R__open_orders", "V13", "V12"]);
  expect(await database.query(catalog)).toEqual(before);
  expect(
    await database.query(
      "select max(version) as last, count(*)::int as count from pggit.migrations where version = 'flyway:V11' or version > 'flyway:V11' and version < 'flyway:V2'",
    ),
  ).toEqual([{ last: "flyway:V11", count: 1 }]);

  // And forward again, although a column stands elsewhere now.
  expect(valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request }))).toMatchObject({
    after: "head",
    failure: null,
  });

  // Where the files of the plan are not at hand, the record has them.
  const elsewhere = temporaryProject({});
  const place = ["--database", database.url, "--shadow-url", server, "--json", "--quiet"];
  const without = await runProgram(["rollback", "--to", "V12", "--yolo", ...place], { cwd: elsewhere });
  expect(without).toMatchObject({ code: 0, stderr: expect.stringContaining("kept with the record") });
  expect(JSON.parse(without.stdout)).toMatchObject({ stoppedAt: null, executed: [{ id: "R__open_orders" }, { id: "V13" }] });
  const status = await runProgram(["status", ...place], { cwd: elsewhere });
  expect(JSON.parse(status.stdout)).toMatchObject({ state: "partial", pending: ["V13", "R__open_orders"], drift: [] });
  const empty = await newDatabase("rollback_no_plan");
  const none = await runProgram(["rollback", "--to", "V12", "--database", empty.url, "--json", "--quiet"], { cwd: elsewhere });
  expect(none.code).toBe(2);
  expect(JSON.parse(none.stdout)).toMatchObject({ error: { code: "no-plan", message: expect.stringContaining("keeps none") } });
});

test("--to-original-state after a record removes the record alone; what pggit ran is taken back first", async () => {
  const database = await newDatabase("rollback_record");
  await migrateTo(database, conversion(), 12);
  const before = await database.query(catalog);
  valueOf(await applyTo(database.url, conversion(), { recordOnly: true, request }));
  expect(valueOf(await rollback(database.url, { kind: "original-state" }))).toMatchObject({ failure: null, executed: [], forgotten: 12 });
  expect(await database.query("select count(*)::int as schemas from pg_namespace where nspname ~ '^pggit'")).toEqual([{ schemas: 0 }]);

  valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request }));
  const back = valueOf(await rollback(database.url, { kind: "original-state" }, "never"));
  expect(back).toMatchObject({ failure: null, forgotten: 12 });
  expect(back.executed.map(({ id }) => id)).toEqual(["R__open_orders", "V13"]);
  expect(await database.query(catalog)).toEqual(before);
  expect(failureOf(await rollback(database.url, { kind: "migration", id: "V3" }))).toMatchObject({ code: "nothing-recorded", exitCode: 4 });
});

test("--to-original-state after a build shows the rows that would go, asks, and leaves an empty database and what others have", async () => {
  const database = await newDatabase("rollback_build");
  await database.query("CREATE SCHEMA analysts; CREATE TABLE analysts.notes (id int)");
  valueOf(await applyTo(database.url, conversion(), { confirmation: "never", request }));
  await database.query("INSERT INTO customers (email) VALUES ('a@x'), ('b@x'); CREATE VIEW analysts.emails AS SELECT email FROM customers");
  const asked = failureOf(await rollback(database.url, { kind: "original-state" }));
  expect(asked).toMatchObject({ exitCode: 5, message: expect.stringMatching(/public\.countries: 3 rows; public\.customers: 2 rows/) });
  expect(failureOf(await rollback(database.url, { kind: "original-state" }, "never"))).toMatchObject({
    code: "others-depend",
    location: "analysts.emails",
  });
  expect(await database.query("select count(*)::int as rows from customers")).toEqual([{ rows: 2 }]);
  await database.query("DROP VIEW analysts.emails");
  expect(valueOf(await rollback(database.url, { kind: "original-state" }, "never"))).toMatchObject({ failure: null, after: [] });
  expect(await database.query("select nspname as name from pg_namespace where nspname !~ '^pg_|^information' order by 1")).toEqual([
    { name: "analysts" },
    { name: "public" },
  ]);
  expect(await database.query("select count(*)::int as left from pg_class where relnamespace = 'public'::regnamespace")).toEqual([
    { left: 0 },
  ]);
});

test("a migration that is not there is wrong use", async () => {
  const database = await newDatabase("rollback_unknown");
  await migrateTo(database, conversion(), 3);
  valueOf(await applyTo(database.url, conversion(), { recordOnly: true, request }));
  expect(failureOf(await rollback(database.url, { kind: "migration", id: "V9" }))).toMatchObject({ code: "not-applied", exitCode: 2 });
});
