import { addressKey } from "../../model/catalog.ts";
import { assignedColumns } from "../data-changes.ts";
import { namesWord, readableWords } from "../sql-text.ts";
import type { HistoryEntry } from "./entry.ts";

interface Move {
  /** The column that was added and filled, and by whom. */
  readonly added: string;
  readonly filled: string;
  /** The statement that filled it, as words: it names the column that it was filled from. */
  readonly words: string;
}

/** Migrations that together replace a column: one adds the new, one fills it from the old, one drops the old. At least two migrations. */
export function findExpandContract(entries: readonly HistoryEntry[]): ReadonlySet<string> {
  const addedBy = new Map<string, Map<string, string>>();
  const moves = new Map<string, Move[]>();
  const found = new Set<string>();
  for (const { id, transitions, tableOf } of entries) {
    for (const { kind, object, part } of transitions) {
      if ((kind !== "column-added" && kind !== "required-column-added") || part === null) continue;
      const columns = addedBy.get(addressKey(object.address)) ?? new Map<string, string>();
      addedBy.set(addressKey(object.address), columns.set(part, id));
    }
    for (const [site, table] of tableOf) {
      if (site.change.kind !== "update") continue;
      for (const column of assignedColumns(site.sql)) {
        const added = addedBy.get(table)?.get(column);
        if (added === undefined) continue;
        moves.set(table, [...(moves.get(table) ?? []), { added, filled: id, words: readableWords(site.sql) }]);
      }
    }
    for (const { kind, object, part } of transitions) {
      if (kind !== "column-dropped" || part === null) continue;
      for (const move of moves.get(addressKey(object.address)) ?? []) {
        if (move.added === id || !namesWord(move.words, part)) continue;
        found.add(move.added).add(move.filled).add(id);
      }
    }
  }
  return found;
}
