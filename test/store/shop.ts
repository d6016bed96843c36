import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MigrateRequest } from "../../src/configuration/resolve-request.ts";
import type { Plan } from "../../src/model/plan.ts";
import { convert, type Conversion } from "../../src/pipeline.ts";
import { sealPlan } from "../../src/plan/write-plan.ts";
import type { MigrationFact } from "../../src/store/record.ts";
import { silentRun } from "../support/silent-run.ts";
import { readOptions } from "../../scripts/conformance/cases.js";

/** A history with what a record gets wrong easily: renamings, a table that comes back, names that want quotes, every kind of object. */
export const shopFiles: Readonly<Record<string, string>> = {
  "V1__customers.sql": `CREATE TABLE customers (id bigserial PRIMARY KEY, email varchar(255) NOT NULL, full_name text DEFAULT 'DROP TABLE customers; -- not really');
COMMENT ON TABLE customers IS 'CREATE TABLE orders is in V3';`,
  "V2__types.sql": `CREATE TYPE order_status AS ENUM ('new', 'paid');
CREATE DOMAIN amount AS numeric(12, 2) CHECK (VALUE >= 0);
CREATE SEQUENCE invoice_numbers START 1000;`,
  "V3__orders.sql": `CREATE TABLE orders (id bigint PRIMARY KEY DEFAULT nextval('invoice_numbers'), customer_id bigint NOT NULL REFERENCES customers (id), status order_status NOT NULL DEFAULT 'new', total amount NOT NULL DEFAULT 0, placed_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX orders_by_customer ON orders (customer_id);`,
  "V4__vouchers.sql": `CREATE TABLE vouchers (code text PRIMARY KEY, worth amount NOT NULL);`,
  "V5__no_vouchers.sql": `DROP TABLE vouchers;`,
  "V6__vouchers_again.sql": `CREATE TABLE vouchers (code text PRIMARY KEY, worth amount NOT NULL, used_at date);`,
  "V7__weird_names.sql": `CREATE SCHEMA "Back Office";
CREATE TABLE "Back Office"."Till Receipts" ("No." integer PRIMARY KEY, "order" bigint REFERENCES orders (id), "it's" text);`,
  "V8__wishes.sql": `CREATE TABLE wishes (id integer PRIMARY KEY, customer_id bigint REFERENCES customers (id), note text);`,
  "V9__rename.sql": `ALTER TABLE wishes RENAME TO wish_lists;`,
  "V10__rename_column.sql": `ALTER TABLE customers RENAME COLUMN full_name TO display_name;`,
  "V11__routines.sql": `CREATE FUNCTION order_total(order_id bigint) RETURNS amount LANGUAGE sql STABLE AS $$ SELECT total FROM orders WHERE id = order_id $$;
CREATE FUNCTION order_total(order_id bigint, discount numeric) RETURNS numeric LANGUAGE sql STABLE AS $$ SELECT total - discount FROM orders WHERE id = order_id $$;
CREATE PROCEDURE forget(customer bigint) LANGUAGE sql AS $$ UPDATE customers SET email = '' WHERE id = customer $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.placed_at := now(); RETURN NEW; END $$;
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();`,
  "V12__views.sql": `CREATE VIEW open_orders AS SELECT o.id, c.email FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'new';
CREATE MATERIALIZED VIEW order_counts AS SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id;`,
  "V13__visits.sql": `CREATE TABLE visits (at timestamptz NOT NULL, customer_id bigint) PARTITION BY RANGE (at);
CREATE TABLE visits_2023 PARTITION OF visits FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE STATISTICS visits_by_customer ON customer_id, at FROM visits_2023;`,
  "V14__seed.sql": `INSERT INTO vouchers (code, worth) VALUES ('WELCOME', 5), ('WINTER', 10);`,
  "V15__unique_email.sql": `ALTER TABLE customers ADD CONSTRAINT uk_customers_email UNIQUE (email);`,
  "R__mail_list.sql": `CREATE OR REPLACE VIEW mail_list AS SELECT email FROM customers;`,
};

/** What the test files say about one conversion. */
export interface ShopOptions {
  /** More files, or other texts for some. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What is known of a migration that another tool ran. */
export function factOf(id: string, more: Partial<MigrationFact> = {}): MigrationFact {
  return { id, how: "recorded", appliedAt: "2023-05-04T10:00:00Z", appliedBy: "deploy", executionMs: 12, source: null, ...more };
}

/** A conversion of the shop. */
export interface Shop {
  readonly plan: Plan;
  readonly conversion: Conversion;
}

/** Converts the shop as the program does, on the embedded database. Takes a few seconds. */
export async function convertShop({ files = {} }: ShopOptions = {}): Promise<Shop> {
  const root = mkdtempSync(join(tmpdir(), "pggit-shop-"));
  try {
    mkdirSync(join(root, "sql"));
    for (const [name, text] of Object.entries({ ...shopFiles, ...files })) writeFileSync(join(root, "sql", name), text);
    const request: MigrateRequest = {
      ...readOptions(root, { locations: ["filesystem:sql"] }),
      source: "flyway",
      environments: {},
      out: "pggit",
      stopAfter: null,
      asking: "as-needed",
      rowProof: "on",
      keepData: "as-decided",
      shadow: { url: null, disposable: false, statementTimeoutMs: 60_000 },
    };
    const converted = await convert(request, silentRun());
    if (converted.kind === "failed") throw new Error(converted.failures.map(({ message }) => message).join("\n"));
    if (converted.value.kind !== "converted") throw new Error("the conversion stopped early");
    return { plan: sealPlan(converted.value.content), conversion: converted.value };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
