import { quoteIdentifier, quoteLiteral } from "../sql/quote.ts";
import { checkedValues, type TextHints } from "./hints.ts";
import { type ShapeColumn, type ShapeReference, type TableShape } from "./shape.ts";
import { isText, valueAt } from "./values.ts";

/** So many rows are made for a table, numbered from 0: plain, largest, empty, special, with NULL where allowed, and a duplicate of the first where allowed. */
export const ROWS_PER_TABLE = 6;
const WITH_NULLS = 4;
const DUPLICATE = 5;

/** Ways to write one row that are tried after each other: many for the plain row of a table, so that it gets one at all, few for the others. */
const MOST_TRIES = 32;
const FEW_TRIES = 6;

/** A row to be written: INSERT statements that are tried in order until PostgreSQL takes one. */
export type RowTries = readonly string[];

/** What one value of a row is to be instead of the generated one: an SQL expression. */
export type Overrides = ReadonlyMap<string, string>;

export interface Composition {
  readonly shape: TableShape;
  readonly hints: TextHints;
}

/** The statements for the row with this number. Several where CHECKs leave open which values they take. */
export function composeRow({ shape, hints }: Composition, row: number, overrides: Overrides = new Map()): RowTries {
  const references = referenceValues(shape, row);
  const plain = new Map<string, string>();
  for (const column of shape.columns) {
    plain.set(column.name, overrides.get(column.name) ?? references.get(column.name) ?? literal(valueFor(column, { shape, hints, row })));
  }
  const open = shape.columns.flatMap((column) => {
    if (overrides.has(column.name) || references.has(column.name)) return [];
    const values = checkedValues(column, shape);
    return values.length === 0
      ? []
      : [{ name: column.name, values: [...rotate(values, row).map(quoteLiteral), ...(column.notNull ? [] : ["NULL"])] }];
  });
  return combinations(open, row === 0 || row > DUPLICATE ? MOST_TRIES : FEW_TRIES).map((choice) =>
    insert(shape, new Map([...plain, ...choice])),
  );
}

/** A value as SQL. */
export function literal(value: string | null): string {
  return value === null ? "NULL" : quoteLiteral(value);
}

function rotate<T>(values: readonly T[], by: number): readonly T[] {
  const at = by % values.length;
  return [...values.slice(at), ...values.slice(0, at)];
}

/** The first combination is what was generated; then the open columns take their values in turn, each by itself first. */
function combinations(
  open: readonly { readonly name: string; readonly values: readonly string[] }[],
  most: number,
): readonly ReadonlyMap<string, string>[] {
  if (open.length === 0) return [new Map()];
  const choices: ReadonlyMap<string, string>[] = [];
  const longest = Math.max(...open.map(({ values }) => values.length));
  for (let at = 0; at < longest; at++) choices.push(new Map(open.map(({ name, values }) => [name, values[at % values.length] ?? "NULL"])));
  const [first, second] = open;
  if (first !== undefined && second !== undefined) {
    for (const one of first.values) {
      for (const other of second.values) {
        const rest = open.slice(2).map(({ name, values }): [string, string] => [name, values[0] ?? "NULL"]);
        choices.push(new Map([[first.name, one], [second.name, other], ...rest]));
      }
    }
  }
  choices.push(new Map());
  return choices.slice(0, most);
}

function isKey({ keys }: TableShape, column: string): boolean {
  return keys.some((key) => key.includes(column));
}

function valueFor(column: ShapeColumn, { shape, hints, row }: Composition & { readonly row: number }): string | null {
  const key = isKey(shape, column.name);
  if (row === WITH_NULLS && !column.notNull) return null;
  const hinted = (hints.get(column.name.toLowerCase()) ?? []).filter((value) => fits(column, value));
  // Rows that the migration's conditions are meant for, beside others that they pass over.
  const wanted = row === 0 || row >= WITH_NULLS ? hinted[row % Math.max(hinted.length, 1)] : row === 1 ? hinted[1] : undefined;
  if (wanted !== undefined && !shape.keys.some((own) => own.length === 1 && own[0] === column.name)) return wanted;
  return valueAt(column.type, row === DUPLICATE && !key ? 0 : row);
}

function fits({ type }: ShapeColumn, value: string): boolean {
  if (type.array) return false;
  if (type.labels.length > 0) return type.labels.includes(value);
  const [longest] = type.modifiers;
  return isText(type)
    ? longest === undefined || value.length <= longest
    : /^-?\d+(?:\.\d+)?$/.test(value) && /^(?:smallint|integer|bigint|numeric|real|double)/.test(type.base);
}

/** Values of foreign keys: those of the row with the same number in the other table, else of any; a reference to the own table points to the row itself. */
function referenceValues(shape: TableShape, row: number): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const reference of shape.references) {
    const nullable = reference.columns.every((name) => shape.columns.find((column) => column.name === name)?.notNull !== true);
    for (const [at, name] of reference.columns.entries()) {
      if (values.has(name)) continue;
      if (row === WITH_NULLS && nullable) values.set(name, "NULL");
      else if (reference.table === shape.identity) values.set(name, ownValue(shape, { reference, at, row }));
      else values.set(name, referredValue(reference, at, row));
    }
  }
  return values;
}

function ownValue(
  shape: TableShape,
  { reference, at, row }: { readonly reference: ShapeReference; readonly at: number; readonly row: number },
): string {
  const target = shape.columns.find((column) => column.name === reference.targets[at]);
  if (target === undefined || reference.columns.includes(target.name)) return "NULL";
  return literal(valueAt(target.type, row));
}

/** Of the referred-to table's rows, the one with this place; places beyond the last give the first. */
function referredValue({ table, targets }: ShapeReference, at: number, row: number): string {
  const target = quoteIdentifier(targets[at] ?? "");
  const order = targets.map((name) => `r.${quoteIdentifier(name)}`).join(", ");
  const pick = (place: number): string =>
    `(SELECT r.${target} FROM ${table} AS r WHERE r.${target} IS NOT NULL ORDER BY ${order} OFFSET ${place} LIMIT 1)`;
  return row === 0 ? pick(0) : `COALESCE(${pick(row)}, ${pick(0)})`;
}

function insert({ identity, columns, skipsConflicts }: TableShape, values: ReadonlyMap<string, string>): string {
  if (columns.length === 0) return `INSERT INTO ${identity} DEFAULT VALUES`;
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  const list = columns.map(({ name }) => values.get(name) ?? "NULL").join(", ");
  return `INSERT INTO ${identity} (${names}) OVERRIDING SYSTEM VALUE VALUES (${list})${skipsConflicts ? " ON CONFLICT DO NOTHING" : ""}`;
}

/** All rows in one statement, from the first way to write each; `null` where a row has several. */
export function together(rows: readonly RowTries[]): string | null {
  const [first] = rows;
  if (first === undefined || rows.some(({ length }) => length !== 1) || rows.length < 2) return null;
  const split = rows.map(([sql = ""]) => /^(.* VALUES )(\(.*\))( ON CONFLICT DO NOTHING)?$/s.exec(sql));
  const [head] = split;
  if (head === null || head === undefined) return null;
  return `${head[1]}${split.map((parts) => parts?.[2] ?? "").join(", ")}${head[3] ?? ""}`;
}
