import type { CatalogSlice } from "../../model/catalog.ts";

/**
 * Tells whether two printed definitions differ only because PostgreSQL prints another name or cast: a constraint, index or view changes its
 * text when a column or table that it uses is renamed, or when a column's type changes.
 */
export interface Echo {
  sameText(before: string | null, after: string | null): boolean;
}

const WORD = /"(?:[^"]|"")*"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/g;

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

interface Slices {
  readonly before: CatalogSlice;
  readonly after: CatalogSlice;
}

function retypesColumn({ before, after }: Slices): boolean {
  for (const [key, was] of before) {
    const is = after.get(key);
    if (is === undefined || is === was || was.facts.kind !== "relation" || is.facts.kind !== "relation") continue;
    const types = new Map(is.facts.columns.map((column) => [column.number, column.type]));
    if (was.facts.columns.some((column) => (types.get(column.number) ?? column.type) !== column.type)) return true;
  }
  return false;
}

function renamesIn(slices: Slices): ReadonlyMap<string, string> {
  const renames = new Map<string, string>();
  const note = (from: string, to: string): void => {
    if (from !== to) renames.set(quoted(from), quoted(to));
  };
  for (const [key, before] of slices.before) {
    const after = slices.after.get(key);
    if (after === undefined || after === before) continue;
    note(before.name, after.name);
    if (before.schema !== null && after.schema !== null) note(before.schema, after.schema);
    if (before.facts.kind !== "relation" || after.facts.kind !== "relation") continue;
    const columns = new Map(after.facts.columns.map((column) => [column.number, column.name]));
    for (const column of before.facts.columns) note(column.name, columns.get(column.number) ?? column.name);
  }
  return renames;
}

// `status::text = 'x'::text` and `(status)::text = …` say the same once the casts that follow the column's type are gone.
function withoutCasts(text: string): string {
  return text
    .replaceAll(
      /::(?:character varying|double precision|(?:timestamp|time)(?: with(?:out)? time zone)?|[\w."]+)(?:\(\d+(?:,\s*\d+)?\))?(?:\[\])*/g,
      "",
    )
    .replaceAll(/[()\s]/g, "");
}

/** Collects the renames of one migration. Cost in proportion to the objects that it touched. */
export function listenForEchoes(slices: Slices): Echo {
  const retypes = retypesColumn(slices);
  const renames = renamesIn(slices);
  const renamed = (text: string): string => (renames.size === 0 ? text : text.replaceAll(WORD, (word) => renames.get(word) ?? word));
  const withoutAliases = (text: string): string => {
    let bare = text;
    for (const from of renames.keys()) bare = bare.replaceAll(` AS ${from}`, "");
    return bare;
  };
  return {
    sameText(before, after) {
      if (before === after) return true;
      if (before === null || after === null) return false;
      const [was, is] = [renamed(before), renamed(after)];
      if (was === is || withoutAliases(renamed(before)) === withoutAliases(after)) return true;
      // Parentheses carry meaning: they are only left out where a new type moved the casts.
      return retypes && withoutCasts(was) === withoutCasts(is);
    },
  };
}
