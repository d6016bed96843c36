/** A Flyway history as a small team leaves it: two schemas, seeds, a backfill, an index built CONCURRENTLY, grants, partitions, a repeatable view. */
export const shop: Readonly<Record<string, string>> = {
  "flyway.conf": "flyway.locations=filesystem:sql\n",
  "sql/V1__customers.sql":
    "CREATE TABLE customers (\n  id bigserial PRIMARY KEY,\n  email text NOT NULL,\n  full_name text\n);\nCOMMENT ON TABLE customers IS 'whoever ever ordered';\n",
  "sql/V2__order_state.sql": "CREATE TYPE order_state AS ENUM ('new', 'paid', 'shipped');\n",
  "sql/V3__orders.sql":
    "CREATE TABLE orders (\n  id bigserial PRIMARY KEY,\n  customer_id bigint NOT NULL REFERENCES customers (id),\n  state order_state NOT NULL DEFAULT 'new',\n  placed_at timestamptz NOT NULL DEFAULT now()\n);\nCREATE INDEX orders_customer_idx ON orders (customer_id);\n",
  "sql/V4__countries.sql":
    "CREATE TABLE countries (code char(2) PRIMARY KEY, name text NOT NULL);\nINSERT INTO countries VALUES ('de', 'Germany'), ('fr', 'France'), ('it', 'Italy');\n",
  "sql/V5__billing.sql":
    'CREATE SCHEMA billing;\nCREATE TABLE billing."Invoice" (id int PRIMARY KEY, order_id bigint REFERENCES orders (id), total numeric(12,2) NOT NULL CHECK (total >= 0));\n',
  "sql/V6__email_index.sql": "CREATE INDEX CONCURRENTLY customers_email_idx ON customers (email);\n",
  "sql/V7__events.sql":
    "CREATE TABLE events (at timestamptz NOT NULL, body jsonb) PARTITION BY RANGE (at);\nCREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');\nCREATE TABLE events_rest PARTITION OF events DEFAULT;\n",
  "sql/V8__touch.sql":
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  NEW.placed_at := now(); -- keeps it fresh\n  RETURN NEW;\nEND;\n$$;\nCREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();\n",
  "sql/V9__phone.sql": "ALTER TABLE customers ADD COLUMN phone varchar(40);\n",
  "sql/V10__country.sql":
    "ALTER TABLE customers ADD COLUMN country char(2) REFERENCES countries (code);\nALTER TABLE customers ALTER COLUMN full_name SET DEFAULT '';\n",
  "sql/V11__unique_email.sql": "ALTER TABLE customers ADD CONSTRAINT customers_email_key UNIQUE (email);\n",
  "sql/V12__nullable_total.sql": 'ALTER TABLE billing."Invoice" ALTER COLUMN total DROP NOT NULL;\n',
  "sql/V13__drop_phone.sql": "ALTER TABLE customers DROP COLUMN phone;\n",
  "sql/R__open_orders.sql":
    "CREATE OR REPLACE VIEW open_orders AS SELECT o.id, c.email FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.state <> 'shipped';\n",
};
