import { withoutConcurrently } from "../sql/concurrently.ts";
import { deparseTree } from "../sql/deparse.ts";
import type { Node } from "../sql/parser.ts";
import type { Unit } from "./ledger.ts";
import { renderTable } from "./render-table.ts";

/** The tree that a unit is printed from, or `null` where its text stands as it was. */
export function treeOf(unit: Unit): Node | null {
  return unit.table?.changed === true ? renderTable(unit.table) : unit.tree;
}

/**
 * The SQL of a unit; `null` where its changed tree cannot be printed so that it reads back the same. The word CONCURRENTLY goes:
 * the tables are new, and the result runs in one transaction.
 */
export function printUnit(unit: Unit): string | null {
  const tree = treeOf(unit);
  if (tree !== null) return deparseTree(tree);
  return unit.input.parsed.transactional ? unit.text : withoutConcurrently(unit.text);
}
