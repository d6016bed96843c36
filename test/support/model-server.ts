import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readAll } from "node:stream/consumers";
import { afterEach } from "vitest";

/** What the server was sent. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** Name of the task, from its instructions. */
  readonly task: string;
}

/** Plays one reply. `nth`: which request of its task it is, from 1. */
export type Play = (request: ReceivedRequest, respond: Respond, nth: number) => void;

export interface Respond {
  /** A whole reply of the provider, with this text of the model. */
  text(text: string, more?: { readonly stop?: string; readonly refusal?: string }): void;
  status(code: number, body?: string): void;
  raw(response: (response: ServerResponse) => void): void;
}

const TASKS: readonly (readonly [task: string, words: string])[] = [
  ["convert-program", "is a program"],
  ["suggest-rollback", "has no way back"],
  ["explain-intent", "what people wanted"],
  ["map-environment", "run in one environment only"],
  ["order-circle", "in a circle"],
];

export interface ModelServer {
  readonly url: string;
  readonly requests: ReceivedRequest[];
}

/** Servers on loopback that play a provider, closed after the test with everything that hangs on them. */
export function useModelServers(): (provider: "anthropic" | "openai", play: Play) => Promise<ModelServer> {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });
  return async (provider, play) => {
    const requests: ReceivedRequest[] = [];
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const text = await readAll(request);
      const task = TASKS.find(([, words]) => text.includes(words))?.[0] ?? "";
      const received = { path: request.url ?? "", headers: request.headers, text, task };
      requests.push(received);
      const respond: Respond = {
        text: (said, more = {}) => send(response, 200, JSON.stringify(wholeReply(provider, said, more))),
        status: (
          code,
          body = JSON.stringify({ error: { type: "error", message: `key ${String(request.headers.authorization)} said ${text}` } }),
        ) => send(response, code, body),
        raw: (write) => write(response),
      };
      play(received, respond, requests.filter((one) => one.task === task).length);
    };
    const server = createServer((request, response) => void answer(request, response).catch((error: Error) => response.destroy(error)));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}${provider === "openai" ? "/v1" : ""}`, requests };
  };
}

function send(response: ServerResponse, status: number, body: string): void {
  // The clients wait as long as they are told, so that tests need not.
  response.writeHead(status, { "content-type": "application/json", "retry-after-ms": "1" }).end(body);
}

function wholeReply(
  provider: "anthropic" | "openai",
  text: string,
  { stop, refusal }: { readonly stop?: string; readonly refusal?: string },
): object {
  return provider === "anthropic"
    ? {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model: "played",
        content: [{ type: "text", text }],
        stop_reason: stop ?? "end_turn",
        stop_sequence: null,
        usage: { input_tokens: 1000, output_tokens: 200 },
      }
    : {
        id: "1",
        object: "chat.completion",
        created: 1,
        model: "played",
        choices: [
          {
            index: 0,
            message: { role: "assistant", content: refusal === undefined ? text : null, refusal: refusal ?? null },
            finish_reason: stop ?? "stop",
          },
        ],
        usage: { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 },
      };
}
