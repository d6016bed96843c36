import { StatementError, type Session } from "../database/session.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import type { RunnableMigration } from "./runnable.ts";
import type { ScriptStatement, Unit } from "./read-script.ts";

/** Runs one statement, with its data where it is a COPY. Gives the rows that PostgreSQL counted. */
export async function executeStatement(session: Session, { sql, data }: Pick<ScriptStatement, "sql" | "data">): Promise<number | null> {
  if (data !== null) return session.copyIn(sql, data);
  const results = await session.run(sql);
  return results.at(-1)?.rows ?? null;
}

/** Runs a unit on a throwaway database: as one transaction, or outside of any. Nothing of it stands where it fails. */
async function executeUnit(session: Session, unit: Unit): Promise<void> {
  if (unit.kind === "transaction") await session.run("BEGIN");
  try {
    for (const statement of unit.statements) await executeStatement(session, statement);
    if (unit.kind === "transaction") await session.run("COMMIT");
  } catch (error) {
    if (unit.kind === "transaction" && error instanceof StatementError) await session.run("ROLLBACK");
    throw error;
  }
}

const roleMissing = /^role "(.*)" does not exist$/;

/** What a shadow does for a migration that a server would do otherwise. */
export interface ShadowTerms {
  /** Settings that the source tool sends before each migration. */
  readonly resetBetween: readonly string[];
  /** Whether roles that the history takes for granted may be made, and statements that reach beyond the database be run. */
  readonly disposable: boolean;
}

/** Runs a migration on a shadow as the replay that made the plan did: what was skipped there is skipped, missing roles are made. */
export async function executeOnShadow(session: Session, migration: RunnableMigration, terms: ShadowTerms): Promise<void> {
  for (const sql of terms.resetBetween) await session.run(sql);
  const skipped = new Set(migration.plan.up.filter(({ outcome }) => outcome.startsWith("skipped")).map(({ sql }) => sql));
  for (const unit of migration.up.units) {
    const statements = unit.statements.filter(({ sql, parsed }) => {
      const beyond = !terms.disposable && parsed.changes.some(({ details }) => details.clusterWide === true);
      return !skipped.has(sql) && !beyond;
    });
    if (statements.length > 0) await withRoles(session, { ...unit, statements }, terms);
  }
}

async function withRoles(session: Session, unit: Unit, { disposable }: ShadowTerms): Promise<void> {
  for (let made = 0; ; made += 1) {
    try {
      return await executeUnit(session, unit);
    } catch (error) {
      const role = error instanceof StatementError && error.error.code === "42704" ? roleMissing.exec(error.message)?.[1] : undefined;
      if (role === undefined || !disposable || made >= mostRoles) throw error;
      await session.run(`CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`);
    }
  }
}

const mostRoles = 100;
