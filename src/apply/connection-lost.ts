import { StatementError } from "../database/session.ts";
import type { Failure } from "../model/failure.ts";

/** Whether a statement ended with its connection: `08006` is pg's own report, `57P01` to `57P05` what a server says that ends one (manual, "PostgreSQL Error Codes"). */
export function isConnectionLost({ error }: StatementError): boolean {
  return error.code === "08006" || error.code.startsWith("57P");
}

/**
 * The failure to tell then. A transaction that was under way was rolled back, or its COMMIT arrived and its answer did not: either way the record says so to the
 * next run. Exit 6 where it can be gone on with, 1 where nothing was to be written.
 */
export function connectionLost(
  { message }: StatementError,
  at: { readonly location: Failure["location"]; readonly during: string; readonly access: "read-only" | "read-write" },
): Failure {
  return {
    kind: "failure",
    code: "connection-lost",
    message: `The connection was lost ${at.during}: ${message}.`,
    location: at.location,
    hint:
      at.access === "read-only"
        ? "Nothing was to be written. Check that the server runs, then run the same command again."
        : "Check that the server runs, then run the same command again: it goes on where it stopped.",
    exitCode: at.access === "read-only" ? 1 : 6,
  };
}

/** An error as PostgreSQL's refusal of a statement. Throws on what is none: a lost connection, a mistake of the program. */
export function refusalOf(error: unknown): StatementError {
  if (!(error instanceof StatementError) || isConnectionLost(error)) throw error;
  return error;
}
