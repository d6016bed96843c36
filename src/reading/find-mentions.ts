import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { History } from "../model/history.ts";

/** What the files of a history mention. Comments count as well: one mention too many costs a little time, and does no harm. */
export interface Mentions {
  /** Sorted, lower case. The embedded database must know them before the first statement runs. */
  readonly extensions: readonly string[];
  /** Whether roles are made, changed or dropped somewhere: all databases of a server share them. */
  readonly roles: boolean;
}

// Rails and Alembic files name extensions too, and a DO block may make a role, so the text is searched and not a parse tree.
const extension =
  /create\s+extension\s+(?:if\s+not\s+exists\s+)?(?:"([^"]+)"|'([^']+)'|([a-z_][\w-]*))|enable_extension[\s(]+["']([^"']+)["']/gi;

/** Operations of `django.contrib.postgres.operations` that name no extension. */
const operations: Readonly<Record<string, string>> = {
  BloomExtension: "bloom",
  BtreeGinExtension: "btree_gin",
  BtreeGistExtension: "btree_gist",
  CITextExtension: "citext",
  CryptoExtension: "pgcrypto",
  HStoreExtension: "hstore",
  TrigramExtension: "pg_trgm",
  UnaccentExtension: "unaccent",
};
const operation = /\b(\w+Extension)\s*\(\s*(?:name\s*=\s*)?(?:"([^"]+)"|'([^']+)')?/g;
const role = /\b(?:create|alter|drop)\s+(?:role|user|group)\b/i;

/** Reads all files of the migrations and baselines. */
export async function findMentions(history: History): Promise<Mentions> {
  const extensions = new Set<string>();
  let roles = false;
  const paths = new Set(
    [...history.migrations, ...history.baselines.map((baseline) => baseline.migration)].flatMap((migration) =>
      migration.files.map((file) => file.path),
    ),
  );
  for (const path of paths) {
    const text = await readFile(join(history.root, path), "latin1");
    roles ||= role.test(text);
    if (!/extension/i.test(text)) continue;
    for (const match of text.matchAll(extension)) extensions.add((match[1] ?? match[2] ?? match[3] ?? match[4] ?? "").toLowerCase());
    if (!path.endsWith(".py")) continue;
    for (const [, name = "", double, single] of text.matchAll(operation)) extensions.add(double ?? single ?? operations[name] ?? "");
  }
  extensions.delete("");
  return { extensions: [...extensions].sort(), roles };
}
