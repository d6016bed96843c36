import type { Blocker, RunEvent } from "./run-event.ts";

interface Counted {
  readonly statements: number;
  readonly rows: number;
}

/** How far a run is. Seconds are those of the clock that events are counted with. */
export interface RunState {
  readonly direction: "up" | "down";
  readonly startedAt: number;
  /** Of migrations that are done. */
  readonly done: Counted & { readonly migrations: number };
  readonly total: { readonly migrations: number; readonly statements: number };
  /** The migration that runs; `kept` of it stands in any case. */
  readonly current: (Counted & { readonly id: string; readonly of: number; readonly kept: Counted }) | null;
  /** Attempts that were refused, and all attempts. */
  readonly errors: number;
  readonly attempts: number;
  readonly lockWaits: number;
  readonly waiting: { readonly seconds: number; readonly blockers: readonly Blocker[] } | null;
  readonly replication: { readonly standbys: number; readonly lagSeconds: number | null } | null;
  /** The statements of the last minute that changed rows, the oldest first. */
  readonly changes: readonly { readonly at: number; readonly rows: number; readonly seconds: number }[];
}

const none: Counted = { statements: 0, rows: 0 };

/** Before anything happened. */
export function beginRunState(now: number): RunState {
  return {
    direction: "up",
    startedAt: now,
    done: { ...none, migrations: 0 },
    total: { migrations: 0, statements: 0 },
    current: null,
    errors: 0,
    attempts: 0,
    lockWaits: 0,
    waiting: null,
    replication: null,
    changes: [],
  };
}

/** The state behind an event that came at `now`. */
export function advanceRun(state: RunState, event: RunEvent, now: number): RunState {
  const { current } = state;
  switch (event.kind) {
    case "run":
      return {
        ...beginRunState(now),
        direction: event.direction,
        total: { migrations: event.migrations, statements: event.statements },
      };
    case "migration":
      return { ...state, attempts: state.attempts + 1, current: { ...none, id: event.id, of: event.statements, kept: none } };
    case "statement": {
      const changes = state.changes.filter(({ at }) => at > now - 60);
      if (event.rows > 0) changes.push({ at: now, rows: event.rows, seconds: event.seconds });
      if (current === null) return { ...state, changes };
      return { ...state, changes, current: { ...current, statements: event.number, rows: current.rows + event.rows } };
    }
    case "kept":
      return current === null ? state : { ...state, current: { ...current, kept: { statements: current.statements, rows: current.rows } } };
    case "retry":
      return {
        ...state,
        waiting: null,
        errors: state.errors + 1,
        attempts: state.attempts + 1,
        current: current === null ? null : { ...current, ...current.kept },
      };
    case "done":
      return {
        ...state,
        waiting: null,
        current: null,
        done: {
          migrations: state.done.migrations + 1,
          statements: state.done.statements + (current?.of ?? 0),
          rows: state.done.rows + event.rows,
        },
      };
    case "failed":
      return { ...state, waiting: null, errors: state.errors + 1 };
    case "lock-wait":
      return event.seconds === null
        ? { ...state, waiting: null }
        : {
            ...state,
            lockWaits: state.lockWaits + (state.waiting === null ? 1 : 0),
            waiting: { seconds: event.seconds, blockers: event.blockers },
          };
    case "replication":
      return { ...state, replication: { standbys: event.standbys, lagSeconds: event.lagSeconds } };
    case "alert":
      return state;
  }
}

/** The statements that have run, those of the migration under way included. */
export function statementsDone({ done, current }: RunState): number {
  return done.statements + (current?.statements ?? 0);
}

/** The rows that were touched, as PostgreSQL counted them. */
export function rowsTouched({ done, current }: RunState): number {
  return done.rows + (current?.rows ?? 0);
}

/** Rows per minute of the statements of the last minute that changed any; `null` where they took less than a second. */
export function rowsPerMinute({ changes }: RunState): number | null {
  const seconds = changes.reduce((sum, change) => sum + change.seconds, 0);
  return seconds < 1 ? null : (changes.reduce((sum, change) => sum + change.rows, 0) / seconds) * 60;
}

/** Seconds that the rest takes if its statements take as long as those that ran; `null` before there is a measure. */
export function secondsLeft(state: RunState, now: number): number | null {
  const done = statementsDone(state);
  const passed = now - state.startedAt;
  return done === 0 || passed < 2 ? null : (passed / done) * (state.total.statements - done);
}
