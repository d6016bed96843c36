import { StatementError, type Session } from "../database/session.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { parseQualifiedName } from "../sql/names.ts";
import { qualifiedName, quoteIdentifier } from "../sql/quote.ts";
import { removeRecord } from "../store/remove.ts";
import type { ReadyStore } from "../store/store.ts";
import { readOutlineWithin } from "./outline.ts";
import type { RunnablePlan } from "./runnable.ts";
import type { Scope } from "./scope.ts";

/** The tables of the schemas in scope with the rows that stand in them, those without rows left out. In sentences. */
export async function rowsThatWouldGo(session: Session, { schemas }: Scope): Promise<readonly string[]> {
  const tables = await session.rows<{ schema: string; name: string }>(
    `select n.nspname as schema, c.relname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1::text[]) and c.relkind in ('r', 'p') and not c.relispartition ${notOfExtensions("pg_class", "c.oid")} order by 1, 2`,
    [schemas],
  );
  const told: string[] = [];
  for (const { schema, name } of tables) {
    const [row] = await session.rows<{ count: string }>(`select count(*)::text as count from ${qualifiedName(schema, name)}`);
    if (row !== undefined && row.count !== "0") told.push(`${schema}.${name}: ${row.count} rows`);
  }
  return told;
}

/**
 * Removes from a database that was empty all that a build and later runs brought: everything in the schemas in scope, the schemas and extensions that the history
 * made, and the record, in one transaction. Refuses (exit 4), nothing changed, where something elsewhere would go with it.
 */
export async function dropBuilt(
  session: Session,
  request: { readonly runnable: RunnablePlan; readonly scope: Scope; readonly store: ReadyStore },
): Promise<Result<void>> {
  const { runnable, scope, store } = request;
  await session.run("BEGIN");
  try {
    const before = await elsewhere(session, scope);
    const removed = await removeRecord(session, store);
    const refusal = removed.kind === "failed" ? removed : null;
    if (refusal === null) {
      for (const sql of await dropsFor(session, scope)) await session.run(sql);
      for (const sql of madeBeyond(runnable, scope)) await session.run(sql);
    }
    const after = await elsewhere(session, scope);
    const lost = before.filter((name) => !after.includes(name));
    const left = [...(await readOutlineWithin(session, scope)).keys()];
    const stop =
      refusal ??
      (lost.length > 0 ? failed(wouldGoToo(lost)) : left.length > 0 ? failed(cannotDrop(`${left.slice(0, 10).join(", ")} is left`)) : null);
    await session.run(stop === null ? "COMMIT" : "ROLLBACK");
    return stop ?? ok(undefined);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    await session.run("ROLLBACK");
    return failed(cannotDrop(error.message));
  }
}

function notOfExtensions(catalog: string, oid: string): string {
  return `and not exists (select from pg_catalog.pg_depend d where d.deptype = 'e' and d.classid = 'pg_catalog.${catalog}'::regclass and d.objid = ${oid})`;
}

/** One statement an object, CASCADE because they hang together; what was dropped with another is left out by IF EXISTS. */
async function dropsFor(session: Session, { schemas, excluded }: Scope): Promise<readonly string[]> {
  const relations = await session.rows<{ word: string; schema: string; name: string }>(
    `select case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' when 'S' then 'SEQUENCE' when 'f' then 'FOREIGN TABLE' when 'c' then 'TYPE' else 'TABLE' end as word,
            n.nspname as schema, c.relname as name
       from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'c') ${notOfExtensions("pg_class", "c.oid")}
        and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.refobjid <> c.oid and d.deptype = 'i')`,
    [schemas],
  );
  const others = await session.rows<{ sql: string }>(
    `select format('DROP %s IF EXISTS %s CASCADE', case p.prokind when 'p' then 'PROCEDURE' when 'a' then 'AGGREGATE' else 'FUNCTION' end, p.oid::regprocedure) as sql
       from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where n.nspname = any($1::text[]) ${notOfExtensions("pg_proc", "p.oid")}
     union all
     select format('DROP TYPE IF EXISTS %I.%I CASCADE', n.nspname, t.typname)
       from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
      where n.nspname = any($1::text[]) and t.typtype in ('e', 'd', 'r', 'b') and t.typelem = 0 ${notOfExtensions("pg_type", "t.oid")}`,
    [schemas],
  );
  const kept = (schema: string, name: string): boolean =>
    excluded.some((one) => one.name === name && (one.schema === null || one.schema === schema));
  return [
    ...relations
      .filter(({ schema, name }) => !kept(schema, name))
      .map(({ word, schema, name }) => `DROP ${word} IF EXISTS ${qualifiedName(schema, name)} CASCADE`),
    ...others.map(({ sql }) => sql),
  ];
}

/** Extensions and schemas that the history made. Without CASCADE: what others put into them stays, and is told. */
function madeBeyond({ plan }: RunnablePlan, { schemas }: Scope): readonly string[] {
  const kinds = plan.migrations
    .flatMap(({ up }) => up)
    .filter(({ change }) => change.some(({ kind }) => kind === "create-schema" || kind === "create-extension"));
  const named = (kind: "schema" | "extension"): readonly string[] => [
    ...new Set(
      kinds
        .flatMap(({ objects }) => objects.writes)
        .filter((key) => key.startsWith(`${kind}:`))
        .map((key) => parseQualifiedName(quoteIdentifier(key.slice(kind.length + 1))).name),
    ),
  ];
  return [
    ...named("extension").map((name) => `DROP EXTENSION IF EXISTS ${quoteIdentifier(name)}`),
    ...named("schema")
      .filter((name) => schemas.includes(name) && name !== "public")
      .map((name) => `DROP SCHEMA IF EXISTS ${quoteIdentifier(name)}`),
  ];
}

/** Relations and routines of other people's schemas. */
async function elsewhere(session: Session, { schemas }: Scope): Promise<readonly string[]> {
  const rows = await session.rows<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname <> all($1::text[]) and n.nspname !~ '^(pg_|pggit)' and n.nspname <> 'information_schema'
     union all
     select p.oid::regprocedure::text from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
      where n.nspname <> all($1::text[]) and n.nspname !~ '^(pg_|pggit)' and n.nspname <> 'information_schema'`,
    [schemas],
  );
  return rows.map(({ name }) => name);
}

function wouldGoToo(names: readonly string[]): Failure {
  return {
    kind: "failure",
    code: "others-depend",
    message: `${names.slice(0, 10).join(", ")} would go with what pggit built, and is not of this history. Nothing was changed.`,
    location: names[0] ?? null,
    hint: "Drop or move it first.",
    exitCode: 4,
  };
}

function cannotDrop(message: string): Failure {
  return {
    kind: "failure",
    code: "not-removed",
    message: `What was built cannot be removed whole: ${message}. Nothing was changed.`,
    location: null,
    hint: "Correct the cause and run the same command again.",
    exitCode: 4,
  };
}
