import type { Node } from "../sql/parser.ts";
import { fieldsOf, relationName, strings } from "../sql/tree.ts";
import type { NodeFields } from "../sql/tree.ts";
import type { Ledger, Statement, Tracked, Unit } from "./ledger.ts";
import { record, stepId, touchesAfter } from "./ledger.ts";
import { findObstacle } from "./obstacles.ts";
import type { FoldKind } from "./obstacles.ts";
import { allNeeds, findRelation, needsOf } from "./resolve.ts";
import { constraintColumns, hasKey } from "./table-model.ts";

type Command = NodeFields<"AlterTableCmd">;

export interface KeptCommand {
  readonly table: Tracked;
  readonly command: Command;
}

function foldKind(command: Command): FoldKind | null {
  const constraint = fieldsOf(command.def, "Constraint");
  switch (command.subtype) {
    case "AT_AddColumn":
      return "add-column-with-values";
    case "AT_ColumnDefault":
      return "set-default";
    case "AT_SetNotNull":
      return "set-not-null";
    case "AT_DropNotNull":
      return "drop-not-null";
    case "AT_AddConstraint":
      if (constraint === null || constraint.indexname !== undefined) return null;
      if (constraint.contype === "CONSTR_FOREIGN") return "add-foreign-key";
      return constraint.contype === "CONSTR_CHECK" ? "add-check" : "add-unique";
    default:
      return null;
  }
}

function columnsOf(command: Command): readonly string[] {
  const constraint = fieldsOf(command.def, "Constraint");
  if (constraint !== null) return constraintColumns(constraint);
  const column = fieldsOf(command.def, "ColumnDef");
  return [column?.colname ?? command.name ?? ""];
}

function commandsOf(unit: Unit): readonly Command[] {
  const alter = fieldsOf(unit.tree ?? unit.parsed ?? undefined, "AlterTableStmt");
  return (alter?.cmds ?? []).flatMap((node) => fieldsOf(node, "AlterTableCmd") ?? []);
}

/** Whether every column that the command needs is there, and none is changed by a command that it would stand beside. */
function fits(kept: KeptCommand, into: Unit): boolean {
  const { table, command } = kept;
  const earlier = commandsOf(into);
  const adds = command.subtype === "AT_AddColumn";
  const added = earlier.filter((each) => each.subtype === "AT_AddColumn").flatMap(columnsOf);
  const changed = earlier.filter((each) => each.subtype !== "AT_AddColumn" && each.subtype !== "AT_AddConstraint").flatMap(columnsOf);
  const keys = columnsOf(command).join();
  if (foldKind(command) === "add-unique" && earlier.some((each) => foldKind(each) === "add-unique" && columnsOf(each).join() === keys))
    return false;
  const isConstraint = command.subtype === "AT_AddConstraint";
  return columnsOf(command).every((column) => {
    if (changed.includes(column)) return false;
    if (added.includes(column)) return isConstraint;
    return adds || table.table?.columns.some((each) => each.name === column) === true;
  });
}

function targetIsThere(ledger: Ledger, statement: Statement, command: Command): boolean {
  const constraint = fieldsOf(command.def, "Constraint");
  const inline = (fieldsOf(command.def, "ColumnDef")?.constraints ?? []).flatMap((node) => fieldsOf(node, "Constraint") ?? []);
  return [...(constraint === null ? [] : [constraint]), ...inline].every((each) => {
    if (each.pktable === undefined) return true;
    const target = findRelation(ledger, relationName(each.pktable), statement.input).table;
    return target !== null && hasKey(target, strings(each.pk_attrs));
  });
}

/**
 * The earlier ALTER TABLE that can take in one more subcommand; `null` where none can. PostgreSQL runs the subcommands of one
 * statement in passes (drops, columns, constraints, …), so only such as do not depend on the order are put together.
 */
export function combinesWith(ledger: Ledger, statement: Statement, kept: KeptCommand): Unit | null {
  const into = ledger.alters.get(kept.table);
  const kind = foldKind(kept.command);
  if (into === undefined || kind === null || !into.live || into.subject !== kept.table) return null;
  if (ledger.skip.has(stepId("alter-combined", statement))) return null;
  // What is left unnamed would be named after the table's older name.
  if (touchesAfter(kept.table, into).some((each) => each.kind === "rename")) return null;
  if (!fits(kept, into) || !targetIsThere(ledger, statement, kept.command)) return null;
  const needs = needsOf(ledger, kept.command.def, statement.input);
  const fold = { kind, table: kept.table, into, columns: columnsOf(kept.command), needs: allNeeds(needs), unknown: needs.unknown };
  return findObstacle(ledger, fold) === null ? into : null;
}

/** Adds a subcommand to an earlier ALTER TABLE. */
export function addCommand(ledger: Ledger, statement: Statement, what: { readonly into: Unit; readonly command: Command }): void {
  const alter = fieldsOf(what.into.tree ?? what.into.parsed ?? undefined, "AlterTableStmt");
  if (alter === null) return;
  const cmds: Node[] = [...(alter.cmds ?? []), { AlterTableCmd: what.command }];
  what.into.tree = { AlterTableStmt: { ...alter, cmds } };
  const id = stepId("alter-combined", statement);
  record(ledger, { id, rule: "alter-combined", into: what.into, input: statement.input, before: statement.input.step.sql });
}
