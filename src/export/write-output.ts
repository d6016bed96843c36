import { mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { failed, ok, type Result } from "../model/failure.ts";

/** How much of a file is looked at for the mark that pggit's own have. */
const beginning = 4_096;

/**
 * Writes one output so that a reader sees the old file or the new one. A file that stands there and has not pggit's mark near its beginning is somebody's: refused (exit
 * code 4). Gives `null`.
 */
export async function writeOutput(path: string, output: { readonly text: string; readonly mark: string }): Promise<Result<null>> {
  const draft = `${path}.pggit-writing`;
  try {
    if (!(await isFreeOrOurs(path, output.mark))) {
      return failed({
        kind: "failure",
        code: "output-not-ours",
        message: "A file stands there that pggit did not write; it is left as it is.",
        location: path,
        hint: "Give another file with --to.",
        exitCode: 4,
      });
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, output.text);
    await rename(draft, path);
    return ok(null);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function isFreeOrOurs(path: string, mark: string): Promise<boolean> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (file === null) return true;
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(beginning), 0, beginning, 0);
    return bytesRead === 0 || buffer.toString("utf8", 0, bytesRead).includes(mark);
  } finally {
    await file.close();
  }
}
