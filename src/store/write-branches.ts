import type { ObjectState } from "./object-states.ts";
import type { Prepared, RecordContext } from "./record.ts";
import { write, writeRows } from "./write.ts";

/**
 * The branches of the plan. The extension inserts `main` with the number 1 and leaves its sequence behind, so that the next branch collides: the sequence
 * is moved on first, by nextval(), which needs no more than USAGE.
 */
export async function writeBranches({ session, branches }: RecordContext): Promise<number> {
  await session.rows(
    `select nextval(s.sequence) from (
       select pg_get_serial_sequence('pggit.branches', 'id')::regclass as sequence,
              (select max(id) from pggit.branches) as highest) s,
       generate_series(1, s.highest - coalesce(pg_sequence_last_value(s.sequence), 0))`,
  );
  return await writeRows(
    session,
    `insert into pggit.branches (name, parent_branch_id, head_commit_hash, created_at, created_by, description)
     select b.name, m.id, m.head_commit_hash, now() at time zone 'UTC', 'pggit-migrate', b.description
     from json_to_recordset($1::json) as b(name text, description text)
     left join pggit.branches m on m.name = 'main'
     where not exists (select from pggit.branches x where x.name = b.name)
     returning 1`,
    branches.rows,
  );
}

interface Heads {
  readonly prepared: readonly Prepared[];
  readonly standing: ReadonlyMap<string, number>;
  readonly touched: readonly ObjectState[];
}

/** The head of each branch and how many objects it has; in the extension also the figures that its list_branches() shows, which it cannot compute itself. */
export async function writeHeads({ session, store }: RecordContext, { prepared, standing, touched }: Heads): Promise<number> {
  const heads = new Map(prepared.map(({ branch, hash }) => [branch, hash]));
  const values = [...heads].map(([name, hash]) => ({
    name,
    hash,
    total: standing.get(name) ?? 0,
    modified: touched.filter(({ branch }) => branch === name).length,
  }));
  let rows = await writeRows(
    session,
    `update pggit.branches b set head_commit_hash = v.hash, total_objects = v.total, modified_objects = v.modified
     from json_to_recordset($1::json) as v(name text, hash text, total integer, modified integer)
     where b.name = v.name returning 1`,
    values,
  );
  if (store.kind !== "native" || !store.optional.has("branch_size_metrics")) return rows;
  rows += await write(
    session,
    `delete from pggit.branch_size_metrics where branch_name in (select v.name from json_to_recordset($1::json) as v(name text)) returning 1`,
    values,
  );
  rows += await write(
    session,
    `insert into pggit.branch_size_metrics (branch_name, branch_status, object_count, total_size_bytes, commit_count, last_commit_date)
     select b.name, b.status, v.total,
       coalesce((select sum(pg_total_relation_size(c.oid)) from pggit.objects o
         join pg_namespace n on n.nspname = o.schema_name join pg_class c on c.relnamespace = n.oid and quote_ident(c.relname) = o.object_name
         where o.branch_name = b.name and o.is_active and o.object_type = 'TABLE'), 0),
       (select count(*) from pggit.commits c where c.branch_id = b.id), (select max(c.committed_at) from pggit.commits c where c.branch_id = b.id)
     from json_to_recordset($1::json) as v(name text, total integer)
     join pggit.branches b on b.name = v.name returning 1`,
    values,
  );
  return rows;
}
