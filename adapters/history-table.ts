import type { AppliedHistory } from "../src/model/applied.ts";
import { failed, inputFailure, ok, type Result } from "../src/model/failure.ts";
import type { Inspector } from "../src/model/history.ts";
import { qualifiedName, quoteIdentifier } from "../src/sql/quote.ts";

/** A table in a database that may be a source tool's own. */
export interface FoundTable {
  readonly schema: string;
  readonly name: string;
  /** In the current schema. */
  readonly here: boolean;
  readonly readable: boolean;
  /** The role that looked. */
  readonly role: string;
}

/** A schema history table, quoted and schema-qualified. */
export interface HistoryTable {
  readonly table: string;
  /** Named by the settings or in the current schema; or in some other schema, where it may be another application's. */
  readonly place: "own" | "elsewhere";
}

const query = `
select n.nspname as schema, c.relname as name, n.nspname = coalesce(current_schema(), '') as here, current_user as role,
  pg_catalog.has_schema_privilege(n.oid, 'USAGE') and pg_catalog.has_table_privilege(c.oid, 'SELECT') as readable
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and c.relname = any($1)
  and (select count(*) from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attname = any($2) and not a.attisdropped) = $3
order by 1, 2`;

/** Every table of one of these names that has all of these columns. */
export async function findTablesNamed(
  at: Inspector,
  { names, columns }: { readonly names: readonly string[]; readonly columns: readonly string[] },
): Promise<readonly FoundTable[]> {
  return (await at.rows(query, [names, columns, columns.length])) as readonly unknown[] as readonly FoundTable[];
}

/** The history's own table; where it has none, every one that can be read. Fails (exit code 2) where the role may not read its own; `rights`: what it then needs. */
export function placeTables(
  tables: readonly FoundTable[],
  { own, rights }: { readonly own: FoundTable | undefined; readonly rights: string },
): Result<readonly HistoryTable[]> {
  if (own === undefined) {
    const readable = tables.filter((table) => table.readable);
    return ok(readable.map(({ schema, name }) => ({ table: qualifiedName(schema, name), place: "elsewhere" })));
  }
  const table = qualifiedName(own.schema, own.name);
  if (own.readable) return ok([{ table, place: "own" }]);
  const role = quoteIdentifier(own.role);
  return failed(
    inputFailure("no-rights-on-history", `the role ${own.role} may not read ${table}`, {
      location: table,
      hint: `GRANT USAGE ON SCHEMA ${quoteIdentifier(own.schema)} TO ${role}; GRANT ${rights} ON ${table} TO ${role};`,
    }),
  );
}

/** The one table that was read, `null` where none was. Fails (exit code 2) where several hold this history; `of`: `Flyway's tables with these migrations`. */
export function onlyHistory(
  read: readonly AppliedHistory[],
  { of, hint }: { readonly of: string; readonly hint: string },
): Result<AppliedHistory | null> {
  const [first = null, ...others] = read;
  if (others.length === 0) return ok(first);
  const listed = read.map(({ table }) => table).join(", ");
  return failed(inputFailure("several-history-tables", `the database has several of ${of}: ${listed}`, { location: listed, hint }));
}
