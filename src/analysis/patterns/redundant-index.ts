import type { IndexFacts, RelationFacts } from "../../model/catalog.ts";
import { sayObject } from "../names.ts";
import type { HistoryEntry } from "./entry.ts";

/** An index that another one of its table serves as well. */
export interface RedundantIndex {
  readonly migration: string;
  readonly table: string;
  readonly index: string;
  readonly coveredBy: string;
}

interface ParsedIndex {
  readonly unique: boolean;
  readonly method: string;
  readonly columns: readonly string[];
  readonly rest: string;
}

/** Reads what `pg_get_indexdef` prints; commas inside parentheses belong to their expression. */
function parseIndex(definition: string): ParsedIndex | null {
  const match = /^CREATE (UNIQUE )?INDEX .*? USING (\w+) \(/.exec(definition);
  if (match === null) return null;
  const columns: string[] = [];
  let depth = 1;
  let start = match[0].length;
  let at = start;
  for (; at < definition.length && depth > 0; at += 1) {
    const letter = definition[at];
    if (letter === "(") depth += 1;
    else if (letter === ")") depth -= 1;
    if ((letter === "," && depth === 1) || depth === 0) {
      columns.push(definition.slice(start, at).trim());
      start = at + 1;
    }
  }
  return { unique: match[1] !== undefined, method: match[2] ?? "btree", columns, rest: definition.slice(at).trim() };
}

/** Whether `wide` answers everything that `narrow` answers: same start of columns, same predicate; a unique one only by an equal unique one. */
function covers(wide: ParsedIndex, narrow: ParsedIndex): boolean {
  if (wide.method !== "btree" || narrow.method !== "btree" || wide.rest !== narrow.rest) return false;
  if (narrow.unique && !(wide.unique && wide.columns.length === narrow.columns.length)) return false;
  return narrow.columns.every((column, at) => wide.columns[at] === column);
}

function findIn(
  table: RelationFacts,
  isNew: (index: IndexFacts) => boolean,
): readonly { readonly index: string; readonly coveredBy: string }[] {
  const parsed = table.indexes.filter((index) => index.valid).map((index) => ({ index, shape: parseIndex(index.definition) }));
  const found: { index: string; coveredBy: string }[] = [];
  for (const { index, shape } of parsed) {
    if (shape === null || index.constraint !== null) continue;
    for (const other of parsed) {
      if (other.index === index || other.shape === null || !(isNew(index) || isNew(other.index))) continue;
      const twins = covers(shape, other.shape) && covers(other.shape, shape) && other.index.constraint === null;
      // Of two equal ones the later is the redundant one.
      if (covers(other.shape, shape) && (!twins || index.oid > other.index.oid)) {
        found.push({ index: index.name, coveredBy: other.index.name });
        break;
      }
    }
  }
  return found;
}

/** Indexes made redundant by a migration: it added them beside a wider one, or the wider one beside them. */
export function findRedundantIndexes(entry: HistoryEntry): readonly RedundantIndex[] {
  const found: RedundantIndex[] = [];
  const seen = new Set<string>();
  for (const { kind, object, before } of entry.transitions) {
    const isWhole = kind === "created";
    if (
      !(
        isWhole ||
        kind === "index-added" ||
        kind === "unique-index-added" ||
        kind === "constraint-added" ||
        kind === "new-column-constrained"
      ) ||
      seen.has(object.identity)
    )
      continue;
    seen.add(object.identity);
    if (object.facts.kind !== "relation") continue;
    const old = new Set(before?.facts.kind === "relation" ? before.facts.indexes.map((index) => index.oid) : []);
    for (const pair of findIn(object.facts, (index) => !old.has(index.oid)))
      found.push({ migration: entry.id, table: sayObject(object), ...pair });
  }
  return found;
}
