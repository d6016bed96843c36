import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { History } from "../model/history.ts";

// Rails and Alembic files name extensions too, so the text is searched and not a parse tree.
const mention =
  /create\s+extension\s+(?:if\s+not\s+exists\s+)?(?:"([^"]+)"|'([^']+)'|([a-z_][\w-]*))|enable_extension[\s(]+["']([^"']+)["']/gi;

/**
 * The extensions that a history's files mention, sorted. The embedded database must know them before the first statement runs;
 * one too many does no harm, so comments count as well.
 */
export async function findExtensions(history: History): Promise<readonly string[]> {
  const found = new Set<string>();
  const paths = new Set(
    [...history.migrations, ...history.baselines.map((baseline) => baseline.migration)].flatMap((migration) =>
      migration.files.map((file) => file.path),
    ),
  );
  for (const path of paths) {
    const text = await readFile(join(history.root, path), "latin1");
    if (!/extension/i.test(text)) continue;
    for (const match of text.matchAll(mention)) found.add((match[1] ?? match[2] ?? match[3] ?? match[4] ?? "").toLowerCase());
  }
  found.delete("");
  return [...found].sort();
}
