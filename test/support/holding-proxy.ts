import { createServer, connect, type AddressInfo, type Socket } from "node:net";

/** Where clients are held: before a request reaches the server, while the server works on it, or when it has answered and the client does not know yet. */
export interface Hold {
  /** From 1, over all connections. */
  readonly request: number;
  readonly when: "before" | "meanwhile" | "answered";
}

export interface HoldingProxy {
  /** The server's URL by way of the proxy. */
  readonly url: string;
  /** Counts requests anew, and holds all clients at this one; `null`: none. Resolves when they are held. */
  holdAt(hold: Hold | null): Promise<void>;
  /** Requests counted since. */
  count(): number;
  /** Closes every connection: what the clients were still to send and to hear is lost. */
  drop(): void;
  close(): Promise<void>;
}

const sslRequest = 80_877_103;
const query = "Q".charCodeAt(0);
const sync = "S".charCodeAt(0);
const readyForQuery = "Z".charCodeAt(0);

/**
 * Stands between clients and a server and counts what clients ask: a simple query, or an extended one up to its Sync (manual, "Message Flow"). However the bytes
 * are cut into packets, the count is the same, so a point of a run is the same point every time.
 */
export async function startHoldingProxy(server: string): Promise<HoldingProxy> {
  const { hostname, port } = new URL(server);
  let hold: Hold | null = null;
  let held: () => void = () => undefined;
  let requests = 0;
  let holding = false;
  const sockets = new Set<Socket>();

  const listener = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // Messages are passed on one by one: each would else wait for the acknowledgement of the one before.
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.end();
      });
    }
    let waitsForAnswer = false;
    const asked = createMessages("startup", (message, type) => {
      if (isSslRequest(message, type)) {
        // Declined, so that the messages can be read; the client goes on without. Another startup message follows.
        client.write("N");
        return "startup";
      }
      if (type === query || type === sync) requests += 1;
      const here = hold !== null && requests === hold.request && (type === query || type === sync);
      if (holding) return "typed";
      if (!here || hold?.when !== "before") upstream.write(message);
      if (here && hold?.when === "answered") waitsForAnswer = true;
      else if (here) stop();
      return "typed";
    });
    const answered = createMessages("typed", (message, type) => {
      if (waitsForAnswer && type === readyForQuery) stop();
      else if (!waitsForAnswer && !holding) client.write(message);
      return "typed";
    });
    client.on("data", asked);
    upstream.on("data", answered);
  });
  function stop(): void {
    holding = true;
    held();
  }
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const url = new URL(server);
  url.port = String((listener.address() as AddressInfo).port);
  return {
    url: url.href,
    holdAt(next) {
      hold = next;
      holding = false;
      requests = 0;
      return new Promise((resolve) => (held = resolve));
    },
    count: () => requests,
    drop() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

type Form = "startup" | "typed";

function isSslRequest(message: Buffer, type: number | null): boolean {
  return type === null && message.length === 8 && message.readInt32BE(4) === sslRequest;
}

/** Cuts a stream of bytes into protocol messages: a byte of type, then the length with itself; a client's first ones have no type. `each` says what form follows. */
function createMessages(first: Form, each: (message: Buffer, type: number | null) => Form): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let form = first;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const typed = form === "typed" ? 1 : 0;
      if (rest.length < typed + 4) return;
      const size = typed + rest.readInt32BE(typed);
      if (rest.length < size) return;
      const message = rest.subarray(0, size);
      rest = rest.subarray(size);
      form = each(message, typed === 0 ? null : (message[0] ?? null));
    }
  };
}
