import { beforeAll, describe, expect, test } from "vitest";
import { analyseHazards } from "../../src/analysis/hazards/index.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { useShadow } from "../support/shadow.ts";
import { openBench, type Bench } from "./support/replay.ts";

const shadow = useShadow();
let bench: Bench;
beforeAll(async () => {
  await loadParser();
  bench = await openBench(shadow().session);
  await bench.history([TABLES]);
});

const TABLES = `
  CREATE TABLE customers (id int PRIMARY KEY, email varchar(50), name text, born timestamptz, score numeric(10,2), CONSTRAINT named CHECK (name IS NOT NULL));
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status text, total numeric(10,2));
  CREATE INDEX orders_status ON orders (status);
  CREATE TYPE mood AS ENUM ('good', 'bad');
  CREATE VIEW cheap AS SELECT id, total FROM orders;
  CREATE TABLE events (at date) PARTITION BY RANGE (at);
  CREATE TABLE events_old (at date);
`;

/** SQL of a migration after `TABLES`, and the rules that find something in it, each with a part of its message. */
const CASES: readonly (readonly [string, Readonly<Record<string, RegExp>>])[] = [
  ["CREATE TABLE fresh (id int); CREATE INDEX ON fresh (id); ALTER TABLE fresh ADD CHECK (id > 0); DROP TABLE fresh", {}],
  ["ALTER TABLE orders ADD COLUMN note text", {}],
  ["ALTER TABLE orders ADD COLUMN paid boolean NOT NULL DEFAULT false", {}],
  ["ALTER TABLE orders ADD COLUMN key uuid DEFAULT gen_random_uuid()", { "rewrites-table": /differs from row to row/ }],
  ["ALTER TABLE orders ADD COLUMN twice numeric GENERATED ALWAYS AS (total * 2) STORED", { "rewrites-table": /stored generated/ }],
  ["ALTER TABLE orders ADD COLUMN number int GENERATED ALWAYS AS IDENTITY", { "rewrites-table": /identity/ }],
  ["ALTER TABLE orders ADD COLUMN needed int NOT NULL", { "breaks-application": /NOT NULL without a default/ }],
  ["ALTER TABLE customers ALTER COLUMN email TYPE varchar(200)", {}],
  ["ALTER TABLE customers ALTER COLUMN email TYPE varchar(20)", { "rewrites-table": /varying\(20\)/, "loses-data": /does not fit/ }],
  ["ALTER TABLE customers ALTER COLUMN score TYPE numeric(10,1)", { "rewrites-table": /score/, "loses-data": /rounded/ }],
  ["ALTER TABLE customers ALTER COLUMN born TYPE date", { "rewrites-table": /born/, "loses-data": /time of day/ }],
  ["ALTER TABLE customers ALTER COLUMN score TYPE bigint USING score::bigint", { "rewrites-table": /USING/, "loses-data": /rounded/ }],
  ["ALTER TABLE orders ALTER COLUMN status SET NOT NULL", { "scans-table": /holds no NULL/ }],
  ["ALTER TABLE customers ALTER COLUMN name SET NOT NULL", {}],
  ["ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0)", { "scans-table": /every row is checked/ }],
  ["ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID", {}],
  ["ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (customer_id) REFERENCES customers", { "scans-table": /orders and to customers/ }],
  [
    "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (customer_id) REFERENCES customers NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT f",
    { "scans-table": /NOT VALID gains nothing/ },
  ],
  ["ALTER TABLE customers ADD CONSTRAINT uk UNIQUE (email)", { "scans-table": /duplicate/ }],
  ["CREATE INDEX ON orders (customer_id)", { "blocks-writes": /Writes to orders wait/ }],
  ["CREATE UNIQUE INDEX ON customers (email)", { "blocks-writes": /duplicate/ }],
  ["CREATE INDEX CONCURRENTLY late ON orders (customer_id)", { "non-transactional": /INVALID/ }],
  ["DROP INDEX orders_status", { "blocks-writes": /orders wait/ }],
  ["ALTER TABLE orders DROP COLUMN status", { "loses-data": /orders\.status/ }],
  ["DROP TABLE events_old", { "loses-data": /events_old/ }],
  ["TRUNCATE customers", { "loses-data": /All rows/ }],
  ["DELETE FROM customers WHERE id < 5", { "loses-data": /Matching rows/ }],
  ["UPDATE orders SET status = 'open'", { "writes-all-rows": /Every row of orders/ }],
  ["UPDATE orders SET status = 'open' WHERE id = 1", {}],
  ["ALTER TABLE orders RENAME COLUMN status TO state", { "breaks-application": /orders\.status/ }],
  ["ALTER TABLE orders RENAME TO purchases", { "breaks-application": /orders/ }],
  ["ALTER TABLE orders ENABLE ROW LEVEL SECURITY", { "breaks-application": /no policy/ }],
  ["CREATE POLICY p ON orders USING (true); ALTER TABLE orders ENABLE ROW LEVEL SECURITY", {}],
  ["ALTER TABLE orders SET UNLOGGED", { "rewrites-table": /unlogged/, "loses-data": /after a crash/ }],
  ["ALTER TYPE mood ADD VALUE 'fine'", { "enum-value": /mood/ }],
  ["ALTER TYPE mood RENAME VALUE 'bad' TO 'worse'", { "breaks-application": /old value/ }],
  ["DROP TABLE orders CASCADE", { "loses-data": /orders/, cascade: /cheap/ }],
  ["ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM ('2000-01-01') TO ('2020-01-01')", { "scans-table": /events_old/ }],
  ["ALTER TABLE orders ADD COLUMN n int; UPDATE customers SET name = ''", { "holds-lock": /line 1/, "writes-all-rows": /customers/ }],
  ["DO $$ BEGIN EXECUTE 'SELECT 1'; END $$", { "unknown-effect": /strongest lock/ }],
];

describe("hazards", () => {
  test.each(CASES)("%s", async (sql, expected) => {
    const replay = await bench.tryOut("V2", sql);
    expect(replay.statements.map((statement) => statement.outcome.kind)).not.toContain("failed");
    const found = analyseHazards(replay).flatMap((statement) => statement.hazards);
    expect(found.map((hazard) => hazard.rule).sort()).toEqual(Object.keys(expected).sort());
    for (const hazard of found) expect(hazard.message).toMatch(expected[hazard.rule] ?? /never/);
  });

  test("a safer form can be run as it stands", async () => {
    const safe = async (sql: string): Promise<string> => {
      const safer = analyseHazards(await bench.tryOut("V2", sql))[0]?.hazards[0]?.safer ?? null;
      if (safer === null) throw new Error(`nothing safer than ${sql}`);
      return safer;
    };
    const forms = [
      await safe("ALTER TABLE orders ALTER COLUMN status SET NOT NULL"),
      await safe("ALTER TABLE customers ADD CONSTRAINT uk UNIQUE (email)"),
      await safe("ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0)"),
      await safe("CREATE INDEX orders_customer ON orders (customer_id)"),
      await safe("DROP INDEX orders_status"),
    ];
    for (const [at, form] of forms.entries()) {
      for (const [line, sql] of form.split(";").entries()) {
        if (sql.replaceAll(/--.*/g, "").trim() === "") continue;
        const replay = await bench.run(`S${at}_${line}`, sql);
        expect(replay.statements.map((statement) => statement.outcome)).toMatchObject([{ kind: "done" }]);
      }
    }
  });

  test("the lock of a statement on a table of the same migration is nobody's concern", async () => {
    const replay = await bench.tryOut("V2", "CREATE TABLE a (id int); CREATE INDEX ON a (id)");
    expect(analyseHazards(replay).map((statement) => statement.lock)).toEqual([null, null]);
  });
});
