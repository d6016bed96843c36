import { prepareDataDirectory, readDataDirectory } from "../../src/database/data-directory.ts";

/** Prepares the embedded database's data directory once per run where no build has: each shadow then starts in half a second. */
export async function setup(): Promise<void> {
  if ((await readDataDirectory()) === null) await prepareDataDirectory();
}
