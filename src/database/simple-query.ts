import type { Connection, Submittable } from "pg";
import type { StatementResult } from "./session.ts";

/** What came back: what each statement did, the first value of the last row, and the error that ended the message early. */
export interface SimpleAnswer {
  readonly error: Error | null;
  readonly results: readonly StatementResult[];
  readonly value: string | null;
}

/**
 * A query of the simple protocol that keeps command tags and throws rows away but for one value, with the data of a COPY … FROM STDIN where there is any.
 * The data goes out with the query instead of waiting for CopyInResponse: PGlite must have all of a request at once, and a server reads past
 * it where the COPY has failed (manual, 54.2.6).
 */
export class SimpleQuery implements Submittable {
  readonly done: Promise<SimpleAnswer>;
  readonly #sql: string;
  readonly #data: string | null;
  readonly #results: StatementResult[] = [];
  #value: string | null = null;
  #error: Error | null = null;
  #resolve: (answer: SimpleAnswer) => void = () => undefined;

  constructor(sql: string, data: string | null) {
    this.#sql = sql;
    this.#data = data;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  submit(connection: Connection): void {
    connection.stream.write(Buffer.concat([message("Q", `${this.#sql}\0`), ...copyMessages(this.#data)]));
  }

  handleRowDescription(): void {
    // Rows are thrown away.
  }
  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    this.#value = fields[0] ?? null;
  }
  handleCopyData(): void {
    // COPY … TO STDOUT: its lines are thrown away.
  }
  handleCopyInResponse(): void {
    // The data is on its way already.
  }
  handlePortalSuspended(): void {
    // Not in the simple protocol.
  }
  handleEmptyQuery(): void {
    // Nothing was asked.
  }
  handleCommandComplete(complete: { readonly text: string }): void {
    this.#results.push(readTag(complete.text));
  }
  handleError(error: Error): void {
    this.#error ??= error;
    this.#answer();
  }
  handleReadyForQuery(): void {
    this.#answer();
  }

  #answer(): void {
    this.#resolve({ results: this.#results, value: this.#value, error: this.#error });
  }
}

/** `INSERT 0 5`, `UPDATE 3`, `CREATE TABLE`: the words are the command, the last number the rows. */
function readTag(tag: string): StatementResult {
  const [, command = tag, count] = /^([A-Z ]+?)(?: \d+)?(?: (\d+))?$/.exec(tag) ?? [];
  const single = /^[A-Z ]+? (\d+)$/.exec(tag)?.[1];
  const rows = count ?? single;
  return { command, rows: rows === undefined ? null : Number(rows) };
}

const chunkBytes = 1 << 20;

/** CopyData and CopyDone, or CopyFail, which means nothing outside COPY and inside keeps the server from waiting for data that will not come. */
function copyMessages(data: string | null): Buffer[] {
  if (data === null) return [message("f", "COPY … FROM STDIN was sent without its data\0")];
  const messages: Buffer[] = [];
  const bytes = Buffer.from(data, "utf8");
  for (let start = 0; start < bytes.length; start += chunkBytes) messages.push(message("d", bytes.subarray(start, start + chunkBytes)));
  messages.push(message("c", ""));
  return messages;
}

/** One frontend message: type, length (its own four bytes included), body (manual, 54.7). */
function message(type: string, body: string | Buffer): Buffer {
  const payload = typeof body === "string" ? Buffer.from(body, "utf8") : body;
  const header = Buffer.alloc(5);
  header.write(type, 0, "latin1");
  header.writeInt32BE(payload.length + 4, 1);
  return Buffer.concat([header, payload]);
}
