import type { Session } from "../database/session.ts";
import type { Failure } from "../model/failure.ts";

/** `pggit` in ASCII, as the two halves of an advisory lock's key; the lock is the database's own. */
const key = "1885824872, 1953066862";
const attempts = 20;
const everyMs = 250;

/**
 * Takes the lock that only one run at a time has, for the life of the session. Waits some seconds: a run that was killed holds it until its server process notices.
 * Gives the refusal (exit 4) where another run keeps it.
 */
export async function takeRunLock(session: Session): Promise<Failure | null> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const [taken] = await session.rows<{ taken: boolean }>(`select pg_try_advisory_lock(${key}) as taken`);
    if (taken?.taken === true) return null;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  const [holder] = await session.rows<{ pid: number }>(
    `select pid from pg_catalog.pg_locks where locktype = 'advisory' and granted and classid = ${key.split(", ")[0]} and objid = ${key.split(", ")[1]} limit 1`,
  );
  return {
    kind: "failure",
    code: "run-in-progress",
    message: `Another run of pggit holds the lock of this database${holder === undefined ? "" : ` (server process ${holder.pid})`}.`,
    location: null,
    hint: "Wait for it to end. If it is gone: SELECT pg_terminate_backend(pid) for that process.",
    exitCode: 4,
  };
}
