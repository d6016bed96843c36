import type { CatalogObject, ColumnFacts, RelationFacts, SequenceFacts } from "../../model/catalog.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { DeriveContext } from "./action.ts";
import { commentOn } from "./common.ts";
import { changePrivileges } from "./privileges.ts";
import { sequenceOptions } from "./sequence-options.ts";

/** A relation with its own kind of facts. */
export interface Relation {
  readonly object: CatalogObject;
  readonly facts: RelationFacts;
}

/**
 * The name that PostgreSQL 18 gives to a NOT NULL constraint: `makeObjectName()` in `src/backend/commands/indexcmds.c`, which shortens the
 * longer part until all fits into 63 bytes.
 */
export function defaultNotNullName(table: string, column: string): string {
  const label = "_not_null";
  let left = Buffer.byteLength(table);
  let right = Buffer.byteLength(column);
  const room = 63 - label.length - 1;
  while (left + right > room) {
    if (left > right) left--;
    else right--;
  }
  return `${clip(table, left)}_${clip(column, right)}${label}`;
}

function clip(text: string, bytes: number): string {
  let clipped = "";
  for (const character of text) {
    if (Buffer.byteLength(clipped + character) > bytes) break;
    clipped += character;
  }
  return clipped;
}

function notNullClause(column: ColumnFacts, table: string): string {
  if (!column.notNull || column.identity !== null) {
    // An identity column is NOT NULL by itself; only a name of its own must be said.
    const own = column.notNullConstraint;
    if (!column.notNull || own === null || own.name === defaultNotNullName(table, column.name)) return "";
  }
  const constraint = column.notNullConstraint;
  const named = constraint !== null && constraint.name !== defaultNotNullName(table, column.name);
  const name = named ? ` CONSTRAINT ${quoteIdentifier(constraint.name)}` : "";
  return `${name} NOT NULL${constraint?.noInherit === true ? " NO INHERIT" : ""}`;
}

/** The sequence behind an identity column, as it was. */
export function identitySequence(relation: CatalogObject, column: ColumnFacts, context: DeriveContext): SequenceFacts | null {
  const owner = `${relation.identity}.${quoteIdentifier(column.name)}`;
  for (const { facts } of context.before.values()) {
    if (facts.kind === "sequence" && facts.identity && facts.ownedBy === owner) return facts;
  }
  return null;
}

function identitySequenceName(relation: CatalogObject, column: ColumnFacts, context: DeriveContext): string | null {
  const owner = `${relation.identity}.${quoteIdentifier(column.name)}`;
  for (const { facts, identity, name } of context.before.values()) {
    if (facts.kind === "sequence" && facts.identity && facts.ownedBy === owner) {
      return name === `${relation.name}_${column.name}_seq` ? null : identity;
    }
  }
  return null;
}

/** `GENERATED … AS IDENTITY` with the options that are not the defaults. */
export function identityClause(relation: CatalogObject, column: ColumnFacts, context: DeriveContext): string {
  const word = column.identity === "always" ? "ALWAYS" : "BY DEFAULT";
  const sequence = identitySequence(relation, column, context);
  const name = identitySequenceName(relation, column, context);
  const options = [...(name === null ? [] : [`SEQUENCE NAME ${name}`]), ...(sequence === null ? [] : sequenceOptions(sequence, null))];
  return `GENERATED ${word} AS IDENTITY${options.length === 0 ? "" : ` (${options.join(" ")})`}`;
}

/** A column as it stands in CREATE TABLE and ADD COLUMN. */
export function columnClause(relation: CatalogObject, column: ColumnFacts, context: DeriveContext): string {
  const collation = column.collation === null ? "" : ` COLLATE ${column.collation}`;
  const fdw = column.fdwOptions.length === 0 ? "" : ` OPTIONS (${fdwOptionList(column.fdwOptions)})`;
  return `${quoteIdentifier(column.name)} ${column.type}${fdw}${collation}${columnSuffix(relation, column, context)}`;
}

/** NOT NULL, default, generation and identity: what a column of a typed table may have as well. */
export function columnSuffix(relation: CatalogObject, column: ColumnFacts, context: DeriveContext): string {
  const notNull = notNullClause(column, relation.name);
  if (column.identity !== null) return `${notNull} ${identityClause(relation, column, context)}`;
  if (column.generated !== null) return `${notNull} GENERATED ALWAYS AS (${column.default ?? ""}) ${column.generated.toUpperCase()}`;
  return `${notNull}${column.default === null ? "" : ` DEFAULT ${column.default}`}`;
}

/** `name=value` as catalogs keep options, written as `name 'value'`. */
export function fdwOptionList(options: readonly string[]): string {
  return options
    .map((option) => {
      const at = option.indexOf("=");
      return `${quoteIdentifier(option.slice(0, at))} '${option.slice(at + 1).replaceAll("'", "''")}'`;
    })
    .join(", ");
}

/** The difference between two lists of fdw options as `OPTIONS (…)` wants it; `null` where there is none. */
export function changeFdwOptions(found: readonly string[], wanted: readonly string[]): string | null {
  const has = new Map(found.map(splitOption));
  const wants = new Map(wanted.map(splitOption));
  const parts: string[] = [];
  for (const name of has.keys()) if (!wants.has(name)) parts.push(`DROP ${quoteIdentifier(name)}`);
  for (const [name, value] of wants) {
    if (has.get(name) === value) continue;
    parts.push(`${has.has(name) ? "SET" : "ADD"} ${quoteIdentifier(name)} '${value.replaceAll("'", "''")}'`);
  }
  return parts.length === 0 ? null : `OPTIONS (${parts.join(", ")})`;
}

/** `name=value` taken apart. */
export function splitOption(option: string): readonly [string, string] {
  const at = option.indexOf("=");
  return at === -1 ? [option, ""] : [option.slice(0, at), option.slice(at + 1)];
}

/** What the clause of a column cannot say: storage, statistics, options, grants, comment. `found`: as the column is, or `null` for a new one. */
export function adornColumn(relation: Relation, column: ColumnFacts, found: ColumnFacts | null, context: DeriveContext): readonly string[] {
  const { object } = relation;
  const name = quoteIdentifier(column.name);
  const word = object.kind === "foreign-table" ? "FOREIGN TABLE" : object.kind === "materialized-view" ? "MATERIALIZED VIEW" : "TABLE";
  const alter = `ALTER ${word} ${object.identity} ALTER COLUMN ${name}`;
  const statements: string[] = [];
  const storage = found?.storage ?? column.defaultStorage;
  if (column.storage !== storage) statements.push(`${alter} SET STORAGE ${STORAGES[column.storage] ?? column.storage.toUpperCase()}`);
  if (column.compression !== (found?.compression ?? null)) {
    statements.push(`${alter} SET COMPRESSION ${COMPRESSIONS[column.compression ?? ""] ?? column.compression ?? "default"}`);
  }
  const statistics = column.statistics ?? -1;
  if (statistics !== (found?.statistics ?? -1)) statements.push(`${alter} SET STATISTICS ${statistics}`);
  statements.push(...changeOptions(alter, found?.options ?? [], column.options));
  if (found !== null) {
    const fdw = changeFdwOptions(found.fdwOptions, column.fdwOptions);
    if (fdw !== null) statements.push(`${alter} ${fdw}`);
  }
  statements.push(
    ...changePrivileges({
      target: `TABLE ${object.identity}`,
      column: column.name,
      from: found?.acl ?? [],
      to: column.acl,
      ownerFrom: null,
      ownerTo: null,
      sessionRole: context.sessionRole,
    }),
  );
  if (column.comment !== (found?.comment ?? null)) statements.push(commentOn(`COLUMN ${object.identity}.${name}`, column.comment));
  return statements;
}

const STORAGES: Readonly<Record<string, string>> = { p: "PLAIN", e: "EXTERNAL", m: "MAIN", x: "EXTENDED" };
const COMPRESSIONS: Readonly<Record<string, string>> = { p: "pglz", l: "lz4" };

/** SET and RESET of `name=value` options, for columns, indexes and relations. */
export function changeOptions(alter: string, found: readonly string[], wanted: readonly string[]): readonly string[] {
  const has = new Map(found.map(splitOption));
  const wants = new Map(wanted.map(splitOption));
  const reset = [...has.keys()].filter((name) => !wants.has(name));
  const set = [...wants].filter(([name, value]) => has.get(name) !== value);
  return [
    ...(reset.length === 0 ? [] : [`${alter} RESET (${reset.join(", ")})`]),
    ...(set.length === 0 ? [] : [`${alter} SET (${set.map(([name, value]) => `${name} = ${optionValue(value)}`).join(", ")})`]),
  ];
}

/** `WITH (…)` of CREATE. */
export function optionList(options: readonly string[]): string {
  return options
    .map(splitOption)
    .map(([name, value]) => `${name} = ${optionValue(value)}`)
    .join(", ");
}

function optionValue(value: string): string {
  return /^[\w.+-]+$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`;
}
