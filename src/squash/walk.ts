import type { SquashInput } from "../model/squash.ts";
import { parseTree } from "../sql/parser.ts";
import type { Node } from "../sql/parser.ts";
import { fieldsOf, nodeName, relationName } from "../sql/tree.ts";
import type { NodeName } from "../sql/tree.ts";
import { placeComment } from "./comments.ts";
import { owningColumn, readCreation } from "./creations.ts";
import { mergeData } from "./data.ts";
import { mergeDrop } from "./drops.ts";
import { placeIndex } from "./indexes.ts";
import type { Ledger, Statement, Tracked, Unit } from "./ledger.ts";
import { elide, keep, place, touch } from "./ledger.ts";
import { placeCreation } from "./place-creation.ts";
import { mergeRename, mergeSetSchema } from "./renames.ts";
import { findRelation, findRoutines, needsOf } from "./resolve.ts";
import { sessionEffect } from "./session.ts";
import { mergeAlterTable, placeTable } from "./tables.ts";
import { mergeAlterEnum } from "./types.ts";

/** Statements that change one object's owner, options or privileges, and nothing that another statement's meaning depends on. */
const ASIDE: ReadonlySet<NodeName> = new Set<NodeName>([
  "AlterOwnerStmt",
  "GrantRoleStmt",
  "CreateRoleStmt",
  "AlterRoleStmt",
  "CreateExtensionStmt",
  "AlterSeqStmt",
  "AlterFunctionStmt",
  "AlterPolicyStmt",
  "CreateStatsStmt",
  "SecLabelStmt",
  "CreatePublicationStmt",
  "AlterPublicationStmt",
  "RefreshMatViewStmt",
]);

function barrier(ledger: Ledger, statement: Statement, reason: string | null): void {
  ledger.barriers.push(place(ledger, statement));
  if (reason !== null) keep(ledger, statement, reason);
}

/** Relations and routines that a statement names, as it names them. */
function named(ledger: Ledger, statement: Statement): readonly Tracked[] {
  const { input } = statement;
  const needs = needsOf(ledger, statement.tree, input);
  const objects = input.parsed.changes.flatMap((change) => {
    const ref = change.object;
    if (ref === null) return [];
    if (ref.kind === "function" || ref.kind === "procedure") return findRoutines(ledger, ref, input);
    return ["table", "view", "materialized-view", "sequence", "index"].includes(ref.kind) ? [findRelation(ledger, ref, input)] : [];
  });
  return [...new Set([...needs.relations, ...needs.types, ...needs.routines, ...objects])];
}

function grant(ledger: Ledger, statement: Statement, tree: Node): boolean {
  const stmt = fieldsOf(tree, "GrantStmt");
  if (stmt === null) return false;
  const unit = place(ledger, statement);
  if (stmt.targtype !== "ACL_TARGET_OBJECT") {
    ledger.creationBarriers.push(unit);
    return true;
  }
  const objects = named(ledger, statement);
  unit.subject = objects.length === 1 && (stmt.objects ?? []).length === 1 ? (objects[0] ?? null) : null;
  const columns = (stmt.privileges ?? []).some((each) => (fieldsOf(each, "AccessPriv")?.cols ?? []).length > 0)
    ? ("all" as const)
    : new Set<string>();
  for (const object of objects) touch(object, unit, { kind: "grant", columns });
  return true;
}

function aside(ledger: Ledger, statement: Statement, tree: Node): boolean {
  const name = nodeName(tree);
  if (name === "AlterDefaultPrivilegesStmt" || name === "CreateEventTrigStmt") {
    ledger.creationBarriers.push(place(ledger, statement));
    return true;
  }
  if (!ASIDE.has(name)) return false;
  const extension = fieldsOf(tree, "CreateExtensionStmt");
  const key = `extension:${extension?.extname ?? ""}`;
  if (extension?.if_not_exists === true && ledger.names.has(key)) {
    if (elide(ledger, statement, { rule: "no-op-elided", reason: "the extension is there already" })) return true;
  }
  const unit = place(ledger, statement);
  if (extension !== null) {
    ledger.extensions.push(unit);
    ledger.names.set(key, { key, kind: "extension", creator: unit, touches: [], owner: null, table: null, comments: new Map() });
    return true;
  }
  if (name === "RefreshMatViewStmt") {
    const view = findRelation(ledger, relationName(fieldsOf(tree, "RefreshMatViewStmt")?.relation), statement.input);
    unit.subject = view;
    touch(view, unit, { kind: "option", columns: "all" });
    ledger.barriers.push(unit);
    return true;
  }
  const owner = owningColumn(tree);
  if (owner !== null)
    touch(findRelation(ledger, owner.table, statement.input), unit, { kind: "column-use", columns: new Set([owner.column]) });
  const objects = named(ledger, statement);
  unit.subject = objects.length === 1 ? (objects[0] ?? null) : null;
  for (const object of objects) touch(object, unit, { kind: name === "AlterOwnerStmt" ? "owner" : "option", columns: "all" });
  return true;
}

function session(ledger: Ledger, statement: Statement, tree: Node): boolean {
  const effect = sessionEffect(tree);
  if (effect === null) return false;
  if (effect.kind === "barrier") barrier(ledger, statement, null);
  else if (effect.kind === "keep" || !elide(ledger, statement, effect)) {
    const unit = place(ledger, statement);
    const objects = named(ledger, statement);
    unit.subject = objects.length === 1 ? (objects[0] ?? null) : null;
    for (const object of objects) touch(object, unit, { kind: "option", columns: new Set() });
  }
  return true;
}

/** Takes one statement in: it merges with what stands, or takes its place at the end. */
function takeIn(ledger: Ledger, statement: Statement): void {
  const { tree } = statement;
  if (tree === null) return barrier(ledger, statement, "PostgreSQL's parser refused it");
  const create = fieldsOf(tree, "CreateStmt");
  if (create !== null) return placeTable(ledger, statement, create);
  const alter = fieldsOf(tree, "AlterTableStmt");
  if (alter !== null) return mergeAlterTable(ledger, statement, alter);
  const index = fieldsOf(tree, "IndexStmt");
  if (index !== null) return placeIndex(ledger, statement, index);
  const drop = fieldsOf(tree, "DropStmt");
  if (drop !== null) return mergeDrop(ledger, statement, drop);
  const rename = fieldsOf(tree, "RenameStmt");
  if (rename !== null) return mergeRename(ledger, statement, rename);
  const move = fieldsOf(tree, "AlterObjectSchemaStmt");
  if (move !== null) return mergeSetSchema(ledger, statement, move);
  const comment = fieldsOf(tree, "CommentStmt");
  if (comment !== null) return placeComment(ledger, statement, comment);
  const values = fieldsOf(tree, "AlterEnumStmt");
  if (values !== null) return mergeAlterEnum(ledger, statement, values);
  const creation = readCreation(ledger, tree, statement.input);
  if (creation !== null) return placeCreation(ledger, creation, { ...statement, tree });
  if (mergeData(ledger, statement) !== null) return;
  if (grant(ledger, statement, tree) || aside(ledger, statement, tree) || session(ledger, statement, tree)) return;
  barrier(ledger, statement, "a statement that may do anything");
}

/** Walks the statements once, in order. */
export function walk(ledger: Ledger, inputs: readonly SquashInput[]): void {
  const ordinals = new Map<string, number>();
  for (const input of inputs) {
    const ordinal = (ordinals.get(input.migration) ?? 0) + 1;
    ordinals.set(input.migration, ordinal);
    const outcome = parseTree(input.step.sql);
    takeIn(ledger, { id: `${input.migration}:${ordinal}`, input, tree: outcome.kind === "tree" ? outcome.tree : null });
  }
}

/** What stands, in the order of the result. */
export function standing(ledger: Ledger): readonly Unit[] {
  return ledger.units.filter((unit) => unit.live).sort((one, other) => one.position - other.position);
}
