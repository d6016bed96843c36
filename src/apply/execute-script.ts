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
async function executeUnit(session: Session, unit: Unit, { ran }: Pick<ShadowTerms, "ran">): Promise<void> {
  const together = unit.kind === "transaction" && ran === undefined && unit.statements.every(({ data }) => data === null);
  if (together) return executeTogether(session, unit);
  if (unit.kind === "transaction") await session.run("BEGIN");
  try {
    for (const statement of unit.statements) {
      await executeStatement(session, statement);
      await ran?.(statement);
    }
    if (unit.kind === "transaction") await session.run("COMMIT");
  } catch (error) {
    if (unit.kind === "transaction" && error instanceof StatementError) await session.run("ROLLBACK");
    throw error;
  }
}

/** All in one message: a long history is mostly messages. */
async function executeTogether(session: Session, { statements }: Unit): Promise<void> {
  try {
    await session.run(["BEGIN", ...statements.map(({ sql }) => sql), "COMMIT"].join("\n;\n"));
  } catch (error) {
    if (error instanceof StatementError) await session.run("ROLLBACK");
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
  /** Called behind each statement, in its transaction; again for those of a transaction that had to be begun anew. */
  readonly ran?: (statement: ScriptStatement) => Promise<void>;
}

/** Runs a migration on a shadow as the replay that made the plan did: what was skipped there is skipped, missing roles are made. */
export async function executeOnShadow(session: Session, migration: RunnableMigration, terms: ShadowTerms): Promise<void> {
  for (const sql of terms.resetBetween) await session.run(sql);
  for (const unit of unitsOnShadow(migration, terms)) await withRoles(session, unit, terms);
}

/** The units of a migration without what the replay that made the plan skipped, and what a shadow must not run. */
export function unitsOnShadow(migration: RunnableMigration, { disposable }: Pick<ShadowTerms, "disposable">): readonly Unit[] {
  const skipped = new Set(migration.plan.up.filter(({ outcome }) => outcome.startsWith("skipped")).map(({ sql }) => sql));
  return migration.up.units.flatMap((unit) => {
    const statements = unit.statements.filter(({ sql, parsed }) => {
      const beyond = !disposable && parsed.changes.some(({ details }) => details.clusterWide === true);
      return !skipped.has(sql) && !beyond;
    });
    return statements.length > 0 ? [{ ...unit, statements }] : [];
  });
}

/** Takes back what migrations set for the session. Between transactions. */
export async function resetShadow(session: Session): Promise<void> {
  await session.run("RESET SESSION AUTHORIZATION; RESET ALL");
}

/** The role that opened the session, whatever was set since. */
export async function sessionUser(session: Session): Promise<string> {
  const [row] = await session.rows<{ name: string }>("select session_user::text as name");
  return row?.name ?? "postgres";
}

/** The role that an error says is missing; `null` where it says something else. */
export function missingRole(error: unknown): string | null {
  return error instanceof StatementError && error.error.code === "42704" ? (roleMissing.exec(error.message)?.[1] ?? null) : null;
}

async function withRoles(session: Session, unit: Unit, terms: ShadowTerms): Promise<void> {
  for (let made = 0; ; made += 1) {
    try {
      return await executeUnit(session, unit, terms);
    } catch (error) {
      const role = missingRole(error);
      if (role === null || !terms.disposable || made >= mostRoles) throw error;
      await session.run(`CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`);
    }
  }
}

/** More than this is no history of one database. */
export const mostRoles = 100;
