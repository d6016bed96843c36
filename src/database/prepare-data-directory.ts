// Run by `npm run build`: prepares the embedded database's data directory unless a sound one is there.
import { readDataDirectory, prepareDataDirectory } from "./data-directory.ts";

if ((await readDataDirectory()) === null) await prepareDataDirectory();
