import { createHash } from "node:crypto";
import { splitName } from "../catalog.ts";

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 10);
}

/** Rails refuses or shortens generated index names above this many bytes (`max_index_name_size`). */
const mostIndexBytes = 62;

/** A name in quotes, as the PostgreSQL adapter writes every name. */
export function quoteColumn(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"schema"."table"`. */
export function quoteTable(name: string): string {
  const { schema, name: bare } = splitName(name);
  return schema === null ? quoteColumn(bare) : `${quoteColumn(schema)}.${quoteColumn(bare)}`;
}

/** What one index is on: names of columns, or one expression as it is written. */
export type IndexColumns = readonly string[] | string;

/** A text with other characters than those of a name is an expression (`expression_column_name?`). */
export function isExpression(columns: IndexColumns): columns is string {
  return typeof columns === "string" && /\W/.test(columns);
}

function nameParts(columns: IndexColumns): readonly string[] {
  if (isExpression(columns)) return [(columns.match(/\w+/g) ?? []).join("_")];
  return typeof columns === "string" ? [columns] : columns;
}

/** The name of an index that was given none; `style`: whether it is shortened as since `Migration[7.1]` (`generate_index_name`). */
export function indexName(table: string, columns: IndexColumns, style: "shortened" | "whole"): string {
  const parts = nameParts(columns);
  const whole = `index_${splitName(table).name}_on_${parts.join("_and_")}`;
  if (style === "whole" || Buffer.byteLength(whole) <= mostIndexBytes) return whole;
  const hash = `_${sha256(whole)}`;
  const short = Buffer.from(`idx_on_${parts.join("_")}`)
    .subarray(0, mostIndexBytes - hash.length)
    .toString("utf8")
    .replace(/\uFFFD+$/, "");
  return `${short}${hash}`;
}

/** `foreign_key_name`; the table as it is written, schema included. */
export function foreignKeyName(table: string, columns: readonly string[]): string {
  return `fk_rails_${sha256(`${table}_${columns.join("_and_")}_fk`)}`;
}

/** `check_constraint_name`. */
export function checkName(table: string, expression: string): string {
  return `chk_rails_${sha256(`${table}_${expression}_chk`)}`;
}

/** `exclusion_constraint_name`. */
export function exclusionName(table: string, expression: string): string {
  return `excl_rails_${sha256(`${table}_${expression}_excl`)}`;
}

/** `unique_constraint_name`: of columns, or of the index that it takes over. */
export function uniqueName(table: string, of: readonly string[]): string {
  return `uniq_rails_${sha256(`${table}_${of.join("_and_")}_unique`)}`;
}

/** `derive_join_table_name`: `music_artists`, `music_records` → `music_artists_records`. */
export function joinTableName(first: string, second: string): string {
  return [first, second]
    .sort()
    .join("\0")
    .replace(/^(.*[._])(.+)\0\1(.+)/, "$1$2_$3")
    .replace("\0", "_");
}
