import type { Session } from "../database/session.ts";

/** A branch of the record. */
export interface ListedBranch {
  readonly name: string;
  /** `ACTIVE`, `MERGED`, … */
  readonly status: string;
  readonly commits: number;
  /** ISO 8601 without zone, UTC; `null` where nothing was recorded on it. */
  readonly lastCommit: string | null;
  /** Of its tables in this database. */
  readonly megabytes: number | null;
  readonly description: string | null;
}

/** The branches of the record in the order in which they came. Counted in the tables themselves: the extension's own `list_branches()` reads figures that nothing fills. */
export async function listBranches(session: Session): Promise<readonly ListedBranch[]> {
  return session.rows<ListedBranch>(
    `select b.name, b.status::text as status, b.description,
       (select count(*) from pggit.commits c where c.branch_id = b.id)::integer as commits,
       (select to_char(max(c.committed_at), 'YYYY-MM-DD"T"HH24:MI:SS') from pggit.commits c where c.branch_id = b.id) as "lastCommit",
       (select round(sum(pg_catalog.pg_total_relation_size(r.oid)) / 1024 / 1024, 2)::float8
          from pggit.objects o
          join pg_catalog.pg_namespace n on n.nspname = o.schema_name
          join pg_catalog.pg_class r on r.relnamespace = n.oid and pg_catalog.quote_ident(r.relname) = o.object_name
         where o.branch_name = b.name and o.is_active and o.object_type::text in ('TABLE', 'MATERIALIZED_VIEW')) as megabytes
     from pggit.branches b order by b.id`,
  );
}

/** Makes a branch in the record, with the objects of the one that it leaves. No DDL runs. Throws `StatementError` where the name is taken or refused, or `from` is not there. */
export async function createBranch(session: Session, { name, from }: { readonly name: string; readonly from: string }): Promise<void> {
  await session.rows("select pggit.create_branch($1, $2)", [name, from]);
}

/** Whether the record has a branch. */
export async function hasBranch(session: Session, name: string): Promise<boolean> {
  return (await session.rows("select 1 from pggit.branches where name = $1", [name])).length > 0;
}
