/**
 * The words of a statement without its literals and comments, lower-case, so that a rule may look for a word.
 * Dollar-quoted bodies stay: they are code. Linear in the length of the text.
 */
export function readableWords(sql: string): string {
  return sql
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/--[^\n]*/g, " ")
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .toLowerCase();
}

/** Whether the identifier stands in the text as a word of its own. */
export function namesWord(words: string, identifier: string): boolean {
  const wanted = identifier.toLowerCase();
  for (let at = words.indexOf(wanted); at !== -1; at = words.indexOf(wanted, at + 1)) {
    const before = words[at - 1] ?? " ";
    const after = words[at + wanted.length] ?? " ";
    if (!/[\w$]/.test(before) && !/[\w$]/.test(after)) return true;
  }
  return false;
}

/** A statement on one line, cut to `limit` characters. */
export function shorten(text: string, limit: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1).trimEnd()}…`;
}

// Category "reserved" and "reserved (can be function or type)" of the manual's appendix C.
const RESERVED: ReadonlySet<string> = new Set(
  (
    "all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column concurrently constraint create cross " +
    "current_catalog current_date current_role current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except " +
    "false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime " +
    "localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right select session_user similar some " +
    "symmetric system_user table tablesample then to trailing true union unique user using variadic verbose when where window with"
  ).split(" "),
);

/** An identifier as it stands in a suggested statement: quoted where PostgreSQL needs it. */
export function sqlIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A name with its schema, where it has one, for a suggested statement. */
export function sqlName(name: { readonly schema: string | null; readonly name: string }): string {
  return name.schema === null ? sqlIdentifier(name.name) : `${sqlIdentifier(name.schema)}.${sqlIdentifier(name.name)}`;
}
