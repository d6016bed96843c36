import { addressKey, type CatalogObject, type CatalogSlice, type RelationFacts } from "../model/catalog.ts";
import type { Change } from "../model/change.ts";
import type { ExecutedStatement, MigrationReplay } from "../model/replay.ts";
import type { SourceLocation } from "../model/source.ts";
import { isRelationKind, relationOf, type RelationName } from "./names.ts";
import { sqlName } from "./sql-text.ts";

/** A relation that a change acts on, as the replay knows it. */
export interface Subject {
  readonly name: RelationName;
  /** As a person says it. */
  readonly label: string;
  /** Quoted, ready for a statement. */
  readonly identity: string;
  /** Whether it stood before this migration: only then does anybody wait for a lock or lose a row. */
  readonly existed: boolean;
  readonly before: RelationFacts | null;
  readonly after: RelationFacts | null;
}

/** One change in its place: the statement that makes it and the relation it acts on. */
export interface ChangeSite {
  readonly change: Change;
  readonly sql: string;
  readonly location: SourceLocation;
  readonly statement: ExecutedStatement;
  /** Position of the statement in the migration, from 0. */
  readonly index: number;
  readonly subject: Subject | null;
}

/** A migration with its changes in order, and look-up by name in what the replay saw. */
export interface MigrationScope {
  readonly replay: MigrationReplay;
  readonly sites: readonly ChangeSite[];
  /** Every object of the two slices by relation name. */
  findRelation(name: RelationName, when: "before" | "after"): CatalogObject | null;
  /** The relation that an index stands on: indexes are known by their own name. */
  findIndexedRelation(name: RelationName, when: "before" | "after"): CatalogObject | null;
}

type NameIndex = ReadonlyMap<string, readonly CatalogObject[]>;

function indexNames(slice: CatalogSlice, namesOf: (object: CatalogObject) => readonly string[]): NameIndex {
  const index = new Map<string, CatalogObject[]>();
  for (const object of slice.values()) {
    for (const name of namesOf(object)) {
      const same = index.get(name);
      if (same === undefined) index.set(name, [object]);
      else same.push(object);
    }
  }
  return index;
}

/** Without a schema the name is looked up as `search_path` most often has it: `public` first, else the first that was touched. */
function pick(index: NameIndex, wanted: RelationName): CatalogObject | null {
  const candidates = index.get(wanted.name) ?? [];
  if (wanted.schema !== null) return candidates.find((object) => object.schema === wanted.schema) ?? null;
  return candidates.find((object) => object.schema === "public") ?? candidates[0] ?? null;
}

const relationNames = (object: CatalogObject): readonly string[] =>
  object.facts.kind === "relation" || object.facts.kind === "sequence" ? [object.name] : [];
const indexesOf = (object: CatalogObject): readonly string[] =>
  object.facts.kind === "relation" ? object.facts.indexes.map((index) => index.name) : [];

function relationFacts(object: CatalogObject | null): RelationFacts | null {
  return object?.facts.kind === "relation" ? object.facts : null;
}

const CREATES_RELATION: ReadonlySet<string> = new Set([
  "create-table",
  "create-table-as",
  "create-view",
  "create-materialized-view",
  "create-foreign-table",
  "create-composite-type",
  "create-sequence",
]);
const DROPS_RELATION: ReadonlySet<string> = new Set([
  "drop-table",
  "drop-view",
  "drop-materialized-view",
  "drop-foreign-table",
  "drop-sequence",
]);

function nameKey(name: RelationName): string {
  return `${name.schema ?? "public"}.${name.name}`;
}

/** The relation that a change acts on: for an index the one it stands on. */
function targetOf(change: Change, find: (name: RelationName) => CatalogObject | null): RelationName | null {
  const ref = change.object;
  if (ref === null) return null;
  if (ref.kind !== "index") return relationOf(ref);
  if (ref.parent !== undefined) return { schema: ref.schema, name: ref.parent };
  const named = [...change.writes, ...change.reads].find((other) => other.kind !== "index" && isRelationKind(other.kind));
  if (named !== undefined) return { schema: named.schema, name: named.name };
  const owner = find({ schema: ref.schema, name: ref.name });
  return owner === null ? null : { schema: owner.schema, name: owner.name };
}

/**
 * Reads a replay into changes with their relations. Walks the statements in order, so that a relation which the migration
 * made itself, or dropped and made again, is known to be new.
 */
export function openScope(replay: MigrationReplay): MigrationScope {
  const relations = { before: indexNames(replay.before, relationNames), after: indexNames(replay.after, relationNames) };
  const indexed = { before: indexNames(replay.before, indexesOf), after: indexNames(replay.after, indexesOf) };
  const findRelation = (name: RelationName, when: "before" | "after"): CatalogObject | null => pick(relations[when], name);
  const findIndexedRelation = (name: RelationName, when: "before" | "after"): CatalogObject | null => pick(indexed[when], name);
  const findOwner = (name: RelationName): CatalogObject | null => findIndexedRelation(name, "before") ?? findIndexedRelation(name, "after");

  const dropped = new Set<string>();
  const created = new Set<string>();
  const subjectOf = (change: Change): Subject | null => {
    const name = targetOf(change, findOwner);
    if (name === null) return null;
    const key = nameKey(name);
    const was = findRelation(name, "before");
    const is = findRelation(name, "after");
    const sameOid = is === null ? null : (replay.before.get(addressKey(is.address)) ?? null);
    const isNew = created.has(key) || (was === null && is !== null && sameOid === null);
    const creates = CREATES_RELATION.has(change.kind) && (was === null || dropped.has(key));
    if (creates || change.details.temporary === true || name.schema === "pg_temp") created.add(key);
    if (DROPS_RELATION.has(change.kind)) dropped.add(key);
    const known = sameOid ?? was ?? is;
    const label = name.schema === null || name.schema === "public" ? name.name : `${name.schema}.${name.name}`;
    const identity = is?.identity ?? known?.identity ?? sqlName(name);
    return { name, label, identity, existed: !isNew && !created.has(key), before: relationFacts(sameOid ?? was), after: relationFacts(is) };
  };

  const sites: ChangeSite[] = [];
  replay.statements.forEach((statement, index) => {
    if (statement.step.kind === "custom-code") return;
    for (const change of statement.parsed?.changes ?? []) {
      const { sql, location } = statement.step;
      sites.push({ change, sql, location, statement, index, subject: subjectOf(change) });
    }
  });
  return { replay, sites, findRelation, findIndexedRelation };
}
