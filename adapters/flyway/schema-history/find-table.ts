import type { Result } from "../../../src/model/failure.ts";
import { inputFailure, failed, ok } from "../../../src/model/failure.ts";
import type { Inspector } from "../../../src/model/history.ts";
import { qualifiedName, quoteIdentifier } from "../../../src/sql/quote.ts";

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

/** A table of Flyway's, quoted and schema-qualified. */
export interface HistoryTable {
  readonly table: string;
  /** Named by the settings or in the current schema; or in some other schema, where it may be another application's. */
  readonly place: "own" | "elsewhere";
}

/**
 * Flyway's table in a database: the one that the settings name, else the one of the usual name in the current schema, which Flyway takes where no setting names a schema; else
 * every one in other schemas, since the role that Flyway connects as may have another current schema than this one. Fails (exit code 2) where the
 * role may not read it.
 */
export async function findTables(at: Inspector, configured: readonly string[]): Promise<Result<readonly HistoryTable[]>> {
  const wanted = configured.map((table) => ({ schema: table.slice(0, table.indexOf(".")), name: table.slice(table.indexOf(".") + 1) }));
  const names = [...new Set([...wanted.map(({ name }) => name), ...usualNames])];
  const tables = (await at.rows(query, [names, columns, columns.length])) as readonly unknown[] as readonly FoundTable[];
  const named = tables.filter(({ schema, name }) => wanted.some((one) => one.schema === schema && one.name === name));
  // `public` is what no setting says.
  const unsaid = wanted.every(({ schema }) => schema === "public");
  const own = named.length > 0 ? named : tables.filter(({ here }) => here && unsaid);
  // Of one schema the name that the settings have, else the newer: Flyway moves on to it only where the old table is gone.
  const [best] = own.toSorted((left, right) => names.indexOf(left.name) - names.indexOf(right.name));
  if (best === undefined) {
    const readable = tables.filter((table) => table.readable);
    return ok(readable.map(({ schema, name }) => ({ table: qualifiedName(schema, name), place: "elsewhere" })));
  }
  const table = qualifiedName(best.schema, best.name);
  if (best.readable) return ok([{ table, place: "own" }]);
  const role = quoteIdentifier(best.role);
  return failed(
    inputFailure("no-rights-on-history", `the role ${best.role} may not read ${table}`, {
      location: table,
      hint: `GRANT USAGE ON SCHEMA ${quoteIdentifier(best.schema)} TO ${role}; GRANT SELECT, INSERT, DELETE ON ${table} TO ${role};`,
    }),
  );
}
