import {
  buildFactBase,
  diff,
  encodeId,
  extract,
  plan,
  type Delta,
  type Diagnostic,
  type Fact,
  type FactBase,
  type StableId,
} from "@supabase/pg-delta";
import type { Shadow } from "../database/session.ts";
import type { CatalogDifference } from "../model/catalog.ts";
import type { ObjectKind } from "../model/object.ts";
import type { ExcludedTables } from "./snapshot/left-out.ts";

/** A whole database as @supabase/pg-delta sees it. Opaque: made by `extractState`, read by the functions of this file. */
export interface SchemaState {
  readonly facts: FactBase;
  readonly diagnostics: readonly Diagnostic[];
  /** Roles are no part of it: the server is not the shadow's alone (`Engine.ownsCluster`). */
  readonly withoutRoles: boolean;
}

/** The statements that turn one state into another, in order, each without a semicolon. */
export interface StatePlan {
  readonly statements: readonly string[];
  /** At least one of them destroys rows or values, as pg-delta judges it. */
  readonly destructive: boolean;
  /** At least one of them cannot run in a transaction. */
  readonly transactional: boolean;
}

/**
 * Reads the whole database with pg-delta, without the reader's own schema and the tables named. Only between transactions: pg-delta opens its own (`withPool`
 * throws otherwise). Cost grows with the schema (about 0.9 s at 15,000 facts): for checkpoints, never once per migration.
 */
export async function extractState(
  shadow: Pick<Shadow, "session" | "withPool">,
  options: { readonly excludeFromReads: ExcludedTables } = { excludeFromReads: [] },
): Promise<SchemaState> {
  const extracted = await shadow.withPool((pool) => extract(pool));
  return {
    facts: withoutOurs(extracted.factBase, options.excludeFromReads),
    diagnostics: extracted.diagnostics.filter((diagnostic) => diagnostic.subject === undefined || !isOurs(diagnostic.subject)),
    withoutRoles: !shadow.session.engine.ownsCluster,
  };
}

/** Every difference that pg-delta finds between two states; an empty list where it finds none. See proof.md in docs for what it cannot see. */
export function compareStates(expected: SchemaState, found: SchemaState): readonly CatalogDifference[] {
  const deltas = diff(expected.facts, found.facts);
  const shown = expected.withoutRoles || found.withoutRoles ? deltas.filter((delta) => !concernsRoles(subjectOf(delta))) : deltas;
  return shown.map(toDifference);
}

/** What exists but pg-delta does not model (casts, operators, text search, …), in its words: each is a question for a person. */
export function unmodelledObjects(state: SchemaState): readonly string[] {
  return state.diagnostics.filter((diagnostic) => diagnostic.code === "unmodeled_kind").map((diagnostic) => diagnostic.message);
}

/** The DDL that turns `from` into `to`. Renames come out as a drop and a create. Throws where pg-delta cannot order the statements. */
export function planBetween(from: SchemaState, to: SchemaState): StatePlan {
  const made = plan(plannable(from), plannable(to));
  const settings = made.preamble
    .filter((setting) => setting.name !== "search_path")
    .map((setting) => `SET ${setting.name} = ${setting.value}`);
  return {
    statements: [...settings, ...made.actions.map((action) => action.sql.trim().replace(/;$/, ""))],
    destructive: made.safetyReport.destructiveActions > 0,
    transactional: made.safetyReport.nonTransactionalActions === 0,
  };
}

/** An object or a part of one, by every name that it goes by (`public.users.email`, unquoted; of a routine up to its parenthesis). */
export interface StateObject {
  readonly kind: string;
  readonly names: readonly string[];
}

/**
 * A state with the objects that `taken` picks (their parts too) as `other` has them, and all the rest as `base` has it. Of both only what is in the schemas and
 * belongs to no extension; without owners and privileges.
 */
export function withObjectsOf(
  base: SchemaState,
  other: SchemaState,
  scope: { readonly schemas: ReadonlySet<string>; readonly taken: (object: StateObject) => boolean },
): SchemaState {
  const [ours, theirs] = [base, other].map(({ facts }) => withoutFacts(facts, (id) => isBeyond(id, facts, scope.schemas)));
  if (ours === undefined || theirs === undefined) throw new Error("two states were given");
  const isTaken = (facts: FactBase, fact: Fact): boolean => {
    const parent = fact.parent === undefined ? undefined : facts.get(fact.parent);
    return scope.taken(asObject(fact.id)) || (parent !== undefined && isTaken(facts, parent));
  };
  const kept = [...ours.facts().filter((fact) => !isTaken(ours, fact)), ...theirs.facts().filter((fact) => isTaken(theirs, fact))];
  const taken = new Set(theirs.facts().flatMap((fact) => (isTaken(theirs, fact) ? [encodeId(fact.id)] : [])));
  const present = new Set(kept.map(({ id }) => encodeId(id)));
  const edges = [
    ...ours.edges.filter(({ from }) => !taken.has(encodeId(from))),
    ...theirs.edges.filter(({ from }) => taken.has(encodeId(from))),
  ].filter(({ from, to }) => present.has(encodeId(from)) && present.has(encodeId(to)));
  // A part whose whole is gone goes with it.
  const whole = kept.filter(({ parent }) => parent === undefined || present.has(encodeId(parent)));
  return { facts: buildFactBase(whole, edges, ours.source), diagnostics: [], withoutRoles: true };
}

function isBeyond(id: StableId, facts: FactBase, schemas: ReadonlySet<string>): boolean {
  if (id.kind === "acl" || id.kind === "securityLabel" || id.kind === "defaultPrivilege" || concernsRoles(id)) return true;
  if ("target" in id) return isBeyond(id.target, facts, schemas);
  if (facts.outgoingEdges(id).some(({ kind }) => kind === "memberOfExtension")) return true;
  if (id.kind === "schema") return !schemas.has(id.name);
  return !("schema" in id) || id.schema === null || !schemas.has(id.schema);
}

function asObject(id: StableId): StateObject {
  if ("target" in id) return { kind: id.kind, names: asObject(id.target).names };
  if (!("schema" in id)) return { kind: id.kind, names: "name" in id ? [id.name] : [] };
  const whole = "table" in id ? id.table : "type" in id ? id.type : null;
  const name = "name" in id ? id.name : "";
  const own = `${id.schema ?? ""}.${name}`;
  return { kind: id.kind, names: whole === null ? [own] : [`${id.schema ?? ""}.${whole}.${name}`, own] };
}

function plannable({ facts, withoutRoles }: SchemaState): FactBase {
  return withoutRoles ? withoutFacts(facts, concernsRoles) : facts;
}

function subjectOf(delta: Delta): StableId {
  if (delta.verb === "add" || delta.verb === "remove") return delta.fact.id;
  return delta.verb === "set" ? delta.id : delta.edge.from;
}

function concernsRoles(id: StableId): boolean {
  return "target" in id ? concernsRoles(id.target) : id.kind === "role" || id.kind === "membership";
}

function isOurs(id: StableId): boolean {
  if ("target" in id) return isOurs(id.target);
  if (id.kind === "eventTrigger") return id.name.startsWith("pggit_shadow_");
  if (id.kind === "schema") return id.name === "pggit_shadow";
  return "schema" in id && id.schema === "pggit_shadow";
}

function withoutOurs(base: FactBase, excluded: ExcludedTables): FactBase {
  const isExcluded = (id: StableId): boolean => {
    if (isOurs(id)) return true;
    if ("target" in id) return isExcluded(id.target);
    const table = id.kind === "table" ? id.name : "table" in id ? id.table : null;
    return (
      table !== null &&
      "schema" in id &&
      excluded.some((entry) => entry.name === table && (entry.schema === null || entry.schema === id.schema))
    );
  };
  return withoutFacts(base, isExcluded);
}

/** Without some facts, and what hangs on them. */
function withoutFacts(base: FactBase, isUnwanted: (id: StableId) => boolean): FactBase {
  const removed = new Set<string>();
  const goes = (fact: Fact): boolean => {
    const key = encodeId(fact.id);
    if (removed.has(key)) return true;
    const parent = fact.parent === undefined ? undefined : base.get(fact.parent);
    if (!isUnwanted(fact.id) && (parent === undefined || !goes(parent))) return false;
    removed.add(key);
    return true;
  };
  const kept = base.facts().filter((fact) => !goes(fact));
  if (removed.size === 0) return base;
  const edges = base.edges.filter((edge) => !removed.has(encodeId(edge.from)) && !removed.has(encodeId(edge.to)));
  return buildFactBase(kept, [...edges], base.source);
}

function toDifference(delta: Delta): CatalogDifference {
  if (delta.verb === "add") {
    return { ...about(delta.fact.id), what: "extra", aspect: "object", expected: null, found: print(delta.fact.payload) };
  }
  if (delta.verb === "remove") {
    return { ...about(delta.fact.id), what: "missing", aspect: "object", expected: print(delta.fact.payload), found: null };
  }
  if (delta.verb === "set") {
    return { ...about(delta.id), what: "different", aspect: delta.attr, expected: print(delta.from), found: print(delta.to) };
  }
  const to = encodeId(delta.edge.to);
  const linked = delta.verb === "link";
  return { ...about(delta.edge.from), what: "different", aspect: delta.edge.kind, expected: linked ? null : to, found: linked ? to : null };
}

function about(id: StableId): { readonly identity: string; readonly kind: CatalogDifference["kind"] } {
  return { identity: encodeId(id), kind: KINDS[id.kind] ?? "catalog-row" };
}

/** pg-delta's kinds in the model's words; the rest (comments, acls, memberships) are rows of a catalog. */
const KINDS: Readonly<Record<string, ObjectKind>> = {
  schema: "schema",
  role: "role",
  extension: "extension",
  language: "language",
  eventTrigger: "event-trigger",
  publication: "publication",
  subscription: "subscription",
  fdw: "foreign-data-wrapper",
  server: "server",
  table: "table",
  view: "view",
  materializedView: "materialized-view",
  foreignTable: "foreign-table",
  sequence: "sequence",
  index: "index",
  collation: "collation",
  domain: "domain",
  type: "base-type",
  column: "column",
  constraint: "constraint",
  trigger: "trigger",
  rule: "rule",
  policy: "policy",
  default: "column",
  function: "function",
  procedure: "procedure",
  aggregate: "aggregate",
  userMapping: "user-mapping",
  defaultPrivilege: "default-privileges",
};

function print(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));
}
