import type { ColumnFacts } from "../../model/catalog.ts";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { SavedTable } from "./saved-tables.ts";

/** What became of a saved row: `i`nserted, `u`pdated or `d`eleted by the migration; NULL: its values are saved whatever becomes of it. */
export const CHANGE = "pggit_change";
/** The columns of an updated row whose values the migration changed. */
const CHANGED_COLUMNS = "pggit_columns";

/**
 * The statements that save a table: run before the migration, in its transaction. What the backup may hold already (of a saving in batches, of a run before) is
 * brought to what the table holds now, which the lock keeps so.
 */
export function saveBefore(saved: SavedTable): readonly string[] {
  const { backup, table, key, columns } = saved;
  const from = `${only(saved)}${table} AS t`;
  const names = [...key, ...columns];
  const list = names.map(quoteIdentifier).join(", ");
  const values = names.map((name) => saveValue(saved, name, "t")).join(", ");
  const create = `CREATE TABLE IF NOT EXISTS ${backup} (${columnDefinitions(saved).join(", ")})`;
  const lock = `LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`;
  if (key.length === 0) return [create, lock, `DELETE FROM ${backup}`, `INSERT INTO ${backup} (${list}) SELECT ${values} FROM ${from}`];
  const same = columns.length === 0 ? "" : ` AND ${isSame(saved, columns)}`;
  return [
    create,
    lock,
    `DELETE FROM ${backup} AS b WHERE ${saved.saves === "changes" ? `b.${CHANGE} IS NOT NULL OR ` : ""}NOT EXISTS (SELECT FROM ${from} WHERE ${matches(saved)}${same})`,
    `INSERT INTO ${backup} (${list}) SELECT ${values} FROM ${from} WHERE NOT EXISTS (SELECT FROM ${backup} AS b WHERE ${matches(saved)})`,
  ];
}

/** The statements that find out, behind the migration and in its transaction, what it did to each row; rows that are as they were leave the backup. */
export function saveAfter(saved: SavedTable): readonly string[] {
  if (saved.saves !== "changes" || saved.after === null) return [];
  const { backup, key, columns, kept } = saved;
  const from = `${only(saved)}${saved.after.identity} AS t`;
  const there = matches(saved, (name) => kept.get(name) ?? name);
  const keyList = key.map(quoteIdentifier).join(", ");
  const keyValues = key.map((name) => saveValue(saved, name, "t", kept.get(name))).join(", ");
  const comparable = columns.filter((name) => kept.has(name));
  const changed = columns.map((name) =>
    kept.has(name)
      ? `CASE WHEN ${isSame(saved, [name], (own) => kept.get(own) ?? own)} THEN NULL ELSE ${quoteLiteral(name)} END`
      : quoteLiteral(name),
  );
  const differs = comparable.length < columns.length ? "" : ` AND NOT ${isSame(saved, comparable, (own) => kept.get(own) ?? own)}`;
  return [
    `INSERT INTO ${backup} (${keyList}, ${CHANGE}) SELECT ${keyValues}, 'i' FROM ${from} WHERE NOT EXISTS (SELECT FROM ${backup} AS b WHERE ${there})`,
    `UPDATE ${backup} AS b SET ${CHANGE} = 'd' WHERE b.${CHANGE} IS NULL AND NOT EXISTS (SELECT FROM ${from} WHERE ${there})`,
    ...(columns.length === 0
      ? []
      : [
          `UPDATE ${backup} AS b SET ${CHANGE} = 'u', ${CHANGED_COLUMNS} = pg_catalog.array_remove(ARRAY[${changed.join(", ")}]::pg_catalog.text[], NULL) FROM ${from} WHERE b.${CHANGE} IS NULL AND ${there}${differs}`,
        ]),
    `DELETE FROM ${backup} WHERE ${CHANGE} IS NULL`,
  ];
}

/** Rows of a partitioned table are in its partitions; those of a table that others inherit from are its own. */
export function only({ before: { facts } }: Pick<SavedTable, "before">): string {
  return facts.kind === "relation" && facts.relationKind === "partitioned-table" ? "" : "ONLY ";
}

/** The condition by which a row `t` of the table and a row `b` of the backup are the same one. `nameNow`: of a column by its name before. */
export function matches(saved: Pick<SavedTable, "key" | "before">, nameNow: (name: string) => string = (name) => name): string {
  return saved.key.map((name) => `${saveValue(saved, name, "t", nameNow(name))} = b.${quoteIdentifier(name)}`).join(" AND ");
}

/** A saved value as one of its column's own type. */
export function savedValue(saved: Pick<SavedTable, "before">, name: string): string {
  const column = columnOf(saved, name);
  return `b.${quoteIdentifier(name)}${isOwnType(column) ? `::${column.type}` : ""}`;
}

export function columnOf({ before: { facts, identity } }: Pick<SavedTable, "before">, name: string): ColumnFacts {
  const column = facts.kind === "relation" ? facts.columns.find((one) => one.name === name) : undefined;
  if (column === undefined) throw new Error(`${identity} has no column ${name}`);
  return column;
}

/** Whether a value was changed by the migration, in terms of the backup's row. */
export function isChanged(name: string): string {
  return `${quoteLiteral(name)} = ANY (b.${CHANGED_COLUMNS})`;
}

/** Values of types that are not PostgreSQL's own are saved as text: the type may go before they come back. */
function isOwnType({ type }: ColumnFacts): boolean {
  return type.includes(".");
}

function saveValue(saved: Pick<SavedTable, "before">, name: string, alias: string, nameNow: string = name): string {
  return `${alias}.${quoteIdentifier(nameNow)}${isOwnType(columnOf(saved, name)) ? "::pg_catalog.text" : ""}`;
}

/** By their binary images, which every type has; some have no equality (manual, 9.25.6). */
function isSame(saved: SavedTable, names: readonly string[], nameNow: (name: string) => string = (name) => name): string {
  const values = names.map((name) => saveValue(saved, name, "t", nameNow(name))).join(", ");
  return `ROW(${values})::record OPERATOR(pg_catalog.*=) ROW(${names.map((name) => `b.${quoteIdentifier(name)}`).join(", ")})::record`;
}

function columnDefinitions(saved: SavedTable): readonly string[] {
  const { key, columns, saves } = saved;
  const definitions = [...key, ...columns].map((name) => {
    const column = columnOf(saved, name);
    const collation = column.collation === null || isOwnType(column) ? "" : ` COLLATE ${column.collation}`;
    return `${quoteIdentifier(name)} ${isOwnType(column) ? "pg_catalog.text" : column.type}${collation}`;
  });
  const marks = saves === "changes" ? [`${CHANGE} pg_catalog."char"`, `${CHANGED_COLUMNS} pg_catalog.text[]`] : [];
  return [...definitions, ...marks, ...(key.length === 0 ? [] : [`PRIMARY KEY (${key.map(quoteIdentifier).join(", ")})`])];
}
