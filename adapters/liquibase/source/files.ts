import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { inputFailure, failed, ok, type Result } from "../../../src/model/failure.ts";
import type { SourceLocation } from "../../../src/model/source.ts";
import { resolveInside } from "../../../src/sql/psql/source-text.ts";

/** A file on the search path. */
export interface FoundFile {
  /** Relative to the project: where it is on disk. */
  readonly path: string;
  /** Relative to its root on the search path: the path by which Liquibase knows it. */
  readonly logical: string;
}

/** A file with its content. */
export interface ReadFile extends FoundFile {
  /** As UTF-8. */
  readonly text: string;
  readonly isUtf8: boolean;
  readonly bytes: Buffer;
  /** SHA-256 of the bytes, hexadecimal. */
  readonly sha256: string;
}

/** The files that a changelog may name: those below the roots of the search path. Keeps what it read. */
export interface SourceFiles {
  /** A path as a changelog writes it; `from` is the file that it is relative to, `null` for the search path. */
  find(path: string, from: FoundFile | null, named: SourceLocation): Result<FoundFile>;
  read(file: FoundFile): Result<ReadFile>;
  /** The files below a folder in every root that has it, sorted by their paths as Liquibase sorts them; `null` where no root has it. */
  list(path: string, from: FoundFile | null): readonly FoundFile[] | null;
}

const largest = 64 << 20;

/** `DatabaseChangeLog.normalizePath`: slashes turned, the leading one and `classpath:` gone, dots resolved. */
export function normalizePath(path: string): string {
  const plain = path
    .trim()
    .replaceAll("\\", "/")
    .replace(/^classpath\*?:/, "")
    .replace(/^\/+/, "");
  return posix.normalize(plain);
}

/** Opens the search path: folders relative to the project's root, the first that has a file wins. */
export function openFiles(root: string, searchPath: readonly string[]): SourceFiles {
  const cache = new Map<string, Result<ReadFile>>();
  const wanted = (path: string, from: FoundFile | null): string =>
    from === null ? normalizePath(path) : posix.normalize(posix.join(posix.dirname(from.logical), path.trim().replaceAll("\\", "/")));
  const typeOf = (path: string): "file" | "folder" | null => {
    const inside = resolveInside(root, path);
    if (inside.kind === "failed") return null;
    const stats = statSync(inside.value);
    return stats.isDirectory() ? "folder" : stats.isFile() ? "file" : null;
  };
  return {
    find(path, from, named) {
      const logical = wanted(path, from);
      if (logical === ".." || logical.startsWith("../")) {
        return failed(
          inputFailure("outside-search-path", `${path} leads out of the search path`, {
            location: named,
            hint: "Liquibase reads only what is below its search path: name the file from there, or add its folder with --assume liquibase.searchPath=FOLDER,….",
          }),
        );
      }
      for (const folder of searchPath) {
        const there = posix.normalize(posix.join(folder, logical));
        if (typeOf(there) === "file") return ok({ path: there, logical });
      }
      const shown = searchPath.map((folder) => (folder === "." ? "the project's folder" : folder)).join(", ");
      return failed(
        inputFailure("file-not-found", `the file ${logical} is not on the search path (${shown})`, {
          location: named,
          hint: "Check the path; where the search path is another, give it with --assume liquibase.searchPath=FOLDER,….",
        }),
      );
    },
    read(file) {
      const known = cache.get(file.path);
      if (known !== undefined) return known;
      const result = readFile(root, file);
      cache.set(file.path, result);
      return result;
    },
    list(path, from) {
      const logical = wanted(path, from).replace(/\/$/, "");
      if (logical === ".." || logical.startsWith("../")) return null;
      const found = new Map<string, FoundFile>();
      let known = false;
      for (const folder of searchPath) {
        const top = posix.normalize(posix.join(folder, logical));
        if (typeOf(top) !== "folder") continue;
        known = true;
        for (const name of readdirSync(join(root, top), { recursive: true, encoding: "utf8" })) {
          const below = name.replaceAll("\\", "/");
          const file = { path: posix.join(top, below), logical: posix.join(logical, below) };
          if (!found.has(file.logical) && typeOf(file.path) === "file") found.set(file.logical, file);
        }
      }
      const key = (file: FoundFile): string => file.logical.replace("WEB-INF/classes/", "");
      return known ? [...found.values()].sort((left, right) => (key(left) < key(right) ? -1 : 1)) : null;
    },
  };
}

function readFile(root: string, file: FoundFile): Result<ReadFile> {
  const inside = resolveInside(root, file.path);
  if (inside.kind === "failed") return inside;
  const location = { file: file.path, line: 1 };
  if (statSync(inside.value).size > largest) {
    return failed(inputFailure("file-too-large", "the file is larger than 64 MiB", { location, hint: "Load such data by COPY." }));
  }
  const bytes = readFileSync(inside.value);
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  return ok({ ...file, text, isUtf8: isUtf8(bytes), bytes, sha256: createHash("sha256").update(bytes).digest("hex") });
}

/** Java's names of encodings that WHATWG spells otherwise. */
const encodings: Readonly<Record<string, string>> = { iso8859_1: "latin1", cp1252: "windows-1252", utf8: "utf-8", "utf-8": "utf-8" };

/** The text of a file in an encoding (Java's name; `null` is UTF-8). Fails where its bytes are no such text. */
export function decodeFile(file: ReadFile, encoding: string | null): Result<string> {
  const location = { file: file.path, line: 1 };
  const label = encodings[encoding?.toLowerCase() ?? "utf-8"] ?? encoding ?? "utf-8";
  if (label === "utf-8") {
    if (file.isUtf8) return ok(file.text);
    const hint = "Convert the file to UTF-8, or give its encoding in the changelog.";
    return failed(inputFailure("not-utf-8", "the file is no UTF-8 text", { location, hint }));
  }
  try {
    return ok(new TextDecoder(label, { fatal: true }).decode(file.bytes));
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    return failed(inputFailure("not-readable", `the file is no text in ${encoding ?? label}`, { location, hint: "Correct the encoding." }));
  }
}
