import { createServer, type AddressInfo, type Socket } from "node:net";
import { Client } from "pg";

/** A proxy that lends its few server connections for one transaction at a time, as PgBouncer does with `pool_mode = transaction`. */
export interface TransactionPool {
  readonly url: string;
  close(): Promise<void>;
}

interface Backend {
  readonly client: Client;
  readonly stream: Socket;
  lentTo: Socket | null;
}

/** Starts a pool of `size` server connections. Clients need no password; their messages are passed on as they are. */
export async function startTransactionPool(server: string, size: number): Promise<TransactionPool> {
  const backends: Backend[] = [];
  for (let count = 0; count < size; count += 1) {
    const client = new Client({ connectionString: server, ssl: false });
    client.on("error", () => undefined);
    await client.connect();
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    stream.removeAllListeners("data");
    const backend: Backend = { client, stream, lentTo: null };
    stream.on("data", (bytes) => answer(backend, bytes));
    backends.push(backend);
  }
  const waiting: { readonly socket: Socket; readonly bytes: Buffer }[] = [];
  /** Clients within a transaction, and which backend they keep. */
  const kept = new Map<Socket, Backend>();

  function answer(backend: Backend, bytes: Buffer): void {
    const socket = backend.lentTo;
    socket?.write(bytes);
    // ReadyForQuery ends an answer: idle gives the connection back to whoever waits.
    if (bytes.at(-6) !== 0x5a || bytes.at(-1) !== 0x49 || socket === null) return;
    kept.delete(socket);
    backend.lentTo = null;
    serve();
  }
  function serve(): void {
    for (let at = 0; at < waiting.length; at += 1) {
      const next = waiting[at];
      // The connection that was used last comes first, as with PgBouncer.
      const backend = backends.findLast(({ lentTo }) => lentTo === null);
      if (next === undefined || backend === undefined) return;
      waiting.splice(at, 1);
      at -= 1;
      backend.lentTo = next.socket;
      kept.set(next.socket, backend);
      backend.stream.write(next.bytes);
    }
  }

  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    let started = false;
    socket.on("error", () => undefined);
    socket.on("close", () => {
      sockets.delete(socket);
      const backend = kept.get(socket);
      if (backend === undefined) return;
      // What the client left open is rolled back.
      backend.stream.write(Buffer.from([0x51, 0, 0, 0, 13, ...Buffer.from("ROLLBACK\0")]));
    });
    socket.on("data", (bytes) => {
      if (!started) {
        // SSLRequest is declined; a startup message is taken without a password.
        if (bytes.readInt32BE(4) === 80_877_103) return void socket.write("N");
        started = true;
        return void socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]));
      }
      if (bytes[0] === 0x58) return void socket.end();
      const backend = kept.get(socket);
      if (backend !== undefined) return void backend.stream.write(bytes);
      waiting.push({ socket, bytes });
      return serve();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const url = new URL(server);
  url.port = String((listener.address() as AddressInfo).port);
  return {
    url: `${url.href}?sslmode=disable`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
      for (const { stream } of backends) stream.destroy();
    },
  };
}
