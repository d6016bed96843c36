import { posix } from "node:path";
import { parsePython, type PythonSource } from "../../../src/script/python/parse.ts";
import type { Files } from "../../project-files.ts";

/** The project's own modules, by their dotted names. */
export interface ModuleFinder {
  find(module: string): PythonSource | null;
  /** The dotted name of a file. */
  nameOf(path: string): string;
}

/** Modules are looked for below these folders. Each is parsed once. Has the lifetime of the history. */
export function createModuleFinder(files: Files, roots: readonly string[]): ModuleFinder {
  const kept = new Map<string, PythonSource | null>();
  const load = (module: string): PythonSource | null => {
    const path = module.replaceAll(".", "/");
    for (const root of roots)
      for (const [file, isPackage] of [[`${path}.py`, false], [`${path}/__init__.py`, true]] as const) {
        const text = files.read(posix.normalize(posix.join(root, file)));
        if (text === null) continue;
        const parsed = parsePython(text, { file: posix.normalize(posix.join(root, file)), module, isPackage });
        return parsed.kind === "parsed" ? parsed.source : null;
      } // prettier-ignore
    return null;
  };
  return {
    find(module) {
      const known = kept.get(module);
      if (known !== undefined) return known;
      const found = /^[\w.]+$/.test(module) ? load(module) : null;
      kept.set(module, found);
      return found;
    },
    nameOf(path) {
      const root = roots.filter((each) => each !== ".").find((each) => path.startsWith(`${each}/`)) ?? ".";
      const within = root === "." ? path : path.slice(root.length + 1);
      return within.replace(/(?:\/__init__)?\.py$/, "").replaceAll("/", ".");
    },
  };
}
