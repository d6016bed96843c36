import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import cacache from "cacache";

const pack = promisify(deflateRaw);
const unpack = promisify(inflateRaw);

/** Entries that were written before so many days and are not used by the run are removed. */
const DAYS_KEPT = 30;

/** Named values on disk. Whatever happens to them there costs time only. */
export interface Entries {
  /** The value as it was written; `null` where there is none, or where its bytes are not those that were written: `damaged` is then told, and the entry is gone. */
  read(name: string): Promise<unknown>;
  /** Values are what `v8.serialize` takes. A folder that cannot be written is told by `unwritable`, once. */
  write(name: string, value: unknown): Promise<void>;
  /** Removes what is old and was not used. */
  tidy(): Promise<void>;
}

/** Told of what a user may want to know; neither ends the run. */
export interface EntryTroubles {
  readonly damaged: (name: string) => void;
  readonly unwritable: (error: Error) => void;
}

/** Entries in a folder (npm's cacache: content-addressed, written atomically, checked by SHA-512 when read), made when first written and ignored by git. */
export function openEntries(folder: string, troubles: EntryTroubles): Entries {
  const used = new Set<string>();
  let broken = false;
  return {
    async read(name) {
      try {
        const { data } = await cacache.get(folder, name);
        used.add(name);
        return deserialize(await unpack(data));
      } catch (error) {
        if (isMissing(error)) return null;
        troubles.damaged(name);
        await remove(folder, name).catch((removal: Error) => troubles.unwritable(removal));
        return null;
      }
    },
    async write(name, value) {
      if (broken) return;
      try {
        await makeFolder(folder);
        await cacache.put(folder, name, await pack(serialize(value), { level: 1 }));
        used.add(name);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        broken = true;
        troubles.unwritable(error);
      }
    },
    async tidy() {
      if (broken || used.size === 0) return;
      const oldest = Date.now() - DAYS_KEPT * 24 * 60 * 60 * 1000;
      const known = Object.values(await cacache.ls(folder)).filter(({ key, time }) => time < oldest && !used.has(key));
      for (const { key } of known) await cacache.rm.entry(folder, key);
      if (known.length > 0) await cacache.verify(folder);
    },
  };
}

/** With its content: the same content written again would not replace damaged bytes. */
async function remove(folder: string, name: string): Promise<void> {
  const info = await cacache.get.info(folder, name);
  if (info !== null) await cacache.rm.content(folder, info.integrity);
  await cacache.rm.entry(folder, name);
}

/** Nobody else reads it, and nobody commits it: what it holds was made of the user's own SQL. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  await writeFile(join(dirname(folder), ".gitignore"), "*\n");
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
