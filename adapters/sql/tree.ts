import { readdirSync, realpathSync, statSync, type Dirent } from "node:fs";
import { join, posix } from "node:path";
import type { Failure } from "../../src/model/failure.ts";
import { resolveInside } from "../../src/sql/psql/source-text.ts";
import { compareText } from "./names.ts";

/** A folder with what counts in it. Paths are relative to the root, with `/`; the root itself is `.`. */
export interface Folder {
  readonly path: string;
  readonly name: string;
  /** Names of files, sorted. */
  readonly files: readonly string[];
  readonly folders: readonly Folder[];
}

export interface Tree {
  readonly folder: Folder;
  /** Links that lead out of the root or in a circle, folders that cannot be opened. */
  readonly failures: readonly Failure[];
}

/** Where no one keeps migrations of their own. */
const SKIPPED = new Set([
  "node_modules",
  "vendor",
  "target",
  "dist",
  "build",
  "out",
  "bin",
  "obj",
  "coverage",
  "venv",
  "__pycache__",
  "site-packages",
]);

/** Deeper than any project goes; a bound against trees without end. */
const DEEPEST = 16;

/** Reads the names under one folder of the root, links followed as long as they stay inside it. */
export function readTree(root: string, path: string): Tree {
  const failures: Failure[] = [];
  const folder = readFolder({ root, failures, open: [], depth: 0 }, path);
  return { folder: folder ?? { path, name: posix.basename(path), files: [], folders: [] }, failures };
}

interface Walk {
  readonly root: string;
  readonly failures: Failure[];
  /** Real paths of the folders around this one. */
  readonly open: readonly string[];
  readonly depth: number;
}

function readFolder(walk: Walk, path: string): Folder | null {
  const inside = resolveInside(walk.root, path);
  if (inside.kind === "failed") {
    walk.failures.push(...inside.failures);
    return null;
  }
  if (walk.open.includes(inside.value)) {
    walk.failures.push({
      kind: "failure",
      code: "link-loop",
      message: `${path} is a symbolic link to a folder that holds it.`,
      location: { file: path, line: 1 },
      hint: "Remove the link, or name the folder of migrations with --location.",
      exitCode: 2,
    });
    return null;
  }
  let entries: readonly Dirent[];
  try {
    entries = readdirSync(inside.value, { withFileTypes: true });
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    walk.failures.push({
      kind: "failure",
      code: "unreadable-folder",
      message: `The folder ${path} cannot be read (${String(error.code)}).`,
      location: { file: path, line: 1 },
      hint: "Check its permissions.",
      exitCode: 2,
    });
    return null;
  }
  const files: string[] = [];
  const folders: Folder[] = [];
  const below: Walk = { ...walk, open: [...walk.open, inside.value], depth: walk.depth + 1 };
  for (const entry of [...entries].sort((left, right) => compareText(left.name, right.name))) {
    const child = path === "." ? entry.name : `${path}/${entry.name}`;
    const type = entry.isSymbolicLink() ? linkType(walk, child) : entry.isDirectory() ? "folder" : entry.isFile() ? "file" : "other";
    if (type === "file") files.push(entry.name);
    else if (type === "folder" && !entry.name.startsWith(".") && !SKIPPED.has(entry.name) && walk.depth < DEEPEST) {
      const found = readFolder(below, child);
      if (found !== null) folders.push(found);
    }
  }
  return { path, name: posix.basename(path), files, folders };
}

function linkType(walk: Walk, path: string): "file" | "folder" | "other" {
  const inside = resolveInside(walk.root, path);
  if (inside.kind === "failed") {
    // A dangling or straying link matters only where a migration could hide behind it.
    if (/\.(?:sql|psql|pgsql)$/i.test(path) || inside.failures[0]?.code !== "file-not-found") walk.failures.push(...inside.failures);
    return "other";
  }
  const stats = statSync(inside.value);
  return stats.isDirectory() ? "folder" : stats.isFile() ? "file" : "other";
}

/** Whether a path under the root is a file, a folder or nothing. */
export function typeOf(root: string, path: string): "file" | "folder" | "nothing" {
  try {
    const stats = statSync(realpathSync(join(root, path)));
    return stats.isDirectory() ? "folder" : "file";
  } catch (error) {
    if (error instanceof Error && "code" in error) return "nothing";
    throw error;
  }
}
