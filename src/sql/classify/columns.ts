import type { ColumnDef, Constraint, Node } from "libpg-query";
import type { ChangeDetails } from "../../model/change.ts";
import type { ObjectRef } from "../../model/object.ts";
import { expressionVolatility } from "../expressions.ts";
import { dependencies, functionRef, typeRef } from "../references.ts";
import { allOf, formatType, listName, partOf, relationRef, strings } from "../tree.ts";
import type { ChangeParts } from "./context.ts";

type ConstraintType = NonNullable<ChangeDetails["constraintType"]>;

const CONSTRAINT_TYPES: Readonly<Record<string, ConstraintType>> = {
  CONSTR_PRIMARY: "primary-key",
  CONSTR_UNIQUE: "unique",
  CONSTR_FOREIGN: "foreign-key",
  CONSTR_CHECK: "check",
  CONSTR_NOTNULL: "not-null",
  CONSTR_EXCLUSION: "exclusion",
};

/** The model's word for a constraint; `undefined` for what the grammar also calls one (DEFAULT, IDENTITY, DEFERRABLE, …). */
export function constraintType(constraint: Constraint): ConstraintType | undefined {
  return CONSTRAINT_TYPES[constraint.contype ?? ""];
}

/** The table's own columns that a constraint names. */
export function constraintColumns(constraint: Constraint): string[] {
  const elements = allOf(constraint.exclusions, "List").flatMap((pair) => allOf(pair.items?.slice(0, 1), "IndexElem"));
  return [
    ...strings(constraint.keys),
    ...strings(constraint.fk_attrs),
    ...elements.map((element) => element.name ?? "").filter((name) => name !== ""),
    ...strings(constraint.including),
    ...columnsIn(constraint.raw_expr),
  ];
}

/** Bare column names in an expression, each once. */
export function columnsIn(...nodes: readonly unknown[]): string[] {
  if (nodes.every((node) => node === undefined)) return [];
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Array.isArray(value) && "ColumnRef" in value) {
      const parts = strings((value as { ColumnRef: { fields?: Node[] } }).ColumnRef.fields);
      const last = parts.at(-1);
      if (last !== undefined && last !== "*") names.add(last);
      return;
    }
    for (const child of Object.values(value)) visit(child);
  };
  visit(nodes);
  return [...names];
}

/** What a constraint reads: the referenced table and its columns, functions and types in its expressions, its own table's columns. */
export function constraintReads(constraint: Constraint, table: ObjectRef): ObjectRef[] {
  const target = constraint.pktable === undefined ? null : relationRef(constraint.pktable);
  return [
    ...(target === null ? [] : [target, ...strings(constraint.pk_attrs).map((column) => partOf(target, "column", column))]),
    ...constraintColumns(constraint).map((column) => partOf(table, "column", column)),
    ...dependencies(constraint.raw_expr, constraint.exclusions, constraint.where_clause),
  ];
}

/** What one column definition says, and what it reads. */
export function describeColumn(
  column: ColumnDef,
  table: ObjectRef,
): { readonly details: NonNullable<ChangeParts["details"]>; readonly reads: ObjectRef[] } {
  const constraints = allOf(column.constraints, "Constraint");
  const of = (type: string): Constraint | undefined => constraints.find((constraint) => constraint.contype === type);
  const dataType = formatType(column.typeName);
  const serial = /^(?:small|big)?serial[248]?$/.test(dataType);
  const expression = of("CONSTR_DEFAULT")?.raw_expr ?? column.raw_default;
  const generated = of("CONSTR_GENERATED");
  const named = constraints
    .filter((constraint) => !["CONSTR_NOTNULL", "CONSTR_NULL"].includes(constraint.contype ?? ""))
    .find(constraintType);
  const type = typeRef(column.typeName);
  return {
    details: {
      column: column.colname,
      dataType,
      notNull: serial || of("CONSTR_NOTNULL") !== undefined || of("CONSTR_PRIMARY") !== undefined || of("CONSTR_IDENTITY") !== undefined,
      default:
        serial || of("CONSTR_IDENTITY") !== undefined
          ? "volatile"
          : expression === undefined
            ? undefined
            : expressionVolatility(expression),
      generated: generated === undefined ? undefined : generated.generated_kind === "v" ? "virtual" : "stored",
      constraintType: named === undefined ? undefined : constraintType(named),
      constraintName: named?.conname,
    },
    reads: [
      ...(type === null ? [] : [type]),
      ...dependencies(expression),
      ...constraints.flatMap((constraint) =>
        constraint === generated || constraintType(constraint) !== undefined ? constraintReads(constraint, table) : [],
      ),
    ].filter((ref) => !(ref.kind === "column" && ref.parent === table.name && ref.schema === table.schema && ref.name === column.colname)),
  };
}

/** A function that an option of a definition names (`HANDLER f`, `SFUNC = f`). */
export function namedFunction(nodes: readonly Node[] | undefined): ObjectRef | null {
  return nodes === undefined ? null : functionRef(listName(nodes));
}
