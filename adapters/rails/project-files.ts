import { join, posix } from "node:path";
import { listFiles, openFiles } from "../project-files.ts";
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
  const files = openFiles(root, contents);
  const read = (path: string): string | null => {
    const full = inside(path);
    return full === null ? null : files.read(full);
  };
  const exists = (path: string): boolean => {
    const full = inside(path);
    return full !== null && files.exists(full);
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
      const asRuby = (candidate: string): string => (candidate.endsWith(".rb") ? candidate : `${candidate}.rb`);
      return candidates.map(asRuby).find(exists) ?? null;
    },
  };
}
