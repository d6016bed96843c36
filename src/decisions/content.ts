import { createHash } from "node:crypto";
import type { EdgeCase } from "../model/edge-case.ts";
import type { History, Migration } from "../model/history.ts";

/**
 * What a decision on an edge case is bound to: the content of its migration, or of the question where it is about the whole history. SHA-256,
 * hexadecimal. Files that move and lines that shift change nothing; another text does.
 */
export function contentOf(edgeCase: EdgeCase, history: History): string {
  const migration = history.migrations.find(({ id }) => id === edgeCase.migration);
  if (migration === undefined) return hash([edgeCase.kind, edgeCase.title, edgeCase.source?.text ?? ""]);
  return hash([migration.id, ...ownTexts(migration, history)]);
}

/** The hashes of its files; where it has none, or others stand in the same file, the checksum that the source tool has for it alone. */
function ownTexts(migration: Migration, history: History): readonly string[] {
  const files = migration.files.filter(({ role }) => role !== "settings");
  const paths = new Set(files.map(({ path }) => path));
  const shared = history.migrations.some((other) => other.id !== migration.id && other.files.some(({ path }) => paths.has(path)));
  if ((shared || files.length === 0) && migration.checksum !== null) return [migration.checksum];
  return files.map(({ role, sha256 }) => `${role} ${sha256}`).sort();
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
