import type { Node } from "../sql/parser.ts";
import { collectReferences } from "../sql/references.ts";
import { allOf, fieldsOf } from "../sql/tree.ts";
import { builtinVolatility } from "../sql/builtin-functions.ts";
import type { Ledger, Unit } from "./ledger.ts";

/** Whether a statement makes something that stands on nothing but its schema: an enum, a sequence, a domain over a plain type, an extension. */
function standsAlone(tree: Node): boolean {
  if (fieldsOf(tree, "CreateEnumStmt") !== null) return true;
  const extension = fieldsOf(tree, "CreateExtensionStmt");
  if (extension !== null) return (extension.options ?? []).length === 0;
  const sequence = fieldsOf(tree, "CreateSeqStmt");
  if (sequence !== null)
    return !allOf(sequence.options, "DefElem").some((option) => option.defname === "owned_by" || option.defname === "as");
  const type = fieldsOf(tree, "CompositeTypeStmt")?.coldeflist ?? fieldsOf(tree, "CreateDomainStmt");
  if (type === null || type === undefined) return false;
  const found = collectReferences(type);
  return found.types.length === 0 && found.reads.length === 0 && found.calls.every((call) => builtinVolatility(call.name) !== null);
}

/** Whether a statement that makes what a merge needs may come before the statement that would then need it. */
export function mayComeBefore(ledger: Ledger, unit: Unit, into: Unit): boolean {
  const tree = unit.tree ?? unit.parsed;
  if (tree === null || !standsAlone(tree)) return false;
  if (ledger.creationBarriers.some((each) => each.live && each.position > into.position && each.position < unit.position)) return false;
  return unit.creates.every((object) => {
    const schema = ledger.names.get(`schema:${object.key.slice(object.key.indexOf(":") + 1).split(".")[0] ?? ""}`);
    const hasSchema = schema === undefined || schema.creator === null || schema.creator.position < into.position;
    return hasSchema && (ledger.freed.get(object.key) ?? 0) <= into.position;
  });
}

/** Puts a statement just before another, after everything that was put there earlier. */
export function bringBefore(ledger: Ledger, unit: Unit, into: Unit): void {
  ledger.fraction += 1e-6;
  unit.position = into.position - 0.5 + ledger.fraction;
}
