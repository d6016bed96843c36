import { createServer, connect, type AddressInfo, type Socket } from "node:net";

/** Where a connection is cut: before the message is passed on, or after it, before its answer. */
export interface Cut {
  readonly message: number;
  readonly when: "before" | "after";
}

export interface CuttingProxy {
  /** The server's URL by way of the proxy. */
  readonly url: string;
  /** From now on messages of clients are counted from 1, and at this one every connection is cut; `null`: none. */
  cutAt(cut: Cut | null): void;
  /** Messages counted since. */
  count(): number;
  close(): Promise<void>;
}

/** Stands between a client and a server, and pulls the plug at a message of the client's, as `kill -9` of the client does. */
export async function startCuttingProxy(server: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(server);
  let cut: Cut | null = null;
  let messages = 0;
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.end();
      });
    }
    upstream.pipe(client);
    client.on("data", (bytes) => {
      messages += 1;
      if (cut === null || messages < cut.message) return void upstream.write(bytes);
      if (cut.when === "after") upstream.end(bytes);
      else upstream.end();
      for (const socket of sockets) if (socket !== upstream) socket.destroy();
      return undefined;
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const url = new URL(server);
  url.port = String((listener.address() as AddressInfo).port);
  return {
    url: url.href,
    cutAt(next) {
      cut = next;
      messages = 0;
    },
    count: () => messages,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
