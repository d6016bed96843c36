import { quoteText } from "../expressions/literals.ts";
import { quoteName } from "../names.ts";
import { isGenerated, isNullable, isPrimaryKey, isUnique, textOption } from "../state/field.ts";
import { checkOf, collationOf, columnType, typeSuffix } from "../state/types.ts";
import { columnName, type FieldView, type ModelView } from "../state/view.ts";
import { databaseDefault } from "./defaults.ts";
import type { Editor } from "./editor.ts";

/** `column_sql` with what stands behind it. `null`: the field has no column. `defaultSql`: what rows that are there get. */
export function columnDefinition(
  view: FieldView,
  { editor, defaultSql }: { readonly editor: Editor; readonly defaultSql: string | null },
): string | null {
  const { field } = view;
  const type = columnType(view, editor.version);
  if (type === null) return null;
  const collation = collationOf(view, editor.version);
  const kept = databaseDefault(view, editor);
  const check = checkOf(view);
  const tablespace = textOption(field, "db_tablespace") ?? view.model.tablespace;
  const parts = [
    type,
    collation === null ? "" : `COLLATE ${quoteName(collation)}`,
    kept !== null ? `DEFAULT ${kept}` : defaultSql !== null ? `DEFAULT ${defaultSql}` : "",
    isGenerated(field) ? generated(view, editor) : isNullable(field) ? "NULL" : "NOT NULL",
    isPrimaryKey(field) ? "PRIMARY KEY" : isUnique(field) ? "UNIQUE" : "",
    tablespace !== "" && isUnique(field) ? `USING INDEX TABLESPACE ${quoteName(tablespace)}` : "",
    typeSuffix(field, editor.version),
    check === null ? "" : `CHECK (${check})`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function generated(view: FieldView, editor: Editor): string {
  const expression = view.field.options.get("expression");
  if (expression === undefined) return "";
  const stored = view.field.options.get("db_persist");
  return `GENERATED ALWAYS AS (${editor.expression(expression, view.model, view.field.location)}) ${stored?.kind === "boolean" && stored.value ? "STORED" : "VIRTUAL"}`;
}

/** `_alter_column_comment_sql`. */
export function columnComment(model: ModelView, view: FieldView, comment: string): string {
  return `COMMENT ON COLUMN ${quoteName(model.table)}.${quoteName(columnName(view))} IS ${quoteText(comment)}`;
}
