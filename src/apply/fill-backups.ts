import type { Session } from "../database/session.ts";
import type { BackupTable } from "../model/rollback.ts";
import type { Progress } from "../run.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { parseStatement } from "../sql/statement.ts";
import { beginBackups } from "../store/backups.ts";
import { estimateBackups } from "./backup-sizes.ts";
import { executeInTransaction, type UnitRun } from "./execute-unit.ts";
import type { RunnableMigration } from "./runnable.ts";

/** What saving in batches works with. */
export interface Filling {
  readonly run: UnitRun;
  readonly entry: { readonly tool: string; readonly run: number };
  /** Tables of more rows are saved in batches of so many. */
  readonly batchRows: number;
  readonly progress: Progress;
}

/**
 * Saves the rows of large tables before their migration, in batches of a transaction each: what the migration's own transaction then has to save is what changed since. A
 * saving that was cut off goes on behind the last row that it saved. Throws `StatementError`.
 */
export async function fillBackups(migration: RunnableMigration, filling: Filling): Promise<void> {
  const { saving, plan } = migration;
  const { backup } = plan.rollback;
  if (saving === null || backup === undefined) return;
  const { session } = filling.run;
  const estimates = await estimateBackups(session, [migration]);
  for (const saved of backup.tables) {
    const rows = estimates.find((estimate) => estimate.backup === saved.backup)?.rows ?? 0;
    const statements = saving.before.map(({ sql }) => sql);
    const create = statements.find((sql) => sql.startsWith(`CREATE TABLE IF NOT EXISTS ${saved.backup} `));
    const insert = statements.find((sql) => sql.startsWith(`INSERT INTO ${saved.backup} `));
    if (create === undefined || insert === undefined || rows <= filling.batchRows || saved.key.length === 0) continue;
    await inTransaction(create, filling, () => beginBackups(session, { ...filling.entry, migration: plan.id }, [saved]));
    if (await ordersAlike(session, saved)) await fill({ saved, insert, rows, migration: plan.id }, filling);
  }
}

interface Fill {
  readonly saved: BackupTable;
  /** The plan's own statement for all rows. */
  readonly insert: string;
  readonly rows: number;
  readonly migration: string;
}

async function fill({ saved, insert, rows, migration }: Fill, filling: Filling): Promise<void> {
  const { backup, table } = saved;
  const [all] = insert.split(" WHERE NOT EXISTS (");
  const key = (alias: string, suffix = ""): string => saved.key.map((name) => `${alias}.${quoteIdentifier(name)}${suffix}`).join(", ");
  const last = `SELECT ${key("b")} FROM ${backup} AS b ORDER BY ${key("b", " DESC")} LIMIT 1`;
  const order = `ORDER BY ${key("t")} LIMIT ${filling.batchRows}`;
  const [there] = await filling.run.session.rows<{ rows: string }>(`select count(*)::text as rows from ${backup}`);
  let done = Number(there?.rows ?? 0);
  filling.progress.begin(`saving ${table} before ${migration}`, Math.max(rows, done));
  filling.progress.advance(done);
  for (;;) {
    const from = done === 0 ? "" : ` WHERE ROW(${key("t")}) > (${last})`;
    const added = await inTransaction(`${all}${from} ${order}`, filling, () => Promise.resolve());
    done += added;
    filling.progress.advance(done);
    if (added < filling.batchRows) return;
  }
}

function inTransaction(sql: string, { run }: Filling, beside: () => Promise<void>): Promise<number> {
  return executeInTransaction({ kind: "transaction", statements: [{ sql, data: null, parsed: parseStatement(sql) }] }, run, beside);
}

/** Whether the key has the same types in table and backup, so that it has the same order; one of another type is saved as text. */
async function ordersAlike(session: Session, { table, backup, key }: BackupTable): Promise<boolean> {
  const [row] = await session.rows<{ alike: boolean }>(
    `select count(*) = pg_catalog.cardinality($3::text[]) as alike from pg_catalog.pg_attribute t join pg_catalog.pg_attribute b
       on b.attname = t.attname and b.atttypid = t.atttypid and b.attcollation = t.attcollation
     where t.attrelid = pg_catalog.to_regclass($1) and b.attrelid = pg_catalog.to_regclass($2) and t.attname = any ($3::text[])`,
    [table, backup, key],
  );
  return row?.alike === true;
}
