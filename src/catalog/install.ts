import type { Session } from "../database/session.ts";
import { createReader, type CatalogReader, type ReaderOptions } from "./reader.ts";
import { EVENT_TRIGGERS } from "./sql/events.ts";
import { dialectOf } from "./sql/fragments.ts";
import { readerFunctions } from "./sql/functions.ts";

/**
 * Puts the reader's functions (schema `pggit_shadow`) and, where the session is a superuser's, its event triggers on a shadow, and reads what is
 * there already. Must not be called inside a transaction. Throws `StatementError` where the session may not create a schema.
 */
export async function installCatalogReader(session: Session, options: ReaderOptions = { excludeFromReads: [] }): Promise<CatalogReader> {
  await session.run(readerFunctions(dialectOf(session.engine)));
  if (session.engine.superuser) await session.run(EVENT_TRIGGERS);
  return createReader(session, options);
}
