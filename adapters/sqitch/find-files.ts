import { readdirSync, type Dirent } from "node:fs";
import { join } from "node:path";

/** Where no one keeps a plan of their own. */
const SKIPPED: ReadonlySet<string> = new Set(["node_modules", "vendor", "venv", "__pycache__", "site-packages"]);

/** Deeper than any project goes. */
const DEEPEST = 16;

/** Every file under the root with one of the names, by its path relative to the root, sorted. Hidden folders and links to folders are passed over. */
export function findFiles(root: string, names: ReadonlySet<string>): readonly string[] {
  const found: string[] = [];
  const visit = (folder: string, depth: number): void => {
    for (const entry of entriesOf(join(root, folder))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (depth < DEEPEST && !entry.name.startsWith(".") && !SKIPPED.has(entry.name)) visit(path, depth + 1);
      } else if (names.has(entry.name)) found.push(path);
    }
  };
  visit("", 0);
  return found.sort();
}

/** A folder that cannot be opened holds no project that could be read. */
function entriesOf(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}
