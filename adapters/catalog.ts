import type { Inspector } from "../src/model/history.ts";

export interface ColumnInfo {
  readonly name: string;
  /** As `format_type` gives it: `character varying(255)`, `timestamp(6) without time zone`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly default: string | null;
}

export interface IndexInfo {
  readonly name: string;
  readonly unique: boolean;
  readonly valid: boolean;
  /** Names, or the text of the expressions (`indkey` has a 0). */
  readonly columns: readonly string[] | string;
  readonly definition: string;
}

export interface ConstraintInfo {
  readonly name: string;
  /** `p`, `f`, `c`, `u`, `x`. */
  readonly type: string;
  readonly columns: readonly string[];
  readonly definition: string;
  readonly toTable: string | null;
  readonly toColumns: readonly string[];
  readonly onDelete: string | null;
  readonly onUpdate: string | null;
  readonly valid: boolean;
}

export interface SequenceInfo {
  readonly column: string;
  readonly schema: string;
  readonly name: string;
}

/** Questions that tools ask the database while they migrate. Answers are kept until `changed`. */
export interface Catalog {
  relationKind(name: string): Promise<string | null>;
  columns(table: string): Promise<readonly ColumnInfo[]>;
  indexes(table: string): Promise<readonly IndexInfo[]>;
  constraints(table: string): Promise<readonly ConstraintInfo[]>;
  /** `pk_and_sequence_for`. */
  primaryKeySequence(table: string): Promise<SequenceInfo | null>;
  /** The first value of the first row of a query; `null` for none. */
  value(sql: string, parameters?: readonly unknown[]): Promise<unknown>;
  rows(sql: string, parameters?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  changed(): void;
}

const relation = `
select c.oid, c.relkind::text as kind from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relname = $1 and n.nspname = any(case when $2::text is null then pg_catalog.current_schemas(false)::text[] else array[$2::text] end)
order by array_position(pg_catalog.current_schemas(false)::text[], n.nspname::text) limit 1`;

const columnsQuery = `
select a.attname as name, pg_catalog.format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable, pg_catalog.pg_get_expr(d.adbin, d.adrelid) as default
from pg_catalog.pg_attribute a left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum`;

const indexesQuery = `
select i.relname as name, d.indisunique as unique, d.indisvalid as valid, pg_catalog.pg_get_indexdef(d.indexrelid) as definition, 0 = any(d.indkey) as expressed,
  array(select a.attname::text from unnest(d.indkey[0:d.indnkeyatts - 1]) with ordinality k (num, place) join pg_catalog.pg_attribute a on a.attrelid = d.indrelid and a.attnum = k.num order by k.place) as columns
from pg_catalog.pg_index d join pg_catalog.pg_class i on i.oid = d.indexrelid
where d.indrelid = $1 and not d.indisprimary order by i.relname`;

const constraintsQuery = `
select c.conname as name, c.contype::text as type, pg_catalog.pg_get_constraintdef(c.oid, true) as definition, c.convalidated as valid,
  case when c.contype = 'f' then c.confrelid::regclass::text end as "toTable", c.confdeltype::text as "onDelete", c.confupdtype::text as "onUpdate",
  array(select a.attname::text from unnest(c.conkey) with ordinality k (num, place) join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.num order by k.place) as columns,
  array(select a.attname::text from unnest(c.confkey) with ordinality k (num, place) join pg_catalog.pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.num order by k.place) as "toColumns"
from pg_catalog.pg_constraint c where c.conrelid = $1 and c.contype in ('p', 'f', 'c', 'u', 'x') order by c.conname`;

const sequenceQuery = `
select a.attname as column, n.nspname as schema, s.relname as name
from pg_catalog.pg_constraint p join pg_catalog.pg_attribute a on a.attrelid = p.conrelid and a.attnum = p.conkey[1]
left join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = a.attrelid and d.refobjsubid = a.attnum and d.classid = 'pg_catalog.pg_class'::regclass
left join pg_catalog.pg_class s on s.oid = d.objid and s.relkind = 'S' left join pg_catalog.pg_namespace n on n.oid = s.relnamespace
where p.conrelid = $1 and p.contype = 'p' order by s.relname nulls last limit 1`;

/** `schema.table` in its parts, quoted or not, as it is written. */
export function splitName(name: string): { readonly schema: string | null; readonly name: string } {
  const [first = "", second] = (name.match(/[^".]+|"[^"]*"/g) ?? []).map((part) => part.replace(/^"(.*)"$/, "$1"));
  return second === undefined ? { schema: null, name: first } : { schema: first, name: second };
}

/** A catalog that asks the shadow. */
export function createCatalog(at: Inspector): Catalog {
  const kept = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const known = kept.get(key) as Promise<T> | undefined;
    const asked = known ?? ask();
    kept.set(key, asked);
    return asked;
  };
  const find = (name: string): Promise<{ readonly oid: number; readonly kind: string } | null> =>
    once(`relation ${name}`, async () => {
      const { schema, name: bare } = splitName(name);
      const [row] = await at.rows(relation, [bare, schema]);
      return row === undefined ? null : { oid: Number(row["oid"]), kind: String(row["kind"]) };
    });
  const of = <T>(table: string, what: string, query: string): Promise<readonly T[]> =>
    once(`${what} ${table}`, async () => {
      const found = await find(table);
      return found === null ? [] : ((await at.rows(query, [found.oid])) as readonly unknown[] as readonly T[]);
    });
  return {
    relationKind: async (name) => (await find(name))?.kind ?? null,
    columns: (table) => of<ColumnInfo>(table, "columns", columnsQuery),
    indexes: async (table) =>
      (await of<IndexInfo & { readonly expressed: boolean }>(table, "indexes", indexesQuery)).map((index) =>
        index.expressed
          ? {
              ...index,
              columns:
                / USING \w+? \((.+?)\)(?: INCLUDE \(.+?\))?(?: NULLS NOT DISTINCT)?(?: WITH \(.+?\))?(?: WHERE .+)?$/s.exec(
                  index.definition,
                )?.[1] ?? "",
            }
          : index,
      ),
    constraints: (table) => of<ConstraintInfo>(table, "constraints", constraintsQuery),
    primaryKeySequence: async (table) => {
      const [row] = await of<SequenceInfo>(table, "sequence", sequenceQuery);
      return row ?? null;
    },
    async value(sql, parameters) {
      const [row] = await at.rows(sql, parameters);
      return row === undefined ? null : (Object.values(row)[0] ?? null);
    },
    rows: (sql, parameters) => at.rows(sql, parameters),
    changed: () => kept.clear(),
  };
}
