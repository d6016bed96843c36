import type { Session } from "../database/session.ts";
import { hasWayBack } from "../model/rollback.ts";
import { readBackups, type RecordedBackup } from "../store/backups.ts";
import type { Store } from "../store/store.ts";
import type { RunnableMigration } from "./runnable.ts";

/** Migrations with the way back that they have now, and what is to be told about it. */
export interface AsBackedUp {
  readonly migrations: readonly RunnableMigration[];
  readonly told: readonly string[];
}

/** The same migrations; one whose prior backup is not there any more has the way back that it has without. Reads only. */
export async function withStandingBackups(session: Session, store: Store, migrations: readonly RunnableMigration[]): Promise<AsBackedUp> {
  const recorded = await readBackups(session, store);
  const told: string[] = [];
  const found = migrations.map((migration) => {
    const { id, rollback } = migration.plan;
    const { backup } = rollback;
    if (backup === undefined) return migration;
    const own = backup.tables.map(({ backup: name }) => recorded.find((one) => one.backup === name));
    if (own.every((one) => one?.there === true && one.takenAt !== null)) return migration;
    const why = `its prior backup is not there${sayWhen(own)}`;
    told.push(`${id}: ${why}`);
    const { without } = backup;
    const reason = without.reason === null ? why : `${why}, and without it: ${without.reason}`;
    const wayBack = { ...rollback, ...without, reason };
    return { ...migration, plan: { ...migration.plan, rollback: wayBack }, ...(hasWayBack(without) ? {} : { down: null, downText: null }) };
  });
  return { migrations: found, told };
}

function sayWhen(backups: readonly (RecordedBackup | undefined)[]): string {
  const known = backups.flatMap((one) => (one === undefined ? [] : [one]));
  const gone = known.find(({ goneAt }) => goneAt !== null);
  if (gone !== undefined) return ` any more (${gone.backup} was ${gone.goneBecause ?? "removed"} at ${gone.goneAt})`;
  return known.length > 0 ? " any more" : ": nothing was saved when it ran";
}
