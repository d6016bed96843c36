import { StatementError } from "../database/session.ts";
import type { CatalogSlice } from "../model/catalog.ts";
import type { EdgeCaseDraft } from "../model/edge-case.ts";
import type { Migration, Step } from "../model/history.ts";
import type { DatabaseError, ExecutedStatement, Verification } from "../model/replay.ts";
import { formatLocation } from "../model/source.ts";
import type { ParsedStatement } from "../model/sql.ts";
import { maskSecrets } from "../sql/secrets.ts";
import { parseStatement } from "../sql/statement.ts";
import { isLost } from "./attempt.ts";
import type { ReplayContext } from "./context.ts";
import { locateError } from "./position.ts";
import { sessionReset } from "./session-reset.ts";
import { reasonToSkip } from "./skip.ts";
import { transactionControl } from "./transaction.ts";

/**
 * Runs the authors' own check of a migration on the shadow, which stands right after it: in a transaction that is rolled back, sequence
 * positions too. The check's own BEGIN, COMMIT and ROLLBACK stay inside of it. `null` where the migration has none. Not run where a
 * statement of the migration was not: what is missing then says nothing about the migration.
 */
export async function verifyMigration(
  migration: Migration,
  statements: readonly ExecutedStatement[],
  { context, resetBetween }: { readonly context: ReplayContext; readonly resetBetween: readonly string[] },
): Promise<Verification | null> {
  if (migration.verify === undefined) return null;
  if (statements.some(({ outcome }) => outcome.kind !== "done")) {
    return { kind: "not-run", reason: "a statement of the migration was not run, or failed" };
  }
  const { session, reader } = context;
  const steps: VerifyStep[] = [];
  for await (const step of migration.verify({ rows: (sql, parameters) => session.rows(sql, parameters) })) {
    const prepared = prepareStep(step, context);
    if (prepared.kind === "not-run") return prepared;
    steps.push(prepared);
  }
  for (const message of sessionReset(resetBetween)) await session.run(message);
  // Queries alone leave nothing behind, so nobody has to look for it.
  if (steps.every(({ parsed }) => parsed.changes.every(({ effect, kind }) => effect === "session" || kind === "transaction"))) {
    await session.run(`BEGIN; ${KEEP}`);
    try {
      return await runSteps(steps, context);
    } finally {
      await session.run("ROLLBACK");
    }
  }
  await reader.open("BEGIN", KEEP);
  // After an error the transaction cannot be asked what moved: then every position is put back.
  let moved = (): CatalogSlice => reader.all();
  try {
    const outcome = await runSteps(steps, context);
    if (outcome.kind === "passed") {
      const { sequences } = await reader.end("rows");
      moved = () => reader.remembered(sequences.map(({ sequence }) => sequence));
    }
    return outcome;
  } finally {
    await session.run("ROLLBACK");
    await reader.restoreSequences(moved());
  }
}

const KEEP = "SAVEPOINT pggit_verify";

interface VerifyStep {
  readonly kind: "step";
  readonly step: Exclude<Step, { readonly kind: "custom-code" }>;
  readonly parsed: ParsedStatement;
}

function prepareStep(step: Step, context: ReplayContext): VerifyStep | Extract<Verification, { kind: "not-run" }> {
  if (step.kind === "custom-code") return { kind: "not-run", reason: `${formatLocation(step.location)}: ${step.reason}` };
  const parsed = parseStatement(step.sql);
  const reason = reasonToSkip(parsed, context) ?? (parsed.transactional ? null : "it holds a statement that cannot run in a transaction");
  return reason === null ? { kind: "step", step, parsed } : { kind: "not-run", reason: `${formatLocation(step.location)}: ${reason}` };
}

async function runSteps(steps: readonly VerifyStep[], context: ReplayContext): Promise<Exclude<Verification, { kind: "not-run" }>> {
  const { session } = context;
  for (const { step, parsed } of steps) {
    const control = transactionControl(parsed);
    try {
      if (control === "rollback") await session.run("ROLLBACK TO pggit_verify");
      // The check's own ROLLBACK takes back what came after its BEGIN, and no more.
      else if (control !== null) await session.run(KEEP);
      else if (step.kind === "copy") await session.copyIn(step.sql, step.data);
      else await session.run(step.sql);
    } catch (error) {
      if (!(error instanceof StatementError) || isLost(error, context)) throw error;
      return { kind: "failed", step, error: error.error };
    }
  }
  return { kind: "passed", statements: steps.length };
}

/** The question where the authors' own check refuses what the replay gave. */
export function verificationFailure(verification: Extract<Verification, { kind: "failed" }>, migration: Migration): EdgeCaseDraft {
  const { step, error } = verification;
  const location = step.kind === "custom-code" ? step.location : locateError(step.sql, step.location, error);
  return {
    kind: "replay-failure",
    title: `The check that its authors wrote for ${migration.id} fails: ${error.message}`,
    question: `${migration.id} ran, but this statement of its verify script refuses the result: ${words(error)} Is the migration right as it stands, or its check?`,
    action: "Keep the migration if the check is at fault, give the SQL that should stand in its place, or leave it out.",
    risk: "MEDIUM",
    source: { location, text: step.kind === "custom-code" ? step.text : maskSecrets(step.sql) },
    suggestion: null,
    evidence: [{ part: "executed", statement: `${formatLocation(location)}: ${words(error)}`, value: 0.5 }],
    choices: ["keep", "edit", "exclude"],
  };
}

function words({ message, code }: DatabaseError): string {
  return `${message} (SQLSTATE ${code})`;
}
