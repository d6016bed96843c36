/** How identifiers are quoted: `objectQuotingStrategy` of a changelog or changeSet. */
export type QuotingStrategy = "LEGACY" | "QUOTE_ALL_OBJECTS" | "QUOTE_ONLY_RESERVED_WORDS";

/** Names as Liquibase writes them for one changeSet (`PostgresDatabase.escapeObjectName`). */
export interface Naming {
  readonly strategy: QuotingStrategy;
  /** Put before every name that has no schema of its own, as Liquibase does on a live connection. */
  readonly defaultSchema: string;
}

/** `PostgresDatabase.addReservedWords`. */
const reserved = new Set(
  `ALL ANALYSE ANALYZE AND ANY ARRAY AS ASC ASYMMETRIC AUTHORIZATION BINARY BOTH CASE CAST CHECK COLLATE COLLATION COLUMN CONCURRENTLY CONSTRAINT
  CREATE CROSS CURRENT_CATALOG CURRENT_DATE CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEFAULT DEFERRABLE DESC DISTINCT DO
  ELSE END EXCEPT FALSE FETCH FOR FOREIGN FREEZE FROM FULL GRANT GROUP HAVING ILIKE IN INITIALLY INNER INTERSECT INTO IS ISNULL JOIN LATERAL LEADING LEFT
  LIKE LIMIT LOCALTIME LOCALTIMESTAMP NATURAL NOT NOTNULL NULL OFFSET ON ONLY OR ORDER OUTER OVERLAPS PLACING PRIMARY REFERENCES RETURNING RIGHT SELECT
  SESSION_USER SIMILAR SOME SYMMETRIC TABLE TABLESAMPLE THEN TO TRAILING TRUE UNION UNIQUE USER USING VARIADIC VERBOSE WHEN WHERE WINDOW WITH`.split(
    /\s+/,
  ),
);

/** A name of one part. */
export function escapeName(name: string, { strategy }: Naming): string {
  if (strategy === "LEGACY" && /[A-Z]/.test(name) && /[a-z]/.test(name)) return `"${name}"`;
  const must = name.includes("-") || /^\d/.test(name) || reserved.has(name.toUpperCase()) || /\W/.test(name);
  return must || strategy === "QUOTE_ALL_OBJECTS" ? `"${name.replaceAll('"', '""')}"`.trim() : name.trim();
}

/** A name with its schema. */
export function escapeQualified(name: string, schema: string | null, naming: Naming): string {
  const own = schema === null || schema.trim() === "" ? naming.defaultSchema : schema.trim();
  return `${escapeName(own, naming)}.${escapeName(name, naming)}`;
}

/** A column; one with parentheses is taken for an expression where `expressions` are allowed. */
export function escapeColumn(name: string, naming: Naming, expressions: "as-they-are" | "quoted" = "quoted"): string {
  if (naming.strategy !== "QUOTE_ALL_OBJECTS" && name.includes("("))
    return expressions === "quoted" ? `"${name.replaceAll('"', '""')}"` : name;
  return escapeName(name, naming);
}

/** `a, b DESC` with each name escaped. */
export function escapeColumnList(names: string, naming: Naming): string {
  return splitNames(names)
    .map((each) => {
      const match = /^(.*?)(?:\s+(desc|asc))?$/is.exec(each);
      return `${escapeName(match?.[1] ?? each, naming)}${/^desc$/i.test(match?.[2] ?? "") ? " DESC" : ""}`;
    })
    .join(", ");
}

/** The parts of a list of names. Empty ones at its end do not count, as in Java's `split`. */
export function splitNames(names: string): readonly string[] {
  const parts = names.split(",").map((name) => name.trim());
  const last = parts.findLastIndex((part) => part !== "");
  return parts.slice(0, last + 1);
}

/** The name that Liquibase gives a primary key without one (`PostgresDatabase.generatePrimaryKeyName`): 63 bytes at most. */
export function primaryKeyName(table: string): string {
  const suffix = "_pkey";
  const bytes = Buffer.from(table, "utf8");
  const room = 63 - suffix.length;
  if (bytes.length <= room) return `${table}${suffix}`;
  return `${bytes.subarray(0, room).toString("utf8").slice(0, -1)}${suffix}`;
}

/** A string as `escapeStringForDatabase` writes it, in quotes. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
