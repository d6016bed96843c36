import type { Node } from "../sql/parser.ts";
import type { NodeFields } from "../sql/tree.ts";
import { constraintName } from "./names.ts";
import { nameByRule } from "./table-model.ts";
import type { ColumnModel, ConstraintModel, TableModel } from "./table-model.ts";

type Constraint = NodeFields<"Constraint">;

/**
 * The CREATE TABLE of a model. A name is written where the authors wrote it, and where PostgreSQL, left to itself, would now choose
 * another than the one that the database has.
 */
export function renderTable(table: TableModel): Node {
  const columns = table.columns.map((column) => renderColumn(table, column));
  const constraints = table.constraints
    .filter((constraint) => !isInline(table, constraint))
    .map((constraint): Node => ({ Constraint: { ...constraint.node, ...nameOf(table, constraint) } }));
  const relation = { ...table.create.relation, relname: table.name };
  return {
    CreateStmt: {
      ...table.create,
      ...(table.partition && { partspec: table.partition }),
      relation,
      tableElts: [...columns, ...constraints],
    },
  };
}

function isInline(table: TableModel, constraint: ConstraintModel): boolean {
  return constraint.inline && constraint.columns.length === 1 && table.columns.some((column) => column.name === constraint.columns[0]);
}

function nameOf(table: TableModel, constraint: ConstraintModel): { readonly conname?: string } {
  const byRule = constraintName(table.name, constraint.type, constraint.columns);
  const twice = table.constraints.filter((other) => constraintName(table.name, other.type, other.columns) === byRule).length > 1;
  return constraint.named || twice || byRule !== constraint.name ? { conname: constraint.name } : {};
}

/** A constraint in the form that stands with its column. */
function attached(node: Constraint): Node[] {
  const { keys: _keys, fk_attrs: _attrs, deferrable, initdeferred, ...rest } = node;
  return [
    { Constraint: rest },
    ...(deferrable === true ? [{ Constraint: { contype: "CONSTR_ATTR_DEFERRABLE" as const } }] : []),
    ...(initdeferred === true ? [{ Constraint: { contype: "CONSTR_ATTR_DEFERRED" as const } }] : []),
  ];
}

function renderNotNull(table: TableModel, column: ColumnModel): Node[] {
  const { notNull } = column;
  if (notNull === null) return [];
  const byRule = nameByRule(table, "not-null", [column.name]);
  const conname = notNull.named || notNull.name !== byRule ? { conname: notNull.name } : {};
  const implied =
    column.serial ||
    column.identity !== null ||
    table.constraints.some((constraint) => constraint.type === "primary-key" && constraint.columns.includes(column.name));
  if (implied && !notNull.written && conname.conname === undefined) return [];
  return [{ Constraint: { contype: "CONSTR_NOTNULL", is_enforced: true, initially_valid: true, ...conname } }];
}

function renderColumn(table: TableModel, column: ColumnModel): Node {
  const inline = table.constraints.filter((constraint) => isInline(table, constraint) && constraint.columns[0] === column.name);
  const constraints: Node[] = [
    ...(column.generated === null ? [] : [{ Constraint: column.generated }]),
    ...(column.identity === null ? [] : [{ Constraint: column.identity }]),
    ...(column.default === null ? [] : [{ Constraint: { contype: "CONSTR_DEFAULT" as const, raw_expr: column.default } }]),
    ...renderNotNull(table, column),
    ...inline.flatMap((constraint) => {
      const [first, ...timing] = attached(constraint.node);
      const named =
        first !== undefined && "Constraint" in first ? [{ Constraint: { ...first.Constraint, ...nameOf(table, constraint) } }] : [];
      return [...named, ...timing];
    }),
  ];
  return { ColumnDef: { ...column.def, colname: column.name, ...(constraints.length === 0 ? {} : { constraints }) } };
}
