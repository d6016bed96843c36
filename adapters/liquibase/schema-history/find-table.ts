import { failed, inputFailure, ok, type Result } from "../../../src/model/failure.ts";
import type { Inspector } from "../../../src/model/history.ts";
import { qualifiedName, quoteIdentifier } from "../../../src/sql/quote.ts";

/** Columns that `databasechangelog` has in every version since 2.0. */
const columns = ["id", "author", "filename", "dateexecuted", "orderexecuted", "exectype", "md5sum"];

interface FoundTable {
  readonly schema: string;
  readonly name: string;
  readonly here: boolean;
  readonly readable: boolean;
  readonly role: string;
}

const query = `
select n.nspname as schema, c.relname as name, n.nspname = coalesce(current_schema(), '') as here, current_user as role,
  pg_catalog.has_schema_privilege(n.oid, 'USAGE') and pg_catalog.has_table_privilege(c.oid, 'SELECT') as readable
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and c.relname = any($1)
  and (select count(*) from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attname = any($2) and not a.attisdropped) = $3
order by 1, 2`;

/** A table of Liquibase's, quoted and schema-qualified. */
export interface HistoryTable {
  readonly table: string;
  /** Named by the settings or in the current schema; or in some other schema, where it may be another application's. */
  readonly place: "own" | "elsewhere";
}

/**
 * Liquibase's table: the one that the settings name, else the one in the current schema, where Liquibase puts it, else every one elsewhere. `configured`:
 * `schema.name`. Fails (exit code 2) where the role may not read it.
 */
export async function findTables(at: Inspector, configured: string): Promise<Result<readonly HistoryTable[]>> {
  const split = configured.lastIndexOf(".");
  const [schema, name] = [configured.slice(0, split), configured.slice(split + 1)];
  const tables = (await at.rows(query, [[name], columns, columns.length])) as readonly unknown[] as readonly FoundTable[];
  const own = tables.find((table) => table.schema === schema) ?? (schema === "public" ? tables.find(({ here }) => here) : undefined);
  if (own === undefined) {
    const readable = tables.filter((table) => table.readable);
    return ok(readable.map((table) => ({ table: qualifiedName(table.schema, table.name), place: "elsewhere" })));
  }
  const table = qualifiedName(own.schema, own.name);
  if (own.readable) return ok([{ table, place: "own" }]);
  const role = quoteIdentifier(own.role);
  return failed(
    inputFailure("no-rights-on-history", `the role ${own.role} may not read ${table}`, {
      location: table,
      hint: `GRANT USAGE ON SCHEMA ${quoteIdentifier(own.schema)} TO ${role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO ${role};`,
    }),
  );
}
