import { fieldsOf, strings } from "../sql/tree.ts";
import { isLive, touchesAfter } from "./ledger.ts";
import { overlaps } from "./mentions.ts";
import type { Fold } from "./obstacles.ts";
import { registerConstraint, release, schemaOf } from "./register.ts";
import { findRelation } from "./resolve.ts";
import { asNoOp, choose, kept, MERGED, obstacle, placeOf } from "./table-edit.ts";
import type { Command, Outcome, TableEdit } from "./table-edit.ts";
import { addKeyNotNull, constraintModel, findColumn, findConstraint, hasKey } from "./table-model.ts";
import type { ConstraintModel } from "./table-model.ts";

/** A foreign key needs its target's key to be there already where the CREATE TABLE stands. */
function foreignKeyObstacle(edit: TableEdit, constraint: ConstraintModel): string | null {
  const target = constraint.node.pktable;
  if (target === undefined) return "its target is not known";
  const referenced = findRelation(edit.ledger, { schema: target.schemaname ?? null, name: target.relname ?? "" }, edit.statement.input);
  const model = referenced.table;
  if (model === null || !hasKey(model, strings(constraint.node.pk_attrs))) return "the key that it points at is not part of a CREATE TABLE";
  return null;
}

const FOLD_OF: Readonly<Record<ConstraintModel["type"], Fold["kind"]>> = {
  "primary-key": "add-unique",
  unique: "add-unique",
  exclusion: "add-unique",
  check: "add-check",
  "foreign-key": "add-foreign-key",
};

/** Puts a constraint into the model where nothing is in the way; gives the reason where something is. */
export function mergeConstraint(edit: TableEdit, constraint: ConstraintModel): string | null {
  const absent = constraint.columns.find((column) => constraint.type !== "check" && findColumn(edit.model, column) === null);
  if (absent !== undefined && absent !== "expr") return `column ${absent} is not part of the CREATE TABLE`;
  if (constraint.type === "check" && !constraint.columns.every((column) => findColumn(edit.model, column) !== null)) {
    return "it names a column that is not part of the CREATE TABLE";
  }
  // Of two equal keys in one statement PostgreSQL makes one (transformIndexConstraints in parse_utilcmd.c).
  const keys = constraint.columns.join();
  if (
    FOLD_OF[constraint.type] === "add-unique" &&
    edit.model.constraints.some((each) => FOLD_OF[each.type] === "add-unique" && each.columns.join() === keys)
  ) {
    return "the CREATE TABLE has a key over the same columns";
  }
  const reason =
    obstacle(edit, { kind: FOLD_OF[constraint.type], columns: constraint.columns, names: constraint.node }) ??
    (constraint.type === "foreign-key" ? foreignKeyObstacle(edit, constraint) : null);
  if (reason !== null) return reason;
  edit.model.constraints.push(constraint);
  registerConstraint(placeOf(edit), constraint);
  if (constraint.type === "primary-key") addKeyNotNull(edit.model, constraint.columns, choose(edit));
  return null;
}

/** ADD CONSTRAINT. */
export function addConstraint(edit: TableEdit, command: Command): Outcome {
  const given = fieldsOf(command.def, "Constraint");
  if (given === null) return kept("the constraint is not understood");
  if (given.skip_validation === true) return kept("it is NOT VALID");
  const constraint = constraintModel(given, choose(edit));
  if (constraint === null) return kept("this form of constraint is left alone");
  const reason = mergeConstraint(edit, constraint);
  return reason === null ? MERGED : kept(reason);
}

/** Whether a foreign key points at these columns, one of the same table included. */
export function isPointedAt(edit: TableEdit, columns: readonly string[]): boolean {
  return edit.table.touches.some((touch) => isLive(touch) && touch.kind === "fk-from" && overlaps(touch.columns, columns));
}

/** Takes a constraint out of the model, its comment with it. */
export function removeConstraint(edit: TableEdit, constraint: ConstraintModel): void {
  const comment = edit.table.comments.get(`constraint ${constraint.name}`);
  if (comment !== undefined) comment.live = false;
  edit.model.constraints.splice(edit.model.constraints.indexOf(constraint), 1);
  release(edit, constraint);
}

/** A constraint that the CREATE TABLE does not have: nothing to drop, as long as no other statement could have made it. */
function dropUnknownConstraint(edit: TableEdit, command: Command): Outcome {
  const reason = "the constraint is not part of the CREATE TABLE";
  const notNull = edit.model.columns.some((column) => column.notNull?.name === command.name);
  const made = touchesAfter(edit.table, edit.into).some((touch) =>
    ["constraint", "add-column", "alter-column", "rename", "structure"].includes(touch.kind),
  );
  if (command.missing_ok !== true || notNull || made) return kept(reason);
  return asNoOp(edit, "", "there is no such constraint to drop");
}

/** DROP CONSTRAINT. */
export function dropConstraint(edit: TableEdit, command: Command): Outcome {
  const name = command.name ?? "";
  const constraint = findConstraint(edit.model, name);
  if (constraint === null) return dropUnknownConstraint(edit, command);
  if (edit.model.columns.some((column) => column.notNull?.name === name)) return kept("it is a NOT NULL");
  const reason = obstacle(edit, { kind: "drop-constraint", columns: constraint.columns });
  if (reason !== null) return kept(reason);
  if (isPointedAt(edit, constraint.columns) && constraint.type !== "foreign-key") return kept("a foreign key points at it");
  const index = edit.ledger.names.get(`rel:${schemaOf(edit.table)}.${name}`);
  if (index !== undefined && touchesAfter(index, edit.into).length > 0) return kept("its index is named by another statement");
  removeConstraint(edit, constraint);
  return MERGED;
}
