import type { CatalogObject } from "../model/catalog.ts";
import type { ObjectKind, ObjectRef } from "../model/object.ts";

/** A relation by name; `schema` is `null` where the statement left it to `search_path`. */
export interface RelationName {
  readonly schema: string | null;
  readonly name: string;
}

const RELATION_KINDS: ReadonlySet<ObjectKind> = new Set([
  "table",
  "view",
  "materialized-view",
  "foreign-table",
  "composite-type",
  "sequence",
  "index",
]);

const RELATION_PARTS: ReadonlySet<ObjectKind> = new Set(["column", "constraint", "trigger", "rule", "policy"]);

/** Whether the kind stands in `pg_class` and shares its namespace. */
export function isRelationKind(kind: ObjectKind): boolean {
  return RELATION_KINDS.has(kind);
}

/** The relation that a reference names or is a part of; `null` for every other kind. */
export function relationOf(ref: ObjectRef): RelationName | null {
  if (RELATION_PARTS.has(ref.kind)) return ref.parent === undefined ? null : { schema: ref.schema, name: ref.parent };
  return RELATION_KINDS.has(ref.kind) ? { schema: ref.schema, name: ref.name } : null;
}

function withSchema(schema: string | null, name: string): string {
  return schema === null || schema === "public" ? name : `${schema}.${name}`;
}

/** A name as a person says it: no quotes, `public` left out, `table.column` for a part. */
export function sayRef(ref: ObjectRef): string {
  const own = ref.parent === undefined ? ref.name : `${ref.parent}.${ref.name}`;
  const args = ref.arguments === undefined ? "" : `(${ref.arguments})`;
  return withSchema(ref.schema, `${own}${args}`);
}

/** A catalog object as a person says it. */
export function sayObject(object: CatalogObject): string {
  return withSchema(object.schema, object.name);
}

/** A quoted, qualified name (`public."Order"`) as a person says it. */
export function sayIdentity(identity: string): string {
  return identity.replace(/^public\./, "").replaceAll('"', "");
}

const WORDS: Partial<Record<ObjectKind, string>> = {
  "text-search-configuration": "text search configuration",
  "text-search-dictionary": "text search dictionary",
  "text-search-parser": "text search parser",
  "text-search-template": "text search template",
};

/** The kind in words: `materialized view`. */
export function sayKind(kind: ObjectKind): string {
  return WORDS[kind] ?? kind.replaceAll("-", " ");
}

/** `a`, `a and b`, `a, b and 3 more`: at most `limit` names. */
export function listNames(names: readonly string[], limit = 3): string {
  if (names.length <= limit) {
    const head = names.slice(0, -1).join(", ");
    const last = names.at(-1) ?? "";
    return head === "" ? last : `${head} and ${last}`;
  }
  return `${names.slice(0, limit - 1).join(", ")} and ${names.length - limit + 1} more`;
}

/** `columns`, `indexes`, `policies`. */
export function plural(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(?:s|x|ch)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

/** `1 column`, `3 columns`. */
export function count(number: number, noun: string): string {
  return `${number} ${number === 1 ? noun : plural(noun)}`;
}
