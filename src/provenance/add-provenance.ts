import type { History, Migration } from "../model/history.ts";
import { dateFromName } from "./date-from-name.ts";
import { readGitProvenance, type GitProvenance } from "./git.ts";

/**
 * The history with authors and dates where its tool gave none: from the commit that brought the migration's first file, else (the date
 * alone) from the file's name. Never fails: without git, authors stay unknown.
 */
export async function addProvenance(history: History): Promise<History> {
  const all = [...history.migrations, ...history.baselines.map((baseline) => baseline.migration)];
  const { files, findings } = await readGitProvenance(history.root, [...new Set(all.flatMap((migration) => mainFile(migration) ?? []))]);
  const fill = (migration: Migration): Migration => ({ ...migration, ...provenanceOf(migration, files) });
  return {
    ...history,
    migrations: history.migrations.map(fill),
    baselines: history.baselines.map((baseline) => ({ ...baseline, migration: fill(baseline.migration) })),
    findings: [...history.findings, ...findings],
  };
}

function mainFile(migration: Migration): string | null {
  return migration.files.find((file) => file.role !== "settings")?.path ?? null;
}

function provenanceOf(migration: Migration, files: ReadonlyMap<string, GitProvenance>): Pick<Migration, "author" | "date"> {
  const path = mainFile(migration);
  const committed = path === null ? undefined : files.get(path);
  return {
    author: migration.author ?? committed?.author ?? null,
    date: migration.date ?? committed?.date ?? (path === null ? null : dateFromName(path)),
  };
}
