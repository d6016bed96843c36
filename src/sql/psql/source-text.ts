import { createHash } from "node:crypto";
import { isUtf8 } from "node:buffer";
import { readFileSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { failed, ok, type Failure, type Result } from "../../model/failure.ts";

/** A text file of the user's, as it is on disk. */
export interface SourceText {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** Without a byte order mark. */
  readonly text: string;
  /** SHA-256 of the bytes on disk, hexadecimal. */
  readonly sha256: string;
}

/**
 * Reads one UTF-8 file under `root` (absolute); `path` is relative to it. Fails, never throws for what disks and people do:
 * `file-not-found`, `unreadable-file`, `link-loop`, `outside-root` (a symbolic link or `..` that leaves the root), `not-utf-8` (with the
 * byte offset; UTF-16 is named).
 */
export function readSourceText(root: string, path: string): Result<SourceText> {
  const inside = resolveInside(root, path);
  if (inside.kind === "failed") return inside;
  let bytes: Buffer;
  try {
    bytes = readFileSync(inside.value);
  } catch (error) {
    return failed(fileFailure(path, error));
  }
  const problem = encodingProblem(bytes);
  if (problem !== null) return failed({ kind: "failure", code: "not-utf-8", location: { file: path, line: 1 }, exitCode: 2, ...problem });
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return ok({ path, text: bytes.toString("utf8", marked ? 3 : 0), sha256: createHash("sha256").update(bytes).digest("hex") });
}

/** The real path of a file under `root`, or why it cannot be read. */
export function resolveInside(root: string, path: string): Result<string> {
  try {
    const realRoot = realpathSync(root);
    const real = realpathSync(join(root, path));
    if (real === realRoot || real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep)) return ok(real);
    return failed({
      kind: "failure",
      code: "outside-root",
      message: `${path} is, or is linked to, a place outside the project.`,
      location: { file: path, line: 1 },
      hint: "pggit reads nothing outside the folder it was given: give a folder that holds both, or put a copy of the file inside.",
      exitCode: 2,
    });
  } catch (error) {
    return failed(fileFailure(path, error));
  }
}

function fileFailure(path: string, error: unknown): Failure {
  const code = error instanceof Error && "code" in error ? String(error.code) : null;
  if (code === null) throw error;
  const common = { kind: "failure", location: { file: path, line: 1 }, exitCode: 2 } as const;
  if (code === "ELOOP") {
    return {
      ...common,
      code: "link-loop",
      message: `${path} is a symbolic link that leads back to itself.`,
      hint: "Remove or mend the link.",
    };
  }
  if (code === "ENOENT" || code === "ENOTDIR") {
    return {
      ...common,
      code: "file-not-found",
      message: `There is no file ${path}.`,
      hint: "Check the path; it counts from the project's folder.",
    };
  }
  return { ...common, code: "unreadable-file", message: `${path} cannot be read (${code}).`, hint: "Check its permissions." };
}

function encodingProblem(bytes: Buffer): Pick<Failure, "message" | "hint"> | null {
  const first = bytes[0];
  const second = bytes[1];
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    const name = first === 0xff ? "UTF-16LE" : "UTF-16BE";
    return {
      message: `The file is UTF-16 (byte order mark at byte offset 0), not UTF-8.`,
      hint: `Save it as UTF-8: iconv -f ${name} -t UTF-8 FILE.`,
    };
  }
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    return {
      message: `The file holds a NUL byte at byte offset ${nul}: it is not text in UTF-8.`,
      hint: "PostgreSQL text cannot hold NUL: save the file as UTF-8 text.",
    };
  }
  if (isUtf8(bytes)) return null;
  return {
    message: `The file is not UTF-8: byte offset ${invalidOffset(bytes)} is no part of a character.`,
    hint: "Save it as UTF-8, for example: iconv -f WINDOWS-1252 -t UTF-8 FILE.",
  };
}

/** The offset of the first byte that breaks UTF-8, by halving: a cut inside a character moves at most three bytes. */
function invalidOffset(bytes: Buffer): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (validUpTo(bytes, middle)) good = middle;
    else bad = middle;
  }
  return startOfCharacter(bytes, good);
}

function validUpTo(bytes: Buffer, end: number): boolean {
  return isUtf8(bytes.subarray(0, startOfCharacter(bytes, end)));
}

/** `end`, or the start of the unfinished character that it cuts. */
function startOfCharacter(bytes: Buffer, end: number): number {
  for (let back = 1; back <= 3 && end - back >= 0; back++) {
    const byte = bytes[end - back] ?? 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? end - back : end;
    }
    if (byte < 0x80) return end;
  }
  return end;
}
