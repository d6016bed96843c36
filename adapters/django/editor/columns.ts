import { quoteName, splitIdentifier } from "../names.ts";
import { hasDatabaseDefault, textOption } from "../state/field.ts";
import { columnName, relationOf, targetOf, throughOf, type FieldView, type ModelView } from "../state/view.ts";
import { columnComment, columnDefinition } from "./column-definition.ts";
import { dropForeignKey, foreignKeyName } from "./constraints.ts";
import { defaultOrQuestion, isRelation } from "./defaults.ts";
import type { Editor } from "./editor.ts";
import { fieldIndexes } from "./indexes.ts";
import { createTable, dropTable } from "./tables.ts";

/** `add_field`: `model` is the model as it is, the field as it will be. */
export async function addField(model: ModelView, view: FieldView, editor: Editor): Promise<void> {
  if (view.field.relation?.kind === "many-to-many") {
    const through = throughOf(view);
    if (through !== null) await createTable(through, editor);
    return;
  }
  if (view.column === null) return;
  const defaultSql = hasDatabaseDefault(view.field) ? null : await defaultOrQuestion(view, editor);
  const definition = columnDefinition(view, { editor, defaultSql });
  if (definition === null) return;
  const table = quoteName(model.table);
  const column = quoteName(view.column);
  await editor.execute(`ALTER TABLE ${table} ADD COLUMN ${column} ${definition}${inlineForeignKey(model, view)}`);
  if (defaultSql !== null) await editor.execute(`ALTER TABLE ${table} ALTER COLUMN ${column} DROP DEFAULT`);
  const comment = textOption(view.field, "db_comment");
  if (comment !== null && comment !== "" && editor.version >= 4.2) await editor.execute(columnComment(model, view, comment));
  editor.deferred.add(...(await fieldIndexes(model, view, editor)));
}

function inlineForeignKey(model: ModelView, view: FieldView): string {
  if (!isRelation(view) || !relationOf(view).hasConstraint) return "";
  const target = targetOf(view);
  const toColumn = columnName(target);
  const name = quoteName(foreignKeyName(model.table, columnName(view), { toTable: target.model.table, toColumn }));
  const namespace = splitIdentifier(model.table).namespace;
  return ` CONSTRAINT ${name} REFERENCES ${quoteName(target.model.table)}(${quoteName(toColumn)}) DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS ${namespace === "" ? "" : `${quoteName(namespace)}.`}${name} IMMEDIATE`;
}

/** `remove_field`. */
export async function removeField(model: ModelView, view: FieldView, editor: Editor): Promise<void> {
  if (view.field.relation?.kind === "many-to-many") {
    const through = throughOf(view);
    if (through !== null) await dropTable(through, editor);
    return;
  }
  if (view.column === null) return;
  if (view.field.relation !== null)
    for (const name of await editor.catalog.constraintNames(model.table, { columns: [view.column], foreignKey: true }))
      await editor.execute(dropForeignKey(model.table, name));
  await editor.execute(`ALTER TABLE ${quoteName(model.table)} DROP COLUMN ${quoteName(view.column)} CASCADE`);
  editor.deferred.forgetColumn(model.table, view.column);
}
