/** One SQL text found in a program. */
export interface LiteralSql {
  readonly sql: string;
  /** Whether all of its text is known: no variables of the program, no bind parameters. */
  readonly complete: boolean;
  /** Offset in the source, in UTF-16 units. */
  readonly offset: number;
}

/** What the source of a migration says about itself. */
export interface CodeFacts {
  /** As `getVersion()` returns it, where that is a literal. */
  readonly version: string | null;
  readonly description: string | null;
  /** What `canExecuteInTransaction()` returns; `null` where it is not overridden by a literal. */
  readonly inTransaction: boolean | null;
  readonly statements: readonly LiteralSql[];
  /** The method that migrates, for people to read; `null` where it was not found. */
  readonly body: { readonly text: string; readonly offset: number } | null;
}

const sqlStart =
  /^\s*(?:(?:--[^\n]*\n|\/\*[\s\S]*?\*\/)\s*)*(?:alter\s+\w+|analyze\b|call\s+\w|comment\s+on|copy\s+\w|create\s+\w+|delete\s+from|do\s+(?:\$|language|')|drop\s+\w+|grant\s+\w+|insert\s+into|merge\s+into|refresh\s+materialized|reindex\b|revoke\s+\w+|select\b|set\s+\w+|truncate\b|update\s+\S+|vacuum\b|with\s+\S+\s+as\b|with\s+recursive\b)/i;

/** Whether a text of a program is likely meant for a database. */
export function looksLikeSql(text: string): boolean {
  return sqlStart.test(text);
}

/** Bind parameters of JDBC (`?`) and of named-parameter libraries (`:name`), outside quotes. */
export function hasParameters(sql: string): boolean {
  const bare = sql.replaceAll(/'(?:[^']|'')*'|"[^"]*"|--[^\n]*|\/\*[\s\S]*?\*\//g, " ");
  return /(?<![?@|&#])\?(?![?|&])|(?<![:\w]):[A-Za-z_]\w*/.test(bare);
}

function readsOnly(sql: string): boolean {
  if (/^\s*select\b/i.test(sql)) return !/\binto\b/i.test(sql) && !/\b(?:set_config|setval|nextval|pg_advisory\w*)\s*\(/i.test(sql);
  return /^\s*with\b/i.test(sql) && !/\b(?:insert\s+into|update\s+\S+\s+set|delete\s+from|merge\s+into)\b/i.test(sql);
}

/**
 * The found texts as SQL for a person to start from: what is complete and writes, as statements; what has parameters or is only a
 * part, as comments. `null` where nothing could run as it stands.
 */
export function suggestSql(statements: readonly LiteralSql[]): string | null {
  const lines: string[] = [];
  let runnable = false;
  const seen = new Set<string>();
  for (const { sql, complete } of statements) {
    const text = sql.trim().replace(/;+\s*$/, "");
    if (seen.has(text) || readsOnly(text)) continue;
    seen.add(text);
    if (complete) {
      runnable = true;
      lines.push(`${text};`);
    } else {
      lines.push(`-- takes values from the program:\n${text.replaceAll(/^/gm, "--   ")}`);
    }
  }
  return runnable ? lines.join("\n\n") : null;
}
