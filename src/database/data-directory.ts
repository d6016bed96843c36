import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

/** Small WAL segments: the directory is a third smaller, and what is written to memory grows in small steps. */
export const initdbParameters = ["--wal-segsize=1"];

/** Changed when what initdb is given changes. */
const layout = 1;

/** Where the prepared data directory of this PGlite version lies: in the package's `dist/`, whether the code runs from there or from `src/`. */
function dataDirectoryFile(): string {
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, "package.json")) && dirname(root) !== root) root = dirname(root);
  return join(root, "dist", "embedded", `pglite-${pgliteVersion()}-${layout}.tar.gz`);
}

/** The prepared data directory as a tar in a buffer of its own; `null` where none was prepared. A damaged one (gzip has a checksum) is made anew. */
export async function readDataDirectory(file: string = dataDirectoryFile()): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!existsSync(file)) return null;
  const compressed = await readFile(file);
  try {
    return ownBuffer(await promisify(gunzip)(compressed));
  } catch {
    // Whatever zlib says of it, the remedy is the same.
    return await prepareDataDirectory(file);
  }
}

/** Runs initdb in PGlite and keeps the result for later starts, which it makes five times faster. Takes about 5 s. Gives the tar. */
export async function prepareDataDirectory(file: string = dataDirectoryFile()): Promise<Uint8Array<ArrayBuffer>> {
  const { PGlite } = await import("@electric-sql/pglite");
  const database = await PGlite.create({ initDbStartParams: initdbParameters });
  const dump = await database.dumpDataDir("none");
  await database.close();
  const tar = Buffer.from(await dump.arrayBuffer());
  const compressed = await promisify(gzip)(tar);

  const temporary = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, compressed);
    await rename(temporary, file);
  } catch (error) {
    // Keeping it is for speed only: an installation that cannot be written to, or a full disk, does without.
    if (!(error instanceof Error && "code" in error)) throw error;
    await rm(temporary, { force: true });
  }
  return ownBuffer(tar);
}

/** The bytes as they can be handed to a worker: copied where the buffer is a window on a shared one. */
function ownBuffer(buffer: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer: memory } = buffer;
  if (memory instanceof ArrayBuffer && memory.byteLength === buffer.byteLength) return new Uint8Array(memory);
  return Uint8Array.from(buffer);
}

function pgliteVersion(): string {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const { version } = createRequire(import.meta.url)(join(dirname(dirname(entry)), "package.json")) as { version: string };
  return version;
}
