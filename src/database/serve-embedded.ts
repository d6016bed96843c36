import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** A database on a port of this machine. Has a lifetime: `close` ends it and whoever is connected. */
export interface ServedDatabase {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const sslRequest = 80_877_103;
const encryptionRequest = 80_877_104;
const cancelRequest = 80_877_102;

/**
 * Lets clients such as psql reach an embedded database on 127.0.0.1, one after the other: it has one session. `connect` gives a fresh stream to it; `port` 0 is any that is
 * free. Rejects where the port is taken.
 */
export async function serveEmbedded(connect: () => Duplex, port: number): Promise<ServedDatabase> {
  const sockets = new Set<Socket>();
  let occupied = false;
  /** Until the session is as it was before the last client. */
  let clean: Promise<void> = Promise.resolve();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    if (occupied) {
      socket.end(fatal("53300", "the embedded database takes one client at a time"));
      return;
    }
    occupied = true;
    let here = true;
    const leave = (): void => {
      if (!here) return;
      here = false;
      occupied = false;
      clean = clean.then(() => leaveClean(connect));
    };
    socket.on("end", leave).on("close", leave);
    void clean.then(() => bridge(socket, { database: connect(), leave }));
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
}

/** Cuts what a client sends into requests that the embedded database answers as a whole (manual, 54.2 and 54.7). */
function bridge(socket: Socket, { database, leave }: { readonly database: Duplex; readonly leave: () => void }): void {
  let waiting: Buffer = Buffer.alloc(0);
  let started = false;
  let copying = false;
  let request: Buffer[] = [];
  database
    .on("error", () => socket.destroy())
    .on("data", (answer: Buffer) => {
      socket.write(copying ? withoutCopyIn(answer) : answer);
      copying = false;
    });
  const take = (message: Buffer): void => {
    const kind = String.fromCharCode(message[0] ?? 0);
    if (kind === "X") {
      leave();
      socket.end();
      return;
    }
    request.push(message);
    if (kind === "Q" && copyFromClient.test(message.toString("utf8", 5))) {
      // The embedded database wants the lines together with the command, the client a word before it sends them.
      copying = true;
      socket.write(copyInResponse);
    } else if (endsRequest.has(kind) && !(copying && kind === "Q")) {
      database.write(Buffer.concat(request));
      request = [];
    }
  };
  socket.on("data", (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (;;) {
      const header = started ? 5 : 4;
      if (waiting.length < header) return;
      const length = waiting.readInt32BE(header - 4) + (started ? 1 : 0);
      if (waiting.length < length || length < header) return;
      const message = waiting.subarray(0, length);
      waiting = waiting.subarray(length);
      if (started) take(message);
      else started = start(message, { socket, database });
    }
  });
}

/** Query, Sync, CopyDone, CopyFail, FunctionCall, and what answers a question for a password. */
const endsRequest: ReadonlySet<string> = new Set(["Q", "S", "c", "f", "F", "p"]);

const copyFromClient = /^\s*copy\b[\s\S]*\bfrom\s+stdin\b/i;

/** Text, no columns told. */
const copyInResponse = Buffer.from([0x47, 0, 0, 0, 7, 0, 0, 0]);

/** The answer to a COPY without the word that the client had already. */
function withoutCopyIn(answer: Buffer): Buffer {
  const kept: Buffer[] = [];
  for (let at = 0; at + 5 <= answer.length; at += answer.readInt32BE(at + 1) + 1) {
    if (answer[at] !== 0x47) kept.push(answer.subarray(at, at + answer.readInt32BE(at + 1) + 1));
  }
  return Buffer.concat(kept);
}

/** Encryption is declined; the rest of the start goes on. Gives whether the session has begun. */
function start(message: Buffer, { socket, database }: { readonly socket: Socket; readonly database: Duplex }): boolean {
  const code = message.readInt32BE(4);
  if (code === sslRequest || code === encryptionRequest) {
    socket.write("N");
    return false;
  }
  if (code === cancelRequest) {
    socket.destroy();
    return false;
  }
  database.write(message);
  return true;
}

/** What one client left open or set does not meet the next. */
async function leaveClean(connect: () => Duplex): Promise<void> {
  for (const sql of ["ROLLBACK", "DISCARD ALL"]) {
    await new Promise<void>((resolve) => {
      const stream = connect();
      stream.on("error", () => resolve()).on("data", (answer: Buffer) => answer.at(-6) === 0x5a && resolve());
      stream.write(query(sql));
    });
  }
}

function query(sql: string): Buffer {
  const text = Buffer.from(`${sql}\0`);
  const head = Buffer.alloc(5);
  head.write("Q");
  head.writeInt32BE(text.length + 4, 1);
  return Buffer.concat([head, text]);
}

function fatal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
