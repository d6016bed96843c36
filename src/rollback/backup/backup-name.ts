import { createHash } from "node:crypto";
import type { RelationFacts } from "../../model/catalog.ts";
import type { BackupTable } from "../../model/rollback.ts";

/** Characters of the migration's and of the table's name that a backup is called by. */
const SHOWN = 20;

/**
 * The name of a backup: the same whenever the same migration saves the same columns of the same table, another where it saves others. At most 63 bytes and
 * nothing to be quoted.
 */
export function backupName(migration: string, saved: Omit<BackupTable, "backup"> & { readonly facts: RelationFacts }): string {
  const { table, key, columns, saves, facts } = saved;
  const types = facts.columns.map(({ name, type }) => [name, type]);
  const hash = createHash("sha256")
    .update(JSON.stringify([migration, table, key, columns, saves, types]))
    .digest("hex");
  return `pggit_migrate.backup_${plain(migration)}_${plain(table.replace(/^.*\./, ""))}_${hash.slice(0, 8)}`;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, SHOWN);
}
