import { readFileSync } from "node:fs";

/** The version in package.json, which stands two levels above this file in `src/` and three in `dist/src/`. */
export function programVersion(): string {
  for (const path of ["../../package.json", "../../../package.json"]) {
    const found = readVersion(new URL(path, import.meta.url));
    if (found !== null) return found;
  }
  return "unknown";
}

function readVersion(url: URL): string | null {
  try {
    const { name, version } = JSON.parse(readFileSync(url, "utf8")) as { name?: string; version?: string };
    return name === "pggit" ? (version ?? null) : null;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
