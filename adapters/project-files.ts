import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { resolveInside } from "../src/sql/psql/source-text.ts";

/** The files of a repository that migrations may name, by path relative to its root; nothing outside of it is read, by a link neither. */
export interface Files {
  /** `null`: there is none, or it is too big to be code. */
  read(path: string): string | null;
  exists(path: string): boolean;
}

/** Bigger files are no code that a migration uses. */
const mostBytes = 4_000_000;

/** Files under a folder by their paths relative to `root`; hidden ones and links are passed over. */
export function listFiles(root: string, folder: string, extension: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => posix.join(entry.parentPath.slice(root.length).replaceAll("\\", "/").replace(/^\//, ""), entry.name))
    .sort();
}

/** `contents` stand in the place of what is on disk. */
export function openFiles(root: string, contents: ReadonlyMap<string, Uint8Array>): Files {
  /** What stands in the place of a file, or its real path on disk. */
  const find = (path: string): Uint8Array | string | null => {
    const given = contents.get(path);
    if (given !== undefined) return given;
    const file = resolveInside(root, path);
    if (file.kind === "failed") return null;
    const found = statSync(file.value, { throwIfNoEntry: false });
    return found?.isFile() && found.size <= mostBytes ? file.value : null;
  };
  return {
    read(path) {
      const found = find(path);
      if (found === null) return null;
      return typeof found === "string" ? readFileSync(found, "utf8") : Buffer.from(found).toString("utf8");
    },
    exists: (path) => find(path) !== null,
  };
}
