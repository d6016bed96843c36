import { parseQualifiedName } from "../../../src/sql/names.ts";
import { quoteLiteral } from "../../../src/sql/quote.ts";
import type { Stamp } from "../../adapter.ts";
import { bookkeepingSql } from "../bookkeeping.ts";
import { readEntry, type Entry } from "./entry.ts";

/** The table and that of the lock as Liquibase makes them. `table` is quoted. */
export function createTable(table: string): readonly string[] {
  const { schema, name } = parseQualifiedName(table);
  return bookkeepingSql({ schema: schema ?? "public", table: name, lockTable: `${name}lock` });
}

/** What the column `liquibase` says of a row that the tool did not write. */
const writer = "pggit";

/**
 * Enters a changeSet as `MarkChangeSetRanGenerator` does: a new row, or for one that has run before the same row anew. The sum is of version 8 where the table has
 * none of version 9, for then an older Liquibase reads it, which takes those of version 9 for foreign.
 */
export function stampChangeSet({ migration, table }: Stamp): readonly string[] {
  const entry = readEntry(migration.entry);
  if (entry === null || entry.exectype === "CONTINUE") return [];
  const text = (value: string | null): string => (value === null ? "NULL" : quoteLiteral(value));
  const common: readonly (readonly [string, string])[] = [
    // Liquibase orders by date first; its session may have another time zone than this one.
    ["dateexecuted", `GREATEST(LOCALTIMESTAMP, (SELECT max(dateexecuted) FROM ${table}))`],
    ["orderexecuted", `(SELECT coalesce(max(orderexecuted), 0) + 1 FROM ${table})`],
    ["md5sum", checksumSql(migration.checksum, entry, table)],
    ["description", text(entry.description)],
    ["comments", text(entry.comments)],
    ["contexts", text(entry.contexts)],
    ["labels", text(entry.labels)],
    ["liquibase", quoteLiteral(writer)],
    ["deployment_id", "right((extract(epoch FROM now()) * 1000)::bigint::text, 10)"],
    ...(entry.tag === null ? [] : [["tag", text(entry.tag)] as const]),
  ];
  const inserted = [
    ["id", text(entry.id)],
    ["author", text(entry.author)],
    ["filename", text(entry.filename)],
    ["exectype", text(entry.exectype)],
    ...common,
  ] as const;
  const again = common.map(([column, value]) => `${column} = ${value}`).join(", ");
  return [
    `UPDATE ${table} SET ${again}, exectype = 'RERAN' WHERE ${isRowOf(entry)}`,
    `INSERT INTO ${table} (${inserted.map(([column]) => column).join(", ")}) SELECT ${inserted.map(([, value]) => value).join(", ")} WHERE NOT EXISTS (SELECT FROM ${table} WHERE ${isRowOf(entry)})`,
  ];
}

function checksumSql(checksum: string | null, { oldSum }: Entry, table: string): string {
  const [own, old] = [checksum, oldSum].map((sum) => (sum === null ? "NULL" : quoteLiteral(sum)));
  const older = `EXISTS (SELECT FROM ${table} WHERE md5sum LIKE '8:%') AND NOT EXISTS (SELECT FROM ${table} WHERE md5sum LIKE '9:%')`;
  return `CASE WHEN ${older} THEN ${old} ELSE ${own} END`;
}

/** Takes the row out, as `liquibase rollback` does (`RemoveChangeSetRanStatusGenerator`). */
export function unstampChangeSet({ migration, table }: Pick<Stamp, "migration" | "table">): readonly string[] {
  const entry = readEntry(migration.entry);
  return entry === null ? [] : [`DELETE FROM ${table} WHERE ${isRowOf(entry)}`];
}

function isRowOf({ id, author, filename }: Entry): string {
  return `id = ${quoteLiteral(id)} AND author = ${quoteLiteral(author)} AND filename = ${quoteLiteral(filename)}`;
}
