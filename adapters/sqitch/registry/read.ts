import type { AppliedHistory, AppliedMigration } from "../../../src/model/applied.ts";
import { failed, ok, type Failure, type Result } from "../../../src/model/failure.ts";
import type { History, Inspector, Migration } from "../../../src/model/history.ts";
import { qualifiedName, quoteIdentifier } from "../../../src/sql/quote.ts";
import { readEntry } from "./entry.ts";

interface FoundTable {
  readonly schema: string;
  readonly readable: boolean;
  readonly role: string;
}

/** Columns of `changes` and of `events` since version 1.0 of the registry. */
const FIND = `
select n.nspname as schema, current_user as role,
  pg_catalog.has_schema_privilege(n.oid, 'USAGE') and pg_catalog.has_table_privilege(c.oid, 'SELECT') and pg_catalog.has_table_privilege(e.oid, 'SELECT') as readable
from pg_catalog.pg_namespace n
join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = 'changes' and c.relkind in ('r', 'p')
join pg_catalog.pg_class e on e.relnamespace = n.oid and e.relname = 'events' and e.relkind in ('r', 'p')
where (select count(*) from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attname in ('change_id', 'project', 'committed_at', 'planner_email')) = 4
order by 1`;

/** A row of the registry: a change that is deployed, or one whose last event is a failure. */
interface Row {
  readonly id: string;
  readonly change: string;
  readonly project: string;
  readonly note: string;
  readonly hash: string | null;
  readonly tag: string | null;
  readonly by: string;
  readonly at: string;
  readonly failed: boolean;
}

/**
 * The registry in a database, matched to the changes of a history by their ids; one that was planned anew under another id by its name and its script's hash.
 * `null` where there is none. A change that failed counts only where its script is no single transaction: of any other nothing stays.
 */
export async function readRegistry(
  at: Inspector,
  { bookkeeping, migrations }: Pick<History, "bookkeeping" | "migrations">,
): Promise<Result<AppliedHistory | null>> {
  const found = await findRegistry(at, bookkeeping);
  if (found.kind === "failed" || found.value === null) return found.kind === "failed" ? found : ok(null);
  const schema = quoteIdentifier(found.value);
  const projects = [...new Set(migrations.flatMap(({ entry }) => readEntry(entry)?.project ?? []))];
  const rows = (await at.rows(rowsQuery(schema, await hasScriptHash(at, found.value)), [projects])) as readonly unknown[] as readonly Row[];
  return ok({
    kind: "applied-history",
    tool: "sqitch",
    table: qualifiedName(found.value, "changes"),
    rows: matchRows(rows, migrations),
    covered: [],
    baseline: null,
  });
}

/** Since version 1.1. */
async function hasScriptHash(at: Inspector, schema: string): Promise<boolean> {
  const found = await at.rows(
    "select 1 from information_schema.columns where table_schema = $1 and table_name = 'changes' and column_name = 'script_hash'",
    [schema],
  );
  return found.length > 0;
}

function rowsQuery(schema: string, hashed: boolean): string {
  const time = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  return `
select c.change_id as id, c.change, c.project, c.note, ${hashed ? "nullif(c.script_hash, c.change_id)" : "null::text"} as hash,
  (select ltrim(t.tag, '@') from ${schema}.tags t where t.change_id = c.change_id order by t.committed_at desc, t.tag desc limit 1) as tag,
  c.committer_name as by, ${time("c.committed_at")} as at, false as failed, c.committed_at as moment
from ${schema}.changes c where c.project = any($1)
union all
select e.change_id, e.change, e.project, e.note, null, null, e.committer_name, ${time("e.committed_at")}, true, e.committed_at
from (select distinct on (change_id) * from ${schema}.events where project = any($1) order by change_id, committed_at desc) e
where e.event = 'fail' and not exists (select 1 from ${schema}.changes c where c.change_id = e.change_id)
order by moment, id`;
}

function matchRows(rows: readonly Row[], migrations: readonly Migration[]): readonly AppliedMigration[] {
  const planned = migrations.flatMap((migration) => {
    const change = readEntry(migration.entry);
    return change === null ? [] : [{ migration, change }];
  });
  const byId = new Map(planned.map(({ migration, change }) => [change.id, migration]));
  const known = new Set(rows.flatMap(({ id, failed }) => (failed ? [] : [id])));
  const byScript = new Map<string, Migration[]>();
  for (const { migration, change } of planned) {
    if (known.has(change.id)) continue;
    const key = scriptKey({ ...change, hash: migration.checksum });
    byScript.set(key, [...(byScript.get(key) ?? []), migration]);
  }
  const replanned = (row: Row): Migration | undefined => {
    const [only, second] = row.hash === null ? [] : (byScript.get(scriptKey(row)) ?? []);
    return second === undefined ? only : undefined;
  };
  const matched = rows.flatMap((row): { readonly row: Row; readonly migration: Migration | undefined }[] => {
    const migration = byId.get(row.id) ?? (row.failed ? undefined : replanned(row));
    return row.failed && (migration === undefined || migration.transaction === "one") ? [] : [{ row, migration }];
  });
  return matched.map(({ row, migration }, index) => ({
    migration: migration?.id ?? null,
    rank: index + 1,
    version: row.tag,
    description: row.note === "" ? row.change : row.note,
    type: row.failed ? "fail" : "deploy",
    script: `${row.change}.sql`,
    checksum: row.hash,
    installedBy: row.by,
    installedOn: row.at,
    executionMs: 0,
    state: row.failed ? "failed" : "applied",
  }));
}

function scriptKey({ project, change, hash }: Pick<Row, "project" | "change" | "hash">): string {
  return `${project}:${change} ${hash ?? ""}`;
}

/** The schema that the configuration names, else the only one that is a registry. */
async function findRegistry(at: Inspector, bookkeeping: readonly string[]): Promise<Result<string | null>> {
  const configured = new Set(bookkeeping.map((table) => table.slice(0, table.lastIndexOf("."))));
  const tables = (await at.rows(FIND)) as readonly unknown[] as readonly FoundTable[];
  const named = tables.filter(({ schema }) => configured.has(schema));
  const [first, ...others] = named.length > 0 ? named : tables;
  if (first === undefined) return ok(null);
  if (others.length > 0) return failed(severalRegistries([first, ...others]));
  return first.readable ? ok(first.schema) : failed(notReadable(first));
}

function severalRegistries(tables: readonly FoundTable[]): Failure {
  const listed = tables.map(({ schema }) => quoteIdentifier(schema)).join(", ");
  return {
    kind: "failure",
    code: "several-history-tables",
    message: `The database has several registries of Sqitch: ${listed}.`,
    location: listed,
    hint: "Say which one is this project's: core.registry in sqitch.conf.",
    exitCode: 2,
  };
}

function notReadable({ schema, role }: FoundTable): Failure {
  const [name, user] = [quoteIdentifier(schema), quoteIdentifier(role)];
  return {
    kind: "failure",
    code: "no-rights-on-history",
    message: `The role ${role} may not read the registry ${name}.`,
    location: name,
    hint: `GRANT USAGE ON SCHEMA ${name} TO ${user}; GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA ${name} TO ${user};`,
    exitCode: 2,
  };
}
