import type { Session } from "../database/session.ts";

const SETTINGS = `SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE NONE; SET LOCAL search_path = pg_catalog; SET LOCAL quote_all_identifiers = off;
SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = postgres; SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = hex;
SET LOCAL lc_monetary = 'C'; SET LOCAL standard_conforming_strings = on; SET LOCAL row_security = on; SET LOCAL statement_timeout = 0`;

/**
 * Runs a read in a transaction of its own as the session's first user, with names and values printed in one way whatever the history has set; the session
 * keeps its settings. Must not be called inside a transaction: throws there.
 */
export async function inPlainTerms<T>(session: Session, read: () => Promise<T>): Promise<T> {
  const [state] = await session.rows<{ open: boolean }>("select pg_catalog.pg_current_xact_id_if_assigned() is not null as open");
  if (state?.open === true) throw new Error("a whole read was asked for inside a transaction");
  await session.run(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${SETTINGS}`);
  try {
    return await read();
  } finally {
    await session.run("ROLLBACK");
  }
}
