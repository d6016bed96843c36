import { StatementError } from "../database/session.ts";
import type { History, Inspector, Migration, Step } from "../model/history.ts";
import type { ExecutedStatement, StatementOutcome } from "../model/replay.ts";
import type { ParsedStatement } from "../model/sql.ts";
import { parseStatement } from "../sql/statement.ts";
import type { ReplayContext } from "./context.ts";
import { reasonToSkip } from "./skip.ts";
import { createPieces, type Pieces, transactionControl } from "./transaction.ts";
import type { Touched } from "../catalog/touched.ts";

/** One run of a migration's statements. */
export interface Attempt {
  readonly statements: readonly ExecutedStatement[];
  readonly touched: readonly Touched[];
  /** It ran in one transaction of ours from its first to its last statement. */
  readonly transactional: boolean;
  /** The failure that ended it, everything undone; `null` where it came to its end. */
  readonly stopped: { readonly statement: ExecutedStatement; readonly error: StatementError } | null;
}

/** `stop`: the first failure undoes everything, as the tools do. `skip`: what fails is left out, so that later migrations can stand on the rest. */
export type Tolerance = "stop" | "skip";

interface Run {
  readonly migration: Migration;
  readonly history: History;
  readonly context: ReplayContext;
  readonly tolerance: Tolerance;
  readonly pieces: Pieces;
  readonly statements: ExecutedStatement[];
  outsideAny: boolean;
}

/** Runs a migration once. Throws only where the shadow itself is lost. */
export async function attemptMigration(
  migration: Migration,
  history: History,
  run: { readonly context: ReplayContext; readonly tolerance: Tolerance; readonly settings: readonly string[] },
): Promise<Attempt> {
  const { context, settings } = run;
  const pieces = createPieces(context.session, context.reader);
  const state: Run = { migration, history, ...run, pieces, statements: [], outsideAny: migration.transaction !== "one" };
  const inspector: Inspector = {
    async rows(sql, parameters) {
      await pieces.send();
      return context.session.rows(sql, parameters);
    },
  };
  // Settings go in one message; DISCARD and the like are refused beside others.
  const together = settings.every((statement) => /^(?:re)?set\s/i.test(statement));
  if (migration.transaction === "one" && together) pieces.begin([...settings, "BEGIN"].join(";\n"));
  else {
    for (const message of together && settings.length > 0 ? [settings.join(";\n")] : settings) await context.session.run(message);
    if (migration.transaction === "one") pieces.begin("BEGIN");
  }
  for await (const step of migration.up(inspector)) {
    const executed = await executeStep(step, state);
    state.statements.push(executed);
    if (executed.outcome.kind === "failed" && run.tolerance === "stop" && pieces.open) {
      await pieces.rollback("ROLLBACK");
      return {
        statements: state.statements,
        touched: [],
        transactional: true,
        stopped: { statement: executed, error: new StatementError(executed.outcome.error) },
      };
    }
  }
  if (pieces.open) {
    try {
      await pieces.commit("COMMIT");
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      await context.session.run("ROLLBACK");
      const last = state.statements.at(-1);
      if (last === undefined) throw error;
      const failed: ExecutedStatement = { ...last, outcome: { kind: "failed", error: error.error } };
      return {
        statements: [...state.statements.slice(0, -1), failed],
        touched: [],
        transactional: true,
        stopped: { statement: failed, error },
      };
    }
  }
  return { statements: state.statements, touched: pieces.touched, transactional: !state.outsideAny, stopped: null };
}

async function executeStep(step: Step, run: Run): Promise<ExecutedStatement> {
  if (step.kind === "custom-code") return { step, parsed: null, outcome: { kind: "skipped", reason: step.reason } };
  const parsed = parseStatement(step.sql);
  const reason = reasonToSkip(parsed, run.context);
  if (reason !== null) return { step, parsed, outcome: { kind: "skipped", reason } };
  const control = transactionControl(parsed);
  if (control !== null) return { step, parsed, outcome: await executeControl(control, { sql: step.sql, run }) };
  const outside = !parsed.transactional || parsed.changes.some(({ kind }) => run.history.runsOutsideTransaction.includes(kind));
  const commits = parsed.changes.some(({ kind }) => kind === "call" || kind === "do");
  if (outside || (commits && !run.pieces.open && run.migration.transaction !== "one")) {
    run.outsideAny = true;
    if (run.pieces.open) await run.pieces.commit("COMMIT");
    let outcome: StatementOutcome = { kind: "done", rows: null };
    await run.pieces.outside(parsed, async () => {
      outcome = await executeSql(step, run);
    });
    return { step, parsed, outcome };
  }
  if (run.pieces.open) return { step, parsed, outcome: await executeInside({ step, parsed }, run) };
  return { step, parsed, outcome: await executeAlone({ step, parsed }, run) };
}

interface Executable {
  readonly step: Exclude<Step, { readonly kind: "custom-code" }>;
  readonly parsed: ParsedStatement;
}

async function executeInside({ step, parsed }: Executable, run: Run): Promise<StatementOutcome> {
  run.pieces.note(parsed);
  if (run.tolerance === "stop") return executeSql(step, run);
  await run.pieces.run("SAVEPOINT pggit_statement");
  const outcome = await executeSql(step, run);
  await run.pieces.run(outcome.kind === "failed" ? "ROLLBACK TO pggit_statement" : "RELEASE pggit_statement");
  return outcome;
}

/** With no transaction open: as its own one, or, where the tool runs the file in one, in a new one (after a COMMIT in the file). */
async function executeAlone(executable: Executable, run: Run): Promise<StatementOutcome> {
  run.pieces.begin("BEGIN");
  if (run.migration.transaction === "one") return executeInside(executable, run);
  run.pieces.note(executable.parsed);
  const outcome = await executeSql(executable.step, run);
  try {
    if (outcome.kind === "failed") await run.pieces.rollback("ROLLBACK");
    else await run.pieces.commit("COMMIT");
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    await run.context.session.run("ROLLBACK");
    return { kind: "failed", error: error.error };
  }
  return outcome;
}

async function executeControl(
  control: NonNullable<ReturnType<typeof transactionControl>>,
  { sql, run }: { readonly sql: string; readonly run: Run },
): Promise<StatementOutcome> {
  const { pieces } = run;
  run.outsideAny = true;
  if (control === "begin") {
    if (!pieces.open) pieces.begin(sql);
    return { kind: "done", rows: null };
  }
  if (!pieces.open) return { kind: "done", rows: null };
  if (control === "rollback") {
    await pieces.rollback(sql);
    return { kind: "done", rows: null };
  }
  try {
    await pieces.commit(sql);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    await run.context.session.run("ROLLBACK");
    return { kind: "failed", error: error.error };
  }
  return { kind: "done", rows: null };
}

/** Errors after which there is no shadow any more (manual, appendix A: class 08, 57P0x). */
export function isLost({ error }: StatementError, context: ReplayContext): boolean {
  return error.code.startsWith("08") || error.code.startsWith("57P") || (error.code === "57014" && context.session.engine.embedded);
}

async function executeSql(step: Executable["step"], run: Run): Promise<StatementOutcome> {
  const { pieces } = run;
  try {
    if (step.kind === "copy") return { kind: "done", rows: await pieces.copyIn(step.sql, step.data) };
    const results = await pieces.run(step.sql);
    return { kind: "done", rows: results.at(-1)?.rows ?? null };
  } catch (error) {
    if (!(error instanceof StatementError) || isLost(error, run.context)) throw error;
    return { kind: "failed", error: error.error };
  }
}
