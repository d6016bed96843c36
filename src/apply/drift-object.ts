/** A catalog row as it is compared: its columns without those that are NULL. */
export type Payload = Readonly<Record<string, string>>;

/** What a catalog row says something about, as a person names it. */
export interface RowObject {
  /** `table`, `column`, `index`, … */
  readonly kind: string;
  /** `public.users`, `public.users.email`; unquoted. */
  readonly identity: string;
  /** What it stands and falls with, outermost last: of a column its table. Identities. */
  readonly parents: readonly string[];
}

const RELATION_KINDS: Readonly<Record<string, string>> = {
  r: "table",
  p: "table",
  v: "view",
  m: "materialized view",
  S: "sequence",
  f: "foreign table",
  c: "type",
  i: "index",
  I: "index",
};

/** `pg_default_acl.defaclobjtype` in words. */
const DEFAULT_PRIVILEGES_ON: Readonly<Record<string, string>> = {
  r: "tables",
  S: "sequences",
  f: "functions",
  T: "types",
  n: "schemas",
  L: "large objects",
};

/** Catalog → the object that its rows describe. A catalog that is absent here names its rows by itself. */
const OBJECTS: Readonly<Record<string, (name: string, row: Payload) => RowObject>> = {
  pg_class: (name, row) => top(RELATION_KINDS[row["relkind"] ?? ""] ?? "relation", name),
  pg_attribute: (name, row) => part("column", name, row["attrelid"]),
  pg_attrdef: (name, row) => part("column", name, row["adrelid"]),
  pg_constraint: (name, row) => part("constraint", name, row["conrelid"] ?? row["contypid"]),
  pg_index: (name, row) => part("index", name, row["indrelid"]),
  pg_trigger: (name, row) => part("trigger", name, row["tgrelid"]),
  pg_policy: (name, row) => part("policy", name, row["polrelid"]),
  pg_rewrite: (name, row) => (row["rulename"] === "_RETURN" ? top("view", row["ev_class"] ?? name) : part("rule", name, row["ev_class"])),
  pg_inherits: (name, row) => top("table", row["inhrelid"] ?? name),
  pg_partitioned_table: (name) => top("table", name),
  pg_foreign_table: (name) => top("foreign table", name),
  pg_sequence: (name) => top("sequence", name),
  pg_proc: (name) =>
    top(
      "function",
      name.replace(/\.\{?([^{}]*)\}?$/, (_, types: string) => `(${types.replaceAll("pg_catalog.", "").replaceAll(",", ", ")})`),
    ),
  pg_aggregate: (name) => top("function", name),
  pg_type: (name) => top("type", name),
  pg_range: (name) => top("type", name),
  pg_enum: (name, row) => part("value", name, row["enumtypid"]),
  pg_namespace: (name) => top("schema", name),
  pg_extension: (name) => top("extension", name),
  pg_event_trigger: (name) => top("event trigger", name),
  pg_publication: (name) => top("publication", name),
  pg_publication_rel: (name, row) => part("publication of", name, row["prrelid"]),
  pg_default_acl: (_, row) => {
    const objects = DEFAULT_PRIVILEGES_ON[row["defaclobjtype"] ?? ""] ?? "objects";
    return top("default privileges", row["defaclnamespace"] === undefined ? objects : `${row["defaclnamespace"]}.${objects}`);
  },
  pg_statistic_ext: (name, row) => part("statistics", name, row["stxrelid"]),
  pg_description: (_, row) => {
    const on = `${row["objoid"] ?? ""}${row["objsubid"] === undefined ? "" : `.${row["objsubid"]}`}`;
    return { kind: "comment on", identity: on, parents: [row["objoid"] ?? ""] };
  },
};

function top(kind: string, identity: string): RowObject {
  return { kind, identity, parents: [] };
}

function part(kind: string, identity: string, parent: string | undefined): RowObject {
  return { kind, identity, parents: parent === undefined ? [] : [parent] };
}

/** The object that a row of a catalog is about. */
export function objectOfRow(catalog: string, name: string, row: Payload): RowObject {
  return OBJECTS[catalog]?.(name, row) ?? top(catalog.replace(/^pg_/, "").replaceAll("_", " "), name);
}

/** Columns of catalogs in words. */
const ASPECTS: Readonly<Record<string, string>> = {
  atttypid: "type",
  atttypmod: "type modifier",
  attnotnull: "NOT NULL",
  attidentity: "identity",
  attgenerated: "generation",
  attcollation: "collation",
  attstorage: "storage",
  attcompression: "compression",
  attstattarget: "statistics target",
  attacl: "privileges",
  atthasdef: "default",
  adbin: "default",
  conbin: "definition",
  convalidated: "validity",
  confdeltype: "ON DELETE",
  confupdtype: "ON UPDATE",
  defaclacl: "privileges",
  description: "text",
  enumsortorder: "place",
  ev_action: "definition",
  ev_enabled: "state",
  indexprs: "definition",
  indpred: "definition",
  indkey: "columns",
  indisunique: "uniqueness",
  indisvalid: "validity",
  proacl: "privileges",
  prosrc: "body",
  prosqlbody: "body",
  prosecdef: "SECURITY DEFINER",
  proconfig: "settings",
  provolatile: "volatility",
  polqual: "USING",
  polwithcheck: "WITH CHECK",
  relacl: "privileges",
  relam: "access method",
  reloptions: "options",
  relpersistence: "persistence",
  relrowsecurity: "row level security",
  relforcerowsecurity: "forced row level security",
  relreplident: "replica identity",
  tgenabled: "state",
  tgqual: "definition",
  typdefault: "default",
  typdefaultbin: "default",
  typnotnull: "NOT NULL",
};

/** A column of a catalog as a DBA calls it. */
export function aspectInWords(column: string): string {
  return ASPECTS[column] ?? (column.endsWith("owner") ? "owner" : column);
}
