import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import type { Result } from "../../src/model/failure.ts";
import { inputFailure, failed, ok } from "../../src/model/failure.ts";

/** The offset of the first byte that belongs to no UTF-8 character. */
function firstInvalidByte(bytes: Buffer): number {
  // A line feed is never part of a longer character: whole lines first, then characters of one to four bytes.
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(10, start);
    const next = end === -1 ? bytes.length : end + 1;
    if (!isUtf8(bytes.subarray(start, next)) || next === bytes.length) break;
    start = next;
  }
  let valid = start;
  for (let end = start + 1; end <= bytes.length && end - valid <= 4; end++) {
    if (isUtf8(bytes.subarray(valid, end))) valid = end;
  }
  return valid;
}

/** SHA-256 of bytes, hexadecimal. */
export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function lineOfByte(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at !== -1 && at < offset; at = bytes.indexOf(10, at + 1)) line++;
  return line;
}

/** Java's names of single-byte encodings whose WHATWG label means something else. */
const latin1Names = new Set(["iso-8859-1", "iso8859-1", "iso8859_1", "latin1", "latin-1", "us-ascii", "ascii"]);

/**
 * The text of a file in the encoding that the settings name (Java's names), without its byte order mark. Fails where the bytes
 * are no such text, with the offset of the first bad one, and where the text holds a NUL, which PostgreSQL cannot take.
 */
export function decodeText(bytes: Buffer, encoding: string, file: string): Result<string> {
  const label = encoding.toLowerCase();
  const decoded = label === "utf-8" || label === "utf8" ? decodeUtf8(bytes, file) : decodeOther(bytes, encoding, file);
  if (decoded.kind === "failed") return decoded;
  const text = decoded.value.startsWith("\uFEFF") ? decoded.value.slice(1) : decoded.value;
  const nul = text.indexOf("\0");
  if (nul !== -1) {
    return failed(
      inputFailure("invalid-character", `the file holds a NUL character, which no PostgreSQL statement may contain`, {
        location: { file, line: text.slice(0, nul).split("\n").length },
        hint: "If the file is UTF-16, convert it to UTF-8 or name its encoding in the tool's `encoding` setting.",
      }),
    );
  }
  return ok(text);
}

function decodeUtf8(bytes: Buffer, file: string): Result<string> {
  if (isUtf8(bytes)) return ok(bytes.toString("utf8"));
  const offset = firstInvalidByte(bytes);
  const value = bytes[offset] ?? 0;
  return failed(
    inputFailure("invalid-encoding", `byte 0x${value.toString(16).padStart(2, "0")} at offset ${offset} is no UTF-8`, {
      location: { file, line: lineOfByte(bytes, offset) },
      hint: "Set Flyway's `encoding` (flyway.conf, a `.conf` beside the file, or --assume flyway.encoding=ISO-8859-1), or convert the file to UTF-8.",
    }),
  );
}

function decodeOther(bytes: Buffer, encoding: string, file: string): Result<string> {
  if (latin1Names.has(encoding.toLowerCase())) return ok(bytes.toString("latin1"));
  try {
    return ok(new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    // RangeError: no such encoding; TypeError: the bytes are no text in it.
    const known = error instanceof TypeError;
    if (!known && !(error instanceof RangeError)) throw error;
    return failed(
      inputFailure(
        known ? "invalid-encoding" : "unknown-encoding",
        known ? `the file is no ${encoding} text` : `\`${encoding}\` is no encoding that this program knows`,
        { location: { file, line: 1 }, hint: "Correct Flyway's `encoding` setting, or convert the file to UTF-8." },
      ),
    );
  }
}

/** Turns offsets of one text into lines and columns from 1; a line ends at `\n`, `\r\n` or a lone `\r`. */
export interface LineIndex {
  at(offset: number): { readonly line: number; readonly column: number };
}

/** Indexes the lines of a text once; each question then costs a binary search. */
export function indexLines(text: string): LineIndex {
  const starts = [0];
  const ending = /\r\n|\n|\r/g;
  while (ending.exec(text) !== null) starts.push(ending.lastIndex);
  return {
    at(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
    },
  };
}
