import type { ObjectKind } from "../../../model/object.ts";
import { commonFacts, isPartOfAnother, privilegeFacts } from "../fragments.ts";

/** How one catalog's rows become `PlainFacts`. All fields but `catalog` and `kind` are SQL over the row `r` (and what `from` adds). */
export interface PlainShape {
  readonly catalog: string;
  /** What is read in place of the catalog where that is not open to everybody. */
  readonly relation?: string;
  readonly kind: ObjectKind;
  /** NULL where the kind has none. */
  readonly schema: string;
  readonly name: string;
  /** What goes after ALTER, DROP and COMMENT ON. */
  readonly identity: string;
  /** The owner's oid; absent where the kind has no owner. */
  readonly owner?: string;
  /** The column and the letter that `acldefault()` takes. */
  readonly acl?: readonly [column: string, kind: string];
  /** Statements, NULL ones left out. */
  readonly create: readonly string[];
  readonly drop: readonly string[];
  readonly more?: string;
  /** Further tables, with a leading comma, and their conditions. */
  readonly from?: string;
  readonly where?: string;
  /** Shared objects have their comments elsewhere. */
  readonly shared?: "shared";
}

/** The statement that gives one object as `PlainFacts`; NULL where there is none. `target` is the oid. */
export function plainQuery(shape: PlainShape): string {
  const privileges =
    shape.owner === undefined
      ? `'owner', null, 'acl', '[]'::json, 'isDefault', true`
      : shape.acl === undefined
        ? `'owner', pg_get_userbyid(${shape.owner}), 'acl', '[]'::json, 'isDefault', true`
        : privilegeFacts(shape.acl[1], shape.owner, shape.acl[0]);
  const common = shape.shared === undefined ? commonFacts(shape.catalog, "r.oid") : sharedFacts(shape.catalog);
  const members = shape.shared === undefined ? ` and not ${isPartOfAnother(shape.catalog, "r.oid")}` : "";
  return `select json_build_object('catalog', '${shape.catalog}', 'oid', r.oid::int8, 'kind', '${shape.kind}', 'schema', ${shape.schema}, 'name', ${shape.name},
  'identity', ${shape.identity},
  'facts', json_build_object('kind', 'plain', ${common}, ${privileges},
    'create', ${statements(shape.create)}, 'drop', ${statements(shape.drop)}, 'more', ${shape.more ?? "'{}'::json"}))
 from ${shape.relation ?? shape.catalog} r${shape.from ?? ""} where r.oid = target${shape.where === undefined ? "" : ` and ${shape.where}`}${shape.catalog === "pg_extension" ? "" : members}`;
}

function sharedFacts(catalog: string): string {
  return `'comment', (select d.description from pg_shdescription d where d.objoid = r.oid and d.classoid = '${catalog}'::regclass),
  'securityLabels', coalesce((select json_agg(s.provider || ': ' || s.label order by s.provider) from pg_shseclabel s
     where s.objoid = r.oid and s.classoid = '${catalog}'::regclass), '[]'::json),
  'extension', null`;
}

/** A JSON list of texts; an item may be a text array itself (`array_cat` flattens), NULLs are left out. */
function statements(items: readonly string[]): string {
  if (items.length === 0) return "'[]'::json";
  return `to_json(array_remove(${items.map((item) => (item.startsWith("array(") ? `${item}::text[]` : `array[(${item})::text]`)).join(" || ")}, null))`;
}

/** `schema.name`, quoted, of a row found by oid in a catalog with these columns; NULL for oid 0. */
export function qualified(catalog: string, columns: readonly [name: string, namespace: string], oid: string): string {
  return `(select quote_ident(qn.nspname) || '.' || quote_ident(q.${columns[0]}) from ${catalog} q, pg_namespace qn where q.oid = ${oid} and qn.oid = q.${columns[1]})`;
}

/** `schema.name` of a function. */
export function routine(oid: string): string {
  return qualified("pg_proc", ["proname", "pronamespace"], oid);
}

/** `schema.name(types)` of a function. */
export function routineWithTypes(oid: string): string {
  return `(select quote_ident(qn.nspname) || '.' || quote_ident(q.proname) || '('
    || coalesce((select string_agg(format_type(u.x, null), ', ' order by u.i) from unnest(q.proargtypes::oid[]) with ordinality u(x, i)), '') || ')'
    from pg_proc q, pg_namespace qn where q.oid = ${oid} and qn.oid = q.pronamespace)`;
}

/** `, LABEL = schema.function`, empty for oid 0. */
export function option(label: string, oid: string): string {
  return `case when ${oid} <> 0 then ', ${label} = ' || ${routine(oid)} else '' end`;
}

/** ` OPTIONS (name 'value', …)` of a text array of `name=value`, empty where there are none. */
export function foreignOptions(array: string): string {
  return `coalesce((select ' OPTIONS (' || string_agg(quote_ident(o.option_name) || ' ' || quote_literal(coalesce(o.option_value, '')), ', ') || ')' from pg_options_to_table(${array}) o having count(*) > 0), '')`;
}

/** A role's name as a statement writes it; 0 is PUBLIC. */
export function role(oid: string): string {
  return `case when ${oid} = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(${oid})) end`;
}

/** The value of a setting as ALTER … SET writes it: lists of names are stored ready quoted. */
export function setting(entry: string): string {
  return `quote_ident(split_part(${entry}, '=', 1)) || ' TO ' || case
    when split_part(${entry}, '=', 1) in ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries', 'shared_preload_libraries')
      and length(${entry}) > position('=' in ${entry}) then substr(${entry}, position('=' in ${entry}) + 1)
    else quote_literal(substr(${entry}, position('=' in ${entry}) + 1)) end`;
}
