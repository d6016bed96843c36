import type { CatalogObject, RelationFacts } from "../../model/catalog.ts";
import { count, listNames, sayIdentity, sayKind, sayObject } from "../names.ts";

function creates(facts: RelationFacts): string[] {
  const parts: string[] = [];
  if (facts.columns.length > 0) parts.push(count(facts.columns.length, "column"));
  const targets = facts.constraints
    .filter((item) => item.type === "foreign-key")
    .map((item) => sayIdentity(item.references ?? "another table"));
  const distinct = [...new Set(targets)];
  if (distinct.length === 1) parts.push(`a foreign key to ${distinct[0] ?? ""}`);
  else if (distinct.length > 1) parts.push(`foreign keys to ${listNames(distinct)}`);
  const own = facts.indexes.filter((index) => index.constraint === null).length;
  if (own > 0) parts.push(count(own, "index"));
  if (facts.triggers.some((trigger) => !trigger.inherited)) parts.push(count(facts.triggers.length, "trigger"));
  return parts;
}

/** `table orders with 8 columns and a foreign key to customers`. */
export function sayNewTable(object: CatalogObject): string {
  if (object.facts.kind !== "relation") return `${sayKind(object.kind)} ${sayObject(object)}`;
  const { facts } = object;
  const what =
    facts.relationKind === "partitioned-table" ? "partitioned table" : facts.partitionBound === null ? sayKind(object.kind) : "partition";
  const parts = creates(facts);
  const of = facts.partitionBound === null || facts.inherits[0] === undefined ? "" : ` of ${sayIdentity(facts.inherits[0])}`;
  if (parts.length === 0 || of !== "") return `${what} ${sayObject(object)}${of}`;
  return `${what} ${sayObject(object)} with ${listNames(parts, 4)}`;
}

/** The columns of an index as its definition has them: `(placed_at, status)` without the parentheses. */
function indexedColumns(definition: string): string {
  const match = /\bUSING \w+ \((.*?)\)(?: INCLUDE| NULLS| WITH| TABLESPACE| WHERE|$)/.exec(definition);
  return (match?.[1] ?? "").replaceAll('"', "");
}

/** `orders.placed_at` for one plain column, `orders (placed_at, status)` for more. */
export function sayIndexed(object: CatalogObject, definition: string): string {
  const columns = indexedColumns(definition);
  if (/^\w+$/.test(columns)) return `${sayObject(object)}.${columns}`;
  return columns.length === 0 || columns.length > 40 ? sayObject(object) : `${sayObject(object)} (${columns})`;
}
