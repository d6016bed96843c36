import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { resolveInside } from "../../src/sql/psql/source-text.ts";
import type { Inflector } from "./inflector.ts";

/** The files of one Rails project that migrations may name. Paths are relative to its root; nothing outside of the repository is read, by a link neither. */
export interface ProjectFiles {
  read(path: string): string | null;
  /** Where Rails' autoloader would find a constant (`lib/`, `app/*`, their `concerns/`). */
  fileOfConstant(path: string, inflect: Inflector): string | null;
  /** What `require` or `require_relative` names. */
  resolveRequire(path: string, from: string | null): string | null;
  /** Modules that initializers include into every migration, with the files that say so. */
  migrationExtensions(): readonly { readonly path: string; readonly name: string }[];
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

/** `root`: of the repository; `base`: of the Rails project in it. `contents` stand in the place of what is on disk, by path relative to the root. */
export function openProject(root: string, base: string, contents: ReadonlyMap<string, Uint8Array>): ProjectFiles {
  const inside = (path: string): string | null => {
    // Where a script stands is told from the root of the repository, what it names from that of its project.
    const normal = posix.normalize(base !== "." && path.startsWith(`${base}/`) ? path : posix.join(base, path));
    return normal.startsWith("../") || posix.isAbsolute(normal) ? null : normal;
  };
  let index: ReadonlyMap<string, string> | null = null;
  const constants = (): ReadonlyMap<string, string> => {
    index ??= new Map(
      ["lib", "app"].flatMap((folder) =>
        listFiles(join(root, base), folder, ".rb").map(
          (path) => [path.replace(/^lib\/|^app\/[^/]+\/(?:concerns\/)?/, "").replace(/\.rb$/, ""), posix.join(base, path)] as const,
        ),
      ),
    );
    return index;
  };
  /** What stands in the place of a file, or its real path on disk. */
  const find = (path: string): Uint8Array | string | null => {
    const full = inside(path);
    if (full === null) return null;
    const given = contents.get(full);
    if (given !== undefined) return given;
    const file = resolveInside(root, full);
    if (file.kind === "failed") return null;
    const found = statSync(file.value, { throwIfNoEntry: false });
    return found?.isFile() && found.size <= mostBytes ? file.value : null;
  };
  const read = (path: string): string | null => {
    const found = find(path);
    if (found === null) return null;
    return typeof found === "string" ? readFileSync(found, "utf8") : Buffer.from(found).toString("utf8");
  };
  let extensions: readonly { readonly path: string; readonly name: string }[] | null = null;
  const included = /^[^#\n]*ActiveRecord::Migration\.(?:include|prepend)\s*\(?\s*([A-Z][\w:]*)/gm;
  return {
    read,
    migrationExtensions: () =>
      (extensions ??= listFiles(join(root, base), "config/initializers", ".rb").flatMap((path) =>
        [...(read(path) ?? "").matchAll(included)].map(([, name = ""]) => ({ path, name })),
      )),
    fileOfConstant: (path, inflect) =>
      constants().get(
        path
          .split("::")
          .map((part) => inflect.underscore(part))
          .join("/"),
      ) ?? null,
    resolveRequire(path, from) {
      const candidates = from === null ? [path, `lib/${path}`, `app/models/${path}`] : [posix.join(posix.dirname(from), path)];
      const files = candidates.map((candidate) => (candidate.endsWith(".rb") ? candidate : `${candidate}.rb`));
      return files.find((file) => find(file) !== null) ?? null;
    },
  };
}
