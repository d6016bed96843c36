import { quoteText } from "../expressions/literals.ts";
import { quoteName } from "../names.ts";
import { textOption } from "../state/field.ts";
import { togetherOf } from "../state/project-state.ts";
import { columnName, fieldOf, relationOf, throughTablesOf, type FieldView, type ModelView } from "../state/view.ts";
import { optionalText, textsOf } from "../values.ts";
import { columnComment, columnDefinition } from "./column-definition.ts";
import { foreignKey, inlineConstraint, uniqueOfColumns } from "./constraints.ts";
import { isRelation } from "./defaults.ts";
import type { Deferred } from "./deferred.ts";
import type { Editor } from "./editor.ts";
import { columnsIndex, createIndex, fieldIndexes } from "./indexes.ts";

/** `create_model`: the table, its comments, what waits for the end of the migration, and the tables between it and others. */
export async function createTable(model: ModelView, editor: Editor): Promise<void> {
  const location = placeOf(model);
  for (const group of uniqueTogether(model)) editor.deferred.add(uniqueOfColumns(model, group));
  const columns: string[] = [];
  const foreignKeys: Deferred[] = [];
  for (const view of model.fields) {
    const definition = columnDefinition(view, { editor, defaultSql: null });
    if (definition === null) continue;
    if (isRelation(view) && relationOf(view).hasConstraint) foreignKeys.push(foreignKey(model, view));
    columns.push(`${quoteName(columnName(view))} ${definition}`);
  }
  editor.deferred.add(...foreignKeys);
  const constraints = model.state.constraints.map((each) => inlineConstraint(model, each, editor.version));
  editor.deferred.add(...constraints.flatMap((each) => (each.kind === "later" ? [each.statement] : [])));
  const inline = constraints.flatMap((each) => (each.kind === "inline" ? [each.sql] : []));
  const body = [...columns, ...inline, ...compositeKey(model)].join(", ");
  await editor.execute(
    `CREATE TABLE ${quoteName(model.table)} (${body})${model.tablespace === "" ? "" : ` TABLESPACE ${quoteName(model.tablespace)}`}`,
  );
  if (editor.version >= 4.2) await commentOn(model, editor);
  for (const view of model.fields) editor.deferred.add(...(await fieldIndexes(model, view, editor)));
  const together = togetherOf(model.state, "index_together", location).map((group) =>
    columnsIndex(model, { columns: columnsOf(model, group), suffix: "_idx" }),
  );
  if (editor.version < 5.1) editor.deferred.add(...together);
  for (const index of model.state.indexes) editor.deferred.add(createIndex(model, index, { version: editor.version }));
  for (const through of throughTablesOf(model)) await createTable(through, editor);
}

/** Groups of columns that are unique together: of the model, or the two pointers of a table between two. */
function uniqueTogether(model: ModelView): readonly (readonly string[])[] {
  const groups = togetherOf(model.state, "unique_together", placeOf(model)).map((group) => columnsOf(model, group));
  return model.isThrough ? [...groups, model.fields.slice(1).map(columnName)] : groups;
}

function placeOf(model: ModelView): FieldView["field"]["location"] {
  return model.fields[0]?.field.location ?? { file: model.key, line: 1 };
}

export function columnsOf(model: ModelView, names: readonly string[]): readonly string[] {
  return names.map((name) => columnName(fieldOf(model, name, placeOf(model))));
}

/** The primary key of several columns (`CompositePrimaryKey`, 5.2). */
function compositeKey(model: ModelView): readonly string[] {
  const composite = model.fields.find(({ field }) => field.internalType === "CompositePrimaryKey");
  if (composite === undefined) return [];
  const names = textsOf(composite.field.options.get("field_names"), "the fields of the primary key", composite.field.location);
  return [`PRIMARY KEY (${columnsOf(model, names).map(quoteName).join(", ")})`];
}

async function commentOn(model: ModelView, editor: Editor): Promise<void> {
  const comment = optionalText(model.state.options.get("db_table_comment"), "db_table_comment", placeOf(model));
  if (comment !== null && comment !== "") await editor.execute(tableComment(model, comment));
  for (const view of model.fields) {
    const said = textOption(view.field, "db_comment");
    if (said !== null && said !== "" && view.column !== null) await editor.execute(columnComment(model, view, said));
  }
}

export function tableComment(model: ModelView, comment: string): string {
  return `COMMENT ON TABLE ${quoteName(model.table)} IS ${quoteText(comment)}`;
}

/** `delete_model`. */
export async function dropTable(model: ModelView, editor: Editor): Promise<void> {
  for (const through of throughTablesOf(model)) await dropTable(through, editor);
  await editor.execute(`DROP TABLE ${quoteName(model.table)} CASCADE`);
  editor.deferred.forgetTable(model.table);
}

/** `alter_db_table`. */
export async function renameTable(from: string, to: string, editor: Editor): Promise<void> {
  if (from === to) return;
  await editor.execute(`ALTER TABLE ${quoteName(from)} RENAME TO ${quoteName(to)}`);
  editor.deferred.renameTable(from, to);
}
