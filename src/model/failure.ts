import type { SourceLocation } from "./source.ts";

/** Exit codes of the program: see `docs/cli.md`. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 130 | 143;

/** An expected failure: what happened, where, and what the user does next. Never carries a stack trace or a secret. */
export interface Failure {
  readonly kind: "failure";
  /** Stable and kebab-case, for scripts: `no-migrations-found`, `unknown-placeholder`, … */
  readonly code: string;
  readonly message: string;
  /** A file with its line, or the name of a database object or setting. */
  readonly location: SourceLocation | string | null;
  readonly hint: string;
  readonly exitCode: ExitCode;
}

/** A failure of reading: wrong input, exit code 2. */
export function inputFailure(code: string, message: string, at: Pick<Failure, "location" | "hint">): Failure {
  return { kind: "failure", code, message, location: at.location, hint: at.hint, exitCode: 2 };
}

/** What a step of the program gives: its value, or every expected failure it met (at least one). */
export type Result<T> = { readonly kind: "ok"; readonly value: T } | { readonly kind: "failed"; readonly failures: readonly Failure[] };

/** Wraps a value that was obtained. */
export function ok<T>(value: T): Result<T> {
  return { kind: "ok", value };
}

/** Wraps the failures that kept a value from being obtained. */
export function failed(...failures: readonly Failure[]): Result<never> {
  return { kind: "failed", failures };
}
