import type { Inspector } from "../../../src/model/history.ts";
import { parseQualifiedName } from "../../../src/sql/names.ts";
import { qualifiedName, quoteLiteral } from "../../../src/sql/quote.ts";
import type { OwnTables } from "../../adapter.ts";

/** `databasechangeloglock` beside the table; quoted. */
function lockTable({ table, bookkeeping }: OwnTables): string {
  const { schema, name } = parseQualifiedName(table);
  const [, configured] = bookkeeping;
  return qualifiedName(schema, configured === undefined ? `${name}lock` : parseQualifiedName(configured).name);
}

/** Who holds the lock for which runs of Liquibase wait (`StandardLockService`): its host and since when; `null` where nobody does, or there is none. */
export async function lockHolder(at: Inspector, tables: OwnTables): Promise<string | null> {
  const lock = lockTable(tables);
  const [there] = await at.rows("select pg_catalog.to_regclass($1) is not null as there", [lock]);
  if (there?.["there"] !== true) return null;
  const [held] = await at.rows(
    `select coalesce(lockedby, 'an unknown host') || coalesce(' since ' || to_char(lockgranted, 'YYYY-MM-DD HH24:MI:SS'), '') as by from ${lock} where id = 1 and locked`,
  );
  return held === undefined ? null : String(held["by"]);
}

/**
 * Keeps Liquibase from taking its lock until the transaction ends, and fails with `lock_not_available` where it holds it. A lock of the row and not the flag in it: what is killed
 * leaves nothing that a person has to release.
 */
export function takeLock(tables: OwnTables): readonly string[] {
  const lock = lockTable(tables);
  return [
    `DO $pggit$ DECLARE holder text; BEGIN
  IF pg_catalog.to_regclass(${quoteLiteral(lock)}) IS NULL THEN RETURN; END IF;
  SELECT CASE WHEN locked THEN coalesce(lockedby, 'an unknown host') END INTO holder FROM ${lock} WHERE id = 1 FOR UPDATE;
  IF holder IS NOT NULL THEN RAISE EXCEPTION 'Liquibase holds its lock (%)', holder USING ERRCODE = 'lock_not_available'; END IF;
END $pggit$`,
  ];
}
