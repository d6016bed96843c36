import type { Node } from "../sql/parser.ts";
import { allOf, fieldsOf, formatType, listName, strings, toName } from "../sql/tree.ts";
import type { NodeFields } from "../sql/tree.ts";
import { partKey } from "./creations.ts";
import type { Ledger, Statement, Tracked } from "./ledger.ts";
import { elide, forget, keep, place, record, stepId, touch } from "./ledger.ts";
import { findPair, removeUnits } from "./pairs.ts";
import { findRoutines, findType, keyOf } from "./resolve.ts";

type Drop = NodeFields<"DropStmt">;
type DropKind = NonNullable<Drop["removeType"]>;

/** A dropped object: known, never made by any statement, or of a sort that is not followed. */
type Target =
  | { readonly kind: "known"; readonly object: Tracked }
  | { readonly kind: "absent"; readonly key: string | null }
  | { readonly kind: "not-followed" };

const RELATIONS: ReadonlySet<DropKind> = new Set([
  "OBJECT_TABLE",
  "OBJECT_VIEW",
  "OBJECT_MATVIEW",
  "OBJECT_SEQUENCE",
  "OBJECT_INDEX",
  "OBJECT_FOREIGN_TABLE",
]);
const PARTS: Readonly<Partial<Record<DropKind, string>>> = { OBJECT_TRIGGER: "trigger", OBJECT_POLICY: "policy", OBJECT_RULE: "rule" };

function known(object: Tracked | null | undefined, key: string | null = null): Target {
  return object === null || object === undefined ? { kind: "absent", key } : { kind: "known", object };
}

function findTarget(ledger: Ledger, drop: Drop, given: { readonly node: Node; readonly statement: Statement }): Target {
  const kind = drop.removeType;
  const { input } = given.statement;
  if (kind === undefined) return { kind: "not-followed" };
  const parts = strings(fieldsOf(given.node, "List")?.items);
  const part = PARTS[kind];
  if (part !== undefined) {
    const table = ledger.names.get(keyOf(ledger, "rel", { ...toName(parts.slice(0, -1)), path: input.searchPath }));
    return table === undefined ? { kind: "absent", key: null } : known(ledger.names.get(partKey(part, table.key, parts.at(-1) ?? "")));
  }
  if (RELATIONS.has(kind)) {
    const key = keyOf(ledger, "rel", { ...toName(parts), path: input.searchPath });
    return known(ledger.names.get(key), key);
  }
  if (kind === "OBJECT_TYPE" || kind === "OBJECT_DOMAIN")
    return known(findType(ledger, listName(fieldsOf(given.node, "TypeName")?.names), input));
  if (kind === "OBJECT_FUNCTION" || kind === "OBJECT_PROCEDURE" || kind === "OBJECT_ROUTINE") {
    const routine = fieldsOf(given.node, "ObjectWithArgs");
    const overloads = findRoutines(ledger, listName(routine?.objname), input);
    if (routine?.args_unspecified === true) return overloads.length > 1 ? { kind: "not-followed" } : known(overloads[0]);
    const types = allOf(routine?.objargs, "TypeName").map(formatType).join(", ");
    const exact = overloads.find((overload) => overload.key.endsWith(`(${types})`));
    return exact === undefined && overloads.length > 0 ? { kind: "not-followed" } : known(exact);
  }
  return { kind: "not-followed" };
}

/** One object of a DROP: gone together with what made it, nothing to do, or to be dropped where the statement stands. */
function dropOne(
  ledger: Ledger,
  statement: Statement,
  target: { readonly object: Target; readonly drop: Drop; readonly index: number },
): string | null {
  const { object, drop, index } = target;
  const part: Statement = { ...statement, id: index === 0 ? statement.id : `${statement.id}.${index}` };
  if (object.kind === "not-followed") return "objects of this kind are not followed";
  if (object.kind === "absent") {
    if (drop.missing_ok !== true || ledger.barriers.some((each) => each.live)) return "it is not known what made it";
    return elide(ledger, part, { rule: "no-op-elided", reason: "there is nothing of that name to drop" }) ? null : "taken back";
  }
  const id = stepId("create-drop-pair", part);
  if (ledger.skip.has(id)) return "taken back";
  const pair = findPair(ledger, object.object, drop.behavior === "DROP_CASCADE" ? "cascade" : "restrict");
  if (pair.kind === "kept") return pair.reason;
  const { input } = statement;
  for (const unit of pair.units) record(ledger, { id, rule: "create-drop-pair", into: null, input: unit.input, before: unit.text });
  record(ledger, { id, rule: "create-drop-pair", into: null, input, before: input.step.sql });
  removeUnits(ledger, pair.units);
  return null;
}

/** An object's indexes, triggers and owned sequences go with it. */
function forgetWithParts(ledger: Ledger, object: Tracked): void {
  forget(ledger, object);
  const makers = new Set([object.creator, ...object.touches.map((each) => each.unit)]);
  for (const maker of makers) for (const part of maker?.creates ?? []) if (part.owner === object) forget(ledger, part);
}

/** DROP of tables, views, indexes, sequences, types, functions, triggers, policies and rules. */
export function mergeDrop(ledger: Ledger, statement: Statement, drop: Drop): void {
  const rest: { readonly node: Node; readonly object: Target }[] = [];
  for (const [index, node] of (drop.objects ?? []).entries()) {
    const object = findTarget(ledger, drop, { node, statement });
    const reason = dropOne(ledger, statement, { object, drop, index });
    if (reason === null) continue;
    rest.push({ node, object });
    keep(ledger, statement, reason);
  }
  if (rest.length === 0) return;
  const unit = place(ledger, statement);
  if (rest.length < (drop.objects ?? []).length) unit.tree = { DropStmt: { ...drop, objects: rest.map((each) => each.node) } };
  for (const { object } of rest) {
    if (object.kind === "absent" && object.key !== null) ledger.freed.set(object.key, unit.position);
    if (object.kind !== "known") continue;
    touch(object.object, unit, { kind: "drop", columns: "all" });
    if (object.object.owner !== null) touch(object.object.owner, unit, { kind: "option", columns: "all" });
    forgetWithParts(ledger, object.object);
    ledger.freed.set(object.object.key, unit.position);
  }
  if (rest.some((each) => each.object.kind === "not-followed") || drop.behavior === "DROP_CASCADE") ledger.barriers.push(unit);
}
