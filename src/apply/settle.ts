import type { Session } from "../database/session.ts";
import type { Change } from "../model/change.ts";
import { quoteIdentifier, qualifiedName } from "../sql/quote.ts";
import type { ScriptStatement } from "./read-script.ts";

/** What became of a statement outside of a transaction whose run was cut off. `unknown`: only a person can tell. */
export type Settled = "done" | "again" | "unknown";

const HARMLESS_AGAIN: ReadonlySet<Change["kind"]> = new Set<Change["kind"]>([
  "vacuum",
  "analyze",
  "cluster",
  "refresh-materialized-view",
  "checkpoint",
  "discard",
  "alter-system",
]);

/**
 * Looks at what an interrupted statement left, removes an index that CONCURRENTLY left invalid (manual, CREATE INDEX: "Building Indexes Concurrently"), and
 * says whether the statement took effect. The names are resolved by the session's search_path, as the statement's were.
 */
export async function settle(session: Session, { parsed }: ScriptStatement): Promise<Settled> {
  const [change] = parsed.changes;
  if (change === undefined) return "unknown";
  if (HARMLESS_AGAIN.has(change.kind)) return "again";
  if (change.kind === "create-index") return settleCreate(session, change);
  if (change.kind === "drop-index") return (await findIndex(session, change)) === null ? "done" : "again";
  if (change.kind === "reindex") {
    await dropLeftovers(session);
    return "again";
  }
  if (change.kind === "detach-partition") return settleDetach(session, change);
  return "unknown";
}

interface FoundIndex {
  readonly schema: string;
  readonly name: string;
  readonly valid: boolean;
}

async function settleCreate(session: Session, change: Change): Promise<Settled> {
  const index = await findIndex(session, change);
  if (index === null) return change.object?.name === "" || change.object === null ? "unknown" : "again";
  if (index.valid) return "done";
  await drop(session, index);
  return "again";
}

/** By its name, or, where PostgreSQL chose it, an invalid one on the table. An index has the schema of its table. */
async function findIndex(session: Session, { object, reads, writes }: Change): Promise<FoundIndex | null> {
  const named = object !== null && object.name !== "";
  const table = [...writes, ...reads].find(({ kind }) => kind === "table" || kind === "materialized-view");
  const [found] = await session.rows<FoundIndex>(
    named
      ? `select n.nspname as schema, i.relname as name, x.indisvalid as valid from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid
           join pg_catalog.pg_namespace n on n.oid = i.relnamespace where i.relname = $1 and (n.nspname = $2 or ($2::text is null and n.nspname = any(current_schemas(false))))`
      : `select n.nspname as schema, i.relname as name, x.indisvalid as valid from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid
           join pg_catalog.pg_namespace n on n.oid = i.relnamespace join pg_catalog.pg_class t on t.oid = x.indrelid
          where not x.indisvalid and t.relname = $1 and (n.nspname = $2 or ($2::text is null and n.nspname = any(current_schemas(false))))`,
    named ? [object.name, object.schema ?? table?.schema ?? null] : [table?.name ?? "", table?.schema ?? null],
  );
  return found ?? null;
}

/** REINDEX CONCURRENTLY leaves `…_ccnew` and `…_ccold`. */
async function dropLeftovers(session: Session): Promise<void> {
  const left = await session.rows<FoundIndex>(
    `select n.nspname as schema, i.relname as name, false as valid from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid
       join pg_catalog.pg_namespace n on n.oid = i.relnamespace where not x.indisvalid and i.relname ~ '_cc(new|old)[0-9]*$'`,
  );
  for (const index of left) await drop(session, index);
}

async function drop(session: Session, { schema, name }: FoundIndex): Promise<void> {
  await session.run(`DROP INDEX CONCURRENTLY IF EXISTS ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`);
}

async function settleDetach(session: Session, { object, details }: Change): Promise<Settled> {
  const partition = object === null ? "" : qualifiedName(object.schema, object.name);
  const [found] = await session.rows<{ pending: boolean; parent: string; child: string }>(
    `select h.inhdetachpending as pending, h.inhparent::pg_catalog.regclass::text as parent, h.inhrelid::pg_catalog.regclass::text as child from pg_catalog.pg_inherits h
      where h.inhrelid = pg_catalog.to_regclass($1) or h.inhrelid = pg_catalog.to_regclass($2)`,
    [partition, details.parents?.[0] ?? ""],
  );
  if (found === undefined) return "done";
  if (!found.pending) return "again";
  await session.run(`ALTER TABLE ${found.parent} DETACH PARTITION ${found.child} FINALIZE`);
  return "done";
}
