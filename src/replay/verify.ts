import { StatementError } from "../database/session.ts";
import type { CatalogSlice } from "../model/catalog.ts";
import type { EdgeCaseDraft } from "../model/edge-case.ts";
import type { Inspector, Migration, Step } from "../model/history.ts";
import type { DatabaseError, ExecutedStatement, Verification } from "../model/replay.ts";
import { formatLocation } from "../model/source.ts";
import { maskSecrets } from "../sql/secrets.ts";
import { parseStatement } from "../sql/statement.ts";
import { isLost } from "./attempt.ts";
import type { ReplayContext } from "./context.ts";
import { locateError } from "./position.ts";
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
  const inspector: Inspector = { rows: (sql, parameters) => session.rows(sql, parameters) };
  for (const statement of resetBetween) await session.run(statement);
  await reader.open("BEGIN");
  // After an error the transaction cannot be asked what moved: then every position is put back.
  let moved = (): CatalogSlice => reader.all();
  try {
    await session.run(KEEP);
    let ran = 0;
    for await (const step of migration.verify(inspector)) {
      const outcome = await runStep(step, context);
      if (outcome !== "done") return outcome;
      ran += 1;
    }
    const { sequences } = await reader.end("rows");
    moved = () => reader.remembered(sequences.map(({ sequence }) => sequence));
    return { kind: "passed", statements: ran };
  } finally {
    await session.run("ROLLBACK");
    await reader.restoreSequences(moved());
  }
}

const KEEP = "SAVEPOINT pggit_verify";

async function runStep(step: Step, context: ReplayContext): Promise<"done" | Verification> {
  if (step.kind === "custom-code") return { kind: "not-run", reason: `${formatLocation(step.location)}: ${step.reason}` };
  const parsed = parseStatement(step.sql);
  const reason = reasonToSkip(parsed, context) ?? (parsed.transactional ? null : "it holds a statement that cannot run in a transaction");
  if (reason !== null) return { kind: "not-run", reason: `${formatLocation(step.location)}: ${reason}` };
  const control = transactionControl(parsed);
  const { session } = context;
  try {
    if (control === "rollback") await session.run("ROLLBACK TO pggit_verify");
    else if (control !== null) await session.run(KEEP);
    else if (step.kind === "copy") await session.copyIn(step.sql, step.data);
    else await session.run(step.sql);
    return "done";
  } catch (error) {
    if (!(error instanceof StatementError) || isLost(error, context)) throw error;
    return { kind: "failed", step, error: error.error };
  }
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
