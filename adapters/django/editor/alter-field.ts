import { Stuck } from "../../../src/script/stuck.ts";
import { createIndexName, quoteName } from "../names.ts";
import {
  fieldSignature,
  hasDatabaseDefault,
  hasDefault,
  isGenerated,
  isIndexed,
  isNullable,
  isPrimaryKey,
  isUnique,
  textOption,
} from "../state/field.ts";
import { checkOf, collationOf, columnCheck, columnType, typeSuffix } from "../state/types.ts";
import { columnName, relationOf, throughFieldsOf, throughOf, type FieldView, type ModelView } from "../state/view.ts";
import { alterType, changesIndexedText } from "./alter-type.ts";
import { columnComment } from "./column-definition.ts";
import { dropConstraint, dropForeignKey, foreignKey, uniqueOfColumns } from "./constraints.ts";
import { databaseDefault, defaultOrQuestion, isRelation } from "./defaults.ts";
import type { Editor } from "./editor.ts";
import { columnsIndex, dropIndex, likeIndex, render } from "./indexes.ts";
import { pointersTo, type Pointer } from "./pointers.ts";
import { renameTable } from "./tables.ts";

/** A field as it was and as it will be, in `model`. */
export interface Alteration {
  readonly model: ModelView;
  readonly from: FieldView;
  readonly to: FieldView;
}

/** `_field_should_be_altered`. */
function isAltered({ from, to }: Alteration, version: number, ignored: readonly string[] = []): boolean {
  const sameTarget =
    version >= 5.0 &&
    isRelation(from) &&
    isRelation(to) &&
    from.model.project.findModel(relationOf(from).to)?.table === to.model.project.findModel(relationOf(to).to)?.table;
  const options = { version, ignored: sameTarget ? [...ignored, "to"] : ignored };
  return altered(from) !== altered(to) || fieldSignature(from.field, options) !== fieldSignature(to.field, options);
}

/** What Django compares as the column: a many-to-many field has its name for one, and its table is called after it. */
function altered({ name, column }: FieldView): string {
  return column ?? name;
}

/** `alter_field`. Throws `Stuck` where Django refuses. */
export async function alterField(alteration: Alteration, editor: Editor): Promise<void> {
  const { from, to } = alteration;
  if (!isAltered(alteration, editor.version)) return;
  if (from.column === null && to.column === null) {
    if (from.field.relation === null || to.field.relation === null) return;
    const [old, fresh] = [throughOf(from), throughOf(to)];
    if (old !== null && fresh !== null) return alterManyToMany(from, to, editor);
    if (old === null && fresh === null) return;
  }
  if (from.column === null || to.column === null || (from.column === null && to.column === null))
    throw new Stuck(`Django does not alter ${from.name} to or from a many-to-many field, or its table between the two`, to.field.location);
  if (isGenerated(from.field) || isGenerated(to.field)) {
    if (isGenerated(from.field) === isGenerated(to.field)) return alterColumn(alteration, editor);
    throw new Stuck(`Django does not alter the generated field ${to.name}`, to.field.location);
  }
  await alterColumn(alteration, editor);
}

/** `_alter_many_to_many`: the table between the two models, and both of its pointers. */
export async function alterManyToMany(from: FieldView, to: FieldView, editor: Editor): Promise<void> {
  const [old, fresh] = [throughOf(from), throughOf(to)];
  if (old === null || fresh === null) return;
  await renameTable(old.table, fresh.table, editor);
  const [before, after] = [throughFieldsOf(old), throughFieldsOf(fresh)];
  await alterField({ model: fresh, from: before.to, to: after.to }, editor);
  await alterField({ model: fresh, from: before.from, to: after.from }, editor);
}

/** `_alter_field`. */
async function alterColumn(alteration: Alteration, editor: Editor): Promise<void> {
  const { model, from, to } = alteration;
  const { version } = editor;
  const [oldType, newType] = [columnType(from, version), columnType(to, version)];
  if (oldType === null || newType === null) return;
  const isCollated = collationOf(from, version) !== collationOf(to, version);
  // Before 4.1 the index for LIKE went before all else.
  if (version < 4.2 && changesIndexedText(from, { oldType, newType }))
    await editor.execute(dropIndex(createIndexName(model.table, [columnName(from)], "_like")));
  const droppedOwn = await dropOwnForeignKeys(alteration, editor);
  await dropUnique(alteration, editor);
  const changesKey =
    ((isPrimaryKey(from.field) && isPrimaryKey(to.field)) || (isUnique(from.field) && isUnique(to.field))) &&
    (oldType !== newType || (version >= 4.1 && isCollated));
  const pointers = changesKey ? pointersTo(from, to, version) : [];
  for (const { fresh } of pointers)
    for (const name of await editor.catalog.constraintNames(fresh.model.table, { columns: [columnName(fresh)], foreignKey: true }))
      await editor.execute(dropForeignKey(fresh.model.table, name));
  await dropPlainIndex(alteration, editor);
  const check = await dropCheck(alteration, editor);
  await renameColumn(alteration, editor);
  const temporary = await changeColumn(alteration, { editor, oldType, newType });
  if (isPrimaryKey(from.field) && !isPrimaryKey(to.field))
    for (const name of await editor.catalog.constraintNames(model.table, { primaryKey: true }))
      await editor.execute(dropConstraint(model.table, name));
  if (!isPrimaryKey(to.field) && isUnique(to.field) && (!isUnique(from.field) || isPrimaryKey(from.field)))
    await editor.execute(render(uniqueOfColumns(model, [columnName(to)])));
  if ((!isIndexed(from.field) || isUnique(from.field)) && isIndexed(to.field) && !isUnique(to.field))
    await editor.execute(render(columnsIndex(model, { columns: [columnName(to)] })));
  const updated = [...pointers];
  if (!isPrimaryKey(from.field) && isPrimaryKey(to.field)) {
    const name = quoteName(createIndexName(model.table, [columnName(to)], "_pk"));
    await editor.execute(`ALTER TABLE ${quoteName(model.table)} ADD CONSTRAINT ${name} PRIMARY KEY (${quoteName(columnName(to))})`);
    updated.push(...pointersTo(from, to, version));
  }
  for (const pointer of updated) await alterPointer(pointer, editor);
  const constrained = isRelation(to) && relationOf(to).hasConstraint;
  if (constrained && (droppedOwn || !isRelation(from) || !relationOf(from).hasConstraint))
    await editor.execute(render(foreignKey(model, to)));
  for (const { fresh } of changesKey ? updated : [])
    if (isRebuilt(fresh, version)) await editor.execute(render(foreignKey(fresh.model, fresh, "_fk")));
  if (check.added !== null) {
    const name = quoteName(createIndexName(model.table, [columnName(to)], "_check"));
    await editor.execute(`ALTER TABLE ${quoteName(model.table)} ADD CONSTRAINT ${name} CHECK (${check.added})`);
  }
  if (temporary) await editor.execute(`ALTER TABLE ${quoteName(model.table)} ALTER COLUMN ${quoteName(columnName(to))} DROP DEFAULT`);
  await alterLikeIndex(alteration, { editor, oldType, newType });
}

/** Before 4.0 what points back by no name, as the tables between two models do, did not get its foreign key back. */
function isRebuilt(view: FieldView, version: number): boolean {
  const relation = relationOf(view);
  return relation.hasConstraint && (version >= 4.0 || !relation.hidden);
}

async function dropOwnForeignKeys({ model, from, to }: Alteration, editor: Editor): Promise<boolean> {
  if (!isRelation(from) || !relationOf(from).hasConstraint) return false;
  if (editor.version >= 4.2 && !isAltered({ model, from, to }, editor.version, ["db_comment"])) return false;
  const names = await editor.catalog.constraintNames(model.table, { columns: [columnName(from)], foreignKey: true });
  for (const name of names) await editor.execute(dropForeignKey(model.table, name));
  return names.length > 0;
}

async function dropUnique({ model, from, to }: Alteration, editor: Editor): Promise<void> {
  const becomesKey = !isPrimaryKey(from.field) && isPrimaryKey(to.field);
  if (!isUnique(from.field) || (isUnique(to.field) && !becomesKey)) return;
  const except = model.state.constraints.map(({ name }) => name);
  const names = await editor.catalog.constraintNames(model.table, { columns: [columnName(from)], unique: true, primaryKey: false, except });
  for (const name of names) await editor.execute(dropConstraint(model.table, name));
}

async function dropPlainIndex({ model, from, to }: Alteration, editor: Editor): Promise<void> {
  if (!isIndexed(from.field) || isUnique(from.field) || (isIndexed(to.field) && !isUnique(to.field))) return;
  const except = model.state.indexes.map(({ name }) => name);
  const names = await editor.catalog.constraintNames(model.table, { columns: [columnName(from)], index: true, type: "idx", except });
  for (const name of names) await editor.execute(dropIndex(name));
}

/** Drops a check that is no more; says which is to come. */
async function dropCheck({ model, from, to }: Alteration, editor: Editor): Promise<{ readonly added: string | null }> {
  // Since 5.0 by one name for both, so that a renamed column keeps its check.
  const [before, after] = editor.version < 5.0 ? [checkOf(from), checkOf(to)] : [columnCheck(from.field, ""), columnCheck(to.field, "")];
  if (before === after) return { added: null };
  if (before !== null) {
    const except = model.state.constraints.map(({ name }) => name);
    const names = await editor.catalog.constraintNames(model.table, { columns: [columnName(from)], check: true, except });
    for (const name of names) await editor.execute(dropConstraint(model.table, name));
  }
  return { added: checkOf(to) };
}

async function renameColumn({ model, from, to }: Alteration, editor: Editor): Promise<void> {
  if (from.column === to.column) return;
  await editor.execute(
    `ALTER TABLE ${quoteName(model.table)} RENAME COLUMN ${quoteName(columnName(from))} TO ${quoteName(columnName(to))}`,
  );
  editor.deferred.renameColumn(model.table, { from: columnName(from), to: columnName(to) });
}

interface Types {
  readonly editor: Editor;
  readonly oldType: string;
  readonly newType: string;
}

/** Type, default and nullability in one statement. Gives whether a default is in the database for the rows that are there and has to go again. */
async function changeColumn({ model, from, to }: Alteration, { editor, oldType, newType }: Types): Promise<boolean> {
  const { version } = editor;
  const column = quoteName(columnName(to));
  const table = quoteName(model.table);
  const actions: string[] = [];
  const afterwards: string[] = [];
  const [oldComment, newComment] = [textOption(from.field, "db_comment") ?? "", textOption(to.field, "db_comment") ?? ""];
  const isCommented = version >= 4.2 && oldComment !== newComment;
  if (
    oldType !== newType ||
    typeSuffix(from.field, version) !== typeSuffix(to.field, version) ||
    collationOf(from, version) !== collationOf(to, version) ||
    isCommented
  ) {
    const change = await alterType({ model, from, to }, { editor, oldType, newType });
    actions.push(change.action);
    afterwards.push(...(isCommented ? [columnComment(model, to, newComment)] : []), ...change.afterwards);
  }
  const [oldKept, newKept] = [databaseDefault(from, editor), databaseDefault(to, editor)];
  if (newKept !== null && newKept !== oldKept) actions.push(`ALTER COLUMN ${column} SET DEFAULT ${newKept}`);
  else if (newKept === null && oldKept !== null) actions.push(`ALTER COLUMN ${column} DROP DEFAULT`);
  const becomesRequired = isNullable(from.field) && !isNullable(to.field);
  const nullAction =
    isNullable(from.field) === isNullable(to.field) ? [] : [`ALTER COLUMN ${column} ${isNullable(to.field) ? "DROP" : "SET"} NOT NULL`];
  const value = becomesRequired && !hasDatabaseDefault(to.field) ? await defaultOrQuestion(to, editor) : null;
  const needsDefault = value !== null && value !== (await defaultOrQuestion(from, editor));
  if (needsDefault) actions.push(`ALTER COLUMN ${column} SET DEFAULT ${value}`);
  const inFourSteps = becomesRequired && ((hasDefault(to.field) && value !== null) || hasDatabaseDefault(to.field));
  if (!inFourSteps) actions.push(...nullAction);
  if (actions.length > 0) await editor.execute(`ALTER TABLE ${table} ${actions.join(", ")}`);
  if (inFourSteps) {
    await editor.execute(`UPDATE ${table} SET ${column} = ${value ?? newKept ?? "NULL"} WHERE ${column} IS NULL`);
    if (version >= 4.1) await editor.execute("SET CONSTRAINTS ALL IMMEDIATE");
    for (const action of nullAction) await editor.execute(`ALTER TABLE ${table} ${action}`);
  }
  for (const sql of afterwards) await editor.execute(sql);
  return needsDefault;
}

/** The column that points to one whose type changed. */
async function alterPointer({ old, fresh }: Pointer, editor: Editor): Promise<void> {
  const [oldType, newType] = [columnType(old, editor.version), columnType(fresh, editor.version)];
  if (oldType === null || newType === null) return;
  const change = await alterType({ model: fresh.model, from: old, to: fresh }, { editor, oldType, newType });
  await editor.execute(`ALTER TABLE ${quoteName(fresh.model.table)} ${change.action}`);
  for (const sql of change.afterwards) await editor.execute(sql);
}

async function alterLikeIndex({ model, from, to }: Alteration, { editor, oldType, newType }: Types): Promise<void> {
  const had = isIndexed(from.field) || isUnique(from.field);
  const added = (!had && isIndexed(to.field)) || (!isUnique(from.field) && isUnique(to.field));
  const remade = editor.version >= 5.0 && changesIndexedText(from, { oldType, newType });
  const like = added || remade ? await likeIndex(model, to, editor) : null;
  if (like !== null) await editor.execute(render(like));
  if (isUnique(from.field) && !isIndexed(to.field) && !isUnique(to.field))
    await editor.execute(dropIndex(createIndexName(model.table, [columnName(from)], "_like")));
}
