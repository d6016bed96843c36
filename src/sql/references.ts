import type { FuncCall, RangeVar, TypeName } from "libpg-query";
import type { ObjectRef } from "../model/object.ts";
import { nameKey } from "../model/object.ts";
import { builtinVolatility } from "./builtin-functions.ts";
import { parseQualifiedName } from "./names.ts";
import type { Name } from "./tree.ts";
import { listName, relationName } from "./tree.ts";

/** What a piece of a parse tree names, in the order in which it does. Names that a WITH clause introduces are left out. */
export interface References {
  /** Relations read, sequences and `'x'::regclass` included, as `table` unless more is known. */
  readonly reads: readonly ObjectRef[];
  /** Targets of INSERT, UPDATE, DELETE and MERGE, and sequences that nextval() and setval() move. */
  readonly writes: readonly ObjectRef[];
  /** Every function called, built-in ones included. */
  readonly calls: readonly Name[];
  /** Types that are not PostgreSQL's own. */
  readonly types: readonly ObjectRef[];
  /** What differs between two runs: `now`, `random`, `nextval`, `current_timestamp`, … */
  readonly nondeterministic: readonly string[];
  /** A literal read as a time relative to now: `'now'::timestamptz`. */
  readonly usesClock: boolean;
}

/** Types of `pg_catalog` that users write without a schema, and the pseudo-types of the grammar (`pg_type` of PostgreSQL 18). */
const BUILTIN_TYPES: ReadonlySet<string> = new Set(
  `aclitem any anyarray anycompatible anycompatiblearray anycompatiblemultirange anycompatiblenonarray anycompatiblerange anyelement
  anyenum anymultirange anynonarray anyrange bigserial bit bool box bpchar bytea char cid cidr circle cstring date datemultirange
  daterange event_trigger fdw_handler float4 float8 gtsvector index_am_handler inet int2 int2vector int4 int4multirange int4range int8
  int8multirange int8range internal interval json jsonb jsonpath language_handler line lseg macaddr macaddr8 money name numeric
  nummultirange numrange oid oidvector path pg_lsn pg_node_tree pg_snapshot point polygon record refcursor regclass regcollation
  regconfig regdictionary regnamespace regoper regoperator regproc regprocedure regrole regtype serial serial2 serial4 serial8
  smallserial table_am_handler text tid time timestamp timestamptz timetz trigger tsm_handler tsmultirange tsquery tsrange
  tstzmultirange tstzrange tsvector txid_snapshot unknown uuid varbit varchar void xid xid8 xml`.split(/\s+/),
);

/** Functions whose answer depends on when, where or by whom they are called (manual, chapter 9; uuid-ossp and pgcrypto). */
const NONDETERMINISTIC =
  /^(?:now|transaction_timestamp|statement_timestamp|clock_timestamp|timeofday|random|random_normal|gen_random_uuid|gen_random_bytes|gen_salt|uuidv[47]|uuid_generate_v\w+|nextval|txid_current|pg_current_xact_id|pg_backend_pid|inet_client_addr|inet_server_addr|array_shuffle|array_sample|current_database|current_query)$/;

/** Whether two runs of this function can give different answers. */
function isNondeterministic(name: string): boolean {
  return NONDETERMINISTIC.test(name);
}

/** A type as a reference, or `null` for PostgreSQL's own. `t.c%TYPE` refers to the column's table, so it is left to the relation. */
export function typeRef(type: TypeName | undefined): ObjectRef | null {
  const name = listName(type?.names);
  if (type === undefined || name.schema === "pg_catalog" || type.pct_type === true) return null;
  if (name.schema === null && BUILTIN_TYPES.has(name.name)) return null;
  return { kind: "type", ...name };
}

/** A function as a reference without argument types, or `null` for PostgreSQL's own. */
export function functionRef(name: Name): ObjectRef | null {
  if (name.schema === "pg_catalog" || (name.schema === null && builtinVolatility(name.name) !== null)) return null;
  return { kind: "function", ...name };
}

/** Every reference once, the first of each kept. */
export function distinct(refs: readonly (ObjectRef | null)[]): ObjectRef[] {
  if (refs.length === 0) return [];
  const seen = new Map<string, ObjectRef>();
  for (const ref of refs) {
    if (ref === null) continue;
    const key = `${nameKey(ref)}(${ref.arguments ?? ""})`;
    if (!seen.has(key)) seen.set(key, ref);
  }
  return [...seen.values()];
}

/** Relations, types and users' functions that a piece of a tree names: what a definition depends on. */
export function dependencies(...nodes: readonly unknown[]): ObjectRef[] {
  if (nodes.every((node) => node === undefined)) return [];
  const found = collectReferences(nodes);
  return distinct([...found.reads, ...found.writes, ...found.calls.map(functionRef), ...found.types]);
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const WRITING: ReadonlySet<string> = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);
const SEQUENCE_FUNCTIONS: ReadonlySet<string> = new Set(["nextval", "setval", "currval", "pg_sequence_last_value"]);

/** Walks any piece of a parse tree. */
export function collectReferences(root: unknown): References {
  const reads: ObjectRef[] = [];
  const writes: ObjectRef[] = [];
  const calls: Name[] = [];
  const types: ObjectRef[] = [];
  const nondeterministic = new Set<string>();
  let usesClock = false;

  const readRelation = (relation: RangeVar, hidden: ReadonlySet<string>): void => {
    const name = relationName(relation);
    if (name.schema === null && hidden.has(name.name)) return;
    reads.push({ kind: "table", ...name });
  };

  const call = (fields: FuncCall): void => {
    const name = listName(fields.funcname);
    calls.push(name);
    if (isNondeterministic(name.name)) nondeterministic.add(name.name);
    if (!SEQUENCE_FUNCTIONS.has(name.name)) return;
    const sequence = literalIn(fields.args?.[0]);
    if (sequence === null) return;
    const ref: ObjectRef = { kind: "sequence", ...parseQualifiedName(sequence) };
    (name.name === "nextval" || name.name === "setval" ? writes : reads).push(ref);
  };

  const cast = (fields: Fields): void => {
    const literal = literalIn(fields["arg"]);
    if (literal === null) return;
    const target = listName((fields["typeName"] as TypeName | undefined)?.names).name;
    if (target === "regclass" && !/^\d+$/.test(literal)) reads.push({ kind: "table", ...parseQualifiedName(literal) });
    if (/^(?:date|time|timetz|timestamp|timestamptz)$/.test(target) && /^\s*(?:now|today|tomorrow|yesterday)\s*$/i.test(literal)) {
      usesClock = true;
      nondeterministic.add(literal.trim().toLowerCase());
    }
  };

  const visit = (value: unknown, hidden: ReadonlySet<string>): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, hidden);
      return;
    }
    if (!isFields(value)) return;
    if ("relname" in value && "relpersistence" in value) return readRelation(value, hidden);
    if ("names" in value && "typemod" in value) {
      const ref = typeRef(value);
      if (ref !== null) types.push(ref);
      return;
    }
    if ("funcname" in value && "funcformat" in value) call(value);
    const inner = "withClause" in value ? visitWith(value["withClause"], hidden) : hidden;
    for (const key of Object.keys(value)) {
      const child = value[key];
      if (typeof child !== "object") continue;
      // `FOR UPDATE OF a` names aliases; a WITH clause was visited above.
      if (key === "lockedRels" || key === "withClause") continue;
      if (WRITING.has(key) && isFields(child)) visitWriting(child, inner);
      else if (key === "SQLValueFunction" && isFields(child)) addValueFunction(child);
      else {
        if (key === "TypeCast" && isFields(child)) cast(child);
        visit(child, inner);
      }
    }
  };

  const addValueFunction = (fields: Fields): void => {
    const op = fields["op"];
    if (typeof op === "string")
      nondeterministic.add(
        op
          .replace(/^SVFOP_/, "")
          .replace(/_N$/, "")
          .toLowerCase(),
      );
  };

  const visitWriting = (fields: Fields, hidden: ReadonlySet<string>): void => {
    const { relation, ...rest } = fields;
    if (isFields(relation)) writes.push({ kind: "table", ...relationName(relation) });
    visit(rest, hidden);
  };

  const visitWith = (clause: unknown, hidden: ReadonlySet<string>): ReadonlySet<string> => {
    const ctes = isFields(clause) && Array.isArray(clause["ctes"]) ? (clause["ctes"] as readonly unknown[]) : [];
    const named = ctes.map((cte) => (isFields(cte) && isFields(cte["CommonTableExpr"]) ? cte["CommonTableExpr"] : {}));
    const scope = new Set(hidden);
    const recursive = isFields(clause) && clause["recursive"] === true;
    if (recursive) for (const cte of named) scope.add(String(cte["ctename"]));
    for (const cte of named) {
      visit(cte["ctequery"], new Set(scope));
      scope.add(String(cte["ctename"]));
    }
    return scope;
  };

  visit(root, new Set());
  return {
    reads: distinct(reads),
    writes: distinct(writes),
    calls,
    types: distinct(types),
    nondeterministic: [...nondeterministic],
    usesClock,
  };
}

/** The string constant in a node, through casts. */
function literalIn(node: unknown): string | null {
  if (!isFields(node)) return null;
  if (isFields(node["TypeCast"])) return literalIn(node["TypeCast"]["arg"]);
  const constant = node["A_Const"];
  if (!isFields(constant) || !isFields(constant["sval"])) return null;
  const text = constant["sval"]["sval"];
  return typeof text === "string" ? text : null;
}
