import { Duplex } from "node:stream";

export interface RequestLine {
  /** Sends one whole request of the frontend protocol. */
  send(bytes: Uint8Array): void;
}

/** The stream that `pg` takes for a socket. One write is one request: PGlite answers a request as a whole, so writes that `pg` corks are joined. */
export class ProtocolStream extends Duplex {
  readonly #line: RequestLine;

  constructor(line: RequestLine) {
    super();
    this.#line = line;
  }

  /** What `pg` calls on its socket beyond a stream's methods. */
  connect(): this {
    queueMicrotask(() => this.emit("connect"));
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  answered(answer: Uint8Array): void {
    if (answer.length > 0 && !this.destroyed) this.push(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength));
  }

  override _read(): void {
    // Answers are pushed as they come.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send([chunk]);
    done();
  }

  override _writev(chunks: { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(chunks.map(({ chunk }) => chunk));
    done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.push(null);
    done();
  }

  #send(chunks: readonly Buffer[]): void {
    const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
    let offset = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    // 'X' is the client's goodbye. It must not reach PGlite: the next stream goes on using the session.
    if (bytes[0] !== 0x58) this.#line.send(bytes);
  }
}
