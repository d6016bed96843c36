import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What tells this build from every other: the SHA-256 of its files and of its libraries' versions, written by `npm run build`. `null` where the program was not built. */
export function buildIdentity(): string | null {
  try {
    return readFileSync(new URL("../../build-identity", import.meta.url), "utf8").trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Where results are kept from run to run: in the folder that the command runs in. */
export function cacheFolder(build: string): { readonly folder: string; readonly build: string } {
  return { folder: join(process.cwd(), ".pggit", "cache"), build };
}
