import type { ObjectKind } from "../model/object.ts";
import type { ChangeType, LineStep, ObjectLine, ObjectType } from "./object-lines.ts";
import { hashOf } from "./migration-content.ts";

/** An object of the record as the database has it. */
export interface ObjectRow {
  readonly id: number;
  readonly line: string;
  readonly branch: string;
  readonly schema: string;
  readonly name: string;
  readonly version: number;
  readonly active: boolean;
  /** The chained hash of what was done to it. */
  readonly hash: string;
  /** Its newest history row, in microseconds since 1970. */
  readonly lastAt: string | null;
}

/** An object as it has to stand after the record. */
export interface ObjectState {
  /** Where it stands already. */
  readonly id: number | null;
  /** The key of its line. */
  readonly line: string;
  readonly kind: ObjectKind;
  readonly type: ObjectType | null;
  readonly branch: string;
  readonly schema: string;
  readonly name: string;
  /** Counted from 1 along the plan. */
  readonly version: number;
  readonly semanticVersion: string;
  readonly active: boolean;
  readonly hash: string;
  readonly createdAt: bigint;
  readonly updatedAt: bigint;
}

export interface HistoryRow {
  readonly line: string;
  readonly branch: string;
  readonly commit: string;
  readonly change: ChangeType;
  readonly step: LineStep;
  readonly oldVersion: number | null;
  readonly newVersion: number | null;
  readonly oldSemanticVersion: string | null;
  /** The object's chained hash after it. */
  readonly hash: string;
  readonly at: bigint;
}

/** A migration that is about to be recorded. */
export interface NewCommit {
  readonly id: string;
  readonly branch: string;
  readonly hash: string;
  readonly content: string;
  readonly at: bigint;
}

/** What the commits make of the objects. */
export interface ObjectChanges {
  /** Those that are not yet as they have to be. */
  readonly states: readonly ObjectState[];
  readonly history: readonly HistoryRow[];
  /** By commit: the hashes of the objects that it changed, and one over all objects that stand after it. */
  readonly trees: ReadonlyMap<string, { readonly objects: Readonly<Record<string, string>>; readonly tree: string }>;
  /** Objects that stand on each branch afterwards. */
  readonly standing: ReadonlyMap<string, number>;
}

interface Entry {
  readonly line: ObjectLine;
  readonly branch: string;
  readonly row: ObjectRow | null;
  hash: string;
  lastAt: bigint;
  firstAt: bigint | null;
  active: boolean;
}

export interface ObjectMaterial {
  readonly lines: readonly ObjectLine[];
  readonly rows: readonly ObjectRow[];
  readonly commits: readonly NewCommit[];
  /** The branch of every migration that is recorded once these commits are. */
  readonly recorded: ReadonlyMap<string, string>;
}

/** Follows the commits through the objects. Pure: what is to be written comes out, in the order of the commits. */
export function changeObjects({ lines, rows, commits, recorded }: ObjectMaterial): ObjectChanges {
  const entries = new Map<string, Entry>();
  const byKey = new Map(lines.map((line) => [line.key, line]));
  for (const row of rows) {
    const line = byKey.get(row.line);
    if (line === undefined || line.type === null) continue;
    const lastAt = row.lastAt === null ? 0n : BigInt(row.lastAt);
    entries.set(keyOf(row), { line, branch: row.branch, row, hash: row.hash, lastAt, firstAt: null, active: row.active });
  }
  const stepsOf = new Map<string, { readonly line: ObjectLine; readonly index: number }[]>();
  for (const line of lines) {
    for (const [index, { migration }] of line.steps.entries()) stepsOf.set(migration, [...(stepsOf.get(migration) ?? []), { line, index }]);
  }

  const history: HistoryRow[] = [];
  const trees = new Map<string, { objects: Record<string, string>; tree: string }>();
  for (const commit of commits) {
    const objects: Record<string, string> = {};
    for (const { line, index } of stepsOf.get(commit.id) ?? []) {
      const step = line.steps[index];
      if (step === undefined || line.type === null) continue;
      const key = keyOf({ line: line.key, branch: commit.branch });
      const entry = entries.get(key) ?? { line, branch: commit.branch, row: null, hash: "", lastAt: 0n, firstAt: null, active: false };
      entries.set(key, entry);
      // get_history() orders by time alone, so an object never has two changes at one moment.
      entry.lastAt = commit.at > entry.lastAt ? commit.at : entry.lastAt + 1n;
      entry.firstAt ??= entry.lastAt;
      entry.hash = hashOf(entry.hash, commit.content, step.version);
      entry.active = step.change !== "DROP";
      objects[fullName(step)] = entry.hash;
      history.push({
        line: line.key,
        branch: commit.branch,
        commit: commit.hash,
        change: step.change,
        step,
        oldVersion: index === 0 ? null : index,
        newVersion: step.change === "DROP" ? null : index + 1,
        oldSemanticVersion: line.steps[index - 1]?.version ?? null,
        hash: entry.hash,
        at: entry.lastAt,
      });
    }
    trees.set(commit.hash, { objects, tree: treeOf(entries, commit.branch) });
  }
  return { ...standing(entries, recorded), history, trees };
}

function standing(entries: ReadonlyMap<string, Entry>, recorded: ReadonlyMap<string, string>): Pick<ObjectChanges, "states" | "standing"> {
  const names = new Map<string, string>();
  const count = new Map<string, number>();
  const states: ObjectState[] = [];
  const last = (entry: Entry): number => entry.line.steps.findLastIndex(({ migration }) => recorded.get(migration) === entry.branch);
  // Whoever stands has its name; what was dropped under the same name steps aside.
  const ordered = [...entries.values()]
    .map((entry) => ({ entry, index: last(entry), step: entry.line.steps[last(entry)] }))
    .sort((a, b) => Number(b.step?.change !== "DROP") - Number(a.step?.change !== "DROP"));
  for (const { entry, index, step } of ordered) {
    if (step === undefined) continue;
    const active = step.change !== "DROP";
    if (active) count.set(entry.branch, (count.get(entry.branch) ?? 0) + 1);
    let name = step.name;
    for (let again = 1; names.has(slot(entry, { ...step, name })); again++)
      name = `${step.name} (${step.migration}${again > 1 ? ` ${again}` : ""})`;
    names.set(slot(entry, { ...step, name }), entry.line.key);
    const { row } = entry;
    const same =
      row !== null &&
      row.version === index + 1 &&
      row.active === active &&
      row.schema === step.schema &&
      row.name === name &&
      row.hash === entry.hash;
    if (same) continue;
    states.push({
      id: row?.id ?? null,
      line: entry.line.key,
      kind: entry.line.kind,
      type: entry.line.type,
      branch: entry.branch,
      schema: step.schema,
      name,
      version: index + 1,
      semanticVersion: step.version,
      active,
      hash: entry.hash,
      createdAt: entry.firstAt ?? entry.lastAt,
      updatedAt: entry.lastAt,
    });
  }
  return { states, standing: count };
}

function treeOf(entries: ReadonlyMap<string, Entry>, branch: string): string {
  const all: string[] = [];
  for (const [key, entry] of entries) if (entry.active && entry.branch === branch) all.push(`${key} ${entry.hash}`);
  return hashOf(all.sort());
}

function slot({ line, branch }: Pick<Entry, "line" | "branch">, { schema, name }: Pick<LineStep, "schema" | "name">): string {
  return JSON.stringify([line.type, schema, name, branch]);
}

function keyOf({ line, branch }: { readonly line: string; readonly branch: string }): string {
  return JSON.stringify([line, branch]);
}

/** As the generated column `full_name`. */
export function fullName({ schema, name }: Pick<LineStep, "schema" | "name">): string {
  return schema === "" ? name : `${schema}.${name}`;
}
