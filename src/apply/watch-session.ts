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
  let beside: Promise<Beside | null> | null = null;
  let looking: Promise<void> = Promise.resolve();
  let busy = false;
  const look = createLook(watching);
  const sample = async (): Promise<void> => {
    beside ??= open();
    const opened = await beside;
    if (opened === null) return end("no second connection can be had");
    try {
      await look(opened);
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      end(error.message);
    }
  };
  const end = (why: string): void => {
    clearInterval(timer);
    warn(`The run goes on unwatched: lock waits and replication lag cannot be seen (${why}).`);
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    looking = sample().finally(() => (busy = false));
  }, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await looking;
    await (await beside)?.close();
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
