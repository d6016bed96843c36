const resources = "src/main/resources/db/migration";

/** A Spring shop that asks several questions: a Java migration with its SQL in texts, an undo script that is wrong, a migration that does not run, and one that others need. */
export const legacyShop: Readonly<Record<string, string>> = {
  [`${resources}/V1__customers.sql`]: "CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL, name text);\n",
  "src/main/java/db/migration/V2__Legacy_import.java": `package db.migration;

import java.sql.Statement;
import org.flywaydb.core.api.migration.BaseJavaMigration;
import org.flywaydb.core.api.migration.Context;

public class V2__Legacy_import extends BaseJavaMigration {
    @Override
    public void migrate(Context context) throws Exception {
        try (Statement statement = context.getConnection().createStatement()) {
            statement.execute("CREATE TABLE legacy_customers (id bigint PRIMARY KEY, name text)");
            statement.execute("CREATE INDEX legacy_customers_name ON legacy_customers (name)");
        }
    }
}
`,
  [`${resources}/V3__orders.sql`]:
    "CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id), total numeric(12,2));\n",
  [`${resources}/V4__audit.sql`]:
    "CREATE TABLE audit (id bigserial PRIMARY KEY, what text NOT NULL);\nGRANT SELECT ON audit TO PUBLIC;\nSELECT no_such_function();\n",
  [`${resources}/V5__audit_index.sql`]: "CREATE INDEX audit_what_idx ON audit (what);\n",
  [`${resources}/V6__phone.sql`]: "ALTER TABLE customers ADD COLUMN phone text;\nCREATE INDEX customers_phone_idx ON customers (phone);\n",
  [`${resources}/U6__phone.sql`]: "DROP INDEX customers_phone_idx;\n",
};
