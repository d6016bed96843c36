/**
 * Key words of PostgreSQL 18 that are not "unreserved" (`pg_get_keywords()` with catcode other than `U`): quote_identifier()
 * quotes exactly these. A test compares the list with the parser's own.
 */
const QUOTED_KEYWORDS: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char
  character check coalesce collate collation column concurrently constraint create cross current_catalog current_date
  current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do else
  end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike in
  initially inner inout int integer intersect interval into is isnull join json json_array json_arrayagg json_exists json_object
  json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading least left like limit localtime
  localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset on only or order out
  outer overlaps overlay placing position precision primary real references returning right row select session_user setof
  similar smallint some substring symmetric system_user table tablesample then time timestamp to trailing treat trim true union
  unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists
  xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`.split(/\s+/),
);

/**
 * A name as SQL text, quoted where PostgreSQL would quote it: the rule of `quote_identifier()` (`src/backend/utils/adt/ruleutils.c`),
 * with the key words of PostgreSQL 18.
 */
export function quoteIdentifier(name: string): string {
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !QUOTED_KEYWORDS.has(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}

/** A value as SQL text: `'…'`, or `E'…'` where it holds a backslash, which reads the same whatever `standard_conforming_strings` says (as `quote_literal()`, but for its leading space). */
export function quoteLiteral(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return value.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

/** A body between dollar quotes: `$tag$…$tag$` (`$$…$$` without one), and another tag where the body holds that. */
export function dollarQuote(body: string, tag = ""): string {
  let quote = `$${tag}$`;
  for (let number = 1; body.includes(quote); number += 1) quote = `$${tag === "" ? "_" : tag}${number}$`;
  return `${quote}${body}${quote}`;
}

/** `schema.name`, both quoted where needed; without a schema the bare name. */
export function qualifiedName(schema: string | null, name: string): string {
  return schema === null ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
