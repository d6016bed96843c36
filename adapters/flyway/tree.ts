import { inputFailure } from "../../src/model/failure.ts";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Failure } from "../../src/model/failure.ts";

/** A file below a folder, with `/` in its paths. */
export interface FoundFile {
  readonly path: string;
  /** Relative to the folder that was walked. */
  readonly within: string;
  readonly name: string;
}

export interface Walk {
  readonly files: readonly FoundFile[];
  readonly failures: readonly Failure[];
}

/** A path as output shows it: relative to the root, with `/`; `.` for the root itself. */
export function shownPath(root: string, path: string): string {
  const shown = relative(root, path).split(sep).join("/");
  return shown === "" ? "." : shown;
}

function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** The kind behind a name: what a link points to, refused where it leaves the root or closes a loop. */
async function followLink(
  path: string,
  root: string,
  above: readonly string[],
): Promise<{ readonly kind: "directory" | "file"; readonly real: string } | Failure | null> {
  let real: string;
  try {
    real = await realpath(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ELOOP") return linkFailure("link-loop", "this symbolic link leads back to itself", shownPath(root, path));
    // A link to nothing: Flyway cannot read it either and passes it over.
    if (code === "ENOENT") return null;
    throw error;
  }
  if (!isInside(root, real)) {
    return linkFailure("link-leaves-root", "this symbolic link leads out of the folder that was given", shownPath(root, path));
  }
  if (above.includes(real))
    return linkFailure("link-loop", "this symbolic link leads back to a folder that contains it", shownPath(root, path));
  return { kind: (await stat(real)).isDirectory() ? "directory" : "file", real };
}

function linkFailure(code: string, message: string, file: string): Failure {
  return inputFailure(code, message, {
    location: file,
    hint: "Remove the link, put the file itself there, or run pggit in the folder that holds both.",
  });
}

/**
 * Every file below a folder in the order of their paths, as `FileSystemScanner` finds them: recursively, hidden folders left
 * out, hidden files not. Links inside the root are followed; loops and links that leave it are failures.
 */
export async function walkFolder(folder: string, root: string): Promise<Walk> {
  const files: FoundFile[] = [];
  const failures: Failure[] = [];
  const realRoot = await realpath(root);

  const visit = async (directory: string, above: readonly string[]): Promise<void> => {
    const entries = await readdir(directory, { withFileTypes: true });
    entries.sort((left, right) => (left.name < right.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(directory, entry.name);
      let kind: "directory" | "file" | null = entry.isDirectory() ? "directory" : entry.isFile() ? "file" : null;
      let real = join(above.at(-1) ?? directory, entry.name);
      if (entry.isSymbolicLink()) {
        const target = await followLink(path, realRoot, above);
        if (target === null) continue;
        if (target.kind === "failure") {
          failures.push(target);
          continue;
        }
        ({ kind, real } = target);
      }
      if (kind === "directory") {
        if (!entry.name.startsWith(".")) await visit(path, [...above, real]);
      } else if (kind === "file") {
        files.push({ path, within: shownPath(folder, path), name: entry.name });
      }
    }
  };

  await visit(folder, [await realpath(folder)]);
  return { files, failures };
}

/** Whether a file without an ending can be started as a program: by its permissions, or by the `#!` with which it begins. */
export async function isExecutable(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    if (((await file.stat()).mode & 0o111) !== 0) return true;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.toString("latin1") === "#!";
  } finally {
    await file.close();
  }
}
