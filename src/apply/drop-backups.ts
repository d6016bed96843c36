import type { TargetDatabase } from "../database/open-target.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { readBackups, removeBackups, type RecordedBackup } from "../store/backups.ts";
import { createStore } from "../store/create-store.ts";
import { findStore } from "../store/find-store.ts";
import { withoutRecording } from "../store/without-recording.ts";
import { mayWrite } from "./apply-plan.ts";
import { takeRunLock } from "./run-lock.ts";
import { rollBackQuietly } from "./writing.ts";

/** Which backups go: those of migrations or by their names, those taken before a moment (ISO 8601), or all. */
export type Dropping =
  | { readonly kind: "named"; readonly ids: readonly string[] }
  | { readonly kind: "older"; readonly than: string }
  | { readonly kind: "all" };

/**
 * Drops prior backups, in one transaction with their record, and gives those that it dropped; on a read-only connection those that it would. Fails (exit 2) where a named
 * one is not there, (exit 4) where another run is at work.
 */
export async function dropBackups(target: TargetDatabase, dropping: Dropping): Promise<Result<readonly RecordedBackup[]>> {
  const { session } = target;
  const reads = target.access === "read-only";
  const refusal = reads ? null : ((await mayWrite(target)) ?? (await takeRunLock(session)));
  if (refusal !== null) return failed(refusal);
  const store = await findStore(session);
  if (store.kind === "failed") return store;
  const there = (await readBackups(session, store.value)).filter((backup) => backup.there);
  const found = there.filter((backup) => isMeant(backup, dropping));
  const unknown = dropping.kind === "named" ? dropping.ids.filter((id) => !found.some((backup) => names(backup).includes(id))) : [];
  if (unknown.length > 0) return failed(notThere(unknown, there));
  if (reads || found.length === 0) return ok(found);
  await session.run("BEGIN");
  try {
    const made = await createStore(session, store.value);
    if (made.kind === "failed") {
      await session.run("ROLLBACK");
      return made;
    }
    const backups = found.map(({ backup }) => backup);
    await withoutRecording(session, made.value, () => removeBackups(session, backups, "dropped"));
    await session.run("COMMIT");
    return ok(found);
  } catch (error) {
    await rollBackQuietly(session);
    throw error;
  }
}

function isMeant(backup: RecordedBackup, dropping: Dropping): boolean {
  switch (dropping.kind) {
    case "all":
      return true;
    case "older":
      return backup.takenAt !== null && Date.parse(backup.takenAt) < Date.parse(dropping.than);
    case "named":
      return dropping.ids.some((id) => names(backup).includes(id));
  }
}

function names({ backup, migration }: RecordedBackup): readonly string[] {
  return [migration, backup, backup.replace(/^pggit_migrate\./, "")];
}

function notThere(ids: readonly string[], there: readonly RecordedBackup[]): Failure {
  const known = [...new Set(there.map(({ migration }) => migration))];
  return {
    kind: "failure",
    code: "no-backup",
    message: `There is no backup ${ids.join(", ")} in this database.`,
    location: ids[0] ?? null,
    hint:
      known.length === 0 ? "There is none at all." : `There are backups of ${known.join(", ")}; \`pggit status --database …\` lists them.`,
    exitCode: 2,
  };
}
