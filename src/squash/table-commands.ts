import type { MergeRule } from "../model/squash.ts";
import { expressionVolatility } from "../sql/expressions.ts";
import type { Node } from "../sql/parser.ts";
import { fieldsOf } from "../sql/tree.ts";
import type { Unit } from "./ledger.ts";
import { touchesAfter } from "./ledger.ts";
import { overlaps } from "./mentions.ts";
import { nameOf, registerColumn, release, schemaOf } from "./register.ts";
import { addConstraint, dropConstraint, isPointedAt, mergeConstraint, removeConstraint } from "./table-constraints.ts";
import { asNoOp, choose, kept, MERGED, obstacle, placeOf } from "./table-edit.ts";
import type { Command, Outcome, TableEdit } from "./table-edit.ts";
import { columnModel, findColumn, typeBaseName } from "./table-model.ts";
import type { ColumnModel, ConstraintModel, TableModel } from "./table-model.ts";

/** ALTER TABLE … ADD CONSTRAINT for a constraint that came with a column and cannot go with it. */
function asCommand(constraint: ConstraintModel): Node {
  return {
    AlterTableCmd: {
      subtype: "AT_AddConstraint",
      def: { Constraint: { ...constraint.node, conname: constraint.name } },
      behavior: "DROP_RESTRICT",
    },
  };
}

function needsRows(column: ColumnModel): boolean {
  if (column.serial || column.identity !== null || column.generated !== null) return true;
  return column.default !== null && expressionVolatility(column.default) !== "constant";
}

function addColumn(edit: TableEdit, command: Command): Outcome {
  const given = fieldsOf(command.def, "ColumnDef");
  if (given === null) return kept("the column is not understood");
  const name = given.colname ?? "";
  if (findColumn(edit.model, name) !== null) {
    return command.missing_ok === true ? asNoOp(edit, name, "the column is there already") : kept("a column of that name is there");
  }
  const parts = columnModel(given, choose(edit));
  if (parts === null) return kept("the column is not understood");
  const { column, constraints } = parts;
  if ((column.serial || column.identity !== null) && edit.model.name !== nameOf(edit.table))
    return kept("its sequence has the table's later name");
  const own = [{ TypeName: given.typeName }, column.default, column.generated];
  const reason = obstacle(edit, { kind: needsRows(column) ? "add-column-with-values" : "add-column", columns: [name], names: own });
  if (reason !== null) return kept(reason);
  edit.model.columns.push(column);
  registerColumn(placeOf(edit), column);
  const rest = constraints.filter((constraint) => mergeConstraint(edit, constraint) !== null).map(asCommand);
  return { kind: "merged", rest };
}

/** The column of a subcommand with the reason why it may not be changed, where there is one. */
function editable(edit: TableEdit, command: Command): ColumnModel | string {
  const column = findColumn(edit.model, command.name ?? "");
  if (column === null) return "the column is not part of the CREATE TABLE";
  if (column.serial || column.identity !== null) return "a sequence belongs to the column";
  return column;
}

function changeDefault(edit: TableEdit, command: Command): Outcome {
  const column = editable(edit, command);
  if (typeof column === "string") return kept(column);
  if (column.generated !== null) return kept("the column is generated");
  const reason = obstacle(edit, { kind: "set-default", columns: [column.name], names: command.def });
  if (reason !== null) return kept(reason);
  for (const held of column.touches) held.gone = true;
  column.touches.length = 0;
  column.default = command.def ?? null;
  registerColumn(placeOf(edit), column);
  return MERGED;
}

function setNotNull(edit: TableEdit, command: Command): Outcome {
  const column = editable(edit, command);
  if (typeof column === "string") return kept(column);
  if (column.notNull !== null) return asNoOp(edit, column.name, "the column is NOT NULL already");
  const reason = obstacle(edit, { kind: "set-not-null", columns: [column.name] });
  if (reason !== null) return kept(reason);
  column.notNull = { name: choose(edit)("not-null", [column.name]), named: false, written: true };
  edit.ledger.constraintNames.add(`${schemaOf(edit.table)}.${column.notNull.name}`);
  return MERGED;
}

function dropNotNull(edit: TableEdit, command: Command): Outcome {
  const column = editable(edit, command);
  if (typeof column === "string") return kept(column);
  if (column.notNull === null) return asNoOp(edit, column.name, "the column may be NULL already");
  const reason = obstacle(edit, { kind: "drop-not-null", columns: [column.name] });
  if (reason !== null) return kept(reason);
  edit.ledger.constraintNames.delete(`${schemaOf(edit.table)}.${column.notNull.name}`);
  column.notNull = null;
  return MERGED;
}

/** Constraints that hold an expression over the column: their stored form keeps the casts of the old type. */
function expressionsOver(model: TableModel, column: string): boolean {
  const checked = model.constraints.some(
    (constraint) => (constraint.type === "check" || constraint.type === "exclusion") && constraint.columns.includes(column),
  );
  return checked || model.columns.some((other) => other.generated !== null);
}

function alterType(edit: TableEdit, command: Command): Outcome {
  const column = editable(edit, command);
  if (typeof column === "string") return kept(column);
  const given = fieldsOf(command.def, "ColumnDef");
  if (given === null) return kept("the type is not understood");
  const sameBase = typeBaseName(given.typeName) === typeBaseName(column.def.typeName);
  if (!sameBase && (column.default !== null || expressionsOver(edit.model, column.name)))
    return kept("an expression over the column keeps the old type");
  const reason = obstacle(edit, { kind: "alter-type", columns: [column.name], names: { TypeName: given.typeName } });
  if (reason !== null) return kept(reason);
  const { collClause: _collation, typeName: _type, ...def } = column.def;
  column.def = { ...def, ...(given.typeName && { typeName: given.typeName }), ...(given.collClause && { collClause: given.collClause }) };
  for (const held of column.touches) held.gone = true;
  column.touches.length = 0;
  registerColumn(placeOf(edit), column);
  return MERGED;
}

/** Indexes and comments that PostgreSQL drops with the column. */
function goesWith(edit: TableEdit, column: string): readonly Unit[] {
  return touchesAfter(edit.table, edit.into)
    .filter((touch) => (touch.kind === "index" || touch.kind === "comment") && touch.columns !== "all" && overlaps(touch.columns, [column]))
    .map((touch) => touch.unit);
}

function dropColumn(edit: TableEdit, command: Command): Outcome {
  const column = findColumn(edit.model, command.name ?? "");
  if (column === null) {
    return command.missing_ok === true
      ? asNoOp(edit, command.name ?? "", "there is no such column to drop")
      : kept("the column is not part of the CREATE TABLE");
  }
  if (edit.model.columns.some((other) => other.generated !== null && other !== column)) return kept("a generated column may use it");
  if (isPointedAt(edit, [column.name])) return kept("a foreign key points at it");
  if (edit.model.create.partspec !== undefined) return kept("the table is partitioned");
  const reason = obstacle(edit, { kind: "drop-column", columns: [column.name] });
  if (reason !== null) return kept(reason);
  const sequence = edit.ledger.names.get(`rel:${schemaOf(edit.table)}.${nameOf(edit.table)}_${column.name}_seq`);
  if (sequence !== undefined && sequence.owner === edit.table && touchesAfter(sequence, edit.into).length > 0) {
    return kept("its sequence is named by another statement");
  }
  for (const unit of goesWith(edit, column.name)) unit.live = false;
  for (const constraint of edit.model.constraints.filter((each) => each.columns.includes(column.name))) removeConstraint(edit, constraint);
  edit.model.columns.splice(edit.model.columns.indexOf(column), 1);
  release(edit, column);
  return MERGED;
}

/** How a subcommand is merged, and under which rule that is written down. */
export interface CommandRule {
  readonly rule: MergeRule;
  readonly merge: (edit: TableEdit, command: Command) => Outcome;
}

/** The subcommands of ALTER TABLE that can go into the CREATE TABLE; every other one stays where it is. */
export const COMMAND_RULES: Readonly<Partial<Record<NonNullable<Command["subtype"]>, CommandRule>>> = {
  AT_AddColumn: { rule: "column-into-create", merge: addColumn },
  AT_AddConstraint: { rule: "constraint-into-create", merge: addConstraint },
  AT_DropConstraint: { rule: "constraint-into-create", merge: dropConstraint },
  AT_ColumnDefault: { rule: "default-into-create", merge: changeDefault },
  AT_SetNotNull: { rule: "not-null-into-create", merge: setNotNull },
  AT_DropNotNull: { rule: "not-null-into-create", merge: dropNotNull },
  AT_AlterColumnType: { rule: "type-into-create", merge: alterType },
  AT_DropColumn: { rule: "drop-column-into-create", merge: dropColumn },
};
