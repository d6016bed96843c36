import type { Session } from "../database/session.ts";
import type { Failure } from "../model/failure.ts";
import type { Loss } from "../model/rollback.ts";
import { countingQuery, findRowsAgainst, readOnly, type RowsAgainst } from "./rows-against.ts";
import type { RunnableMigration } from "./runnable.ts";

/** What has to be known before migrations are taken back. */
export interface TakingBack {
  /** A migration without a proven way back, or whose condition does not hold now. */
  readonly refusal: Failure | null;
  /** What is lost, in sentences, with the rows that stand there now. Empty: nothing. */
  readonly losses: readonly string[];
}

/** Looks at the data before anything is taken back: the last migration first, as they will run. */
export async function examineTakingBack(session: Session, migrations: readonly RunnableMigration[]): Promise<TakingBack> {
  for (const migration of migrations) {
    if (migration.down === null) return { refusal: noWayBack(migration), losses: [] };
    const broken = await brokenCondition(session, migration);
    if (broken !== null) return { refusal: conditionBroken(migration, broken), losses: [] };
  }
  const losses: string[] = [];
  for (const migration of migrations) losses.push(...(await lossesOf(session, migration)));
  return { refusal: null, losses };
}

/** The rows that stand against a way back with a check; `null` where none does, or where the query can only be asked later. A lossy one may have a check as well. */
async function brokenCondition(session: Session, { plan }: RunnableMigration): Promise<RowsAgainst | null> {
  const { check } = plan.rollback;
  return check === null ? null : findRowsAgainst(session, check);
}

/** The same within the transaction that goes back: in words, why not. */
export async function forbidTakingBack(session: Session, { plan }: RunnableMigration): Promise<string | null> {
  const { check } = plan.rollback;
  if (check === null) return null;
  const [row] = await session.rows<{ count: string }>(countingQuery(check));
  return row === undefined || row.count === "0" ? null : `${row.count} rows stand against going back: ${check}`;
}

async function lossesOf(session: Session, { plan }: RunnableMigration): Promise<readonly string[]> {
  const { status, downLoses, upLoses } = plan.rollback;
  const found: string[] = [];
  if (status === "proven-lossy") {
    for (const loss of upLoses) found.push(`${plan.id} does not bring back ${sayLoss(loss)}`);
  }
  for (const { table, columns, what } of downLoses) {
    const rows = table === null ? null : await countRows(session, table);
    if (rows === 0) continue;
    // Without rows to count only a way back that was proven to lose something says so.
    if (rows === null && status !== "proven-lossy") continue;
    found.push(`${plan.id} loses ${sayLoss({ table, columns, what })}${rows === null ? "" : `; ${rows} rows now`}`);
  }
  return found;
}

function sayLoss({ table, columns, what }: Loss): string {
  return `${table === null ? "" : `${table}${columns.length === 0 ? "" : ` (${columns.join(", ")})`}: `}${what}`;
}

/** `null` where the table is not in the schema as it stands. */
async function countRows(session: Session, table: string): Promise<number | null> {
  const rows = await readOnly<{ count: string }>(session, `select count(*)::text as count from (select 1 from ${table}) as counted`);
  return rows === null ? null : Number(rows[0]?.count ?? 0);
}

function noWayBack({ plan }: RunnableMigration): Failure {
  return {
    kind: "failure",
    code: "no-way-back",
    message: `${plan.id} has no proven way back (${plan.rollback.status}${plan.rollback.reason === null ? "" : `: ${plan.rollback.reason}`}). Nothing was run.`,
    location: plan.id,
    hint: `pggit rollback --to ${plan.id} goes back to right behind it.`,
    exitCode: 4,
  };
}

function conditionBroken({ plan }: RunnableMigration, { count, samples }: RowsAgainst): Failure {
  const rows = samples.length === 0 ? "" : ` ${samples.length === count ? "They are" : "Some are"}: ${samples.join("; ")}.`;
  return {
    kind: "failure",
    code: "condition-broken",
    message: `${plan.id} can be taken back only if this query returns no row, and it returns ${count}: ${plan.rollback.check ?? ""}.${rows} Nothing was run.`,
    location: plan.id,
    hint: "Change those rows first, or stop behind this migration.",
    exitCode: 4,
  };
}
