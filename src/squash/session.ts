import { fieldsOf, nodeName, textOf } from "../sql/tree.ts";
import type { Node } from "../sql/parser.ts";
import type { NodeName } from "../sql/tree.ts";
import { collectReferences } from "../sql/references.ts";

/** What a statement does to the session, as far as the squash cares. */
export type SessionEffect =
  /** Left out: it has no effect on what later statements make, or the result brings its own. */
  | { readonly kind: "elide"; readonly rule: "session-setting-elided" | "no-op-elided"; readonly reason: string }
  /** Kept in its place, and nothing cares. */
  | { readonly kind: "keep" }
  /** Everything after it may depend on it. */
  | { readonly kind: "barrier" };

/** Settings that change neither what a statement means nor what it makes (manual, chapter 19). */
const NEUTRAL =
  /^(?:statement_timeout|lock_timeout|idle_in_transaction_session_timeout|idle_session_timeout|transaction_timeout|client_min_messages|log_\w+|application_name|work_mem|maintenance_work_mem|max_parallel_\w+|parallel_\w+|deadlock_timeout|synchronous_commit|enable_\w+|jit\w*|random_page_cost|seq_page_cost|effective_cache_size|client_encoding|standard_conforming_strings|row_security|vacuum_\w+|temp_buffers|constraint_exclusion)$/;

const TIMELESS: ReadonlySet<NodeName> = new Set<NodeName>([
  "VacuumStmt",
  "ReindexStmt",
  "CheckPointStmt",
  "LockStmt",
  "ListenStmt",
  "UnlistenStmt",
  "NotifyStmt",
  "VariableShowStmt",
]);

function setting(tree: Node): SessionEffect | null {
  const set = fieldsOf(tree, "VariableSetStmt");
  if (set === null) return null;
  const name = set.name ?? "";
  if (name === "search_path") return { kind: "elide", rule: "session-setting-elided", reason: "names are looked up where the result says" };
  if (NEUTRAL.test(name)) return { kind: "elide", rule: "session-setting-elided", reason: `${name} changes nothing that is made` };
  if (name === "check_function_bodies") return { kind: "keep" };
  return { kind: "barrier" };
}

function selection(tree: Node): SessionEffect | null {
  const select = fieldsOf(tree, "SelectStmt");
  if (select === null || select.intoClause !== undefined || select.withClause !== undefined) return null;
  const calls = collectReferences(tree).calls.map((call) => call.name);
  if (calls.length === 0) return { kind: "elide", rule: "no-op-elided", reason: "it only reads" };
  const call = fieldsOf(fieldsOf(select.targetList?.[0], "ResTarget")?.val, "FuncCall");
  if (calls.length === 1 && calls[0] === "set_config" && textOf(call?.args?.[0]) === "search_path") {
    return { kind: "elide", rule: "session-setting-elided", reason: "names are looked up where the result says" };
  }
  return calls.every((name) => name === "setval" || name === "max" || name === "coalesce") ? { kind: "keep" } : null;
}

/** Settings, transactions, maintenance and queries. `null` where the statement is none of them, or may do more than that. */
export function sessionEffect(tree: Node): SessionEffect | null {
  if (nodeName(tree) === "TransactionStmt")
    return { kind: "elide", rule: "session-setting-elided", reason: "the result runs in one transaction" };
  if (TIMELESS.has(nodeName(tree))) return { kind: "elide", rule: "no-op-elided", reason: "it changes no definition and no row" };
  return setting(tree) ?? selection(tree);
}
