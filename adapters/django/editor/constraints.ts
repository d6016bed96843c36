import type { Around } from "../expressions/around.ts";
import { compileCondition, indexExpression } from "../expressions/compile.ts";
import { createIndexName, quoteName, splitIdentifier } from "../names.ts";
import { deferrableSql, type Constraint, type ExclusionConstraint, type UniqueConstraint } from "../state/constraint.ts";
import { columnName, fieldOf, targetOf, type FieldView, type ModelView } from "../state/view.ts";
import { firstReference, type Deferred } from "./deferred.ts";
import { dropIndex, includeSql } from "./indexes.ts";

/** `_create_unique_sql` of columns, named by Django. */
export function uniqueOfColumns(model: ModelView, columns: readonly string[]): Deferred {
  return {
    references: [{ table: model.table, columns }],
    sql(references) {
      const { table, columns: now } = firstReference(references);
      const listed = now.map(quoteName).join(", ");
      return `ALTER TABLE ${quoteName(table)} ADD CONSTRAINT ${quoteName(createIndexName(table, now, "_uniq"))} UNIQUE (${listed})`;
    },
  };
}

/** The name of a foreign key. `suffix`: `_fk` for one that was built again because its target changed. */
export function foreignKeyName(
  table: string,
  column: string,
  { toTable, toColumn, suffix = "" }: { readonly toTable: string; readonly toColumn: string; readonly suffix?: string },
): string {
  return createIndexName(table, [column], suffix === "" ? `_fk_${splitIdentifier(toTable).name}_${toColumn}` : suffix);
}

/** `_create_fk_sql`. */
export function foreignKey(model: ModelView, view: FieldView, suffix = ""): Deferred {
  const target = targetOf(view);
  return {
    references: [
      { table: model.table, columns: [columnName(view)] },
      { table: target.model.table, columns: [columnName(target)] },
    ],
    sql([from = { table: "", columns: [] }, to = { table: "", columns: [] }]) {
      const [column = ""] = from.columns;
      const [toColumn = ""] = to.columns;
      const name = foreignKeyName(from.table, column, { toTable: to.table, toColumn, suffix });
      return `ALTER TABLE ${quoteName(from.table)} ADD CONSTRAINT ${quoteName(name)} FOREIGN KEY (${quoteName(column)}) REFERENCES ${quoteName(to.table)} (${quoteName(toColumn)}) DEFERRABLE INITIALLY DEFERRED`;
    },
  };
}

export function dropForeignKey(table: string, name: string): string {
  return `SET CONSTRAINTS ${quoteName(name)} IMMEDIATE; ${dropConstraint(table, name)}`;
}

export function dropConstraint(table: string, name: string): string {
  return `ALTER TABLE ${quoteName(table)} DROP CONSTRAINT ${quoteName(name)}`;
}

/** A constraint as it stands in CREATE TABLE, or the index that Django makes in its place when the migration ends. */
export type InlineConstraint = { readonly kind: "inline"; readonly sql: string } | { readonly kind: "later"; readonly statement: Deferred };

/** `constraint_sql`. */
export function inlineConstraint(model: ModelView, constraint: Constraint, version: number): InlineConstraint {
  const around = { model, version, location: constraint.location };
  switch (constraint.kind) {
    case "check":
      return { kind: "inline", sql: `CONSTRAINT ${quoteName(constraint.name)} CHECK (${compileCondition(constraint.condition, around)})` };
    case "exclusion":
      return { kind: "inline", sql: exclusion(constraint, around) };
    case "unique":
      if (isUniqueIndex(constraint)) return { kind: "later", statement: uniqueIndex(model, constraint, version) };
      return {
        kind: "inline",
        sql: `CONSTRAINT ${quoteName(constraint.name)} UNIQUE (${columnsOf(model, constraint).map(quoteName).join(", ")})${deferrableSql(constraint.deferrable)}`,
      };
  }
}

/** `create_sql`. */
export function createConstraint(model: ModelView, constraint: Constraint, version: number): Deferred {
  if (constraint.kind === "unique" && isUniqueIndex(constraint) && !isPlainNulls(constraint))
    return uniqueIndex(model, constraint, version);
  const columns = constraint.kind === "unique" ? columnsOf(model, constraint) : [];
  const inline = inlineConstraint(model, constraint.kind === "unique" ? { ...constraint, nullsDistinct: null } : constraint, version);
  return {
    references: [{ table: model.table, columns }],
    sql(references) {
      const { table, columns: now } = firstReference(references);
      if (constraint.kind !== "unique") return `ALTER TABLE ${quoteName(table)} ADD ${inline.kind === "inline" ? inline.sql : ""}`;
      return `ALTER TABLE ${quoteName(table)} ADD CONSTRAINT ${quoteName(constraint.name)} UNIQUE${nullsSql(constraint)} (${now.map(quoteName).join(", ")})${deferrableSql(constraint.deferrable)}`;
    },
  };
}

/** `remove_sql`: a unique constraint that became an index is dropped as one. */
export function removeConstraint(model: ModelView, constraint: Constraint): string {
  const asIndex = constraint.kind === "unique" && isUniqueIndex({ ...constraint, nullsDistinct: null });
  return asIndex ? dropIndex(constraint.name) : dropConstraint(model.table, constraint.name);
}

/** Only `nulls_distinct` says that it is more than a list of columns: then ALTER TABLE makes a constraint, CREATE TABLE an index. */
function isPlainNulls(constraint: UniqueConstraint): boolean {
  return constraint.nullsDistinct !== null && !isUniqueIndex({ ...constraint, nullsDistinct: null });
}

function isUniqueIndex({ condition, include, opclasses, expressions, nullsDistinct }: UniqueConstraint): boolean {
  return condition !== null || include.length > 0 || opclasses.length > 0 || expressions.length > 0 || nullsDistinct !== null;
}

function nullsSql({ nullsDistinct }: UniqueConstraint): string {
  return nullsDistinct === null ? "" : nullsDistinct ? " NULLS DISTINCT" : " NULLS NOT DISTINCT";
}

function columnsOf(model: ModelView, { fields, location }: UniqueConstraint): readonly string[] {
  return fields.map((name) => columnName(fieldOf(model, name, location)));
}

/** A unique constraint with a condition, further columns, operator classes or expressions: a unique index. */
function uniqueIndex(model: ModelView, constraint: UniqueConstraint, version: number): Deferred {
  if (isPlainNulls(constraint)) return createConstraint(model, constraint, version);
  const around = { model, version, location: constraint.location };
  const expressions = constraint.expressions.map((each) => indexExpression(each, around)).join(", ");
  const condition = constraint.condition === null ? "" : ` WHERE ${compileCondition(constraint.condition, around)}`;
  const include = includeSql(model, constraint);
  return {
    references: [{ table: model.table, columns: columnsOf(model, constraint) }],
    sql(references) {
      const { table, columns } = firstReference(references);
      const listed =
        expressions === ""
          ? columns
              .map((column, at) => [quoteName(column), constraint.opclasses[at]].filter((part) => part !== undefined).join(" "))
              .join(", ")
          : expressions;
      return `CREATE UNIQUE INDEX ${quoteName(constraint.name)} ON ${quoteName(table)} (${listed})${include}${nullsSql(constraint)}${condition}`;
    },
  };
}

function exclusion(constraint: ExclusionConstraint, around: Around): string {
  const expressions = constraint.expressions.map(({ expression, operator }, at) => {
    const opclass = constraint.opclasses[at];
    return `${indexExpression(expression, around)}${opclass === undefined || opclass === "" ? "" : ` ${opclass}`} WITH ${operator}`;
  });
  const where = constraint.condition === null ? "" : ` WHERE (${compileCondition(constraint.condition, around)})`;
  return `CONSTRAINT ${quoteName(constraint.name)} EXCLUDE USING ${constraint.indexType} (${expressions.join(", ")})${includeSql(around.model, constraint)}${where}${deferrableSql(constraint.deferrable)}`;
}
