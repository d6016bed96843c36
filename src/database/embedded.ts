import type { Duplex } from "node:stream";
import { Worker } from "node:worker_threads";
import type { ExtensionModule } from "./extensions.ts";
import { initdbParameters, readDataDirectory } from "./data-directory.ts";
import { ProtocolStream } from "./protocol-stream.ts";
import { StatementError } from "./session.ts";

/** A PGlite of its own in a worker thread. Has a lifetime: `stop` ends the thread and with it the database. */
export interface EmbeddedDatabase {
  /** A fresh byte stream that speaks PostgreSQL's protocol, for `pg`. All streams reach the same one session; the last one gets the answers. */
  readonly connect: () => Duplex;
  /** From now on a request that takes longer than this ends the database; `null` for no limit, as at the start. */
  readonly limitRequests: (milliseconds: number | null) => void;
  readonly stop: () => Promise<void>;
}

/** Starts PGlite with these extensions in a worker thread. Rejects with the reason where it does not start. */
export async function startEmbedded(extensions: readonly ExtensionModule[]): Promise<EmbeddedDatabase> {
  const dataDirectory = await readDataDirectory();
  const worker = new Worker(new URL("./embedded-worker.js", import.meta.url), {
    workerData: { dataDirectory, initdbParameters, extensions },
    // PostgreSQL's own limit (max_stack_depth) is to be met before the thread's.
    resourceLimits: { stackSizeMb: 64 },
    transferList: dataDirectory === null ? [] : [dataDirectory.buffer],
  });

  let stream: ProtocolStream | null = null;
  let death: Error | null = null;
  let limit: number | null = null;
  let watchdog: NodeJS.Timeout | null = null;
  const rest = (): void => {
    if (watchdog !== null) clearTimeout(watchdog);
    watchdog = null;
  };
  const die = (error: Error): void => {
    rest();
    death ??= error;
    stream?.destroy(death);
  };

  await new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.on("error", (error) => {
      reject(error);
      die(stopped(error.message));
    });
    worker.on("exit", (code) => {
      reject(new Error(`its thread ended with code ${code}`));
      die(stopped(`its thread ended with code ${code}`));
    });
  });
  worker.on("message", (answer: Uint8Array) => {
    rest();
    stream?.answered(answer);
    if (isComplete(answer)) return;
    die(stopped("it broke off while it worked, most likely for want of stack or memory"));
    void worker.terminate();
  });

  const send = (bytes: Uint8Array): void => {
    rest();
    if (limit !== null) {
      const milliseconds = limit;
      watchdog = setTimeout(() => {
        die(timedOut(milliseconds));
        void worker.terminate();
      }, milliseconds);
    }
    worker.postMessage(bytes, [bytes.buffer as ArrayBuffer]);
  };

  return {
    connect() {
      stream = new ProtocolStream({ send });
      if (death !== null) stream.destroy(death);
      return stream;
    },
    limitRequests(milliseconds) {
      limit = milliseconds;
    },
    async stop() {
      die(stopped("it was closed"));
      await worker.terminate();
    },
  };
}

/** Whether an answer ends with ReadyForQuery, as that to every request of `pg` does: PGlite swallows what WebAssembly throws, and then it does not. */
function isComplete(answer: Uint8Array): boolean {
  return answer.at(-6) === 0x5a && answer.at(-2) === 5;
}

/** `57P02` is PostgreSQL's crash_shutdown. */
function stopped(reason: string): StatementError {
  return new StatementError({
    code: "57P02",
    message: `the embedded database has stopped: ${reason}`,
    detail: null,
    hint: "A server can do more than the embedded database: --shadow-url.",
    offset: null,
    where: null,
  });
}

/** `57014` is PostgreSQL's query_canceled, with its own words. */
function timedOut(milliseconds: number): StatementError {
  return new StatementError({
    code: "57014",
    message: "canceling statement due to statement timeout",
    detail: `It ran for ${milliseconds} ms. The embedded database cannot interrupt a statement, so it was ended.`,
    hint: null,
    offset: null,
    where: null,
  });
}
