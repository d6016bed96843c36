import type { Inspector } from "../../../src/model/history.ts";
import { splitIdentifier } from "../names.ts";

/** A constraint or index of a table, as `introspection.get_constraints` gives it. */
export interface FoundConstraint {
  readonly name: string;
  readonly columns: readonly string[];
  readonly primaryKey: boolean;
  readonly unique: boolean;
  readonly foreignKey: boolean;
  readonly check: boolean;
  readonly index: boolean;
  /** Access method of an index; `idx` for a plain one. */
  readonly type: string | null;
}

/** Which constraints are looked for. What is not said is not asked. */
export interface Wanted {
  readonly columns?: readonly string[];
  readonly unique?: boolean;
  readonly primaryKey?: boolean;
  readonly index?: boolean;
  readonly foreignKey?: boolean;
  readonly check?: boolean;
  readonly type?: string;
  readonly except?: readonly string[];
}

/** Questions that Django asks the database while it migrates. */
export interface Catalog {
  /** `_constraint_names`. */
  constraintNames(table: string, wanted: Wanted): Promise<readonly string[]>;
  /** The sequence that a column owns; `null` where it has none or is an identity. */
  ownedSequence(table: string, column: string): Promise<string | null>;
  hasExtension(name: string): Promise<boolean>;
  /** `null`: there is no such collation. */
  isDeterministic(collation: string): Promise<boolean | null>;
}

const ofTable = `
join pg_catalog.pg_class c on c.oid = %s join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relname = $1 and case when $2 = '' then pg_catalog.pg_table_is_visible(c.oid) else n.nspname = $2 end`;

const constraintsQuery = `
select k.conname::text as name, k.contype::text as kind,
  array(select a.attname::text from unnest(k.conkey) with ordinality u (num, place) join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = u.num order by u.place) as columns
from pg_catalog.pg_constraint k ${ofTable.replace("%s", "k.conrelid")} and k.contype in ('p', 'u', 'f', 'c', 'x') order by k.conname`;

const indexesQuery = `
select i.relname::text as name, x.indisunique as unique, x.indisprimary as primary, m.amname::text as method, i.reloptions is null as plain,
  array(select a.attname::text from unnest(x.indkey::int[]) with ordinality u (num, place) left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = u.num order by u.place) as columns
from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid join pg_catalog.pg_am m on m.oid = i.relam ${ofTable.replace("%s", "x.indrelid")} order by i.relname`;

const sequenceQuery = `
select s.relname::text as name from pg_catalog.pg_depend d
join pg_catalog.pg_class s on s.oid = d.objid and s.relkind = 'S'
join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
${ofTable.replace("%s", "d.refobjid")} and d.classid = 'pg_catalog.pg_class'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass and d.deptype in ('a', 'i') and a.attname = $3`;

/** A catalog that asks the shadow. */
export function createCatalog(at: Inspector): Catalog {
  const constraints = async (table: string): Promise<readonly FoundConstraint[]> => {
    const { namespace, name } = splitIdentifier(table);
    const made = (await at.rows(constraintsQuery, [name, namespace])).map((row): FoundConstraint => {
      const kind = String(row["kind"]);
      return {
        name: String(row["name"]),
        columns: row["columns"] as readonly string[],
        primaryKey: kind === "p",
        unique: kind === "p" || kind === "u",
        foreignKey: kind === "f",
        check: kind === "c",
        index: false,
        type: null,
      };
    });
    const known = new Set(made.map((each) => each.name));
    const indexes = (await at.rows(indexesQuery, [name, namespace])).map((row): FoundConstraint => {
      const columns = row["columns"] as readonly (string | null)[];
      const basic = row["method"] === "btree" && row["plain"] === true && !String(row["name"]).endsWith("_btree");
      return {
        name: String(row["name"]),
        columns: columns.every((column) => column === null) ? [] : columns.map(String),
        primaryKey: row["primary"] === true,
        unique: row["unique"] === true,
        foreignKey: false,
        check: false,
        index: true,
        type: basic ? "idx" : String(row["method"]),
      };
    });
    return [...made, ...indexes.filter((each) => !known.has(each.name))];
  };
  return {
    async constraintNames(table, wanted) {
      const same = (asked: boolean | undefined, found: boolean): boolean => asked === undefined || asked === found;
      return (await constraints(table))
        .filter(
          (each) =>
            (wanted.columns === undefined || wanted.columns.join("\0") === each.columns.join("\0")) &&
            same(wanted.unique, each.unique) &&
            same(wanted.primaryKey, each.primaryKey) &&
            same(wanted.index, each.index) &&
            same(wanted.check, each.check) &&
            (wanted.foreignKey === undefined || each.foreignKey) &&
            (wanted.type === undefined || wanted.type === each.type) &&
            wanted.except?.includes(each.name) !== true,
        )
        .map(({ name }) => name);
    },
    async ownedSequence(table, column) {
      const { namespace, name } = splitIdentifier(table);
      const [row] = await at.rows(sequenceQuery, [name, namespace, column]);
      return row === undefined ? null : String(row["name"]);
    },
    async hasExtension(name) {
      return (await at.rows("select 1 from pg_catalog.pg_extension where extname = $1", [name])).length > 0;
    },
    async isDeterministic(collation) {
      const [row] = await at.rows("select collisdeterministic as yes from pg_catalog.pg_collation where collname = $1", [collation]);
      return row === undefined ? null : row["yes"] === true;
    },
  };
}
