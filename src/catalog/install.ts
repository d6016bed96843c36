import type { Session } from "../database/session.ts";
import { createReader, type CatalogReader, type ReaderOptions } from "./reader.ts";
import { alterEventTriggers, EVENT_TRIGGERS } from "./sql/events.ts";
import { dialectOf } from "./sql/fragments.ts";
import { readerFunctions } from "./sql/functions.ts";

/**
 * Puts the reader's functions (schema `pggit_shadow`) and, where the session is a superuser's, its event triggers on a shadow, and reads what is
 * there already. Must not be called inside a transaction. Throws `StatementError` where the session may not create a schema.
 */
export async function installCatalogReader(session: Session, options: ReaderOptions = { excludeFromReads: [] }): Promise<CatalogReader> {
  await installReaderFunctions(session);
  if (session.engine.superuser) await session.run(EVENT_TRIGGERS);
  return createReader(session, options);
}

/** The functions alone, for a reader that is asked what stands and follows nothing. Must not be called inside a transaction. */
export async function installReaderFunctions(session: Session): Promise<void> {
  await session.run(readerFunctions(dialectOf(session.engine)));
}

/**
 * Does work that no reader follows with the event triggers switched off: they cost a fifth of it. They fire again afterwards; readers of that session know
 * nothing of what was done. Not inside a transaction.
 */
export async function withoutCatalogReader<T>(session: Session, work: () => Promise<T>): Promise<T> {
  if (!session.engine.superuser) return work();
  await session.run(alterEventTriggers("disable"));
  try {
    return await work();
  } finally {
    await session.run(`RESET ROLE;\n${alterEventTriggers("enable always")}`);
  }
}
