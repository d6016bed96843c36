import type { Session } from "../database/session.ts";
import type { CatalogDifference } from "../model/catalog.ts";
import { inPlainTerms } from "./plain-terms.ts";
import type { ExcludedTables } from "./snapshot/left-out.ts";
import { isOwnSchema } from "./sql/fragments.ts";

export interface RowReadOptions {
  readonly excludeFromReads: ExcludedTables;
  /** Columns whose values differ between two runs of the same SQL (now(), random(), gen_random_uuid(), nextval): only whether they are NULL is compared. */
  readonly nondeterministic: readonly { readonly schema: string; readonly table: string; readonly columns: readonly string[] }[];
}

export interface TableRows {
  readonly rows: number;
  /** Order of rows does not count, order of columns does. Empty tables have the digest "". */
  readonly digest: string;
  /** Compared by whether they are NULL, and by type. */
  readonly nondeterministic: readonly string[];
}

/** The rows of every table, as counts and digests. Keyed by `schema.table`, quoted. */
export type RowSnapshot = ReadonlyMap<string, TableRows>;

/**
 * Counts and digests the rows of every ordinary table: md5 of each row's text (values as PostgreSQL prints them, by column in the table's order), summed so that
 * the order of rows does not count but their number does. Must not be called inside a transaction.
 */
export async function readRows(
  session: Session,
  options: RowReadOptions = { excludeFromReads: [], nondeterministic: [] },
): Promise<RowSnapshot> {
  return inPlainTerms(session, async () => {
    const tables = await session.rows<{
      schema: string;
      name: string;
      identity: string;
      empty: boolean;
      columns: readonly { name: string; quoted: string; type: string }[];
    }>(
      `select n.nspname::text as schema, c.relname::text as name, quote_ident(n.nspname) || '.' || quote_ident(c.relname) as identity,
         pg_relation_size(c.oid) = 0 as empty,
         (select coalesce(json_agg(json_build_object('name', a.attname, 'quoted', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum), '[]'::json)
            from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and c.relpersistence <> 't' and not ${isOwnSchema("n.nspname")}
          and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
        order by 1, 2`,
    );
    const snapshot = new Map<string, TableRows>();
    for (const table of tables) {
      if (options.excludeFromReads.some((entry) => entry.name === table.name && (entry.schema === null || entry.schema === table.schema)))
        continue;
      const loose = options.nondeterministic
        .filter((entry) => entry.schema === table.schema && entry.table === table.name)
        .flatMap((entry) => entry.columns);
      const values = table.columns.map((column) =>
        loose.includes(column.name) ? `(t.${column.quoted} is not null)::text` : `t.${column.quoted}::text`,
      );
      const nondeterministic = table.columns
        .filter((column) => loose.includes(column.name))
        .map((column) => `${column.name} ${column.type}`);
      // A table whose file has no block holds no row.
      if (table.empty) {
        snapshot.set(table.identity, { rows: 0, digest: "", nondeterministic });
        continue;
      }
      // The sum of the two halves of each md5 as numbers does not depend on the order of rows and, unlike XOR, sees a row that stands twice.
      const [row] = await session.rows<{ rows: string; digest: string }>(
        `select count(*) as rows, coalesce(sum(('x' || left(h, 15))::bit(60)::int8::numeric)::text || '-' || sum(('x' || right(h, 15))::bit(60)::int8::numeric)::text, '') as digest
           from (select md5(row(${values.join(", ")})::text) as h from only ${table.identity} t) s`,
      );
      snapshot.set(table.identity, {
        rows: Number(row?.rows ?? 0),
        digest: row?.digest ?? "",
        nondeterministic,
      });
    }
    return snapshot;
  });
}

/** Tables whose rows differ in number or in values; an empty list where none does. A table that only one side has counts only if it holds rows: its absence is the catalog's affair. */
export function compareRows(expected: RowSnapshot, found: RowSnapshot): readonly CatalogDifference[] {
  const differences: CatalogDifference[] = [];
  for (const identity of new Set([...expected.keys(), ...found.keys()])) {
    const left = expected.get(identity);
    const right = found.get(identity);
    const report = (aspect: string, values: { readonly expected: string; readonly found: string }): void => {
      differences.push({
        identity,
        kind: "row",
        what: left === undefined ? "extra" : right === undefined ? "missing" : "different",
        aspect,
        ...values,
      });
    };
    const counts = { expected: String(left?.rows ?? 0), found: String(right?.rows ?? 0) };
    if (counts.expected !== counts.found) report("count", counts);
    else if (counts.expected !== "0" && left?.digest !== right?.digest)
      report("values", { expected: left?.digest ?? "", found: right?.digest ?? "" });
  }
  return differences;
}

/** Rows of all tables together. */
export function countRows(snapshot: RowSnapshot): number {
  return [...snapshot.values()].reduce((sum, table) => sum + table.rows, 0);
}
