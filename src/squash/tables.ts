import type { Node } from "../sql/parser.ts";
import { allOf, fieldsOf, relationName, strings } from "../sql/tree.ts";
import type { NodeFields } from "../sql/tree.ts";
import { addCommand, combinesWith } from "./combine.ts";
import type { KeptCommand } from "./combine.ts";
import type { Ledger, Mention, Statement, TouchKind, Tracked, Unit } from "./ledger.ts";
import { elide, keep, place, record, stepId, touch, track } from "./ledger.ts";
import { chooser, nameOf, registerTable, schemaOf } from "./register.ts";
import { allNeeds, creationSchema, findRelation, needsOf } from "./resolve.ts";
import { COMMAND_RULES } from "./table-commands.ts";
import type { TableEdit } from "./table-edit.ts";
import { columnModel, constraintColumns, constraintModel, tableModel } from "./table-model.ts";

type Command = NodeFields<"AlterTableCmd">;
type RangeVar = NodeFields<"RangeVar">;

/** CREATE TABLE: the place into which later changes of the table are merged. */
export function placeTable(ledger: Ledger, statement: Statement, create: NodeFields<"CreateStmt">): void {
  const { input } = statement;
  const name = relationName(create.relation);
  const temporary = create.relation?.relpersistence === "t";
  const schema = temporary ? "pg_temp" : (name.schema ?? creationSchema(input.searchPath));
  const key = `rel:${schema}.${name.name}`;
  if (create.if_not_exists === true && ledger.names.get(key)?.creator?.live === true) {
    if (elide(ledger, statement, { rule: "no-op-elided", reason: "the table is there already" })) return;
    place(ledger, statement);
    return;
  }
  const unit = place(ledger, statement);
  const model = tableModel(create, chooser(ledger, schema, name.name));
  const table = track(ledger, { key, kind: "table", creator: unit, table: model });
  if (model !== null) {
    unit.table = model;
    registerTable({ ledger, table, unit, input }, model);
    return;
  }
  const needs = needsOf(ledger, { ...create, relation: undefined }, input);
  for (const need of allNeeds(needs))
    if (need !== table) touch(need, unit, { kind: need.key.startsWith("rel:") ? "child" : "column-use", columns: "all" });
}

const TOUCH_OF: Readonly<Partial<Record<NonNullable<Command["subtype"]>, TouchKind>>> = {
  AT_AddColumn: "add-column",
  AT_DropColumn: "drop-column",
  AT_ColumnDefault: "alter-column",
  AT_SetNotNull: "alter-column",
  AT_DropNotNull: "alter-column",
  AT_AlterColumnType: "alter-column",
  AT_SetExpression: "alter-column",
  AT_DropExpression: "alter-column",
  AT_SetStatistics: "alter-column",
  AT_SetOptions: "alter-column",
  AT_ResetOptions: "alter-column",
  AT_SetStorage: "alter-column",
  AT_SetCompression: "alter-column",
  AT_AddIdentity: "alter-column",
  AT_SetIdentity: "alter-column",
  AT_DropIdentity: "alter-column",
  AT_AddConstraint: "constraint",
  AT_DropConstraint: "drop-constraint",
  AT_ValidateConstraint: "constraint",
  AT_AlterConstraint: "constraint",
  AT_ChangeOwner: "owner",
  AT_AddInherit: "structure",
  AT_DropInherit: "structure",
  AT_AttachPartition: "structure",
  AT_DetachPartition: "structure",
  AT_DetachPartitionFinalize: "structure",
  AT_AddOf: "structure",
  AT_DropOf: "structure",
};

function columnsOf(command: Command): Mention {
  const column = fieldsOf(command.def, "ColumnDef");
  if (command.subtype === "AT_AddColumn") return new Set([column?.colname ?? ""]);
  const constraint = fieldsOf(command.def, "Constraint");
  if (constraint !== null) {
    const columns = constraintColumns(constraint);
    return columns.length === 0 ? "all" : new Set(columns);
  }
  const kind = command.subtype === undefined ? undefined : TOUCH_OF[command.subtype];
  return kind === "alter-column" || kind === "drop-column" ? new Set([command.name ?? ""]) : "all";
}

/** The constraints that a subcommand brings, those of a new column included. */
function constraintsOf(command: Command): readonly NodeFields<"Constraint">[] {
  const constraint = fieldsOf(command.def, "Constraint");
  return constraint === null ? allOf(fieldsOf(command.def, "ColumnDef")?.constraints, "Constraint") : [constraint];
}

function foreignKeyTargets(command: Command): readonly RangeVar[] {
  return constraintsOf(command).flatMap((constraint) => constraint.pktable ?? []);
}

/** Notes the names that a subcommand takes, chosen ones included, or gives back. */
function noteNames(ledger: Ledger, unit: Unit, { table, command }: KeptCommand): void {
  const choose = chooser(ledger, schemaOf(table), nameOf(table));
  if (command.subtype === "AT_DropConstraint") {
    ledger.constraintNames.delete(`${schemaOf(table)}.${command.name ?? ""}`);
    return;
  }
  const given = fieldsOf(command.def, "ColumnDef");
  const alone = fieldsOf(command.def, "Constraint");
  const column = given === null || command.subtype !== "AT_AddColumn" ? null : columnModel(given, choose);
  const constraint = alone === null ? null : constraintModel(alone, choose);
  const made = [...(column?.constraints ?? []), ...(constraint === null ? [] : [constraint])];
  for (const { name, type } of made) {
    ledger.constraintNames.add(`${schemaOf(table)}.${name}`);
    const key = `rel:${schemaOf(table)}.${name}`;
    if (type !== "check" && type !== "foreign-key" && !ledger.names.has(key))
      track(ledger, { key, kind: "index", creator: unit, owner: table });
  }
  if (column?.column.notNull) ledger.constraintNames.add(`${schemaOf(table)}.${column.column.notNull.name}`);
}

/** Notes what a subcommand that stands has to do with its table and with others. */
function noteKept(ledger: Ledger, unit: Unit, kept: KeptCommand): void {
  const { table, command } = kept;
  const kind = (command.subtype === undefined ? undefined : TOUCH_OF[command.subtype]) ?? "option";
  touch(table, unit, { kind, columns: columnsOf(command) });
  const constraint = fieldsOf(command.def, "Constraint");
  if (constraint?.pktable !== undefined) {
    const written = strings(constraint.pk_attrs);
    touch(findRelation(ledger, relationName(constraint.pktable), unit.input), unit, {
      kind: "fk-from",
      columns: written.length === 0 ? "all" : new Set(written),
    });
  }
  const named =
    constraint?.indexname ?? (command.subtype === "AT_ReplicaIdentity" || command.subtype === "AT_ClusterOn" ? command.name : undefined);
  const index = named === undefined ? undefined : ledger.names.get(`rel:${schemaOf(table)}.${named}`);
  if (index !== undefined) touch(index, unit, { kind: "structure", columns: "all" });
  const targets = foreignKeyTargets(command).map((target) => findRelation(ledger, relationName(target), unit.input));
  for (const need of allNeeds(needsOf(ledger, command.def, unit.input))) {
    if (need !== table && !targets.includes(need))
      touch(need, unit, { kind: kind === "structure" ? "structure" : "column-use", columns: "all" });
  }
  noteNames(ledger, unit, kept);
}

/** Puts a subcommand that stands beside those of an earlier ALTER TABLE where it can; tells whether it did. */
function combine(ledger: Ledger, statement: Statement, kept: KeptCommand): boolean {
  const into = combinesWith(ledger, statement, kept);
  if (into === null) return false;
  addCommand(ledger, statement, { into, command: kept.command });
  noteKept(ledger, into, kept);
  return true;
}

/** ALTER TABLE: each subcommand goes into the CREATE TABLE where nothing is in the way; the others stand together. */
export function mergeAlterTable(ledger: Ledger, statement: Statement, alter: NodeFields<"AlterTableStmt">): void {
  const table = findRelation(ledger, relationName(alter.relation), statement.input);
  const into = table.creator;
  const rest: Node[] = [];
  let unit: Unit | null = null;
  let changed = false;
  const stand = (nodes: readonly Node[], part: Statement): void => {
    for (const node of nodes) {
      const command = fieldsOf(node, "AlterTableCmd");
      if (command !== null && unit === null && alter.objtype === "OBJECT_TABLE" && combine(ledger, part, { table, command })) {
        changed = true;
        continue;
      }
      unit ??= place(ledger, statement);
      unit.subject = table;
      if (command !== null) noteKept(ledger, unit, { table, command });
      rest.push(node);
    }
  };
  for (const [index, node] of (alter.cmds ?? []).entries()) {
    const command = fieldsOf(node, "AlterTableCmd");
    const rule = command?.subtype === undefined ? undefined : COMMAND_RULES[command.subtype];
    const part: Statement = { ...statement, id: index === 0 ? statement.id : `${statement.id}.${index}` };
    if (command === null || rule === undefined || alter.objtype !== "OBJECT_TABLE") {
      stand([node], part);
      continue;
    }
    const id = stepId(rule.rule, part);
    const outcome = attempt({ ledger, statement: part, table, into, id, command });
    if (outcome.kind === "kept") {
      keep(ledger, statement, outcome.reason);
      stand([node], part);
    } else if (outcome.kind === "no-op") {
      if (elide(ledger, part, { rule: "no-op-elided", reason: outcome.reason })) changed = true;
      else stand([node], part);
    } else {
      changed = true;
      if (into !== null) record(ledger, { id, rule: rule.rule, into, input: statement.input, before: statement.input.step.sql });
      if (outcome.rest.length > 0) stand(outcome.rest, part);
    }
  }
  if (unit !== null) ledger.alters.set(table, unit);
  settle(unit, alter, { rest, changed });
}

function settle(unit: Unit | null, alter: NodeFields<"AlterTableStmt">, what: { readonly rest: Node[]; readonly changed: boolean }): void {
  if (unit !== null && what.changed) unit.tree = { AlterTableStmt: { ...alter, cmds: what.rest } };
}

interface Attempt {
  readonly ledger: Ledger;
  readonly statement: Statement;
  readonly table: Tracked;
  readonly into: Unit | null;
  readonly id: string;
  readonly command: Command;
}

function attempt(given: Attempt): ReturnType<NonNullable<(typeof COMMAND_RULES)["AT_AddColumn"]>["merge"]> {
  const { ledger, statement, table, into, command } = given;
  if (into === null || !into.live) return { kind: "kept", reason: "no CREATE TABLE is known for it" };
  if (table.table === null) return { kind: "kept", reason: "its CREATE TABLE has a form that is left alone" };
  if (ledger.skip.has(given.id)) return { kind: "kept", reason: "taken back: the result was not equal with it" };
  const edit: TableEdit = { ledger, statement, table, model: table.table, into };
  const rule = command.subtype === undefined ? undefined : COMMAND_RULES[command.subtype];
  const outcome = rule?.merge(edit, command) ?? { kind: "kept", reason: "no rule for it" };
  if (outcome.kind === "merged") table.table.changed = true;
  return outcome;
}
