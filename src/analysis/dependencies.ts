import { addressKey, type CatalogObject } from "../model/catalog.ts";
import type { ObjectRef } from "../model/object.ts";
import type { MigrationReplay } from "../model/replay.ts";
import type { MigrationDependency } from "../model/understanding.ts";
import { createCatalogState, type CatalogState } from "./catalog-state.ts";
import { sayObject } from "./names.ts";
import { isPartOfTable } from "./transitions/find-transitions.ts";

/** An object that was made and dropped again within the history. */
export interface PassingObject {
  readonly identity: string;
  readonly kind: CatalogObject["kind"];
  readonly created: string;
  readonly dropped: string;
}

/** Objects of the head that refer to each other in a circle: mutual foreign keys, views and functions in a loop. */
export interface ObjectCycle {
  /** As a person says them, in alphabetical order. */
  readonly objects: readonly string[];
  /** The last migration that touched one of them: there the circle closed. */
  readonly migration: string | null;
  /** Whether a foreign key closes it: then CREATE first and ADD CONSTRAINT later opens it. */
  readonly byForeignKey: boolean;
}

export interface Dependencies {
  readonly migrations: readonly MigrationDependency[];
  readonly cycles: readonly ObjectCycle[];
  readonly passing: readonly PassingObject[];
}

function referencesOf(replay: MigrationReplay): readonly ObjectRef[] {
  const refs: ObjectRef[] = [];
  for (const { parsed } of replay.statements) {
    for (const change of parsed?.changes ?? []) {
      if (change.object !== null) refs.push(change.object);
      refs.push(...change.reads, ...change.writes);
    }
  }
  return refs;
}

interface Writer {
  readonly migration: string;
  readonly name: string;
}

/** Edges between objects of the head: from the one that needs to the one that is needed. */
type Graph = Map<string, Set<string>>;

function addEdge(graph: Graph, from: string, to: string): void {
  if (from === to) return;
  const targets = graph.get(from);
  if (targets === undefined) graph.set(from, new Set([to]));
  else targets.add(to);
}

/**
 * Which migration needs which, through the objects that it reads or writes: the last one before it that wrote them. Rows count
 * as their table. Along the way: objects that come and go, and circles among the objects that stand at the end.
 */
export function findDependencies(replays: readonly MigrationReplay[]): Dependencies {
  const state = createCatalogState();
  const lastWriter = new Map<string, Writer>();
  const creator = new Map<string, string>();
  const needs: Graph = new Map();
  const migrations: MigrationDependency[] = [];
  const passing: PassingObject[] = [];
  const places = new Map(replays.map(({ migration }, place) => [migration.id, place]));
  const byPlace = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (places.get(a) ?? 0) - (places.get(b) ?? 0);
  for (const replay of replays) {
    const { id } = replay.migration;
    const refs = referencesOf(replay);
    const used = new Set<string>([...replay.before.keys(), ...replay.rows.map((row) => addressKey(row.table))]);
    for (const ref of refs) for (const key of state.resolve(ref)) used.add(key);
    const through = new Map<string, Set<string>>();
    for (const key of used) {
      const writer = lastWriter.get(key);
      if (writer === undefined || writer.migration === id) continue;
      const names = through.get(writer.migration);
      if (names === undefined) through.set(writer.migration, new Set([writer.name]));
      else names.add(writer.name);
    }
    for (const [dependsOn, names] of [...through].sort(byPlace)) migrations.push({ migration: id, dependsOn, through: [...names].sort() });
    state.advance(replay);
    recordWrites(replay, { id, lastWriter, creator, passing });
    recordNeeds(replay, needs, state);
  }
  const cycles = findCycles(needs, state.objects).map((keys) => describeCycle(keys, state.objects, lastWriter));
  return { migrations, cycles, passing };
}

interface WriteLog {
  readonly id: string;
  readonly lastWriter: Map<string, Writer>;
  readonly creator: Map<string, string>;
  readonly passing: PassingObject[];
}

function recordWrites(replay: MigrationReplay, log: WriteLog): void {
  const { id, lastWriter, creator, passing } = log;
  for (const [key, object] of replay.after) {
    if (!replay.before.has(key)) creator.set(key, id);
    lastWriter.set(key, { migration: id, name: object.identity });
  }
  const standing = new Set([...replay.after.values()].map((object) => `${object.kind}:${object.identity}`));
  for (const [key, object] of replay.before) {
    if (replay.after.has(key)) continue;
    // Dropped and made again under its name is a change, and what a column owns goes with its table.
    const passes = !standing.has(`${object.kind}:${object.identity}`) && !isPartOfTable(object);
    const created = passes ? creator.get(key) : undefined;
    if (created !== undefined && object.facts.extension === null)
      passing.push({ identity: object.identity, kind: object.kind, created, dropped: id });
    lastWriter.set(key, { migration: id, name: object.identity });
  }
  for (const row of replay.rows) lastWriter.set(addressKey(row.table), { migration: id, name: row.identity });
}

/** What the objects of a migration refer to: foreign keys from the catalog, queries and bodies from the statements that made them. */
function recordNeeds(replay: MigrationReplay, needs: Graph, state: CatalogState): void {
  for (const key of replay.before.keys()) if (!replay.after.has(key)) needs.delete(key);
  for (const { parsed } of replay.statements) {
    for (const change of parsed?.changes ?? []) {
      if (change.object === null || !/^create-(view|materialized-view|function|procedure)$/.test(change.kind)) continue;
      const [from] = state.resolve(change.object);
      if (from === undefined) continue;
      needs.set(from, new Set());
      for (const ref of change.reads) for (const to of state.resolve(ref)) addEdge(needs, from, to);
    }
  }
  for (const [key, object] of replay.after) {
    if (object.facts.kind !== "relation" || object.facts.viewDefinition !== null) continue;
    const targets = object.facts.constraints.flatMap((item) => (item.references === null ? [] : [item.references]));
    needs.set(key, new Set());
    for (const target of new Set(targets)) {
      const ref = parseIdentity(target);
      if (ref !== null) for (const to of state.resolve(ref)) addEdge(needs, key, to);
    }
  }
}

/** Reads `schema.name`, each quoted where it needs to be. */
function parseIdentity(identity: string): ObjectRef | null {
  const parts = identity.match(/"(?:[^"]|"")*"|[^."]+/g);
  if (parts === null) return null;
  const names = parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part));
  const [first, second] = names;
  if (first === undefined) return null;
  return second === undefined ? { kind: "table", schema: null, name: first } : { kind: "table", schema: first, name: second };
}

/** Strongly connected components with more than one member (Tarjan, without recursion). */
function findCycles(graph: Graph, standing: ReadonlyMap<string, CatalogObject>): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  let next = 0;
  const targetsOf = (key: string): readonly string[] => [...(graph.get(key) ?? [])].filter((target) => standing.has(target));
  for (const root of graph.keys()) {
    if (index.has(root) || !standing.has(root)) continue;
    const work: { key: string; targets: readonly string[]; at: number }[] = [];
    const open = (key: string): void => {
      index.set(key, next);
      low.set(key, next);
      next += 1;
      stack.push(key);
      onStack.add(key);
      work.push({ key, targets: targetsOf(key), at: 0 });
    };
    open(root);
    for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
      const target = frame.targets[frame.at];
      const own = low.get(frame.key) ?? 0;
      if (target !== undefined) {
        frame.at += 1;
        if (!index.has(target)) open(target);
        else if (onStack.has(target)) low.set(frame.key, Math.min(own, index.get(target) ?? own));
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent !== undefined) low.set(parent.key, Math.min(low.get(parent.key) ?? own, own));
      if (own !== index.get(frame.key)) continue;
      const members = stack.splice(stack.indexOf(frame.key));
      for (const member of members) onStack.delete(member);
      if (members.length > 1) cycles.push(members);
    }
  }
  return cycles;
}

function describeCycle(
  keys: readonly string[],
  objects: ReadonlyMap<string, CatalogObject>,
  lastWriter: ReadonlyMap<string, Writer>,
): ObjectCycle {
  const members = keys.flatMap((key) => objects.get(key) ?? []);
  const writers = keys.flatMap((key) => lastWriter.get(key)?.migration ?? []);
  return {
    objects: members.map((object) => sayObject(object)).sort(),
    migration: writers.at(-1) ?? null,
    byForeignKey: members.some(
      (object) => object.facts.kind === "relation" && object.facts.constraints.some((item) => item.references !== null),
    ),
  };
}
