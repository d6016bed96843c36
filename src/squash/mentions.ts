import type { Mention } from "./ledger.ts";

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | null {
  if (!isFields(value)) return null;
  const string = value["String"];
  return isFields(string) && typeof string["sval"] === "string" ? string["sval"] : null;
}

export interface Mentions {
  /** Every name that may be a column's: too many rather than too few. */
  readonly columns: Mention;
  /** Whether a name is qualified (`t.c`), so that renaming the table would need care. */
  readonly qualified: boolean;
}

/** Lists of plain strings that hold column names, by the field that holds them. */
const COLUMN_LISTS: ReadonlySet<string> = new Set(["keys", "including", "fk_attrs", "pk_attrs", "fk_del_set_cols", "columns", "cols"]);

/** The column names in any piece of a parse tree; `all` where a `*` or a whole row stands in it. */
export function mentionsOf(root: unknown): Mentions {
  const names = new Set<string>();
  const relations = new Set<string>();
  const single = new Set<string>();
  let everything = false;
  let qualified = false;

  const columnRef = (fields: Fields): void => {
    const parts = Array.isArray(fields["fields"]) ? fields["fields"] : [];
    const last: unknown = parts.at(-1);
    if (isFields(last) && "A_Star" in last) everything = true;
    const name = text(last);
    if (name !== null) names.add(name);
    if (parts.length > 1) qualified = true;
    else if (name !== null) single.add(name);
  };

  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
      return;
    }
    if (!isFields(value)) return;
    if ("relname" in value && typeof value["relname"] === "string") relations.add(value["relname"]);
    if ("aliasname" in value && typeof value["aliasname"] === "string") relations.add(value["aliasname"]);
    for (const [key, child] of Object.entries(value)) {
      if (key === "ColumnRef" && isFields(child)) {
        columnRef(child);
        continue;
      }
      if ((key === "IndexElem" || key === "ResTarget" || key === "PartitionElem") && isFields(child) && typeof child["name"] === "string") {
        names.add(child["name"]);
      }
      if (COLUMN_LISTS.has(key) && Array.isArray(child)) for (const item of child) names.add(text(item) ?? "");
      visit(child);
    }
  };

  visit(root);
  // A bare name that is also a relation's may be its whole row: `row_to_json(t)`.
  const wholeRow = [...single].some((name) => relations.has(name));
  return { columns: everything || wholeRow ? "all" : names, qualified };
}

/** Whether a touch's columns and some columns overlap. */
export function overlaps(mention: Mention, columns: readonly string[]): boolean {
  return mention === "all" ? columns.length > 0 : columns.some((column) => mention.has(column));
}
