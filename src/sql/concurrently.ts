import { lexTokens } from "./lexer.ts";
import { parseTree } from "./parser.ts";
import { runsInTransaction } from "./transaction-block.ts";

/**
 * The same statement without CONCURRENTLY, so that it runs in a transaction: CREATE, DROP and REINDEX … CONCURRENTLY, DETACH
 * PARTITION … CONCURRENTLY. The end state is the same, only the locks differ. Any other statement comes back as it is, also one
 * that does not run in a transaction even so.
 */
export function withoutConcurrently(sql: string): string {
  const outcome = parseTree(sql);
  if (outcome.kind === "refused" || runsInTransaction(outcome.tree)) return sql;
  const candidates = [...lexTokens(sql)]
    .filter((token) => token.kind === "word" && sql.slice(token.start, token.end).toLowerCase() === "concurrently")
    .map((token) => removeOption(sql.slice(0, token.start), sql.slice(token.end)));
  return candidates.find(isTransactional) ?? sql;
}

function isTransactional(sql: string): boolean {
  const outcome = parseTree(sql);
  return outcome.kind === "tree" && runsInTransaction(outcome.tree);
}

/** Takes a word out: `INDEX CONCURRENTLY i`, `(CONCURRENTLY)`, `(VERBOSE, CONCURRENTLY true)`. */
function removeOption(before: string, after: string): string {
  const value = after.replace(/^\s+(?:true|on|1|'true'|'on')(?=\s*[,)])/i, "");
  if (/\(\s*$/.test(before) && /^\s*\)/.test(value)) return before.replace(/\(\s*$/, "") + value.replace(/^\s*\)\s*/, "");
  if (/\(\s*$/.test(before) && /^\s*,/.test(value)) return before + value.replace(/^\s*,\s*/, "");
  if (/,\s*$/.test(before)) return before.replace(/,\s*$/, "") + value;
  return before + after.replace(/^\s+/, "");
}
