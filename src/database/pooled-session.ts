import { DatabaseError, type Pool, type PoolClient, type QueryConfig } from "pg";
import type { Engine, Row, Session, Shadow } from "./session.ts";
import { refuseNul, toStatementError } from "./errors.ts";
import { type SimpleAnswer, SimpleQuery } from "./simple-query.ts";
import { valueTypes } from "./values.ts";

/** A session over a pool of one, and the lending of that pool. */
export interface PooledSession {
  readonly session: Session;
  readonly withPool: Shadow["withPool"];
  /** Ends the connection at once, whatever it does. */
  readonly disconnect: () => Promise<void>;
}

type NoticeListener = (notice: { readonly severity: string; readonly message: string }) => void;

/** Takes the pool's only connection and asks the server what it is. Rejects with what `pg` rejects with where it cannot connect. */
export async function openSession(pool: Pool, kind: Pick<Engine, "embedded" | "ownsCluster">): Promise<PooledSession> {
  // A lost connection is reported by the next statement; without listeners Node would end the process.
  let lost: Error | null = null;
  const lose = (error: Error): void => {
    lost ??= error;
  };
  pool.on("error", lose);

  const listeners = new Set<NoticeListener>();
  const acquire = async (): Promise<PoolClient> => {
    const client = await pool.connect();
    client.on("error", lose);
    client.on("notice", forward);
    return client;
  };
  const forward = (notice: { readonly severity?: string | undefined; readonly message?: string | undefined }): void => {
    for (const listener of listeners) listener({ severity: notice.severity ?? "NOTICE", message: notice.message ?? "" });
  };

  let closed = false;
  let client: PoolClient | null = await acquire();
  const connection = (): PoolClient => {
    if (closed) throw new Error("the shadow is closed");
    if (client === null) throw new Error("the session is lent out through withPool: it must not be used until that work has ended");
    return client;
  };

  const attempt = async <T>(sql: string, work: (client: PoolClient) => Promise<T>): Promise<T> => {
    const lent = connection();
    const refusal = refuseNul(sql) ?? lost;
    try {
      if (refusal !== null) throw refusal;
      return await work(lent);
    } catch (error) {
      // pg's own words for a connection that was lost before are less than what was said when it was.
      throw toStatementError(error instanceof DatabaseError ? error : (lost ?? error), sql);
    }
  };
  const rows = <R = Row>(sql: string, parameters: readonly unknown[] = []): Promise<readonly R[]> =>
    attempt(sql, async (client) => {
      const config: ExtendedQuery = { text: sql, values: [...parameters], types: valueTypes, queryMode: "extended" };
      return (await client.query(config)).rows as R[];
    });
  const simple = (sql: string, data: string | null): Promise<SimpleAnswer> =>
    attempt(sql, async (client) => {
      const query = new SimpleQuery(sql, data);
      client.query(query);
      const answer = await query.done;
      if (answer.error === null) return answer;
      throw answer.error instanceof DatabaseError ? toStatementError(answer.error, sql, answer.results) : answer.error;
    });

  const session: Session = {
    engine: { ...(await identify(rows)), ...kind },
    rows,
    run: async (sql) => (await simple(sql, null)).results,
    value: async (sql) => (await simple(sql, null)).value,
    async copyIn(sql, data) {
      const { results } = await simple(sql, data);
      return results[0]?.rows ?? 0;
    },
    onNotice(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  return {
    session,
    async disconnect() {
      client?.release(true);
      client = null;
      closed = true;
      await pool.end();
    },
    async withPool(work) {
      // An empty query waits until the server is ready, so that the transaction status is the present one.
      await session.run("");
      const lent = connection();
      if (lent.getTransactionStatus() !== "I") throw new Error("withPool was called inside a transaction: the work would end it");
      lent.off("notice", forward);
      lent.off("error", lose);
      client = null;
      lent.release();
      try {
        return await work(pool);
      } finally {
        if (!closed) client = await acquire();
      }
    },
  };
}

/** `queryMode` and `types` are pg's, but not in its type declarations. */
interface ExtendedQuery extends QueryConfig {
  readonly queryMode: "extended";
}

async function identify(rows: Session["rows"]): Promise<Omit<Engine, "embedded" | "ownsCluster">> {
  const [row] = await rows<{ version: string; number: string; superuser: boolean }>(
    `select current_setting('server_version') as version, current_setting('server_version_num') as number,
            (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as superuser`,
  );
  if (row === undefined) throw new Error("the server did not say its version");
  return {
    version: `PostgreSQL ${row.version.split(" ")[0] ?? row.version}`,
    major: Math.floor(Number(row.number) / 10_000),
    superuser: row.superuser,
  };
}
