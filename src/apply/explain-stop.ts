import { StatementError } from "../database/session.ts";
import type { Failure } from "../model/failure.ts";
import { connectionLost, isConnectionLost } from "./connection-lost.ts";
import { isStopped } from "./execute-unit.ts";
import type { RunRequest } from "./run-migrations.ts";
import type { RunnableMigration } from "./runnable.ts";

/** Errors after which a part of the migration stands. */
const partly = new WeakSet<StatementError>();

export function wasPartly(error: StatementError): boolean {
  return partly.has(error);
}

/** Says that a part of the migration stands although it ended with this error. */
export function markPartly(error: StatementError): void {
  partly.add(error);
}

/** Not PostgreSQL's: what we ourselves refuse within a transaction, so that it is rolled back. */
const refusedCode = "PGGIT";

export function refusedError(message: string): StatementError {
  return new StatementError({ code: refusedCode, message, detail: null, hint: null, offset: null, where: null });
}

interface Explaining {
  readonly migration: RunnableMigration;
  readonly request: Pick<RunRequest, "direction" | "signal">;
  /** Something of this run stands. */
  readonly partly: boolean;
}

/** What ended a run at a migration, for people: what stands, and what to do next. */
export function explainStop(cause: StatementError, { migration, request, partly: something }: Explaining): Failure {
  const { error } = cause;
  const { id, up } = migration.plan;
  const where = up[0]?.location ?? null;
  const base = { kind: "failure" as const, location: request.direction === "up" && where !== null ? where : id };
  if (request.signal.aborted) {
    return {
      ...base,
      code: "interrupted",
      message: wasPartly(cause)
        ? `Interrupted at ${id}, which knows no transaction: what it did before stands, and is written down; what the interrupted statement left is settled by the next run.`
        : `Interrupted at ${id}, which was rolled back.`,
      hint: "Run the same command again: it goes on where it stopped.",
      exitCode: request.signal.reason === "SIGTERM" ? 143 : 130,
    };
  }
  if (isStopped(cause)) return stoppedByAlert(error.message, id);
  const exitCode = something ? 6 : 1;
  const again = "Run the same command again: it goes on where it stopped.";
  if (isConnectionLost(cause)) return connectionLost(cause, { ...base, during: `at ${id}`, access: "read-write" });
  if (error.code === refusedCode) {
    return { ...base, code: "refused", message: `${id}: ${error.message}.`, hint: "Nothing of it was run.", exitCode: something ? 6 : 4 };
  }
  const hints: Readonly<Record<string, string>> = {
    "55P03":
      "Another session holds a lock that is needed. Find it in pg_stat_activity, or raise apply.lockTimeoutSeconds in pggit.yaml; then run the same command again.",
    "57014":
      "The statement took longer than apply.statementTimeoutSeconds in pggit.yaml allows. Raise it, then run the same command again.",
    "42501": "The role lacks a right that the migration needs. Grant it or use the owner's role; then run the same command again.",
    "53100": "The disk of the server is full. Make room; then run the same command again.",
  };
  const told = [error.message, error.detail, error.hint].filter((part) => part !== null).join(" ");
  return {
    ...base,
    code: "migration-failed",
    message: `${id} ${request.direction === "up" ? "did not run" : "was not taken back"}: ${told} (SQLSTATE ${error.code})`,
    hint: hints[error.code] ?? `Nothing of the statement stands. Correct the cause; ${again.charAt(0).toLowerCase()}${again.slice(1)}`,
    exitCode,
  };
}

/** An alert of the settings ended the run where nothing is half done. */
export function stoppedByAlert(why: string, id: string): Failure {
  return {
    kind: "failure",
    code: "stopped-by-alert",
    message: `The run was ended at ${id} by an alert of pggit.yaml: ${why}. Nothing is half done.`,
    location: id,
    hint: "Once the cause is gone, run the same command again: it goes on where it stopped.",
    exitCode: 6,
  };
}
