import type { AlertName } from "../model/alert.ts";

/** A session that stands in the way of the run. */
export interface Blocker {
  readonly pid: number;
  /** `null` where the role may not see it. */
  readonly user: string | null;
  readonly application: string | null;
}

/** What happens while migrations run on a target; with `--json` each is a line on standard error (docs/applying.md). Seconds are those of the server's statements. */
export type RunEvent =
  | { readonly kind: "run"; readonly direction: "up" | "down"; readonly migrations: number; readonly statements: number }
  | { readonly kind: "migration"; readonly id: string; readonly number: number; readonly statements: number }
  /** A statement ended; the first of a migration has `number` 1. */
  | {
      readonly kind: "statement";
      readonly id: string;
      readonly number: number;
      readonly of: number;
      readonly rows: number;
      readonly seconds: number;
    }
  /** What ran of the migration so far stands, whatever comes. */
  | { readonly kind: "kept"; readonly id: string }
  /** Another session was in the way: what does not stand yet is rolled back and run again. */
  | { readonly kind: "retry"; readonly id: string; readonly attempt: number; readonly attempts: number; readonly message: string }
  | { readonly kind: "done"; readonly id: string; readonly seconds: number; readonly rows: number }
  | { readonly kind: "failed"; readonly id: string; readonly message: string }
  /** Seconds since the wait was first seen; `null` once it is over. */
  | { readonly kind: "lock-wait"; readonly id: string; readonly seconds: number | null; readonly blockers: readonly Blocker[] }
  /** The longest replay lag of the standbys; `null` where the role may not see it. */
  | { readonly kind: "replication"; readonly standbys: number; readonly lagSeconds: number | null }
  | { readonly kind: "alert"; readonly alert: AlertName; readonly value: number; readonly limit: number; readonly action: "warn" | "stop" };

/** Is told what happens in a run, and may have it end. */
export interface RunObserver {
  tell(event: RunEvent): void;
  /** Why the run has to end where nothing is half done; `null` where it goes on. Asked before each migration, each part of one that stands by itself, and each further attempt. */
  stopping(): string | null;
}
