import { createHash } from "node:crypto";

/** Longest identifier of PostgreSQL, as `connection.ops.max_name_length()` gives it. */
const longest = 63;

/** `names_digest`: the head of the MD5 of all parts, one behind the other. */
function namesDigest(parts: readonly string[], length: number): string {
  return createHash("md5").update(parts.join(""), "utf8").digest("hex").slice(0, length);
}

/** `split_identifier`: the schema that a `db_table` such as `audit"."log` names, empty where it names none, and the table. */
export function splitIdentifier(identifier: string): { readonly namespace: string; readonly name: string } {
  const parts = identifier.split('"."');
  const [first = "", second] = parts;
  const strip = (text: string): string => text.replace(/^"+|"+$/g, "");
  return second === undefined || parts.length > 2
    ? { namespace: "", name: strip(identifier) }
    : { namespace: strip(first), name: strip(second) };
}

/** `truncate_name`: a name that PostgreSQL takes whole, with four characters of its digest where it was cut. */
export function truncateName(identifier: string): string {
  const { namespace, name } = splitIdentifier(identifier);
  if (name.length <= longest) return identifier;
  const cut = `${name.slice(0, longest - 4)}${namesDigest([name], 4)}`;
  return namespace === "" ? cut : `${namespace}"."${cut}`;
}

/** `quote_name`: what is quoted already stays as it is. */
export function quoteName(name: string): string {
  return name.startsWith('"') && name.endsWith('"') ? name : `"${name}"`;
}

/** `_create_index_name` of the schema editor: names of indexes and constraints that nobody named. */
export function createIndexName(table: string, columns: readonly string[], suffix: string): string {
  const { name } = splitIdentifier(table);
  let end = `${namesDigest([name, ...columns], 8)}${suffix}`;
  const whole = `${name}_${columns.join("_")}_${end}`;
  if (whole.length <= longest) return whole;
  if (end.length > longest / 3) end = end.slice(0, Math.floor(longest / 3));
  const other = Math.floor((longest - end.length) / 2) - 1;
  const cut = `${name.slice(0, other)}_${columns.join("_").slice(0, other)}_${end}`;
  return /^[_\d]/.test(cut) ? `D${cut.slice(0, -1)}` : cut;
}

/** `Index.set_name_with_model`: the name of an index of `Meta.indexes` that has none. `columns` with their order. */
export function createMetaIndexName(
  table: string,
  columns: readonly { readonly column: string; readonly order: string }[],
  suffix: string,
): string {
  const { name } = splitIdentifier(table);
  const ordered = columns.map(({ column, order }) => (order === "" ? column : `-${column}`));
  const digest = namesDigest([name, ...ordered, suffix], 6);
  const made = `${name.slice(0, 11)}_${(columns[0]?.column ?? "").slice(0, 7)}_${digest}_${suffix}`;
  return /^[_\d]/.test(made) ? `D${made.slice(1)}` : made;
}
