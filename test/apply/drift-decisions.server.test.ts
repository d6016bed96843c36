import { describe, expect, test } from "vitest";
import type { DriftChoice, DriftDecision } from "../../src/model/drift.ts";
import { useServer } from "../support/server.ts";
import { applyTo, attended, failureOf, migrateTo, useConversion, useDatabases, valueOf } from "../support/target.ts";
import { shop } from "./shop.ts";

const server = useServer();
const conversion = useConversion(shop);
const newDatabase = useDatabases(server);
const request = { shadowUrl: server };
const total = 14;

const decide = (choice: DriftChoice, ...objects: readonly string[]): readonly DriftDecision[] =>
  objects.map((object) => ({ object, choice, reason: "hot-fix of 12 November", by: "Ann", at: "2026-11-20" }));
const drift = (...decisions: readonly (readonly DriftDecision[])[]) => ({ schemas: [], ignore: [], decisions: decisions.flat() });

const hotfix = `CREATE INDEX hotfix_idx ON orders (placed_at); ALTER TABLE customers ADD COLUMN vip boolean DEFAULT false; ALTER TABLE customers ALTER COLUMN full_name SET NOT NULL;
  CREATE TABLE "Hot fix" (id serial PRIMARY KEY, note text CHECK (note <> '')); COMMENT ON TABLE "Hot fix" IS 'by hand'; INSERT INTO "Hot fix" (note) VALUES ('a'), ('b');
  ALTER TYPE order_state ADD VALUE 'lost'; DROP INDEX orders_customer_idx; CREATE OR REPLACE VIEW open_orders AS SELECT o.id, c.email FROM orders o JOIN customers c ON c.id = o.customer_id;
  CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;`;

describe("a difference that is ignored by decision", () => {
  test("is let through, told, and recorded once with its reason", async () => {
    const database = await newDatabase("drift_ignored");
    await migrateTo(database, conversion(), total);
    await database.query("CREATE INDEX hotfix_idx ON orders (placed_at); CREATE INDEX tuning_idx ON orders (state)");
    const options = { drift: { schemas: [], ignore: ["public.tuning_*"], decisions: decide("ignore", "public.hotfix_idx") }, request };
    const expected = [
      { object: "public.hotfix_idx", reason: "hot-fix of 12 November", decidedBy: "Ann" },
      { object: "public.tuning_idx", reason: "drift.ignore of pggit.yaml: public.tuning_*", decidedBy: null },
    ];
    const dry = valueOf(await applyTo(database.url, conversion(), { ...options, dryRun: true }));
    expect(dry).toMatchObject({ failure: null, ignored: expected });
    const outcome = valueOf(await applyTo(database.url, conversion(), options));
    expect(outcome).toMatchObject({ after: "head", recorded: total, ignored: expected });
    const rows = "select object, reason, decided_by as by, decided_at as at, run_id::int as run from pggit_migrate.drift order by object";
    const recorded = await database.query(rows);
    expect(recorded).toEqual([
      { object: "public.hotfix_idx", reason: "hot-fix of 12 November", by: "Ann", at: "2026-11-20", run: 1 },
      { object: "public.tuning_idx", reason: expect.stringContaining("pggit.yaml"), by: null, at: null, run: 1 },
    ]);
    expect(valueOf(await applyTo(database.url, conversion(), options))).toMatchObject({ recorded: 0, ignored: expected });
    expect(await database.query(rows)).toEqual(recorded);

    await database.query("CREATE INDEX later_idx ON orders (customer_id, state)");
    const later = { ...options, drift: { ...options.drift, decisions: decide("ignore", "public.hotfix_idx", "public.later_idx") } };
    expect(valueOf(await applyTo(database.url, conversion(), later))).toMatchObject({ recorded: 0, failure: null });
    expect(await database.query(rows)).toHaveLength(3);
  });
});

describe("a difference that is to be undone", () => {
  const all = ["public.*"];

  test("is undone by proven SQL after asking, with what is lost, and recorded; then the pending migrations run", async () => {
    const database = await newDatabase("drift_reverted");
    await migrateTo(database, conversion(), 9);
    await database.query("INSERT INTO customers (email, full_name) VALUES ('ann@example.org', 'Ann')");
    await database.query(hotfix.replace(/CREATE OR REPLACE VIEW.*?;/, "").replace(/ALTER TYPE.*?;/, ""));
    const options = { drift: drift(decide("revert", ...all)), request };
    const dry = valueOf(await applyTo(database.url, conversion(), { ...options, dryRun: true }));
    expect(dry.failure).toMatchObject({
      code: "drift",
      exitCode: 3,
      message: expect.stringMatching(
        /Would be undone[^]*DROP TABLE[^]*Lost would be .*2 rows of table public\.Hot fix, 1 value of column public\.customers\.vip/,
      ),
    });
    expect(await database.query(`select to_regclass('"Hot fix"')::text as table, to_regclass('pggit.branches')::text as store`)).toEqual([
      { table: '"Hot fix"', store: null },
    ]);
    const person = attended("yes");
    const outcome = valueOf(await applyTo(database.url, conversion(), { ...options, request: { ...request, ...person } }));
    expect(person.questions[0]).toMatch(/^Undo [^]*2 rows of table public\.Hot fix, 1 value of column public\.customers\.vip are lost/);
    expect(outcome).toMatchObject({ failure: null, after: "head", assessment: { state: "partial" } });
    expect(outcome.reverted.map(({ object }) => object)).toContain("public.hotfix_idx");
    expect(outcome.executed.map(({ id }) => id)).toEqual(["V10", "V11", "V12", "V13", "R__open_orders"]);
    expect(await database.query("select distinct choice, reason, decided_by as by from pggit_migrate.drift")).toEqual([
      { choice: "revert", reason: "hot-fix of 12 November", by: "Ann" },
    ]);
  });

  test("is refused as long as another one is not decided, and where no SQL is proven for it", async () => {
    const database = await newDatabase("drift_partly");
    await migrateTo(database, conversion(), total);
    await database.query("CREATE INDEX hotfix_idx ON orders (placed_at); CREATE INDEX other_idx ON orders (state)");
    const one = failureOf(
      await applyTo(database.url, conversion(), { drift: drift(decide("revert", "public.hotfix_idx")), confirmation: "never", request }),
    );
    expect(one).toMatchObject({ code: "drift", exitCode: 4, location: "public.other_idx" });
    const ignoring = drift(decide("revert", "public.hotfix_idx"), decide("ignore", "public.other_idx"));
    const rehearsed = await applyTo(database.url, conversion(), { drift: ignoring, request: { ...request, where: "copy" } });
    expect(valueOf(rehearsed)).toMatchObject({
      failure: null,
      after: "head",
      copy: "a copy on its server",
      reverted: [{ object: "public.hotfix_idx" }],
    });
    expect(await database.query("select to_regclass('hotfix_idx')::text as index, to_regclass('pggit.branches')::text as store")).toEqual([
      { index: "hotfix_idx", store: null },
    ]);
    expect(valueOf(await applyTo(database.url, conversion(), { drift: ignoring, confirmation: "never", request }))).toMatchObject({
      failure: null,
      after: "head",
      reverted: [{ object: "public.hotfix_idx" }],
      ignored: [{ object: "public.other_idx" }],
    });
    await database.query("ALTER TABLE orders ALTER COLUMN state SET STATISTICS 500");
    const unseen = failureOf(
      await applyTo(database.url, conversion(), { drift: drift(decide("revert", ...all)), confirmation: "never", request }),
    );
    expect(unseen).toMatchObject({ code: "drift-unproven", exitCode: 4, message: expect.stringContaining("statistics target") });
  });
});
