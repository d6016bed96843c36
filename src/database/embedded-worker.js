// @ts-check
// The embedded database's own thread. Plain JavaScript, because Node 20 cannot start a worker from TypeScript and tests run from `src/`.
// In: one request of PostgreSQL's frontend protocol per message. Out: the backend's whole answer to it.
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";

/**
 * @typedef {object} WorkerSettings
 * @property {Uint8Array<ArrayBuffer> | null} dataDirectory a tar of the data directory to start from; `null` runs initdb
 * @property {string[]} initdbParameters
 * @property {{ name: string, module: string, member: string }[]} extensions what to load, and from where
 */

// PGlite's own parameters without two of them: `-O`, which lets statements change system tables that a server would protect, and its search_path.
const startSettings = [
  "exit_on_error=false",
  "log_checkpoints=false",
  "io_method=sync",
  "jit=off",
  "max_worker_processes=0",
  "max_parallel_workers=0",
  "max_parallel_workers_per_gather=0",
  "max_parallel_maintenance_workers=0",
  // All of it is memory already, and nothing is recovered after a crash.
  "shared_buffers=32MB",
  "full_page_writes=off",
  "max_wal_size=16MB",
  "min_wal_size=4MB",
];

const port = parentPort;
if (port === null) throw new Error("embedded-worker.js runs in a worker thread only");

/** @type {WorkerSettings} */
const settings = workerData;

/** @type {Record<string, import("@electric-sql/pglite").Extension>} */
const extensions = {};
for (const { name, module, member } of settings.extensions) {
  const loaded = await import(module);
  extensions[name] = loaded[member] ?? loaded.default[member];
}

const database = await PGlite.create({
  extensions,
  startParams: ["--single", "-F", "-j", ...startSettings.flatMap((setting) => ["-c", setting])],
  initDbStartParams: settings.initdbParameters,
  ...(settings.dataDirectory === null ? {} : { loadDataDir: new Blob([settings.dataDirectory]) }),
});

const reply = async (/** @type {Uint8Array} */ bytes) => {
  /** @type {Uint8Array[]} */
  const parts = [];
  // The streaming call, because the others parse every answer once more and keep what they parsed for as long as the database lives.
  // What this throws ends the thread; the main thread turns that into an error of the statement.
  await database.execProtocolRawStream(bytes, {
    syncToFs: false,
    onRawData(part) {
      parts.push(part.slice());
    },
  });
  const answer = joinParts(parts);
  port.postMessage(answer, [/** @type {ArrayBuffer} */ (answer.buffer)]);
};
port.on("message", (/** @type {Uint8Array} */ bytes) => void reply(bytes));
port.postMessage("ready");

/** @param {Uint8Array[]} parts */
function joinParts(parts) {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
