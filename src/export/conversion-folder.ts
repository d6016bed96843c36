import { mkdir, readFile, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import pMap from "p-map";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";

/** Files that are open at the same time, at most. */
const filesAtOnce = 32;

/** Files of a conversion by their path relative to the output folder, with `/`. */
export type ConversionFiles = ReadonlyMap<string, string>;

/**
 * Writes the files of a conversion so that a reader sees the old ones or the new ones, never half of them: everything is
 * written beside its place first and then renamed. `migrations/` is replaced whole; other files in the folder stay.
 * Refuses (exit code 4) to replace a `migrations/` that pggit did not write.
 */
export async function writeConversion(folder: string, files: ConversionFiles): Promise<Result<null>> {
  const checked = await checkConversionFolder(folder);
  if (checked.kind === "failed") return checked;
  const draft = join(folder, ".pggit-writing");
  let made: string | undefined;
  try {
    await rm(draft, { recursive: true, force: true });
    made = await mkdir(folder, { recursive: true });
    await pMap(
      files,
      async ([path, text]) => {
        await mkdir(dirname(join(draft, path)), { recursive: true });
        await writeFile(join(draft, path), text);
      },
      { concurrency: filesAtOnce },
    );
    // In the order of the files: the plan, by which the others are found, takes its place last.
    for (const name of new Set([...files.keys()].map((path) => path.split("/", 1)[0] ?? path))) {
      if (name === "migrations") await replaceFolder(join(draft, name), join(folder, name));
      else await rename(join(draft, name), join(folder, name));
    }
    return ok(null);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    await rm(draft, { recursive: true, force: true });
    if (made !== undefined) await removeEmptyFolders(folder, made);
    return failed(writeFailure(folder, error));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Whether a conversion may be written there: fails (exit code 4) where `migrations/` holds something that pggit did not write. */
export async function checkConversionFolder(folder: string): Promise<Result<null>> {
  try {
    const foreign = await findForeignMigrations(folder);
    return foreign === null ? ok(null) : failed(foreignFailure(foreign));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return failed(writeFailure(folder, error));
  }
}

/** Removes the folders that were made for a conversion that could not be written; what is not empty stays. */
async function removeEmptyFolders(folder: string, outermost: string): Promise<void> {
  for (let path = folder; path.length >= outermost.length; path = dirname(path)) {
    const removed = await rmdir(path).then(
      () => true,
      (error: unknown) => {
        if (isSystemError(error)) return false;
        throw error;
      },
    );
    if (!removed) return;
  }
}

async function replaceFolder(from: string, to: string): Promise<void> {
  const old = `${from}.old`;
  await rename(to, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(from, to);
}

/** A file or folder in `migrations/` that has no mark of ours, or `null`. */
async function findForeignMigrations(folder: string): Promise<string | null> {
  const migrations = join(folder, "migrations");
  const entries = await readdir(migrations).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [] as string[];
    if (error.code === "ENOTDIR") return ["."];
    throw error;
  });
  const foreign = await pMap(
    // What `pggit init NAME` puts there so that git keeps the folder.
    entries.filter((entry) => entry !== ".gitkeep"),
    async (entry) => {
      const text = await readFile(join(migrations, entry, "up.sql"), "utf8").catch(() => "");
      return text.startsWith("-- pggit: migration ") ? null : join(migrations, entry);
    },
    { concurrency: filesAtOnce },
  );
  return foreign.find((path) => path !== null) ?? null;
}

function foreignFailure(path: string): Failure {
  return {
    kind: "failure",
    code: "output-not-ours",
    message: "The output folder holds migrations that pggit did not write; they would be replaced.",
    location: path,
    hint: "Give another folder with --out.",
    exitCode: 4,
  };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

function writeFailure(folder: string, error: NodeJS.ErrnoException): Failure {
  const reasons: Readonly<Record<string, string>> = {
    ENOSPC: "the disk is full",
    EACCES: "no permission to write there",
    EPERM: "no permission to write there",
    EROFS: "the file system is read-only",
    ENOTDIR: "a part of the path is a file",
    EEXIST: "a file of that name is in the way",
  };
  return {
    kind: "failure",
    code: "cannot-write",
    message: `Cannot write the conversion: ${reasons[error.code ?? ""] ?? error.code ?? error.message}. Nothing was left half-written.`,
    location: error.path ?? folder,
    hint: "Make room or give another folder with --out, then run the same command again.",
    exitCode: 1,
  };
}
