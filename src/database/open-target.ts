import { Client, Pool, type ClientConfig } from "pg";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { connectionFailure, reach, thisProcess } from "./connect.ts";
import { openSession } from "./pooled-session.ts";
import type { Session, Shadow } from "./session.ts";
import { describeTarget, readTarget, type Target } from "./target.ts";

/** `read-only`: the server itself refuses every write. */
export type TargetAccess = "read-only" | "read-write";

/** The user's own database, through one connection. Has a lifetime: `close` ends it. */
export interface TargetDatabase {
  readonly session: Session;
  readonly access: TargetAccess;
  /** Host, database and user, without the password. */
  readonly description: string;
  readonly database: string;
  readonly user: string;
  /** `UTF8`, `LATIN1`, …: `server_encoding`. */
  readonly encoding: string;
  /** A standby that replays another server's log: nothing can be written there. */
  readonly standby: boolean;
  readonly withPool: Shadow["withPool"];
  /** Opens a second session, which only reads, to look at the first from beside; `null` where none can be had, or the target is a copy that nobody else uses. */
  readonly openBeside: () => Promise<Beside | null>;
  /** Cancels the statement that runs at the moment, by a connection of its own; a lost server cancels by itself. */
  readonly cancel: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A second session beside the one that is watched. */
export interface Beside {
  readonly session: Session;
  /** Of the watched one: `pg_backend_pid()`. */
  readonly pid: number;
  readonly close: () => Promise<void>;
}

const oldestMajor = 13;

/**
 * Opens the database that a user named (URL, `keyword=value`, or a bare name; completed from `PG*` and the password file). With `read-only` every
 * transaction of the session is one, so that the server refuses writes. Fails where the server cannot be reached (exit 1), is older than PostgreSQL 13, or
 * where the connection is pooled by transaction: session locks and settings do not hold there (exit 2).
 */
export async function openTarget(text: string, access: TargetAccess): Promise<Result<TargetDatabase>> {
  const read = readTarget(text, thisProcess());
  if (read.kind === "failed") return read;
  const target = read.value;
  const reached = await reach(target);
  if (reached.kind === "failed") return reached;
  const config = reached.value;
  const pool = new Pool({ ...config, max: 1, idleTimeoutMillis: 0 });
  try {
    const pooled = await openSession(pool, { embedded: false, ownsCluster: false });
    const { session } = pooled;
    const refusal = await refuse(session, { config, target });
    if (refusal !== null) {
      await pooled.disconnect();
      return failed(refusal);
    }
    if (access === "read-only") await session.run("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
    await session.run("SET client_min_messages = notice");
    const [facts] = await session.rows<{ pid: number; encoding: string; standby: boolean }>(
      "select pg_backend_pid() as pid, current_setting('server_encoding') as encoding, pg_is_in_recovery() as standby",
    );
    if (facts === undefined) throw new Error("the server did not say what it is");
    let closing: Promise<void> | null = null;
    return ok({
      session,
      access,
      description: describeTarget(target),
      database: target.database,
      user: target.user,
      encoding: facts.encoding,
      standby: facts.standby,
      withPool: pooled.withPool,
      openBeside: () => openBeside(config, facts.pid),
      cancel: () => cancel(config, facts.pid),
      close: () => (closing ??= pooled.disconnect()),
    });
  } catch (error) {
    return failed(connectionFailure(error, target));
  }
}

interface Reached {
  readonly config: ClientConfig;
  readonly target: Target;
}

async function refuse(session: Session, { config, target }: Reached): Promise<Failure | null> {
  if (session.engine.major < oldestMajor) {
    return {
      kind: "failure",
      code: "server-too-old",
      message: `The server is ${session.engine.version}; pggit knows ${oldestMajor} and newer.`,
      location: describeTarget(target),
      hint: "Convert on a copy in a newer PostgreSQL.",
      exitCode: 2,
    };
  }
  return (await holdsSessions(session, config)) ? null : pooledByTransaction(target);
}

/** A connection behind a proxy that lends server connections by transaction. */
export function pooledByTransaction(target: Target): Failure {
  return {
    kind: "failure",
    code: "transaction-pooling",
    message:
      "The connection goes through a pool that changes the server connection between transactions: session locks and settings do not hold there.",
    location: describeTarget(target),
    hint: "Connect to the server itself, or to a pool in session mode.",
    exitCode: 2,
  };
}

const mostMsForProbe = 5_000;

/**
 * Whether two transactions of the session meet the same server process while another client wants one too: a pool in transaction mode lends ours to it in
 * between. Where the pool has one connection only, ours waits for the other's transaction, which ends after a while.
 */
async function holdsSessions(session: Session, config: ClientConfig): Promise<boolean> {
  const pid = async (): Promise<number | undefined> => (await session.rows<{ pid: number }>("select pg_backend_pid() as pid"))[0]?.pid;
  const before = await pid();
  const other = new Client(config);
  other.on("error", () => undefined);
  try {
    await other.connect();
  } catch {
    // No second connection to be had (a limit of the role): nothing can come in between either.
    return true;
  }
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void other.end();
  }, mostMsForProbe);
  try {
    await other.query("BEGIN READ ONLY");
    const { rows } = await other.query<{ pid: number }>("select pg_backend_pid() as pid");
    const after = await pid();
    return !late && after === before && rows[0]?.pid !== before;
  } finally {
    clearTimeout(timer);
    await other.end().catch(() => undefined);
  }
}

async function openBeside(config: ClientConfig, pid: number): Promise<Beside | null> {
  const pool = new Pool({ ...config, max: 1, idleTimeoutMillis: 0 });
  try {
    const { session, disconnect } = await openSession(pool, { embedded: false, ownsCluster: false });
    await session.run("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; SET statement_timeout = '5s'");
    return { session, pid, close: disconnect };
  } catch {
    // No further connection to be had (a limit of the role or server), or the server is gone: the run itself will say so.
    await pool.end();
    return null;
  }
}

async function cancel(config: ClientConfig, pid: number): Promise<void> {
  const client = new Client(config);
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select pg_cancel_backend($1)", [pid]);
  } catch {
    // The server is gone or takes no more connections: the statement ends with its connection.
  } finally {
    await client.end().catch(() => undefined);
  }
}
