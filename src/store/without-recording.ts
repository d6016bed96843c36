import type { Session } from "../database/session.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import type { RecordingTrigger, Store } from "./store.ts";
import { toJson } from "./write.ts";

const switches: Record<RecordingTrigger["enabled"], string> = { O: "ENABLE", D: "DISABLE", R: "ENABLE REPLICA", A: "ENABLE ALWAYS" };

/**
 * Does DDL that the pgGit extension's event triggers shall not record by themselves, because `recordMigrations` records it better. Within the caller's
 * transaction. Where the role may, the triggers are off until the work is done, which no other session ever sees; where it may not, what
 * they wrote in this transaction is taken out again. Without the extension it only does the work.
 */
export async function withoutRecording<T>(session: Session, store: Store, work: () => Promise<T>): Promise<T> {
  const active = store.kind === "native" ? store.triggers.filter(({ enabled }) => enabled !== "D") : [];
  if (active.length === 0) return await work();
  if (!active.every(({ mayAlter }) => mayAlter)) {
    const mark = await markRecording(session);
    const objects = await session.rows<{ row: unknown }>("select to_json(o) as row from pggit.objects o where metadata ? 'pggit'");
    const result = await work();
    await reconcileRecording(session, { mark, within: "transaction" });
    await putBack(
      session,
      objects.map(({ row }) => row),
    );
    return result;
  }
  await session.run(active.map(({ name }) => `ALTER EVENT TRIGGER ${quoteIdentifier(name)} DISABLE`).join("; "));
  const result = await work();
  // After an error the transaction is lost and the switch with it.
  await session.run(active.map(({ name, enabled }) => `ALTER EVENT TRIGGER ${quoteIdentifier(name)} ${switches[enabled]}`).join("; "));
  return result;
}

/** The triggers also count up the versions of objects that the record has, and empty their metadata, by which the record finds them again. */
async function putBack(session: Session, rows: readonly unknown[]): Promise<void> {
  await session.rows(
    `update pggit.objects o set version = v.version, version_major = v.version_major, version_minor = v.version_minor, version_patch = v.version_patch,
       metadata = v.metadata, is_active = v.is_active, updated_at = v.updated_at
     from json_populate_recordset(null::pggit.objects, $1::json) v
     where o.id = v.id and (o.version, o.metadata, o.is_active) is distinct from (v.version, v.metadata, v.is_active)`,
    [toJson(rows)],
  );
}

/** How far the extension's own history goes: what it writes from here on has higher ids. */
export interface RecordingMark {
  readonly history: number;
  readonly objects: number;
}

/** Notes where the extension's own records end. Only where there is the extension. */
export async function markRecording(session: Session): Promise<RecordingMark> {
  const [mark] = await session.rows<RecordingMark>(
    `select coalesce((select max(id) from pggit.history), 0) as history, coalesce((select max(id) from pggit.objects), 0) as objects`,
  );
  return mark ?? { history: 0, objects: 0 };
}

/**
 * Takes out what the extension's triggers recorded since the mark, so that no change stands in the history twice; told by having no commit. `transaction`: what they
 * wrote in the present transaction, objects included, which the record then writes itself. `session`: the history of this role since the mark,
 * for statements that ran outside of a transaction.
 */
export async function reconcileRecording(
  session: Session,
  { mark, within }: { readonly mark: RecordingMark; readonly within: "transaction" | "session" },
): Promise<void> {
  // The extension's rows have the default created_at, which is the start of their transaction.
  const ours = within === "transaction" ? "and created_at = CURRENT_TIMESTAMP::timestamp" : "";
  await session.rows(`delete from pggit.history where id > $1 and commit_hash is null and created_by = current_user ${ours}`, [
    mark.history,
  ]);
  if (within === "session") return;
  await session.rows(`delete from pggit.objects where id > $1 and not coalesce(metadata ? 'pggit', false) ${ours}`, [mark.objects]);
}
