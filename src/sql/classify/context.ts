import type { Node } from "libpg-query";
import type { Change, ChangeDetails, ChangeEffect, ChangeKind } from "../../model/change.ts";
import type { ObjectRef } from "../../model/object.ts";
import { distinct } from "../references.ts";
import type { NodeFields, NodeName } from "../tree.ts";

/** Nodes that end in `Stmt` but are no statements that a client can send. */
type InnerNode = "RawStmt" | "SetOperationStmt" | "ReturnStmt" | "PLAssignStmt" | "ReplicaIdentityStmt";

/** Every statement of PostgreSQL 18's grammar. */
export type StatementName = Exclude<Extract<NodeName, `${string}Stmt`>, InnerNode>;

/** What a classifier may look at beside its own node. */
export interface Context {
  /** The whole statement, for bodies that have a grammar of their own. */
  readonly sql: string;
  /** Classifies a statement inside the statement. */
  readonly classify: (node: Node) => readonly Change[];
}

/** One classifier per statement. */
export type Classifiers = { readonly [Name in StatementName]: (fields: NodeFields<Name>, context: Context) => readonly Change[] };

/** What a change adds to its kind and object. */
export interface ChangeParts {
  readonly reads?: readonly (ObjectRef | null)[];
  /** Beside the object itself and the relation that it is part of. */
  readonly writes?: readonly (ObjectRef | null)[];
  readonly details?: { readonly [Key in keyof ChangeDetails]?: ChangeDetails[Key] | undefined };
  readonly effect?: ChangeEffect;
}

const DATA: ReadonlySet<ChangeKind> = new Set([
  "insert",
  "update",
  "delete",
  "merge",
  "truncate",
  "copy-from",
  "refresh-materialized-view",
]);
const UNKNOWN: ReadonlySet<ChangeKind> = new Set(["select", "call", "do", "execute", "opaque"]);
const SESSION: ReadonlySet<ChangeKind> = new Set([
  "copy-to",
  "set",
  "reset",
  "set-role",
  "discard",
  "transaction",
  "lock",
  "set-constraints",
  "prepare",
  "deallocate",
  "declare-cursor",
  "fetch",
  "close-cursor",
  "listen",
  "notify",
  "unlisten",
  "load",
  "checkpoint",
  "vacuum",
  "analyze",
  "reindex",
  "explain",
  "show",
]);

function effectOf(kind: ChangeKind): ChangeEffect {
  if (DATA.has(kind)) return "data";
  if (UNKNOWN.has(kind)) return "unknown";
  return SESSION.has(kind) ? "session" : "catalog";
}

/** Kinds of object that hang on a relation, so that changing them changes it. */
const PARTS_OF_RELATIONS: ReadonlySet<ObjectRef["kind"]> = new Set(["column", "constraint", "trigger", "rule", "policy"]);

/** A change; details that are `undefined` or `false` are left out, references come once each. */
export function change(kind: ChangeKind, object: ObjectRef | null, parts: ChangeParts = {}): Change {
  const relation: ObjectRef | null =
    object?.parent !== undefined && PARTS_OF_RELATIONS.has(object.kind)
      ? { kind: "table", schema: object.schema, name: object.parent }
      : null;
  const details = Object.fromEntries(Object.entries(parts.details ?? {}).filter(([, value]) => value !== undefined && value !== false));
  return {
    kind,
    effect: parts.effect ?? effectOf(kind),
    object,
    reads: distinct(parts.reads ?? []),
    writes: distinct([object, relation, ...(parts.writes ?? [])]),
    details,
  };
}
