import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const locks = /^(?:uv\.lock|poetry\.lock|Pipfile\.lock|pdm\.lock|requirements.*\.txt|constraints.*\.txt)$/;

/** The version of a package that a lock file of the project pins: `alembic` → `1.13.2`. `null` where none does. */
export function lockedVersion(root: string, name: string): string | null {
  const folders = ["", "requirements"];
  const patterns = [
    new RegExp(`^name = "${name}"\\s*\\nversion = "([\\d.]+[^"]*)"`, "im"),
    new RegExp(`^${name}(?:\\[[^\\]]*\\])?==([\\d.]+\\w*)`, "im"),
    new RegExp(`"${name}":\\s*\\{[^}]*"version":\\s*"==([\\d.]+\\w*)"`, "i"),
  ];
  for (const folder of folders) {
    for (const file of filesIn(join(root, folder))) {
      if (!locks.test(file) && folder !== "requirements") continue;
      const text = readFileSync(join(root, folder, file), "utf8");
      const found = patterns.map((pattern) => pattern.exec(text)?.[1]).find((each) => each !== undefined);
      if (found !== undefined) return found;
    }
  }
  return null;
}

/** The files of a folder that lock versions, those of programs before those of tests. */
function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:lock|txt)$/.test(entry.name))
      .map(({ name }) => name)
      .sort((left, right) => Number(/dev|test|lint|doc/.test(left)) - Number(/dev|test|lint|doc/.test(right)) || (left < right ? -1 : 1));
  } catch {
    // There is no such folder.
    return [];
  }
}
