import type { Result } from "../../../src/model/failure.ts";
import { failed, ok } from "../../../src/model/failure.ts";
import type { Inspector } from "../../../src/model/history.ts";
import { qualifiedName, quoteIdentifier } from "../../../src/sql/quote.ts";
import { inputFailure } from "../text.ts";

/** Columns that Flyway's table has in every version since 3.0. */
const columns = [
  "installed_rank",
  "version",
  "description",
  "type",
  "script",
  "checksum",
  "installed_by",
  "installed_on",
  "execution_time",
  "success",
];

/** Flyway's default name, and the one before 5.0. */
const usualNames = ["flyway_schema_history", "schema_version"];

interface FoundTable {
  readonly schema: string;
  readonly name: string;
  readonly here: boolean;
  readonly readable: boolean;
  readonly role: string;
}

const query = `
select n.nspname as schema, c.relname as name, n.nspname = coalesce(current_schema(), '') as here,
  pg_catalog.has_schema_privilege(n.oid, 'USAGE') and pg_catalog.has_table_privilege(c.oid, 'SELECT') as readable, current_user as role
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and c.relname = any($1)
  and (select count(*) from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attname = any($2) and not a.attisdropped) = $3
order by 1, 2`;

/**
 * Flyway's table in a database, quoted: the one that the settings name, else the one of the usual name in the current schema, else the only one of that name
 * anywhere. `null` where there is none. Fails (exit code 2) where several are left, and where the role may not read it.
 */
export async function findTable(at: Inspector, configured: readonly string[]): Promise<Result<string | null>> {
  const wanted = configured.map((table) => ({ schema: table.slice(0, table.indexOf(".")), name: table.slice(table.indexOf(".") + 1) }));
  const names = [...new Set([...wanted.map(({ name }) => name), ...usualNames])];
  const tables = (await at.rows(query, [names, columns, columns.length])) as readonly unknown[] as readonly FoundTable[];
  const named = tables.filter(({ schema, name }) => wanted.some((one) => one.schema === schema && one.name === name));
  // Without a setting for the schema Flyway takes the current one of its connection.
  const [first, ...others] = [named, tables.filter(({ here }) => here), tables].find((list) => list.length > 0) ?? [];
  if (first === undefined) return ok(null);
  // Flyway itself moves on to the new name only where the old table is gone.
  const newest = others.every(({ schema }) => schema === first.schema)
    ? [first, ...others].find(({ name }) => name === names[0])
    : undefined;
  const chosen = newest ?? first;
  if (others.length > 0 && newest === undefined) {
    const listed = [first, ...others].map(({ schema, name }) => qualifiedName(schema, name)).join(", ");
    return failed(
      inputFailure("several-history-tables", `the database has several of Flyway's tables: ${listed}`, {
        location: listed,
        hint: "Say whose history this is with --schema NAME.",
      }),
    );
  }
  const table = qualifiedName(chosen.schema, chosen.name);
  if (chosen.readable) return ok(table);
  const role = quoteIdentifier(chosen.role);
  return failed(
    inputFailure("no-rights-on-history", `the role ${chosen.role} may not read ${table}`, {
      location: table,
      hint: `GRANT USAGE ON SCHEMA ${quoteIdentifier(chosen.schema)} TO ${role}; GRANT SELECT, INSERT, DELETE ON ${table} TO ${role};`,
    }),
  );
}
