import type { Inspector, Migration } from "../model/history.ts";
import type { Loss, RollbackOrigin, RollbackStatement } from "../model/rollback.ts";
import { parseStatement } from "../sql/statement.ts";

/** A way back that somebody or something proposes. Only its execution tells whether it is one. */
export interface Candidate {
  readonly origin: RollbackOrigin;
  readonly statements: readonly CandidateStatement[];
  /** Why it cannot be run here: custom code. */
  readonly unrunnable: string | null;
  /** What running it is known to destroy of what stood before the migration. */
  readonly destroys?: readonly Loss[];
}

export interface CandidateStatement extends RollbackStatement {
  /** `COPY … FROM STDIN` and its lines. */
  readonly data: string | null;
}

/** Statements without a place of their own. */
export function plainStatement(sql: string): CandidateStatement {
  return { sql, location: null, transactional: true, data: null };
}

const DOWN_ORIGINS = { authors: "authored", tool: "derived", model: "model" } as const;

/** What the authors wrote, or what stands in its place; `null` where they wrote none, or nothing but comments. */
export async function readAuthored(migration: Migration, at: Inspector): Promise<Candidate | null> {
  if (migration.down === undefined) return null;
  const statements: CandidateStatement[] = [];
  let unrunnable: string | null = null;
  for await (const step of migration.down(at)) {
    if (step.kind === "custom-code") unrunnable ??= step.reason;
    else {
      const { transactional } = parseStatement(step.sql);
      statements.push({ sql: step.sql, location: step.location, transactional, data: step.kind === "copy" ? step.data : null });
    }
  }
  return statements.length === 0 && unrunnable === null
    ? null
    : { origin: DOWN_ORIGINS[migration.downOrigin ?? "authors"], statements, unrunnable };
}

/** Whether the authors said that there is no way back: a rollback that does nothing but raise. */
export function saysIrreversible({ statements }: Candidate): boolean {
  return (
    statements.length > 0 &&
    statements.every(
      ({ sql }) =>
        /^do\b/i.test(sql) &&
        /\braise\s+(?:exception|'|sqlstate|[a-z_]+\s*;)/i.test(sql) &&
        !/\b(?:alter|create|drop|update|insert|delete)\b/i.test(sql),
    )
  );
}
