import type { CatalogObject } from "../../model/catalog.ts";
import { dollarQuote, quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import { CHANGE, columnOf, isChanged, matches, only, savedValue } from "./save.ts";
import type { SavedTable } from "./saved-tables.ts";

/**
 * The statements that put saved rows and values back, where the definitions are as they were but for keys, NOT NULL and triggers. Each is a DO that does nothing
 * but warn where the backup is not there. Rows that the migration inserted go first, children before parents; then rows come, parents before children.
 */
export function restoreStatements(tables: readonly SavedTable[]): readonly string[] {
  const removals = tables.filter(({ saves }) => saves === "changes").toReversed();
  return [
    ...removals.map((saved) => guarded(saved, [removeInserted(saved)], "quiet")),
    ...tables.map((saved) => guarded(saved, [...insertBack(saved), ...writeBack(saved)], "warns")),
  ];
}

/** Queries over the state after the migration that must return no row: rows that have taken the key of one that is to come back. */
export function restoreConditions(tables: readonly SavedTable[]): readonly string[] {
  return tables.flatMap((saved) => {
    const { saves, after, backup, kept, rows } = saved;
    if (saves !== "changes" || after === null || rows === "stay") return [];
    const there = matches(saved, (name) => kept.get(name) ?? name);
    return [`SELECT 1 FROM ${after.identity} AS t WHERE EXISTS (SELECT 1 FROM ${backup} AS b WHERE b.${CHANGE} = 'd' AND ${there})`];
  });
}

/** The query for rows of the state after the migration that nothing was saved of: they came later, or nothing had happened to them. `where`: what else holds, of `t`. */
export function unsavedRows(saved: SavedTable, where: string | null): string {
  const { after, before, backup, kept } = saved;
  const also = where === null ? "" : `${where} AND `;
  return `SELECT 1 FROM ${(after ?? before).identity} AS t WHERE ${also}NOT EXISTS (SELECT 1 FROM ${backup} AS b WHERE ${matches(saved, (name) => kept.get(name) ?? name)})`;
}

function removeInserted(saved: SavedTable): string {
  return `DELETE FROM ${only(saved)}${saved.table} AS t USING ${saved.backup} AS b WHERE b.${CHANGE} = 'i' AND ${matches(saved)}`;
}

function insertBack(saved: SavedTable): readonly string[] {
  const { saves, table, key, columns, backup } = saved;
  if (saves === "values") return [];
  const names = [...key, ...columns];
  const where = saves === "changes" ? ` WHERE b.${CHANGE} = 'd'` : "";
  const values = names.map((name) => savedValue(saved, name)).join(", ");
  return [
    `INSERT INTO ${table} (${names.map(quoteIdentifier).join(", ")}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM ${backup} AS b${where}`,
  ];
}

function writeBack(saved: SavedTable): readonly string[] {
  const { saves, table, columns, backup } = saved;
  // An identity column that is always generated takes no value by UPDATE.
  const written = columns.filter((name) => columnOf(saved, name).identity !== "always");
  if (saves === "rows" || written.length === 0) return [];
  const marked = saves === "changes";
  const assignments = written.map((name) => {
    const value = savedValue(saved, name);
    const own = quoteIdentifier(name);
    return `${own} = ${marked ? `CASE WHEN ${isChanged(name)} THEN ${value} ELSE t.${own} END` : value}`;
  });
  const where = `${marked ? `b.${CHANGE} = 'u' AND ` : ""}${matches(saved)}`;
  return [`UPDATE ${only(saved)}${table} AS t SET ${assignments.join(", ")} FROM ${backup} AS b WHERE ${where}`];
}

/** Runs the statements only where the backup is there, with the table's own triggers at rest. */
function guarded(saved: SavedTable, statements: readonly string[], told: "warns" | "quiet"): string {
  const { backup, table } = saved;
  const missing =
    told === "quiet"
      ? ""
      : `\n  ELSE RAISE WARNING ${quoteLiteral(`${backup} is not there: what it held of ${table} does not come back`.replaceAll("%", "%%"))};`;
  const triggers = restingTriggers(saved);
  const body = [
    ...triggers.map(({ name }) => `ALTER TABLE ${table} DISABLE TRIGGER ${name}`),
    ...statements,
    ...triggers.map(({ name, word }) => `ALTER TABLE ${table} ENABLE ${word}TRIGGER ${name}`),
  ];
  const block = ` BEGIN
  IF pg_catalog.to_regclass(${quoteLiteral(backup)}) IS NOT NULL THEN
${body.map((statement) => `    ${statement};`).join("\n")}${missing}
  END IF;
END `;
  return `DO ${dollarQuote(block, "restore")}`;
}

/** Triggers that fire and that both states have: the others are gone by then, or are made later. */
function restingTriggers({ before, after }: SavedTable): readonly { readonly name: string; readonly word: string }[] {
  if (after === null) return [];
  const old = new Set(triggersOf(before).map(({ name, definition }) => `${name} ${definition}`));
  return triggersOf(after)
    .filter(
      ({ name, definition, enabled }) => (enabled === "O" || enabled === "A") && (before === after || old.has(`${name} ${definition}`)),
    )
    .map(({ name, enabled }) => ({ name: quoteIdentifier(name), word: enabled === "A" ? "ALWAYS " : "" }));
}

function triggersOf({ facts }: CatalogObject): readonly { readonly name: string; readonly definition: string; readonly enabled: string }[] {
  return facts.kind === "relation" ? facts.triggers : [];
}
