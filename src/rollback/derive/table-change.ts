import type { ColumnFacts, RelationFacts } from "../../model/catalog.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { type Action, change, type DeriveContext, type Pair, RANK } from "./action.ts";
import { changeColumn } from "./column-change.ts";
import { adornColumn, changeFdwOptions, changeOptions, columnClause } from "./column.ts";
import { adornChanged } from "./common.ts";
import { pairParts, untangleRenames } from "./pair.ts";
import { changeParts } from "./parts.ts";
import { renameBack } from "./rename.ts";

/** Turns a table, partitioned table or foreign table that stayed back into what it was. */
export function changeTable(pair: Pair, context: DeriveContext): readonly Action[] {
  const { before, after } = pair;
  if (before.facts.kind !== "relation" || after.facts.kind !== "relation") return [];
  const wanted = before.facts;
  const found = after.facts;
  return [
    ...renameBack(pair, context),
    ...changeInheritance(pair, wanted, found),
    ...changeColumns(pair, context),
    ...changeRelationOptions(pair, wanted, found),
    ...changeParts(pair, context),
    ...actionOf(RANK.adorn, pair, adornChanged(pair, context)),
  ];
}

function actionOf(rank: number, { before }: Pair, statements: readonly string[], conditions: readonly string[] = []): readonly Action[] {
  return statements.length === 0 ? [] : [change(rank, before, statements, conditions)];
}

function changeColumns(pair: Pair, context: DeriveContext): readonly Action[] {
  const { before, after } = pair;
  if (before.facts.kind !== "relation" || after.facts.kind !== "relation") return [];
  const sameTable = before.address.oid === after.address.oid;
  const word = before.kind === "foreign-table" ? "FOREIGN TABLE" : "TABLE";
  const alter = `ALTER ${word} ${before.identity}`;
  const wanted = before.facts.columns;
  const found = after.facts.columns;
  const pairs = pairParts(wanted, found, (left, right) => sameTable && left.number === right.number);
  const kept: { before: ColumnFacts; after: ColumnFacts }[] = [];
  const missing = [...pairs.missing];
  const extra = [...pairs.extra];
  for (const columns of pairs.changed) {
    // A namesake of another type is another column; so is a column that must become generated, for which no ALTER exists.
    const another = sameTable && columns.before.number !== columns.after.number && columns.before.type !== columns.after.type;
    if (another || mustRegenerate(columns, context)) {
      missing.push(columns.before);
      extra.push(columns.after);
    } else kept.push(columns);
  }
  missing.sort((left, right) => left.number - right.number);

  const actions: Action[] = [];
  const renames = untangleRenames(
    kept
      .filter(({ before: old, after: now }) => old.name !== now.name && isOwn(now, found))
      .map(({ before: old, after: now }) => ({ from: now.name, to: old.name })),
  );
  const renameStatements = renames.map(({ from, to }) => `${alter} RENAME COLUMN ${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`);
  actions.push(...actionOf(RANK.renamePart, pair, renameStatements));

  const dropped = extra.filter((column) => isOwn(column, found)).map((column) => `${alter} DROP COLUMN ${quoteIdentifier(column.name)}`);
  // A column's old name may be taken by one that goes, so those go before any renaming.
  const takesName = extra.some(({ name }) => renames.some(({ to }) => to === name));
  actions.push(...(takesName ? actionsBeforeRenames(pair, dropped) : actionOf(RANK.changeTable, pair, dropped)));

  const added: string[] = [];
  const early: string[] = [];
  const late: string[] = [];
  const conditions: string[] = [];
  const restored = context.restoring?.tables.get(before.identity);
  for (const column of missing) {
    if (!isOwn(column, wanted)) continue;
    if (restored?.columns.has(column.name) === true && isRequired(column)) {
      // NOT NULL is asked of it when its values are there.
      const optional = { ...column, notNull: false, notNullConstraint: null };
      added.push(`${alter} ADD COLUMN ${columnClause(before, optional, context)}`);
      added.push(...adornColumn({ object: before, facts: before.facts }, optional, null, context));
      late.push(requireColumn(alter, column));
      conditions.push(restored.unsaved(null));
      continue;
    }
    added.push(`${alter} ADD COLUMN ${columnClause(before, column, context)}`);
    added.push(...adornColumn({ object: before, facts: before.facts }, column, null, context));
    if (isRequired(column) && before.kind !== "foreign-table") conditions.push(`SELECT 1 FROM ${after.identity}`);
  }
  for (const columns of kept) {
    const changed = changeColumn({ pair, ...columns }, context);
    early.push(...changed.early);
    added.push(...changed.statements);
    late.push(...changed.late);
    conditions.push(...changed.conditions);
  }
  if (early.length > 0) actions.push(change(RANK.detach, after, early));
  const [first, then] = added.length === 0 ? [[], conditions] : [conditions, []];
  return [...actions, ...actionOf(RANK.changeTable, pair, added, first), ...actionOf(RANK.require, pair, late, then)];
}

/** It takes no row without a value, and gives none by itself. */
function isRequired({ notNull, default: expression, identity, generated }: ColumnFacts): boolean {
  return notNull && expression === null && identity === null && generated === null;
}

function requireColumn(alter: string, { name, notNullConstraint }: ColumnFacts): string {
  const column = quoteIdentifier(name);
  if (notNullConstraint?.noInherit !== true) return `${alter} ALTER COLUMN ${column} SET NOT NULL`;
  return `${alter} ADD CONSTRAINT ${quoteIdentifier(notNullConstraint.name)} NOT NULL ${column} NO INHERIT`;
}

/**
 * Whether a generated column is dropped and added again, which loses no values: to become generated, or for another expression, which only
 * PostgreSQL 17 can set in place. Where the column kept its number the migration itself did that, so its server knows how.
 */
export function mustRegenerate(
  { before, after }: { readonly before: ColumnFacts; readonly after: ColumnFacts },
  { renames }: Pick<DeriveContext, "renames">,
): boolean {
  if (before.generated === null) return false;
  return before.generated !== after.generated || (!renames && before.number !== after.number && before.default !== after.default);
}

function actionsBeforeRenames({ after }: Pair, dropped: readonly string[]): readonly Action[] {
  // Under the name that the table has now.
  const statements = dropped.map((statement) =>
    statement.replace(
      /^ALTER (FOREIGN )?TABLE (?:"(?:[^"]|"")+"|[^\s."])+\.(?:"(?:[^"]|"")+"|[^\s."])+/,
      `ALTER $1TABLE ${after.identity.replaceAll("$", "$$$$")}`,
    ),
  );
  return statements.length === 0 ? [] : [change(RANK.removeTable, after, statements)];
}

/** Inherited columns come and go with the parent. */
function isOwn(column: ColumnFacts, columns: readonly ColumnFacts[]): boolean {
  return column.isLocal || column.inheritCount === 0 || columns.length === 0;
}

function changeInheritance(pair: Pair, wanted: RelationFacts, found: RelationFacts): readonly Action[] {
  const { before, after } = pair;
  if (wanted.partitionBound !== null || found.partitionBound !== null) {
    if (wanted.partitionBound === found.partitionBound) return [];
    const actions: Action[] = [];
    if (found.partitionBound !== null) {
      actions.push(change(RANK.detach, after, [`ALTER TABLE ${found.inherits[0]} DETACH PARTITION ${after.identity}`]));
    }
    if (wanted.partitionBound !== null) {
      actions.push(
        change(RANK.attach, before, [`ALTER TABLE ${wanted.inherits[0]} ATTACH PARTITION ${before.identity} ${wanted.partitionBound}`]),
      );
    }
    return actions;
  }
  const gone = found.inherits.filter((parent) => !wanted.inherits.includes(parent));
  const back = wanted.inherits.filter((parent) => !found.inherits.includes(parent));
  // A parent under another name is a renamed parent.
  if (gone.length === back.length && gone.length > 0 && before.address.oid === after.address.oid) return [];
  return [
    ...gone.map((parent) => change(RANK.detach, after, [`ALTER TABLE ${after.identity} NO INHERIT ${parent}`])),
    ...back.map((parent) => change(RANK.attach, before, [`ALTER TABLE ${before.identity} INHERIT ${parent}`])),
  ];
}

function changeRelationOptions(pair: Pair, wanted: RelationFacts, found: RelationFacts): readonly Action[] {
  const { before } = pair;
  const alter = `ALTER ${before.kind === "foreign-table" ? "FOREIGN TABLE" : "TABLE"} ${before.identity}`;
  const toast = (options: readonly string[]): readonly string[] => options.map((option) => `toast.${option}`);
  const statements = [
    ...changeOptions(alter, [...found.options, ...toast(found.toastOptions)], [...wanted.options, ...toast(wanted.toastOptions)]),
  ];
  if (wanted.persistence !== found.persistence)
    statements.push(`${alter} SET ${wanted.persistence === "unlogged" ? "UNLOGGED" : "LOGGED"}`);
  if (wanted.tablespace !== found.tablespace)
    statements.push(`${alter} SET TABLESPACE ${quoteIdentifier(wanted.tablespace ?? "pg_default")}`);
  if (wanted.accessMethod !== found.accessMethod && wanted.accessMethod !== null) {
    statements.push(`${alter} SET ACCESS METHOD ${quoteIdentifier(wanted.accessMethod)}`);
  }
  if (wanted.rowSecurity !== found.rowSecurity) statements.push(`${alter} ${wanted.rowSecurity ? "ENABLE" : "DISABLE"} ROW LEVEL SECURITY`);
  if (wanted.forceRowSecurity !== found.forceRowSecurity) {
    statements.push(`${alter} ${wanted.forceRowSecurity ? "FORCE" : "NO FORCE"} ROW LEVEL SECURITY`);
  }
  if (wanted.replicaIdentity !== found.replicaIdentity && wanted.replicaIdentity !== "index") {
    statements.push(`${alter} REPLICA IDENTITY ${wanted.replicaIdentity.toUpperCase()}`);
  }
  if (wanted.ofType !== found.ofType) statements.push(wanted.ofType === null ? `${alter} NOT OF` : `${alter} OF ${wanted.ofType}`);
  const fdw = changeFdwOptions(found.fdwOptions, wanted.fdwOptions);
  if (fdw !== null) statements.push(`${alter} ${fdw}`);
  return statements.length === 0 ? [] : [change(RANK.adorn, before, statements)];
}
