import type { SourceLocation } from "../../../src/model/source.ts";
import { compileCondition, indexExpression } from "../expressions/compile.ts";
import { createIndexName, createMetaIndexName, quoteName } from "../names.ts";
import { isIndexed, isUnique, textOption } from "../state/field.ts";
import type { IndexSpec } from "../state/index-spec.ts";
import { columnType } from "../state/types.ts";
import { columnName, fieldOf, targetOf, type FieldView, type ModelView } from "../state/view.ts";
import { firstReference, type Deferred } from "./deferred.ts";
import type { Editor } from "./editor.ts";

/** `_create_index_sql` of columns, named by Django. `suffix`: `_like`, `_idx` or none. */
export function columnsIndex(
  model: ModelView,
  {
    columns,
    suffix = "",
    opclass = "",
    tablespace = "",
  }: { readonly columns: readonly string[]; readonly suffix?: string; readonly opclass?: string; readonly tablespace?: string },
): Deferred {
  return {
    references: [{ table: model.table, columns }],
    sql(references) {
      const { table, columns: now } = firstReference(references);
      const listed = now.map((column) => `${quoteName(column)}${opclass === "" ? "" : ` ${opclass}`}`).join(", ");
      return `CREATE INDEX ${quoteName(createIndexName(table, now, suffix))} ON ${quoteName(table)} (${listed})${tablespaceSql(tablespace)}`;
    },
  };
}

export function render(statement: Deferred): string {
  return statement.sql(statement.references);
}

function tablespaceSql(tablespace: string): string {
  return tablespace === "" ? "" : ` TABLESPACE ${quoteName(tablespace)}`;
}

/** `_get_index_tablespace_sql`. */
function indexTablespace(model: ModelView, fields: readonly FieldView[], own: string | null = null): string {
  const [only] = fields;
  const ofField = fields.length === 1 && only !== undefined ? textOption(only.field, "db_tablespace") : null;
  return own ?? (ofField || model.project.settings.indexTablespace || model.tablespace);
}

/** `_field_indexes_sql`: the index of a field and the second one for LIKE. */
export async function fieldIndexes(model: ModelView, view: FieldView, editor: Editor): Promise<readonly Deferred[]> {
  const found: Deferred[] = [];
  if (view.column === null) return found;
  if (isIndexed(view.field) && !isUnique(view.field))
    found.push(columnsIndex(model, { columns: [view.column], tablespace: indexTablespace(model, [view]) }));
  const like = await likeIndex(model, view, editor);
  return like === null ? found : [...found, like];
}

/** `_create_like_index_sql`. */
export async function likeIndex(model: ModelView, view: FieldView, editor: Editor): Promise<Deferred | null> {
  const type = columnType(view, editor.version);
  if (type === null || view.column === null || !(isIndexed(view.field) || isUnique(view.field)) || type.includes("[")) return null;
  const opclass = type.startsWith("varchar") ? "varchar_pattern_ops" : type.startsWith("text") ? "text_pattern_ops" : null;
  if (opclass === null) return null;
  const collation = editor.version < 4.2 ? null : ownCollation(view, editor.version);
  if (collation !== null && (await editor.catalog.isDeterministic(collation)) !== true) return null;
  return columnsIndex(model, { columns: [view.column], suffix: "_like", opclass, tablespace: indexTablespace(model, [view]) });
}

function ownCollation(view: FieldView, version: number): string | null {
  const own = textOption(view.field, "db_collation");
  return own !== null || view.field.relation === null || version < 5.0 ? own : textOption(targetOf(view).field, "db_collation");
}

/** The name of an index: its own, or the one that Django makes up for it. */
export function indexName(model: ModelView, index: IndexSpec): string {
  if (index.name !== "") return index.name;
  const columns = index.fields.map(({ name, order }) => ({ column: columnName(fieldOf(model, name, index.location)), order }));
  return createMetaIndexName(model.table, columns, index.suffix);
}

/** `Index.create_sql`. */
export function createIndex(
  model: ModelView,
  index: IndexSpec,
  { version, concurrently = "" }: { readonly version: number; readonly concurrently?: " CONCURRENTLY" | "" },
): Deferred {
  const around = { model, version, location: index.location };
  const fields = index.fields.map(({ name, order }) => ({ view: fieldOf(model, name, index.location), order }));
  const columns = fields.map(({ view }) => columnName(view));
  const expressions = index.expressions.map((each) => indexExpression(each, around)).join(", ");
  const using = index.suffix === "idx" ? "" : ` USING ${index.suffix}`;
  const name = quoteName(indexName(model, index));
  const condition = index.condition === null ? "" : ` WHERE ${compileCondition(index.condition, around)}`;
  const include = includeSql(model, index);
  const extra = `${index.parameters.length === 0 ? "" : ` WITH (${index.parameters.join(", ")})`}${tablespaceSql(
    indexTablespace(
      model,
      fields.map(({ view }) => view),
      index.tablespace,
    ),
  )}`;
  return {
    references: [{ table: model.table, columns }],
    sql(references) {
      const { table, columns: now } = firstReference(references);
      const listed =
        expressions === ""
          ? now
              .map((column, at) =>
                [quoteName(column), index.opclasses[at] ?? "", fields[at]?.order ?? ""].filter((part) => part !== "").join(" "),
              )
              .join(", ")
          : expressions;
      return `CREATE INDEX${concurrently} ${name} ON ${quoteName(table)}${using} (${listed})${include}${extra}${condition}`;
    },
  };
}

/** `_index_include_sql`. */
export function includeSql(
  model: ModelView,
  { include, location }: { readonly include: readonly string[]; readonly location: SourceLocation },
): string {
  if (include.length === 0) return "";
  return ` INCLUDE (${include.map((name) => quoteName(columnName(fieldOf(model, name, location)))).join(", ")})`;
}

export function dropIndex(name: string, concurrently: " CONCURRENTLY" | "" = ""): string {
  return `DROP INDEX${concurrently} IF EXISTS ${quoteName(name)}`;
}
