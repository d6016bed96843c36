import type { Session } from "../database/session.ts";
import type { Failure } from "../model/failure.ts";
import { quoteIdentifier } from "../sql/quote.ts";

/** Every schema, table and sequence of the record that this role lacks a right on. */
const lacking = `
select n.nspname as schema, c.kind, c.relname as name
from pg_catalog.pg_namespace n
cross join lateral (
  select 'schema' as kind, null::name as relname where not pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  union all
  select 'table', c.relname from pg_catalog.pg_class c
  where c.relnamespace = n.oid and c.relkind in ('r', 'p')
    and not (pg_catalog.has_table_privilege(c.oid, 'SELECT') and pg_catalog.has_table_privilege(c.oid, 'INSERT')
      and pg_catalog.has_table_privilege(c.oid, 'UPDATE') and pg_catalog.has_table_privilege(c.oid, 'DELETE'))
  union all
  select 'sequence', c.relname from pg_catalog.pg_class c
  where c.relnamespace = n.oid and case when c.relkind = 'S' then not pg_catalog.has_sequence_privilege(c.oid, 'USAGE') else false end
) c
where n.nspname in ('pggit', 'pggit_migrate')
order by 1, 2, 3`;

const grants: Readonly<Record<string, (schema: string, role: string) => string>> = {
  schema: (schema, role) => `GRANT USAGE ON SCHEMA ${schema} TO ${role};`,
  table: (schema, role) => `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role};`,
  sequence: (schema, role) => `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role};`,
};

/**
 * What keeps the role from writing the record that is there, with the GRANTs to run; `null` where nothing does. The extension grants its tables to
 * everybody but not their sequences, so that a plain role's DDL fails in its event triggers: that shows here before it happens.
 */
export async function missingRights(session: Session, role: string): Promise<Failure | null> {
  const found = await session.rows<{ schema: string; kind: string; name: string | null }>(lacking);
  if (found.length === 0) return null;
  const needed = [...new Set(found.map(({ schema, kind }) => grants[kind]?.(schema, quoteIdentifier(role)) ?? ""))];
  const [first] = found;
  const what = first?.name === null ? `schema ${first.schema}` : `${first?.kind} ${first?.schema}.${first?.name}`;
  const more = found.length > 1 ? ` and ${found.length - 1} more` : "";
  return {
    kind: "failure",
    code: "no-rights-on-record",
    message: `The role ${role} may not write the record in this database: it lacks rights on ${what}${more}.`,
    location: what,
    hint: `As its owner or a superuser: ${needed.join(" ")}`,
    exitCode: 1,
  };
}
