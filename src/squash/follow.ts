import type { Node } from "../sql/parser.ts";
import { fieldsOf } from "../sql/tree.ts";
import type { Ledger, Mention, Touch, Tracked, Unit } from "./ledger.ts";
import { isLive, touchesAfter } from "./ledger.ts";
import { overlaps } from "./mentions.ts";
import { findObstacle } from "./obstacles.ts";
import { nameOf, schemaOf } from "./register.ts";
import { isRewritable, renameColumn, renameReferencedColumn, renameRelation } from "./rewrite.ts";
import type { ColumnRename } from "./rewrite.ts";
import { findColumn } from "./table-model.ts";
import type { TableModel } from "./table-model.ts";

/** A table whose CREATE TABLE may take the new name. */
interface Followed {
  readonly ledger: Ledger;
  readonly table: Tracked;
  readonly model: TableModel;
  readonly into: Unit;
  /** The step that follows the rename, so that it can be taken back. */
  readonly step: string;
}

/** What is needed to follow a rename, or why it stays where it is. */
export function followable(ledger: Ledger, table: Tracked, step: string): Followed | string {
  const { creator: into, table: model } = table;
  if (into === null || !into.live || model === null) return "no CREATE TABLE is known for it, or one of a form that is left alone";
  return { ledger, table, model, into, step };
}

function treeOf(unit: Unit): Node | null {
  return unit.tree ?? unit.parsed;
}

function hasSequence(model: TableModel): boolean {
  return model.columns.some((column) => column.serial || column.identity !== null);
}

/** A statement in between that names the table or column in a way that cannot be rewritten. */
function unwritable(touches: readonly Touch[]): string | null {
  const bad = touches.find((touch) => {
    if (touch.kind === "fk-from" && touch.unit.table !== null) return false;
    const tree = treeOf(touch.unit);
    return tree === null || !isRewritable(tree);
  });
  return bad === undefined ? null : `a statement in between names it (${bad.unit.input.migration})`;
}

/** An unnamed index has the name that PostgreSQL chose under the old names: it is written out. */
function withIndexName(tree: Node, unit: Unit): Node {
  const index = fieldsOf(tree, "IndexStmt");
  const made = unit.creates[0];
  if (index === null || index.idxname !== undefined || made === undefined) return tree;
  return { IndexStmt: { ...index, idxname: nameOf(made) } };
}

function rewriteUnit(unit: Unit, change: (tree: Node) => Node): void {
  const tree = treeOf(unit);
  if (tree !== null) unit.tree = change(withIndexName(tree, unit));
}

function rewriteConstraints(model: TableModel, change: <T>(root: T) => T): void {
  for (const constraint of model.constraints) constraint.node = change(constraint.node);
  model.changed = true;
}

function renamedMention(mention: Mention, from: string, to: string): Mention {
  if (mention === "all" || !mention.has(from)) return mention;
  return new Set([...mention].map((column) => (column === from ? to : column)));
}

/** Puts a column's new name into the CREATE TABLE and into every statement in between; gives the reason where that cannot be done. */
export function followColumn(followed: Followed, from: string, to: string): string | null {
  const { ledger, table, model, into } = followed;
  const column = findColumn(model, from);
  if (column === null) return "the column is not part of the CREATE TABLE";
  if (findColumn(model, to) !== null) return "a column of that name is there";
  if (column.serial || column.identity !== null) return "its sequence is named after it";
  const between = touchesAfter(table, into).filter((touch) => overlaps(touch.columns, [from, to]));
  const reason =
    findObstacle(ledger, { kind: "rename-column", table, into, columns: [from, to], needs: [], unknown: false }) ?? unwritable(between);
  if (reason !== null) return reason;
  const rename: ColumnRename = { table: { schema: schemaOf(table), name: nameOf(table) }, from, to };
  const own = { ...rename, table: { ...rename.table, name: model.name } };
  for (const unit of new Set(between.map((touch) => touch.unit))) {
    unit.merged.push(followed.step);
    const other = unit.table;
    if (other !== null && other !== model) rewriteConstraints(other, (root) => renameReferencedColumn(root, rename));
    else if (unit.subject === table) rewriteUnit(unit, (tree) => renameColumn(tree, rename));
    else rewriteUnit(unit, (tree) => renameReferencedColumn(tree, rename));
  }
  rewriteConstraints(model, (root) => renameColumn(root, own));
  for (const constraint of model.constraints) constraint.columns = constraint.columns.map((name) => (name === from ? to : name));
  for (const each of model.columns) {
    if (each.generated !== null) each.generated = renameColumn(each.generated, own);
  }
  column.name = to;
  if (model.partition !== null) model.partition = renameColumn(model.partition, own);
  for (const touch of table.touches) if (isLive(touch)) touch.columns = renamedMention(touch.columns, from, to);
  const comment = table.comments.get(`column ${from}`);
  if (comment !== undefined) {
    table.comments.delete(`column ${from}`);
    table.comments.set(`column ${to}`, comment);
  }
  return null;
}

/** Puts a table's new name into its CREATE TABLE and into every statement in between; gives the reason where that cannot be done. */
export function followTable(followed: Followed, to: string): string | null {
  const { ledger, table, model, into } = followed;
  const key = `rel:${schemaOf(table)}.${to}`;
  if (hasSequence(model)) return "its sequences are named after it";
  if (ledger.names.has(key) || (ledger.freed.get(key) ?? 0) > into.position) return "the name was taken in between";
  const between = touchesAfter(table, into);
  const reason = findObstacle(ledger, { kind: "rename-table", table, into, columns: [], needs: [], unknown: false }) ?? unwritable(between);
  if (reason !== null) return reason;
  const rename = { table: { schema: schemaOf(table), name: nameOf(table) }, to };
  for (const unit of new Set(between.map((touch) => touch.unit))) {
    unit.merged.push(followed.step);
    if (unit.table !== null) rewriteConstraints(unit.table, (root) => renameRelation(root, rename));
    else rewriteUnit(unit, (tree) => renameRelation(tree, rename));
  }
  rewriteConstraints(model, (root) => renameRelation(root, rename));
  for (const column of model.columns) {
    if (column.generated !== null) column.generated = renameRelation(column.generated, rename);
  }
  model.name = to;
  return null;
}
