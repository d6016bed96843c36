import { quoteIdentifier } from "../sql/quote.ts";

/** A table as the server is asked for its rows: `row_digests` of the row functions. */
export interface DigestRequest {
  readonly from: string;
  /** Its rows as they are, for a table of few. */
  readonly list: string;
  /** Digests, for a table of more. */
  readonly digest: string;
}

/** What the server tells of a table's rows: the rows, digests of them, or their number alone where there are too many to be read. */
export interface RowDigest {
  readonly count: number;
  readonly rows?: readonly (readonly (string | null)[])[];
  readonly whole?: string | null;
  /** By column, in the order in which they were asked for. */
  readonly columns?: readonly (string | null)[];
}

/** Asks for the rows of a table, of these columns only. */
export function digestRequest(identity: string, columns: readonly string[]): DigestRequest {
  const from = `only ${identity} as r`;
  const values = columns.map((name) => `r.${quoteIdentifier(name)}`);
  const inner = [
    `md5(row(${values.join(", ")})::text) as w`,
    ...values.map((value, at) => `md5(coalesce(${value}::text, '\\N')) as c${at}`),
  ];
  const digest = (name: string): string => `md5(string_agg(q.${name}, '' order by q.${name}))`;
  const texts = values.map((value) => `${value}::text`).join(", ");
  const whole = `json_build_object('count', count(*), 'whole', ${digest("w")}, 'columns', ${jsonArray(values.map((_, at) => digest(`c${at}`)))})`;
  return {
    from,
    list: `select json_build_object('count', count(*), 'rows', coalesce(json_agg(array[${texts}]::text[]), '[]')) from ${from}`,
    digest: `select ${whole} from (select ${inner.join(", ")} from ${from}) as q`,
  };
}

/** A function takes a hundred arguments; an array takes any number. */
function jsonArray(values: readonly string[]): string {
  return `array[${values.join(", ")}]::text[]`;
}

/** How the rows of one table differ between two moments. */
export type RowComparison =
  | { readonly kind: "equal"; readonly count: number }
  | { readonly kind: "values"; readonly columns: readonly string[] }
  | { readonly kind: "number"; readonly before: number; readonly after: number }
  /** It could not be read at one of them, or holds too many rows. */
  | { readonly kind: "unknown" };

/** Compares what was told of the same columns at two moments. */
export function compareDigests(before: RowDigest | null, after: RowDigest | null, columns: readonly string[]): RowComparison {
  if (before === null || after === null) return { kind: "unknown" };
  if (before.count !== after.count) return { kind: "number", before: before.count, after: after.count };
  if (before.count === 0) return { kind: "equal", count: 0 };
  const [old, now] = [digested(before, columns), digested(after, columns)];
  if (old === null || now === null) return { kind: "unknown" };
  if (old.whole === now.whole) return { kind: "equal", count: before.count };
  const changed = columns.filter((_, at) => old.columns[at] !== now.columns[at]);
  // Each column has the values that it had, but in other rows.
  return { kind: "values", columns: changed.length === 0 ? columns : changed };
}

/** Whether a column held any value at all. */
export function holdsValues({ rows }: RowDigest, column: number): boolean {
  return rows === undefined || rows.some((row) => row[column] !== null);
}

function digested(
  { rows, whole, columns }: RowDigest,
  names: readonly string[],
): { readonly whole: string | null; readonly columns: readonly (string | null)[] } | null {
  if (rows !== undefined) {
    const sorted = (texts: readonly string[]): string => [...texts].sort().join("\n");
    return {
      whole: sorted(rows.map((row) => JSON.stringify(row))),
      columns: names.map((_, at) => sorted(rows.map((row) => JSON.stringify(row[at] ?? null)))),
    };
  }
  return whole === undefined || columns === undefined ? null : { whole, columns };
}
