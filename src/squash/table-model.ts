import type { Node } from "../sql/parser.ts";
import { allOf, fieldsOf, listName, nodeName, strings } from "../sql/tree.ts";
import type { NodeFields } from "../sql/tree.ts";
import type { Touch } from "./ledger.ts";
import { mentionsOf } from "./mentions.ts";
import { constraintName } from "./names.ts";
import type { NamedByRule } from "./names.ts";

type Constraint = NodeFields<"Constraint">;
type ColumnDef = NodeFields<"ColumnDef">;

/** A constraint of a table, in the form that stands after the columns. */
export interface ConstraintModel {
  readonly type: Exclude<NamedByRule, "not-null">;
  /** The name that it has in the database, given or chosen by PostgreSQL when it was made. */
  readonly name: string;
  readonly named: boolean;
  columns: readonly string[];
  /** Without its name. */
  node: Constraint;
  /** Written with its column rather than after the columns. */
  readonly inline: boolean;
  readonly touches: Touch[];
}

export interface ColumnModel {
  name: string;
  /** Type, collation, storage, compression: without constraints. */
  def: ColumnDef;
  /** PostgreSQL 18 names it; `written` where the statement says NOT NULL or gives the name. */
  notNull: { readonly name: string; readonly named: boolean; readonly written: boolean } | null;
  default: Node | null;
  generated: Constraint | null;
  identity: Constraint | null;
  /** `serial` and its like: a sequence comes with it. */
  readonly serial: boolean;
  readonly touches: Touch[];
}

/** What CREATE TABLE says, taken apart so that later statements can be merged into it. */
export interface TableModel {
  readonly create: NodeFields<"CreateStmt">;
  schema: string | null;
  name: string;
  readonly columns: ColumnModel[];
  readonly constraints: ConstraintModel[];
  partition: NodeFields<"CreateStmt">["partspec"] | null;
  changed: boolean;
}

/** Chooses the name of an unnamed constraint as PostgreSQL would at this moment. */
export type ChooseName = (type: NamedByRule, columns: readonly string[]) => string;

const TYPES: Readonly<Partial<Record<NonNullable<Constraint["contype"]>, ConstraintModel["type"]>>> = {
  CONSTR_PRIMARY: "primary-key",
  CONSTR_UNIQUE: "unique",
  CONSTR_EXCLUSION: "exclusion",
  CONSTR_FOREIGN: "foreign-key",
  CONSTR_CHECK: "check",
};

const SERIAL: ReadonlySet<string> = new Set(["serial", "serial2", "serial4", "serial8", "bigserial", "smallserial"]);

/** Whether a column type is `serial` or one of its like. */
export function isSerial(type: ColumnDef["typeName"]): boolean {
  const parts = strings(type?.names);
  return parts.length === 1 && SERIAL.has(parts[0] ?? "") && (type?.arrayBounds ?? []).length === 0;
}

/** The columns that a constraint stands on: its keys and included columns, foreign key columns, or those that its condition names. */
export function constraintColumns(node: Constraint): readonly string[] {
  const keys = [...strings(node.keys), ...strings(node.including), ...strings(node.fk_attrs)];
  if (keys.length > 0) return keys;
  const elements = allOf(
    (node.exclusions ?? []).flatMap((pair) => fieldsOf(pair, "List")?.items ?? []),
    "IndexElem",
  );
  if (elements.length > 0) return elements.map((element) => element.name ?? "expr");
  if (node.raw_expr === undefined) return [];
  const mention = mentionsOf(node.raw_expr).columns;
  return mention === "all" ? [] : [...mention];
}

/**
 * A constraint of CREATE TABLE or ADD CONSTRAINT as a model; `null` for what is not merged (NOT NULL as a table constraint,
 * USING INDEX, NOT ENFORCED).
 */
export function constraintModel(node: Constraint, choose: ChooseName): ConstraintModel | null {
  const type = node.contype === undefined ? undefined : TYPES[node.contype];
  if (type === undefined || node.indexname !== undefined) return null;
  if ((type === "check" || type === "foreign-key") && node.is_enforced !== true) return null;
  const columns = constraintColumns(node);
  const { conname, location: _location, ...rest } = node;
  return { type, name: conname ?? choose(type, columns), named: conname !== undefined, columns, node: rest, inline: false, touches: [] };
}

/** The constraint of a column in the form that stands after the columns. */
function detached(node: Constraint, column: string): Constraint {
  const key: Node = { String: { sval: column } };
  if (node.contype === "CONSTR_FOREIGN") return { ...node, fk_attrs: [key] };
  if (node.contype === "CONSTR_PRIMARY" || node.contype === "CONSTR_UNIQUE") return { ...node, keys: [key] };
  return node;
}

/** A column with the constraints that stand with it; `null` where something on it is not understood. */
export function columnModel(
  given: ColumnDef,
  choose: ChooseName,
): { readonly column: ColumnModel; readonly constraints: readonly ConstraintModel[] } | null {
  const { constraints: written, location: _location, ...def } = given;
  const name = given.colname ?? "";
  const serial = isSerial(given.typeName);
  const column: ColumnModel = { name, def, notNull: null, default: null, generated: null, identity: null, serial, touches: [] };
  const constraints: ConstraintModel[] = [];
  if (serial) column.notNull = { name: choose("not-null", [name]), named: false, written: false };
  for (const node of allOf(written, "Constraint")) {
    const { location: _place, ...constraint } = node;
    const last = constraints.at(-1);
    switch (constraint.contype) {
      case "CONSTR_NULL":
        break;
      case "CONSTR_NOTNULL":
        if (constraint.is_no_inherit === true || column.notNull?.named === true) return null;
        column.notNull = {
          name: constraint.conname ?? column.notNull?.name ?? choose("not-null", [name]),
          named: constraint.conname !== undefined,
          written: true,
        };
        break;
      case "CONSTR_DEFAULT":
        column.default = constraint.raw_expr ?? null;
        break;
      case "CONSTR_GENERATED":
        column.generated = constraint;
        break;
      case "CONSTR_IDENTITY":
        column.identity = constraint;
        column.notNull ??= { name: choose("not-null", [name]), named: false, written: false };
        break;
      case "CONSTR_ATTR_DEFERRABLE":
      case "CONSTR_ATTR_NOT_DEFERRABLE":
      case "CONSTR_ATTR_DEFERRED":
      case "CONSTR_ATTR_IMMEDIATE":
        if (last === undefined) return null;
        last.node = withTiming(last.node, constraint.contype);
        break;
      default: {
        const model = constraintModel(detached(constraint, name), choose);
        if (model === null) return null;
        constraints.push({ ...model, inline: true });
      }
    }
  }
  return { column, constraints };
}

function withTiming(node: Constraint, timing: string): Constraint {
  if (timing === "CONSTR_ATTR_DEFERRABLE") return { ...node, deferrable: true };
  if (timing === "CONSTR_ATTR_DEFERRED") return { ...node, deferrable: true, initdeferred: true };
  return node;
}

/** The NOT NULL that a primary key brings to its columns (PostgreSQL 18 names it; older servers only set the flag). */
export function addKeyNotNull(table: TableModel, columns: readonly string[], choose: ChooseName): void {
  for (const name of columns) {
    const column = findColumn(table, name);
    if (column !== null) column.notNull ??= { name: choose("not-null", [name]), named: false, written: false };
  }
}

/**
 * Takes a CREATE TABLE apart. `null` where it holds more than columns and constraints that are understood (LIKE, OF, INHERITS,
 * PARTITION OF): such a table is left as it stands.
 */
export function tableModel(create: NodeFields<"CreateStmt">, choose: ChooseName): TableModel | null {
  if (create.partbound !== undefined || create.ofTypename !== undefined || (create.inhRelations ?? []).length > 0) return null;
  const table: TableModel = {
    create,
    schema: create.relation?.schemaname ?? null,
    name: create.relation?.relname ?? "",
    columns: [],
    constraints: [],
    partition: create.partspec ?? null,
    changed: false,
  };
  const detachedConstraints: Constraint[] = [];
  for (const element of create.tableElts ?? []) {
    if (nodeName(element) === "Constraint") {
      detachedConstraints.push(...allOf([element], "Constraint"));
      continue;
    }
    const given = fieldsOf(element, "ColumnDef");
    const parts = given === null ? null : columnModel(given, choose);
    if (parts === null) return null;
    table.columns.push(parts.column);
    table.constraints.push(...parts.constraints);
  }
  for (const node of detachedConstraints) {
    const model = constraintModel(node, choose);
    if (model === null) return null;
    table.constraints.push(model);
  }
  for (const constraint of table.constraints) {
    if (constraint.type === "primary-key") addKeyNotNull(table, strings(constraint.node.keys), choose);
  }
  return table;
}

/** The column of that name, or `null`. */
export function findColumn(table: TableModel, name: string): ColumnModel | null {
  return table.columns.find((column) => column.name === name) ?? null;
}

/** The constraint of that name, or `null`. */
export function findConstraint(table: TableModel, name: string): ConstraintModel | null {
  return table.constraints.find((constraint) => constraint.name === name) ?? null;
}

/** Whether a foreign key can point at these columns (none given: at the primary key). */
export function hasKey(table: TableModel, columns: readonly string[]): boolean {
  return table.constraints.some((constraint) => {
    if (columns.length === 0) return constraint.type === "primary-key";
    if (constraint.type !== "primary-key" && constraint.type !== "unique") return false;
    const keys = strings(constraint.node.keys);
    return keys.length === columns.length && columns.every((column) => keys.includes(column));
  });
}

/** The name that PostgreSQL would choose for a part of the table as it is printed. */
export function nameByRule(table: TableModel, type: NamedByRule, columns: readonly string[]): string {
  return constraintName(table.name, type, columns);
}

/** The unqualified last part of a type's name. */
export function typeBaseName(type: ColumnDef["typeName"]): string {
  return listName(type?.names).name;
}
