import { Pool } from "pg";
import { failed, ok, type Result } from "../model/failure.ts";
import { chooseExtensions } from "./extensions.ts";
import { startEmbedded } from "./embedded.ts";
import { openSession } from "./pooled-session.ts";
import { openServerShadow } from "./server.ts";
import { serveEmbedded, type ServedDatabase } from "./serve-embedded.ts";
import type { Shadow } from "./session.ts";

export interface ShadowRequest {
  /** The server to make the shadow on, and whether it is the user's to spoil; `null` for the embedded database. */
  readonly server: { readonly url: string; readonly disposable: boolean } | null;
  /** Names of the PostgreSQL extensions that the history creates. */
  readonly extensions: readonly string[];
  /** `null` for no limit. */
  readonly statementTimeoutMs: number | null;
  /** Part of the shadow's name on a server: lower-case letters and digits. */
  readonly id: string;
}

/** Opens a throwaway database. Fails where the embedded database does not start or the server cannot be used. */
export async function openShadow(request: ShadowRequest): Promise<Result<Shadow>> {
  if (request.server !== null) return await openServerShadow({ ...request, server: request.server });
  return openEmbeddedShadow(request);
}

/** An embedded shadow that clients can be let into. */
export interface EmbeddedShadow extends Shadow {
  /** Ends the session and serves the database on a port of this machine; 0 is any that is free. Rejects where the port is taken. */
  readonly serve: (port: number) => Promise<ServedDatabase>;
}

/** Opens an embedded throwaway database. Fails where it does not start. */
export async function openEmbeddedShadow(
  request: Pick<ShadowRequest, "extensions" | "statementTimeoutMs">,
): Promise<Result<EmbeddedShadow>> {
  try {
    const { modules, unavailable } = chooseExtensions(request.extensions);
    const database = await startEmbedded(modules);
    const pool = new Pool({
      stream: () => database.connect(),
      max: 1,
      idleTimeoutMillis: 0,
      user: "postgres",
      database: "postgres",
      ssl: false,
    });
    const pooled = await openSession(pool, { embedded: true, ownsCluster: true });
    database.limitRequests(request.statementTimeoutMs);
    let closing: Promise<void> | null = null;
    let disconnecting: Promise<void> | null = null;
    const disconnect = (): Promise<void> => (disconnecting ??= pooled.disconnect());
    return ok({
      session: pooled.session,
      unavailableExtensions: unavailable,
      withPool: pooled.withPool,
      close: () => (closing ??= disconnect().then(database.stop)),
      async serve(port) {
        await disconnect();
        database.limitRequests(null);
        return serveEmbedded(database.connect, port);
      },
    });
  } catch (error) {
    return failed({
      kind: "failure",
      code: "shadow-start",
      message: `The embedded database did not start: ${error instanceof Error ? error.message : String(error)}.`,
      location: null,
      hint: "Use a server instead: --shadow-url.",
      exitCode: 1,
    });
  }
}
