import type { CatalogObject, CatalogSlice, ColumnFacts, RelationFacts } from "../model/catalog.ts";
import { literal, type Overrides } from "../rows/compose.ts";
import { seedWith, type Seed } from "../rows/seeds.ts";
import { type FindObject, keysOf, namesColumn, referencesOf, shapeOf, type TableShape } from "../rows/shape.ts";
import { valueAt } from "../rows/values.ts";
import { quoteLiteral } from "../sql/quote.ts";

/** Rows that a table can hold after a migration and could not before. */
export interface NewRows {
  /** The table as it is after the migration. */
  readonly table: string;
  /** In words, for the proof: `NULL in name`. */
  readonly what: string;
  readonly seed: Seed;
}

/** Numbers of rows that the generated ones do not have. */
const FRESH = 8;
const OTHER = 9;

interface Table {
  readonly before: RelationFacts;
  readonly after: RelationFacts;
  readonly shape: TableShape;
}

/** The rows that only the state after the migration allows, by what it took away: NOT NULL, keys, foreign keys, CHECKs, narrower types, and labels that enums did not have. */
export function newRows(
  pairs: readonly (readonly [before: CatalogObject, after: CatalogObject])[],
  find: FindObject,
  labels: ReadonlyMap<string, readonly string[]>,
): readonly NewRows[] {
  return pairs.flatMap(([before, after]) => {
    if (before === after && labels.size === 0) return [];
    const shape = shapeOf(after, find);
    if (shape === null || before.facts.kind !== "relation" || after.facts.kind !== "relation") return [];
    const table = { before: before.facts, after: after.facts, shape };
    return [
      ...nulls(table),
      ...duplicates(table),
      ...twins(table),
      ...strangers(table),
      ...unchecked(table),
      ...wider(table),
      ...labelled(table, labels),
    ];
  });
}

/** Labels that enums have now and had not, by the type's name. */
export function addedLabels(before: CatalogSlice, after: CatalogSlice): ReadonlyMap<string, readonly string[]> {
  const added = new Map<string, readonly string[]>();
  for (const [key, { identity, facts }] of after) {
    const old = before.get(key)?.facts;
    if (facts.kind !== "type" || old?.kind !== "type") continue;
    const fresh = facts.labels.filter((label) => !old.labels.includes(label));
    if (fresh.length > 0) added.set(identity, fresh);
  }
  return added;
}

function one(shape: TableShape, what: string, overrides: readonly (readonly [string, string])[]): NewRows {
  return { table: shape.identity, what, seed: seedWith(shape, [{ number: FRESH, overrides: new Map(overrides) }]) };
}

/** Two rows that have these values in common. */
function two(shape: TableShape, what: string, overrides: Overrides): NewRows {
  return {
    table: shape.identity,
    what,
    seed: seedWith(
      shape,
      [FRESH, OTHER].map((number) => ({ number, overrides })),
    ),
  };
}

function columnPairs({ before, after }: Table): readonly (readonly [ColumnFacts, ColumnFacts])[] {
  const now = new Map(after.columns.map((column) => [column.number, column]));
  return before.columns.flatMap((column) => {
    const other = now.get(column.number);
    return other === undefined || other.generated !== null ? [] : [[column, other] as const];
  });
}

function nulls(table: Table): readonly NewRows[] {
  return columnPairs(table)
    .filter(([old, now]) => old.notNull && !now.notNull)
    .map(([, { name }]) => one(table.shape, `NULL in ${name}`, [[name, "NULL"]]));
}

/** Present names of columns that had others; `null` where one is gone. */
function renamed(table: Table, names: readonly string[]): readonly string[] | null {
  const pairs = columnPairs(table);
  const now = names.map((name) => pairs.find(([old]) => old.name === name)?.[1].name);
  return now.every((name) => name !== undefined) ? now : null;
}

function duplicates(table: Table): readonly NewRows[] {
  const held = keysOf(table.after).map((key) => [...key].sort().join(","));
  return keysOf(table.before).flatMap((key) => {
    const names = renamed(table, key);
    if (names === null || held.includes([...names].sort().join(","))) return [];
    const overrides = new Map(
      names.flatMap((name): readonly (readonly [string, string])[] => {
        const type = table.shape.columns.find((column) => column.name === name)?.type;
        const value =
          type === undefined || table.shape.references.some(({ columns }) => columns.includes(name)) ? null : valueAt(type, FRESH);
        return value === null ? [] : [[name, quoteLiteral(value)]];
      }),
    );
    return [two(table.shape, `the same ${names.join(", ")} twice`, overrides)];
  });
}

/** Two rows that are the same but for the keys that are left, where a key of expressions or an exclusion is gone. */
function twins(table: Table): readonly NewRows[] {
  const held = new Set([...table.after.constraints, ...table.after.indexes].map(({ definition }) => definition));
  const gone = [
    ...table.before.constraints.filter(({ type }) => type === "exclusion"),
    ...table.before.indexes.filter(
      ({ definition }) => definition.startsWith("CREATE UNIQUE INDEX") && !/USING btree \([\w", ]+\)$/.test(definition),
    ),
  ].filter(({ definition }) => !held.has(definition));
  if (gone.length === 0) return [];
  const { keys, columns, references } = table.shape;
  const free = columns.filter(
    ({ name }) => !keys.some((key) => key.includes(name)) && !references.some((reference) => reference.columns.includes(name)),
  );
  const overrides = new Map(free.map(({ name, type }) => [name, literal(valueAt(type, FRESH))]));
  return [two(table.shape, `the same row twice, without ${gone.map(({ name }) => name).join(", ")}`, overrides)];
}

/** Rows that refer to nothing, where a foreign key is gone. */
function strangers(table: Table): readonly NewRows[] {
  const held = new Set(table.shape.references.map(({ columns }) => columns.join(",")));
  return referencesOf(table.before).flatMap(({ columns }) => {
    const names = renamed(table, columns);
    if (names === null || held.has(names.join(","))) return [];
    const overrides = names.map((name) => [name, freshValue(table.shape, name)] as const);
    return [one(table.shape, `${names.join(", ")} that refers to nothing`, overrides)];
  });
}

function freshValue(shape: TableShape, name: string): string {
  const type = shape.columns.find((column) => column.name === name)?.type;
  return literal(type === undefined ? null : valueAt(type, OTHER + 1));
}

/** Values of several kinds for the columns that a CHECK which is gone names: one of them may be what it kept out. */
function unchecked(table: Table): readonly NewRows[] {
  const held = new Set(table.shape.checks);
  return table.before.constraints.flatMap(({ type, definition }) => {
    if (type !== "check" || held.has(definition)) return [];
    const names = table.before.columns.filter(({ name }) => namesColumn(definition, name)).map(({ name }) => name);
    const now = renamed(table, names);
    if (now === null) return [];
    return [3, 1, 2].map((number) => {
      const overrides = now.map((name): readonly [string, string] => {
        const column = table.shape.columns.find((other) => other.name === name);
        return [name, literal(column === undefined ? null : valueAt(column.type, number))];
      });
      return one(table.shape, `other values in ${now.join(", ")}`, overrides);
    });
  });
}

function wider(table: Table): readonly NewRows[] {
  return columnPairs(table).flatMap(([old, now]) => {
    const type = table.shape.columns.find(({ name }) => name === now.name)?.type;
    if (old.type === now.type || type === undefined) return [];
    return [1, 3].flatMap((number) => {
      const value = valueAt(type, number);
      return value === null ? [] : [one(table.shape, `a value of ${now.type} in ${now.name}`, [[now.name, quoteLiteral(value)]])];
    });
  });
}

function labelled(table: Table, labels: ReadonlyMap<string, readonly string[]>): readonly NewRows[] {
  return table.after.columns.flatMap(({ name, type }) => {
    const [label] = labels.get(type.replace(/\[\]$/, "")) ?? [];
    if (label === undefined) return [];
    const value = type.endsWith("[]") ? `{"${label.replaceAll('"', '\\"')}"}` : label;
    return [one(table.shape, `the label ${label} in ${name}`, [[name, quoteLiteral(value)]])];
  });
}
