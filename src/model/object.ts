/** Every kind of object that PostgreSQL 18 keeps in its catalogs and a migration can create, change or drop. */
export type ObjectKind =
  | "schema"
  | "table"
  | "column"
  | "constraint"
  | "index"
  | "view"
  | "materialized-view"
  | "foreign-table"
  | "sequence"
  | "function"
  | "procedure"
  | "aggregate"
  | "trigger"
  | "event-trigger"
  | "rule"
  | "policy"
  | "enum"
  | "composite-type"
  | "range-type"
  | "base-type"
  | "domain"
  /** A type whose sort the statement does not say: the type of a column, DROP TYPE, COMMENT ON TYPE. */
  | "type"
  | "extension"
  | "collation"
  | "conversion"
  | "cast"
  | "operator"
  | "operator-class"
  | "operator-family"
  | "text-search-configuration"
  | "text-search-dictionary"
  | "text-search-parser"
  | "text-search-template"
  | "statistics"
  | "language"
  | "transform"
  | "access-method"
  | "foreign-data-wrapper"
  | "server"
  | "user-mapping"
  | "publication"
  | "subscription"
  | "role"
  | "database"
  | "tablespace"
  | "parameter"
  | "default-privileges"
  | "large-object";

/** A name as a statement writes it or the catalog gives it, unquoted. */
export interface ObjectRef {
  readonly kind: ObjectKind;
  /** `null` where the kind has no schema, or where a statement leaves it to `search_path`. */
  readonly schema: string | null;
  readonly name: string;
  /** The table (or view, type, domain) of a column, constraint, trigger, rule or policy. */
  readonly parent?: string;
  /** Argument types of a function, procedure, aggregate or operator, as written, without names and defaults. */
  readonly arguments?: string;
}

/** A key under which two references to the same object are equal, once `search_path` was resolved. */
export function objectKey(ref: ObjectRef): string {
  const schema = ref.schema === null ? "" : `${ref.schema}.`;
  const parent = ref.parent === undefined ? "" : `${ref.parent}.`;
  const args = ref.arguments === undefined ? "" : `(${ref.arguments})`;
  return `${ref.kind}:${schema}${parent}${ref.name}${args}`;
}

/** Kinds whose names exclude each other within a schema share a name space: `pg_class`, `pg_type`, `pg_proc`. Others stand for themselves. */
const NAME_SPACES: Partial<Record<ObjectKind, string>> = {
  table: "relation",
  view: "relation",
  "materialized-view": "relation",
  "foreign-table": "relation",
  sequence: "relation",
  index: "relation",
  enum: "type",
  "composite-type": "type",
  "range-type": "type",
  "base-type": "type",
  domain: "type",
  type: "type",
  function: "routine",
  procedure: "routine",
  aggregate: "routine",
};

/**
 * A coarser key than `objectKey`: equal wherever two references can only mean the same object although one of them does not
 * know its kind (a query names a view as it names a table, a column its enum as any type, a call its function without argument types).
 */
export function nameKey(ref: ObjectRef): string {
  const schema = ref.schema === null ? "" : `${ref.schema}.`;
  const parent = ref.parent === undefined ? "" : `${ref.parent}.`;
  return `${NAME_SPACES[ref.kind] ?? ref.kind}:${schema}${parent}${ref.name}`;
}
