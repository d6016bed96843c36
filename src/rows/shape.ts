import type { CatalogObject, ColumnFacts, RelationFacts } from "../model/catalog.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { isText, readType, type ValueType } from "./values.ts";

/** Finds the definition of an object by its quoted, schema-qualified name, as it is in the state for which rows are made. */
export type FindObject = (catalog: "pg_class" | "pg_type", identity: string) => CatalogObject | undefined;

export interface ShapeColumn {
  readonly name: string;
  readonly type: ValueType;
  readonly notNull: boolean;
  /** What a CHECK of its domain names. */
  readonly domainChecks: readonly string[];
}

/** One foreign key: its columns and what they refer to, all unquoted but the table. */
export interface ShapeReference {
  readonly columns: readonly string[];
  readonly table: string;
  readonly targets: readonly string[];
}

/** What rows of a table can hold, as far as its definition says it. PostgreSQL decides about the rest. */
export interface TableShape {
  /** Quoted and schema-qualified. */
  readonly identity: string;
  /** Those that take values: generated ones do not. */
  readonly columns: readonly ShapeColumn[];
  readonly references: readonly ShapeReference[];
  /** Columns whose values together must differ from row to row; expressions and exclusions left out. */
  readonly keys: readonly (readonly string[])[];
  /** Expressions of CHECK constraints, and bounds of partitions. */
  readonly checks: readonly string[];
  /** Whether a conflicting row may be passed over (`ON CONFLICT DO NOTHING`): a deferrable key or a rule forbids it. */
  readonly skipsConflicts: boolean;
  readonly hasTriggers: boolean;
}

const TABLES: ReadonlySet<string> = new Set(["table", "partitioned-table"]);

/** Whether an object holds rows, its own or its partitions'. */
export function holdsRows({ facts }: CatalogObject): boolean {
  return facts.kind === "relation" && TABLES.has(facts.relationKind);
}

/** The shape of a table; `null` for anything that holds no rows of its own. `below`: its partitions, where it has any. */
export function shapeOf(object: CatalogObject, find: FindObject, below: readonly CatalogObject[] = []): TableShape | null {
  const { facts, identity } = object;
  if (facts.kind !== "relation" || !TABLES.has(facts.relationKind)) return null;
  const bounds = [facts, ...below.map((part) => part.facts)].flatMap((part) =>
    part.kind === "relation" && part.partitionBound !== null ? [partitionCondition(part, find)] : [],
  );
  return {
    identity,
    columns: facts.columns.filter(({ generated }) => generated === null).map((column) => columnOf(column, find)),
    references: referencesOf(facts),
    keys: keysOf(facts),
    checks: [...facts.constraints.filter(({ type }) => type === "check").map(({ definition }) => definition), ...bounds],
    skipsConflicts:
      facts.rules.length === 0 &&
      !facts.constraints.some(
        ({ type, definition }) => type !== "foreign-key" && /\bDEFERRABLE\b/.test(definition) && !/\bNOT DEFERRABLE\b/.test(definition),
      ),
    hasTriggers: facts.triggers.length > 0,
  };
}

/** The bound with its parent's key's columns before it, so that it reads like a CHECK: which values belong to which column. */
function partitionCondition({ partitionBound, inherits }: RelationFacts, find: FindObject): string {
  const parent = find("pg_class", inherits[0] ?? "")?.facts;
  return `${parent?.kind === "relation" ? (parent.partitionKey ?? "") : ""} ${partitionBound ?? ""}`;
}

function columnOf({ name, type, notNull, identity }: ColumnFacts, find: FindObject): ShapeColumn {
  const read = readType(type);
  const domainChecks: string[] = [];
  let resolved = read;
  let required = notNull || identity !== null;
  let labels: readonly string[] = [];
  // Domains over domains end somewhere; a type that is not known stays as it is.
  for (let facts = find("pg_type", read.base)?.facts; facts?.kind === "type"; facts = find("pg_type", resolved.base)?.facts) {
    labels = facts.labels;
    if (facts.typeKind !== "domain" || facts.baseType === null) break;
    domainChecks.push(...facts.constraints.map(({ definition }) => definition));
    required ||= facts.notNull;
    const base = readType(facts.baseType);
    resolved = { ...base, array: base.array || resolved.array };
  }
  return { name, type: { ...resolved, labels }, notNull: required, domainChecks };
}

/** The names of a list such as `a, "B c"`, unquoted. */
export function splitNames(list: string): readonly string[] {
  return (list.match(/"(?:[^"]|"")+"|[^\s,]+/g) ?? []).map((name) =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name,
  );
}

/** The foreign keys of a table, in order. */
export function referencesOf({ constraints }: Pick<RelationFacts, "constraints">): readonly ShapeReference[] {
  return constraints.flatMap(({ type, definition }) => {
    if (type !== "foreign-key") return [];
    const [, list = "", table, targets = ""] =
      /^FOREIGN KEY \((.*?)\) REFERENCES ((?:"(?:[^"]|"")+"|[^\s("])+)\((.*?)\)/.exec(definition) ?? [];
    return table === undefined ? [] : [{ columns: splitNames(list), table, targets: splitNames(targets) }];
  });
}

/** Keys of plain columns: PRIMARY KEY, UNIQUE and unique indexes. */
export function keysOf({ constraints, indexes }: Pick<RelationFacts, "constraints" | "indexes">): readonly (readonly string[])[] {
  const lists = [
    ...constraints.map(({ definition }) => /^(?:PRIMARY KEY|UNIQUE(?: NULLS NOT DISTINCT)?) \((.*?)\)/.exec(definition)?.[1]),
    ...indexes.map(({ definition }) => /^CREATE UNIQUE INDEX .*? USING btree \(([\w", ]+)\)/.exec(definition)?.[1]),
  ];
  return lists.flatMap((list) => (list === undefined ? [] : [splitNames(list)]));
}

/**
 * The shape that rows must have to be taken before and after a migration: what the table demands later is asked of them at once, as far as its columns keep their names.
 * `earlier`: as it is before, `later`: as it is after.
 */
export function bothShapes(earlier: TableShape, later: TableShape, find: FindObject): TableShape {
  const now = new Map(later.columns.map((column) => [column.name, column]));
  const has = (names: readonly string[]): boolean => names.every((name) => earlier.columns.some((column) => column.name === name));
  const isKnown = (reference: ShapeReference): boolean =>
    has(reference.columns) &&
    find("pg_class", reference.table) !== undefined &&
    !earlier.references.some((own) => own.columns.join() === reference.columns.join());
  return {
    ...earlier,
    columns: earlier.columns.map((column) => {
      const then = now.get(column.name);
      if (then === undefined) return column;
      // A text that becomes an enum, a number, a moment must read as one.
      const type = isText(column.type) && !isText(then.type) ? then.type : column.type;
      return {
        ...column,
        type,
        notNull: column.notNull || then.notNull,
        domainChecks: [...column.domainChecks, ...then.domainChecks],
      };
    }),
    references: [...earlier.references, ...later.references.filter(isKnown)],
    keys: [...earlier.keys, ...later.keys.filter(has)],
    checks: [...earlier.checks, ...later.checks.filter((check) => !earlier.checks.includes(check))],
  };
}

/** Whether an expression names a column. */
export function namesColumn(expression: string, column: string): boolean {
  const quoted = quoteIdentifier(column);
  for (let at = expression.indexOf(quoted); at !== -1; at = expression.indexOf(quoted, at + 1)) {
    const before = expression[at - 1] ?? " ";
    const after = expression[at + quoted.length] ?? " ";
    if (!/[\w"'.]/.test(before) && !/[\w"']/.test(after)) return true;
  }
  return false;
}
