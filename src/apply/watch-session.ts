import type { Beside } from "../database/open-target.ts";
import { StatementError } from "../database/session.ts";
import type { Blocker, RunObserver } from "./run-event.ts";

export interface Watching {
  /** Opens the second session; `null` where none can be had. */
  readonly open: () => Promise<Beside | null>;
  readonly observer: RunObserver;
  /** The migration that runs; `null` between two. */
  readonly current: () => string | null;
  /** Seconds of a clock that only goes forward. */
  readonly now: () => number;
  readonly warn: (message: string) => void;
}

const everyMs = 1_000;

/**
 * Looks once a second, from a session beside it, whether a run waits for a lock and how far the standbys are behind (`pg_blocking_pids`, `pg_stat_replication`).
 * Gives what ends the watch. A run of less than a second is not watched.
 */
export function watchSession(watching: Watching): () => Promise<void> {
  const { open, warn } = watching;
  const look = createLook(watching);
  let opening: Promise<Beside | null> | null = null;
  let beside: Beside | null = null;
  let busy = false;
  let ended = false;
  const giveUp = (why: string): void => {
    clearInterval(timer);
    if (!ended) warn(`The run goes on unwatched: lock waits and replication lag cannot be seen (${why}).`);
  };
  const sample = async (): Promise<void> => {
    opening ??= open();
    beside = await opening;
    if (ended) return beside?.close();
    if (beside === null) return giveUp("no second connection can be had");
    try {
      await look(beside);
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      giveUp(error.message);
    }
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void sample().finally(() => (busy = false));
  }, everyMs).unref();
  // A server that does not answer any more must not hold up the end: a look is cut off, and who is not connected yet leaves by itself.
  return async () => {
    ended = true;
    clearInterval(timer);
    await beside?.close();
  };
}

/** One look; remembers since when the run waits. */
function createLook({ observer, current, now }: Watching): (beside: Beside) => Promise<void> {
  let since: number | null = null;
  let standbysKnown = false;
  return async ({ session, pid }) => {
    const [found] = await session.rows<{ blockers: string; standbys: number; lag: string | null }>(question, [pid]);
    if (found === undefined) return;
    const id = current();
    const blockers = JSON.parse(found.blockers) as readonly Blocker[];
    if (id !== null && blockers.length > 0) {
      since ??= now();
      observer.tell({ kind: "lock-wait", id, seconds: Math.round(now() - since), blockers });
    } else if (since !== null) {
      since = null;
      if (id !== null) observer.tell({ kind: "lock-wait", id, seconds: null, blockers: [] });
    }
    if (found.standbys === 0 && !standbysKnown) return;
    standbysKnown = true;
    observer.tell({ kind: "replication", standbys: found.standbys, lagSeconds: found.lag === null ? null : Number(found.lag) });
  };
}

const question = `select
  coalesce((
    select pg_catalog.json_agg(pg_catalog.json_build_object('pid', a.pid, 'user', a.usename, 'application', nullif(a.application_name, '')) order by a.pid)
    from pg_catalog.pg_stat_activity as a where a.pid = any (pg_catalog.pg_blocking_pids($1))
  ), '[]')::text as blockers,
  (select count(*)::int from pg_catalog.pg_stat_replication) as standbys,
  (select round(extract(epoch from max(replay_lag))::numeric, 1)::text from pg_catalog.pg_stat_replication) as lag`;
