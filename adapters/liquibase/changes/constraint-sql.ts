import { escapeColumnList, escapeName, escapeQualified, type Naming } from "../postgres/quoting.ts";

interface OnTable {
  readonly schema: string | null;
  readonly table: string;
  /** A list of names. */
  readonly columns: string;
}

/** `ALTER TABLE … ADD [CONSTRAINT n] UNIQUE (…)`; `rules` follows as it is. */
export function addUnique(unique: OnTable & { readonly name: string | null; readonly rules?: string }, naming: Naming): string {
  const name = unique.name === null || unique.name === "" ? "" : `CONSTRAINT ${escapeName(unique.name, naming)} `;
  const table = escapeQualified(unique.table, unique.schema, naming);
  return `ALTER TABLE ${table} ADD ${name}UNIQUE (${escapeColumnList(unique.columns, naming)})${unique.rules ?? ""}`;
}

/** `ALTER TABLE … ADD CONSTRAINT n FOREIGN KEY (…) REFERENCES … (…)`; `rules` follows as it is. */
export function addForeignKey(
  key: OnTable & { readonly name: string; readonly references: OnTable; readonly rules: string },
  naming: Naming,
): string {
  const table = escapeQualified(key.table, key.schema, naming);
  const target = escapeQualified(key.references.table, key.references.schema, naming);
  return `ALTER TABLE ${table} ADD CONSTRAINT ${escapeName(key.name, naming)} FOREIGN KEY (${escapeColumnList(key.columns, naming)}) REFERENCES ${target} (${escapeColumnList(key.references.columns, naming)})${key.rules}`;
}
