import type { ObjectRef } from "../model/object.ts";
import type { SquashInput } from "../model/squash.ts";
import { builtinVolatility } from "../sql/builtin-functions.ts";
import { collectReferences } from "../sql/references.ts";
import type { Name } from "../sql/tree.ts";
import type { Ledger, Tracked } from "./ledger.ts";
import { lookUp } from "./ledger.ts";

/** Where unqualified names are created: the first schema of the path that is one. */
export function creationSchema(path: readonly string[]): string {
  return path.find((schema) => schema !== "$user" && schema !== "pg_catalog" && schema !== "pg_temp") ?? "public";
}

/** The key under which a statement's name is found: in the first schema of the path that has it, else where it would be made. */
export function keyOf(ledger: Ledger, prefix: string, name: Name & { readonly path: readonly string[] }): string {
  if (name.schema !== null) return `${prefix}:${name.schema}.${name.name}`;
  for (const schema of name.path) {
    const key = `${prefix}:${schema}.${name.name}`;
    if (ledger.names.has(key)) return key;
  }
  return `${prefix}:${creationSchema(name.path)}.${name.name}`;
}

/** A relation as a statement names it. */
export function findRelation(ledger: Ledger, name: Name, input: SquashInput): Tracked {
  return lookUp(ledger, keyOf(ledger, "rel", { ...name, path: input.searchPath }));
}

/** A type as a statement names it: a table's row type is found as the table. `null` where no statement made it. */
export function findType(ledger: Ledger, name: Name, input: SquashInput): Tracked | null {
  for (const prefix of ["type", "rel"]) {
    const found = ledger.names.get(keyOf(ledger, prefix, { ...name, path: input.searchPath }));
    if (found !== undefined) return found;
  }
  return null;
}

/** Every routine of that name, whatever its arguments. */
export function findRoutines(ledger: Ledger, name: Name, input: SquashInput): readonly Tracked[] {
  const schemas = name.schema === null ? input.searchPath : [name.schema];
  for (const schema of schemas) {
    const found = ledger.routines.get(`${schema}.${name.name}`);
    if (found !== undefined && found.length > 0) return found;
  }
  return [];
}

export interface Needs {
  readonly relations: readonly Tracked[];
  readonly types: readonly Tracked[];
  readonly routines: readonly Tracked[];
  /** A type or function that no statement made: an extension's, or one that a DO block made. */
  readonly unknown: boolean;
}

function isSystem(ref: Name): boolean {
  return ref.schema === "pg_catalog" || ref.schema === "information_schema" || (ref.schema === null && ref.name.startsWith("pg_"));
}

/** What a piece of a tree needs to exist: relations, types and functions that are not PostgreSQL's own. */
export function needsOf(ledger: Ledger, root: unknown, input: SquashInput): Needs {
  const found = collectReferences(root);
  const relations = [...found.reads, ...found.writes].filter((ref) => !isSystem(ref));
  let unknown = false;
  const types = found.types.flatMap((ref) => {
    const type = findType(ledger, ref, input);
    unknown ||= type === null;
    return type === null ? [] : [type];
  });
  const routines = found.calls.flatMap((call) => {
    const made = findRoutines(ledger, call, input);
    const builtin = call.schema === "pg_catalog" || (call.schema === null && builtinVolatility(call.name) !== null);
    unknown ||= made.length === 0 && !builtin;
    return made;
  });
  return { relations: relations.map((ref) => findRelation(ledger, ref, input)), types, routines, unknown };
}

/** What the classification says a statement reads and writes, as tracked objects: also what stands in function bodies. */
export function relationsOf(ledger: Ledger, refs: readonly ObjectRef[], input: SquashInput): readonly Tracked[] {
  const kinds: ReadonlySet<ObjectRef["kind"]> = new Set(["table", "view", "materialized-view", "foreign-table", "sequence"]);
  return refs.filter((ref) => kinds.has(ref.kind) && !isSystem(ref)).map((ref) => findRelation(ledger, ref, input));
}

/** All that `needsOf` found, in one list. */
export function allNeeds(needs: Needs): readonly Tracked[] {
  return [...needs.relations, ...needs.types, ...needs.routines];
}
