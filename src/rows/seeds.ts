import type { CatalogObject } from "../model/catalog.ts";
import { composeRow, type Overrides, ROWS_PER_TABLE, type RowTries, together } from "./compose.ts";
import type { TextHints } from "./hints.ts";
import { bothShapes, type FindObject, shapeOf, type TableShape } from "./shape.ts";

/** Tables that get rows for one migration, those that they refer to included; more are left out and said so. */
export const MOST_TABLES = 60;

/** Rows of a table that others refer to: enough to refer to. */
const REFERRED_ROWS: readonly number[] = [0, 6, 7];
const ALL_ROWS: readonly number[] = Array.from({ length: ROWS_PER_TABLE }, (_, row) => row);
/** Rows that keep to what the table demands after the migration, too. */
export const FITTING_BOTH: readonly number[] = [0, 6];

/** The rows to be made for one table, with their numbers. */
export interface Seed {
  readonly shape: TableShape;
  readonly numbers: readonly number[];
  readonly rows: readonly RowTries[];
  /** Where what PostgreSQL took is remembered: the table, for rows that depend on nothing else. */
  readonly of: CatalogObject | null;
  /** Asked for by itself, and not only referred to. */
  readonly wanted: boolean;
}

/** As the server takes it. */
export interface SeedRequest {
  readonly all: string | null;
  readonly rows: readonly RowTries[];
}

export interface SeedPlan {
  /** Those that others refer to before these. */
  readonly seeds: readonly Seed[];
  /** Tables for which there was no room. */
  readonly leftOut: readonly string[];
}

export interface SeedContext {
  readonly find: FindObject;
  /** The partitions of a table, as far as they are known. */
  readonly below: (identity: string) => readonly CatalogObject[];
  readonly hints: TextHints;
  readonly memory: SeedMemory;
  /** Tables that have their rows already. */
  readonly seeded: ReadonlySet<string>;
  /** What a table becomes by the migration, where it stays. */
  readonly later: (table: CatalogObject) => TableShape | null;
}

/** The statements that PostgreSQL took for the rows of a table that others refer to, as long as its definition is the same. */
export type SeedMemory = WeakMap<CatalogObject, readonly RowTries[]>;

/** The seed with those ways alone that PostgreSQL took: `ways` has one for each row, `null` where it took none; remembered for the next migration. */
export function keepWays(seed: Seed, ways: readonly (number | null)[], memory: SeedMemory): Seed {
  if (ways.length !== seed.rows.length) return seed;
  const kept = seed.rows.flatMap((row, at) => {
    const way = row[ways[at] ?? -1];
    return way === undefined ? [] : [{ number: seed.numbers[at] ?? 0, row: [way] }];
  });
  const rows = kept.map(({ row }) => row);
  if (seed.of !== null) memory.set(seed.of, rows);
  return { ...seed, rows, numbers: kept.map(({ number }) => number) };
}

/** Plans the rows of these tables and of all that they refer to, deepest first. */
export function planSeeds(tables: readonly CatalogObject[], context: SeedContext): SeedPlan {
  const seeds: Seed[] = [];
  const leftOut: string[] = [];
  const wanted = new Set(tables.map(({ identity }) => identity));
  const begun = new Set(context.seeded);
  const visit = (object: CatalogObject): void => {
    if (begun.has(object.identity)) return;
    begun.add(object.identity);
    const shape = shapeOf(object, context.find, context.below(object.identity));
    if (shape === null) return;
    const later = wanted.has(object.identity) ? context.later(object) : null;
    for (const { table } of [...shape.references, ...(later?.references ?? [])]) {
      const other = context.find("pg_class", table);
      if (other !== undefined) visit(other);
    }
    if (seeds.length >= MOST_TABLES) leftOut.push(object.identity);
    else seeds.push(seedOf(object, shape, { context, later, wanted: wanted.has(object.identity) }));
  };
  for (const table of tables) if (!isPartitionOf(table, wanted)) visit(table);
  return { seeds, leftOut: leftOut.filter((identity) => wanted.has(identity)) };
}

/** Rows reach a partition through its parent. */
function isPartitionOf({ facts }: CatalogObject, tables: ReadonlySet<string>): boolean {
  return facts.kind === "relation" && facts.partitionBound !== null && facts.inherits.some((parent) => tables.has(parent));
}

function seedOf(
  object: CatalogObject,
  shape: TableShape,
  { context, later, wanted }: { readonly context: SeedContext; readonly later: TableShape | null; readonly wanted: boolean },
): Seed {
  const { hints, find } = context;
  if (!wanted) {
    const rows = context.memory.get(object) ?? REFERRED_ROWS.map((row) => composeRow({ shape, hints: NO_HINTS }, row));
    return { shape, wanted, of: object, numbers: REFERRED_ROWS.slice(0, rows.length), rows };
  }
  if (later === null) return { shape, wanted, of: null, numbers: ALL_ROWS, rows: ALL_ROWS.map((row) => composeRow({ shape, hints }, row)) };
  const both = bothShapes(shape, later, find);
  const numbers = [...new Set([...ALL_ROWS, ...FITTING_BOTH])];
  return {
    shape,
    wanted,
    of: null,
    numbers,
    rows: numbers.map((row) => composeRow({ shape: FITTING_BOTH.includes(row) ? both : shape, hints }, row)),
  };
}

const NO_HINTS: TextHints = new Map();

/** A row of its own kind for a table: some of its values are given. */
export function seedWith(shape: TableShape, rows: readonly { readonly number: number; readonly overrides: Overrides }[]): Seed {
  return {
    shape,
    numbers: rows.map(({ number }) => number),
    rows: rows.map(({ number, overrides }) => composeRow({ shape, hints: new Map() }, number, overrides)),
    of: null,
    wanted: true,
  };
}

/** What the server is asked, of the rows with these numbers; rows that others refer to are always written. */
export function seedRequest({ rows, numbers, wanted }: Seed, only: ReadonlySet<number> | null): SeedRequest {
  const chosen = only === null || !wanted ? rows : rows.filter((_, at) => only.has(numbers[at] ?? -1));
  return { all: together(chosen), rows: chosen };
}
