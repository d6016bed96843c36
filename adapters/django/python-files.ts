import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { parsePython, type PythonSource } from "../../src/script/python/parse.ts";
import { resolveInside } from "../../src/sql/psql/source-text.ts";

/** The Python files of one project. Paths are relative to the root of the repository; nothing outside of it is read, by a link neither. */
export interface PythonFiles {
  read(path: string): string | null;
  /** A file parsed, once; `null` where there is none or it is no Python. */
  sourceOf(path: string, module: string): PythonSource | null;
  /** A module by its dotted name. */
  module(name: string): PythonSource | null;
  /** Where packages that were installed beside the project stand. */
  readonly packages: readonly string[];
}

/** Bigger files are no code that a migration uses. */
const mostBytes = 4_000_000;

const passedOver = /^(?:node_modules|\.git|\.hg|\.tox|\.nox|__pycache__|build|dist|site-packages)$/;

/** Folders of migrations under the root: those with Python files in which there is a `Migration`. Virtual environments are passed over. */
export function findMigrationFolders(root: string): readonly string[] {
  const found: string[] = [];
  const visit = (folder: string, depth: number): void => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    if (entries.some(({ name }) => name === "pyvenv.cfg")) return;
    if (folder.endsWith("migrations") && isMigrationFolder(root, folder)) found.push(folder);
    if (depth === 0) return;
    for (const entry of entries)
      if (entry.isDirectory() && !passedOver.test(entry.name) && !entry.name.startsWith("."))
        visit(posix.join(folder, entry.name), depth - 1);
  };
  visit(".", 9);
  return found.sort();
}

/** Names of the migrations in a folder: modules that begin with neither `_` nor `~`. */
export function migrationNames(root: string, folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^[^_~.].*\.py$/.test(entry.name))
    .map(({ name }) => name.slice(0, -3))
    .filter((name) => isMigrationFile(root, posix.join(folder, `${name}.py`)))
    .sort();
}

/** A folder without `__init__.py` is a namespace, which Django passes over. */
function isMigrationFolder(root: string, folder: string): boolean {
  return existsSync(join(root, folder, "__init__.py")) && migrationNames(root, folder).length > 0;
}

function isMigrationFile(root: string, path: string): boolean {
  return /^class\s+Migration\s*[(:]/m.test(readFileSync(join(root, path), "utf8"));
}

/** Where packages were installed inside of the project (`.venv/lib/python3.12/site-packages`). */
function findPackages(root: string): readonly string[] {
  return [".venv", "venv", "env", ".env"].flatMap((name) => {
    const lib = join(root, name, "lib");
    if (!existsSync(lib) || !statSync(lib).isDirectory()) return [];
    return readdirSync(lib)
      .map((python) => posix.join(name, "lib", python, "site-packages"))
      .filter((path) => existsSync(join(root, path)));
  });
}

/** `base`: where imports of the project start from. `contents` stand in the place of what is on disk. */
export function openPython(root: string, base: string, contents: ReadonlyMap<string, Uint8Array>): PythonFiles {
  const packages = findPackages(root);
  const starts = [...new Set([base, posix.join(base, "src"), ".", "src", ...packages])];
  const sources = new Map<string, PythonSource | null>();
  const modules = new Map<string, PythonSource | null>();
  const read = (path: string): string | null => {
    const given = contents.get(path);
    if (given !== undefined) return Buffer.from(given).toString("utf8");
    const file = resolveInside(root, path);
    if (file.kind === "failed") return null;
    const found = statSync(file.value, { throwIfNoEntry: false });
    return found?.isFile() === true && found.size <= mostBytes ? readFileSync(file.value, "utf8") : null;
  };
  const sourceOf = (path: string, module: string): PythonSource | null => {
    const known = sources.get(path);
    if (known !== undefined) return known;
    const text = read(path);
    const parsed = text === null ? null : parsePython(text, { file: path, module, isPackage: path.endsWith("/__init__.py") });
    const source = parsed?.kind === "parsed" ? parsed.source : null;
    sources.set(path, source);
    return source;
  };
  const find = (name: string): PythonSource | null => {
    const path = name.replaceAll(".", "/");
    for (const start of starts)
      for (const file of [`${path}.py`, `${path}/__init__.py`]) {
        const full = posix.join(start, file);
        if (!existsSync(join(root, full)) && !contents.has(full)) continue;
        return sourceOf(full, name);
      }
    return null;
  };
  return {
    read,
    sourceOf,
    module(name) {
      const known = modules.get(name);
      if (known !== undefined) return known;
      const found = find(name);
      modules.set(name, found);
      return found;
    },
    packages,
  };
}
