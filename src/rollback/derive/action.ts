import type { CatalogObject, CatalogSlice } from "../../model/catalog.ts";

/**
 * When an action runs, as far as dependencies between the objects do not say otherwise: what hangs on others goes first and comes last
 * (the order of `pg_dump`, with the removal of what is in the way before it).
 */
export const RANK = {
  rows: 0,
  settings: 5,
  removeAttached: 10,
  removeView: 20,
  removeForeignKey: 30,
  removeIndex: 40,
  detach: 45,
  removeTable: 50,
  moveAside: 58,
  rename: 60,
  renameAgain: 61,
  renamePart: 63,
  makeSchema: 70,
  makeExtension: 71,
  makeType: 73,
  makeSequence: 74,
  makeRoutine: 76,
  makePlain: 78,
  makeTable: 80,
  changeTable: 90,
  attach: 95,
  restore: 97,
  require: 98,
  removeRoutine: 100,
  removeSequence: 101,
  removeType: 102,
  removePlain: 103,
  removeExtension: 104,
  removeSchema: 105,
  makeIndex: 110,
  makeForeignKey: 115,
  makeView: 120,
  makeAttached: 130,
  adorn: 140,
  position: 150,
} as const;

/** One step of a way back, with what its place in the order depends on. */
export interface Action {
  readonly rank: number;
  /** Among equals: makings by ascending, removals by descending oid, which is the order of creation. */
  readonly order: number;
  readonly phase: "remove" | "change" | "make";
  /** What it makes or removes; `null` where nothing else can depend on that. */
  readonly identity: string | null;
  /** The text whose qualified names tell what it depends on. */
  readonly mentions: string;
  readonly statements: readonly string[];
  /** Queries over the state after the up that must return no row for the statements to succeed. */
  readonly conditions?: readonly string[];
}

/** The same object before and after the migration. */
export interface Pair {
  readonly before: CatalogObject;
  readonly after: CatalogObject;
}

/** What every rule may ask. */
export interface DeriveContext {
  readonly before: CatalogSlice;
  readonly after: CatalogSlice;
  readonly changed: readonly Pair[];
  readonly missing: readonly CatalogObject[];
  readonly extra: readonly CatalogObject[];
  /** The role that replays: it stands for whoever runs the migrations, so its name is never written. */
  readonly sessionRole: string;
  /** Major version of the server that the history is replayed on. */
  readonly major: number;
  /** Names of the schemas that were renamed: as they are → as they were. */
  readonly renamedSchemas: ReadonlyMap<string, string>;
  /** What a prior backup puts back; absent where there is none. */
  readonly restoring?: Restoring;
  /** Whether any name changed: definitions of the same object then follow by themselves. */
  readonly renames: boolean;
  /** Qualified names (as they are) of what must be removed and made again; whatever mentions them must too. */
  readonly replaced: ReadonlySet<string>;
}

/** Rows and values that come back between the definitions: NOT NULL is asked of them afterwards. */
export interface Restoring {
  /** In the order in which they run. */
  readonly statements: readonly string[];
  /** By the table's name before: the query for rows that nothing was saved of, `null` where whole rows come back; and the columns that come back. */
  readonly tables: ReadonlyMap<string, { readonly columns: ReadonlySet<string>; readonly unsaved: (alsoWhere: string | null) => string }>;
}

/** How one kind of facts is made, removed and changed back. */
export interface KindRules {
  make(object: CatalogObject, context: DeriveContext): readonly Action[];
  remove(object: CatalogObject, context: DeriveContext): readonly Action[];
  change(pair: Pair, context: DeriveContext): readonly Action[];
}

/** An action that depends on nothing but its rank. */
export function change(rank: number, object: CatalogObject, statements: readonly string[], conditions: readonly string[] = []): Action {
  return { rank, order: object.address.oid, phase: "change", identity: null, mentions: "", statements, conditions };
}

/** The statements that make an object, ordered after what their text names. */
export function make(rank: number, object: CatalogObject, statements: readonly string[]): Action {
  return { rank, order: object.address.oid, phase: "make", identity: object.identity, mentions: statements.join("\n"), statements };
}

/** The statements that remove an object, ordered before the removal of what its definition names. */
export function remove(
  rank: number,
  object: CatalogObject,
  removal: { readonly statements: readonly string[]; readonly mentions: string },
): Action {
  return { rank, order: -object.address.oid, phase: "remove", identity: object.identity, ...removal };
}
