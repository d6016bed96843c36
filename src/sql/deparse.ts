import type { Node } from "libpg-query";
import { deparseSync } from "pgsql-deparser";
import { layOut } from "./layout.ts";
import { parseTree } from "./parser.ts";

/** Fields that say where something stood in the text, and nothing else. */
const LOCATIONS: ReadonlySet<string> = new Set([
  "location",
  "stmt_location",
  "stmt_len",
  "list_start",
  "list_end",
  "rexpr_list_start",
  "rexpr_list_end",
  "name_location",
  "type_location",
]);

/** Whether two pieces of parse trees are the same but for their place in the text. */
export function sameTree(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  return (
    Object.keys(left).every((key) => LOCATIONS.has(key) || sameTree(left[key], right[key])) &&
    Object.keys(right).every((key) => LOCATIONS.has(key) || key in left)
  );
}

/**
 * A statement's tree as SQL over several lines, or `null` where pgsql-deparser's text does not parse back to the same tree: a
 * wrong text is never given. Literals and bodies come out as they were.
 */
export function deparseTree(tree: Node): string | null {
  // Its pretty form indents inside literals of several lines; its plain form does not.
  for (const style of ["pretty", "plain"] as const) {
    const text = printTree(tree, style);
    if (text === null) return null;
    const good = [layOut(text, tree), text].find((candidate) => readsBackAs(candidate, tree));
    if (good !== undefined) return good;
  }
  return null;
}

function printTree(tree: Node, style: "pretty" | "plain"): string | null {
  try {
    return deparseSync(tree, { pretty: style === "pretty" });
  } catch (error) {
    // The deparser throws on what it has no rule for; the caller then keeps the original text.
    if (error instanceof Error) return null;
    throw error;
  }
}

/** Whether a tree survives being printed and read again. */
export function isFaithful(tree: Node): boolean {
  return deparseTree(tree) !== null;
}

function readsBackAs(text: string, tree: Node): boolean {
  const outcome = parseTree(text);
  return outcome.kind === "tree" && sameTree(outcome.tree, tree);
}
