import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Where no one keeps changelogs of their own. */
const skipped = new Set(["node_modules", "target", "build", "dist", "out", "bin", "coverage", "vendor", "venv", "__pycache__"]);
const deepest = 24;
const mostFiles = 200_000;

/** The files of a project that may be changelogs or settings, relative to its root with `/`, sorted. Links are not followed. */
export function listFiles(root: string): readonly string[] {
  const found: string[] = [];
  const walk = (folder: string, depth: number): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "." ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!entry.name.startsWith(".") && !skipped.has(entry.name) && depth < deepest) walk(path, depth + 1);
      } else if (entry.isFile() && /\.(?:xml|ya?ml|json|sql|properties|gradle|kts|toml)$/i.test(entry.name) && found.length < mostFiles)
        found.push(path);
    }
  };
  walk(".", 0);
  return found.sort();
}
