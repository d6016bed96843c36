import type { CatalogObject } from "../../model/catalog.ts";
import type { Pair } from "./action.ts";
import { bareIdentity, mentionsAny } from "./order.ts";
import type { Pairing } from "./pair.ts";
import { mustRecreateRoutine } from "./routine.ts";
import { mustRegenerate } from "./table-change.ts";
import { mustRecreateEnum } from "./type.ts";
import { mustRecreateView } from "./view.ts";

/**
 * Names (as they are now) of what must be removed and made again. What stands on it must be removed and made again too: views over a view
 * that loses a column, over a table whose column changes its type or goes; everything that uses an enum which loses a label.
 */
export function findReplaced(pairing: Pairing, renames: boolean): ReadonlySet<string> {
  const replaced = new Set<string>();
  for (const { identity, kind } of pairing.extra) if (kind === "view" || kind === "materialized-view") replaced.add(identity);
  for (let grown = true; grown;) {
    const size = replaced.size;
    const search: Search = { replaced, renames, gone: goneNames(pairing, { replaced, renames }) };
    for (const pair of pairing.changed) if (mustReplace(pair, search)) replaced.add(bareIdentity(pair.after.identity));
    grown = replaced.size > size;
  }
  return replaced;
}

interface Search {
  readonly replaced: ReadonlySet<string>;
  readonly renames: boolean;
  /** What no view over it survives; found as the search began this round. */
  readonly gone: ReadonlySet<string>;
}

/** What goes, and the tables that lose a column; asked for views only, and so empty where none changed. */
function goneNames({ changed, extra }: Pairing, search: Omit<Search, "gone">): ReadonlySet<string> {
  if (!changed.some(({ after }) => after.facts.kind === "relation" && after.facts.viewDefinition !== null)) return new Set();
  const shaken = changed.filter((table) => losesColumn(table, search)).map(({ after }) => after.identity);
  return new Set([...shaken, ...extra.map(({ identity }) => bareIdentity(identity))]);
}

function mustReplace(pair: Pair, { replaced, renames, gone }: Search): boolean {
  const { facts } = pair.after;
  switch (facts.kind) {
    case "relation": {
      if (facts.viewDefinition === null) return false;
      return mustRecreateView(pair, new Set([...replaced, ...gone]), renames);
    }
    case "routine":
      return pair.before.facts.kind === "routine" && mustRecreateRoutine(pair, replaced);
    case "type":
      return mustRecreateEnum(pair);
    case "sequence":
    case "plain":
      return false;
  }
}

/** Whether a table's way back drops a column or changes its type, which no view over that column survives. */
function losesColumn({ before, after }: Pair, { replaced, renames }: Omit<Search, "gone">): boolean {
  if (!isTable(before) || before.facts.kind !== "relation" || after.facts.kind !== "relation") return false;
  const wanted = new Map(before.facts.columns.map((column) => [column.number, column]));
  const named = new Map(before.facts.columns.map((column) => [column.name, column]));
  return after.facts.columns.some((column) => {
    // As columns are paired to be changed: by number, then by name.
    const old = wanted.get(column.number) ?? named.get(column.name);
    if (old === undefined || old.type !== column.type || mentionsAny(column.type, replaced)) return true;
    return mustRegenerate({ before: old, after: column }, { renames });
  });
}

function isTable(object: CatalogObject): boolean {
  return object.kind === "table" || object.kind === "foreign-table";
}
