import type { UnitRun } from "./execute-unit.ts";
import type { RunObserver } from "./run-event.ts";

/** Counts the statements of one migration as they end, and tells them to the observer; those of an attempt that was refused are counted again. */
export function observeStatements({
  id,
  statements,
  lockRetries,
  observer,
  now,
  warn,
}: {
  readonly id: string;
  readonly statements: number;
  readonly lockRetries: number;
  readonly observer: RunObserver;
  /** Seconds of a clock that only goes forward. */
  readonly now: () => number;
  readonly warn: (message: string) => void;
}): Pick<UnitRun, "ran" | "retried"> & { readonly kept: () => void } {
  let number = 0;
  let standing = 0;
  let endedAt = now();
  return {
    ran(rows) {
      number += 1;
      const seconds = Math.round((now() - endedAt) * 1000) / 1000;
      endedAt = now();
      observer.tell({ kind: "statement", id, number, of: statements, rows, seconds });
    },
    retried(attempt, message) {
      const attempts = lockRetries + 1;
      warn(`${id}: ${message}; attempt ${attempt + 1} of ${attempts}.`);
      number = standing;
      observer.tell({ kind: "retry", id, attempt: attempt + 1, attempts, message });
      return observer.stopping();
    },
    kept() {
      standing = number;
      observer.tell({ kind: "kept", id });
    },
  };
}
