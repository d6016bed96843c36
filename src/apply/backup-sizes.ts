import type { Session } from "../database/session.ts";
import type { RunnableMigration } from "./runnable.ts";

/** What saving the rows of one table will take, before it is done. */
export interface BackupEstimate {
  readonly migration: string;
  /** Quoted and schema-qualified. */
  readonly table: string;
  readonly backup: string;
  /** Empty where whole rows of a table are saved that goes. */
  readonly columns: readonly string[];
  /** By the server's own statistics; no table is read. */
  readonly rows: number;
  /** With its index. At most this where only changed rows are kept in the end. */
  readonly bytes: number;
  /** Whether this role sees only some of the rows: row security would leave the others unsaved. */
  readonly filtered: boolean;
}

/** A row's own bytes beside its values, and those of its entry in the index (manual, 66.6 "Database Page Layout"). */
const ROW_OVERHEAD = 36;
const INDEX_OVERHEAD = 20;
/** Bytes of a value of which the server knows nothing. */
const UNKNOWN_WIDTH = 24;

/** Partitions count with their table. A table that was never analysed is estimated by its size. */
const QUERY = `select
  coalesce(sum(case when c.reltuples >= 0 and c.relpages > 0 then c.reltuples / c.relpages * (pg_catalog.pg_relation_size(c.oid) / 8192.0)
    else pg_catalog.pg_relation_size(c.oid) / 60.0 end), 0)::pg_catalog.float8 as rows,
  bool_or(pg_catalog.row_security_active(c.oid)) as filtered,
  (select coalesce(sum(coalesce(w.width, ${UNKNOWN_WIDTH})), 0)::pg_catalog.int4 from unnest($2::text[]) as n(name)
    left join lateral (select max(s.avg_width) as width from pg_catalog.pg_stats s where pg_catalog.format('%I.%I', s.schemaname, s.tablename) = $1 and s.attname = n.name) w on true) as width
from pg_catalog.pg_class c
where c.oid in (select pg_catalog.to_regclass($1) union select p.relid from pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)) p) and c.relkind in ('r', 'p')`;

/** Estimates what is saved before migrations that are to run. Tables that are not there yet hold nothing. Reads only. */
export async function estimateBackups(session: Session, migrations: readonly RunnableMigration[]): Promise<readonly BackupEstimate[]> {
  const estimates: BackupEstimate[] = [];
  for (const { plan } of migrations) {
    for (const { table, backup, key, columns, saves } of plan.rollback.backup?.tables ?? []) {
      const [found] = await session.rows<{ rows: number; width: number; filtered: boolean | null }>(QUERY, [table, [...key, ...columns]]);
      const rows = Math.round(found?.rows ?? 0);
      const bytes = rows * ((found?.width ?? 0) + ROW_OVERHEAD + (key.length === 0 ? 0 : INDEX_OVERHEAD));
      const filtered = found?.filtered === true;
      estimates.push({ migration: plan.id, table, backup, columns: saves === "rows" ? [] : columns, rows, bytes, filtered });
    }
  }
  return estimates;
}
