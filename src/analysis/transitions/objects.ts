import type { CommonFacts, ObjectFacts, PlainFacts, RelationFacts, RoutineFacts, SequenceFacts, TypeFacts } from "../../model/catalog.ts";
import { compareAttached } from "./attached.ts";
import { compareColumns } from "./columns.ts";
import { changed, type Pair, type Transition } from "./transition.ts";

function differ(...values: readonly (readonly [unknown, unknown])[]): boolean {
  return values.some(([a, b]) => JSON.stringify(a) !== JSON.stringify(b));
}

function compareView(pair: Pair, before: RelationFacts, after: RelationFacts): Transition[] {
  if (pair.echo.sameText(before.viewDefinition, after.viewDefinition)) return [];
  const shape = (facts: RelationFacts): string[] => facts.columns.map((column) => `${column.name} ${column.type}`);
  const [was, is] = [shape(before), shape(after)];
  const kept = was.every((column, at) => is[at] === column);
  if (!kept) return [changed(pair, "view-reshaped")];
  return [changed(pair, is.length > was.length ? "view-extended" : "view-rewritten")];
}

function compareRelation(pair: Pair, before: RelationFacts, after: RelationFacts): Transition[] {
  const isView = after.viewDefinition !== null;
  const found: Transition[] = [];
  if (isView) found.push(...compareView(pair, before, after));
  if (!isView || found.length === 0) found.push(...compareColumns(pair, before, after));
  found.push(...compareAttached(pair, before, after));
  if (!before.rowSecurity && after.rowSecurity) found.push(changed(pair, "row-security-enabled"));
  if (before.rowSecurity && !after.rowSecurity) found.push(changed(pair, "row-security-disabled"));
  if (before.persistence !== after.persistence)
    found.push(changed(pair, "persistence-changed", { from: before.persistence, to: after.persistence }));
  if (before.partitionBound === null && after.partitionBound !== null)
    found.push(changed(pair, "partition-attached", { to: after.partitionBound }));
  else if (before.partitionBound !== null && after.partitionBound === null) found.push(changed(pair, "partition-detached"));
  else if (differ([before.inherits, after.inherits], [before.ofType, after.ofType])) found.push(changed(pair, "inheritance-changed"));
  const stored = (facts: RelationFacts): unknown => [
    [facts.options, facts.toastOptions, facts.tablespace, facts.accessMethod],
    [facts.replicaIdentity, facts.forceRowSecurity, facts.server, facts.fdwOptions],
  ];
  if (differ([stored(before), stored(after)])) found.push(changed(pair, "storage-changed"));
  if (before.populated !== after.populated) found.push(changed(pair, "populated"));
  return found;
}

function compareSequence(pair: Pair, before: SequenceFacts, after: SequenceFacts): Transition[] {
  const shape = (facts: SequenceFacts): unknown => [
    [facts.dataType, facts.start, facts.increment, facts.minimum, facts.maximum],
    [facts.cache, facts.cycle, facts.persistence, facts.ownedBy],
  ];
  return differ([shape(before), shape(after)]) ? [changed(pair, "sequence-changed")] : [];
}

function compareRoutine(pair: Pair, before: RoutineFacts, after: RoutineFacts): Transition[] {
  if (before.result !== after.result) return [changed(pair, "result-changed", { from: before.result, to: after.result })];
  return before.definition === after.definition ? [] : [changed(pair, "body-changed")];
}

function compareLabels(pair: Pair, before: readonly string[], after: readonly string[]): Transition[] {
  const added = after.filter((label) => !before.includes(label));
  const removed = before.filter((label) => !after.includes(label));
  if (before.length === after.length && added.length === removed.length) {
    return removed.map((from, at) => changed(pair, "label-renamed", { part: added[at] ?? from, from, to: added[at] ?? null }));
  }
  return [
    ...added.map((label) => changed(pair, "label-added", { part: label, to: label })),
    ...removed.map((label) => changed(pair, "label-removed", { part: label, from: label })),
  ];
}

function compareType(pair: Pair, before: TypeFacts, after: TypeFacts): Transition[] {
  const found = compareLabels(pair, before.labels, after.labels);
  if (before.notNull !== after.notNull)
    found.push(changed(pair, after.notNull ? "domain-tightened" : "domain-loosened", { part: "NOT NULL" }));
  for (const item of after.constraints)
    if (!before.constraints.some((was) => was.definition === item.definition))
      found.push(changed(pair, "domain-tightened", { part: item.name }));
  for (const item of before.constraints)
    if (!after.constraints.some((is) => is.definition === item.definition))
      found.push(changed(pair, "domain-loosened", { part: item.name }));
  if (
    differ([
      [before.default, before.collation, before.baseType, before.definition],
      [after.default, after.collation, after.baseType, after.definition],
    ])
  )
    found.push(changed(pair, "definition-changed"));
  return found;
}

function comparePlain(pair: Pair, before: PlainFacts, after: PlainFacts): Transition[] {
  return differ([
    [before.create, before.more],
    [after.create, after.more],
  ])
    ? [changed(pair, "definition-changed")]
    : [];
}

function compareOwnFacts(pair: Pair, before: ObjectFacts, after: ObjectFacts): readonly Transition[] {
  if (before.kind === "relation" && after.kind === "relation") return compareRelation(pair, before, after);
  if (before.kind === "sequence" && after.kind === "sequence") return compareSequence(pair, before, after);
  if (before.kind === "routine" && after.kind === "routine") return compareRoutine(pair, before, after);
  if (before.kind === "type" && after.kind === "type") return compareType(pair, before, after);
  if (before.kind === "plain" && after.kind === "plain") return comparePlain(pair, before, after);
  return [changed(pair, "definition-changed")];
}

function compareCommon(pair: Pair, before: ObjectFacts, after: ObjectFacts): Transition[] {
  const found: Transition[] = [];
  if (before.owner !== after.owner) found.push(changed(pair, "owner-changed", { from: before.owner, to: after.owner }));
  else {
    for (const item of after.acl) if (!before.acl.includes(item)) found.push(...compareGrant(pair, before.acl, item));
    for (const item of before.acl)
      if (!after.acl.some((other) => grantee(other) === grantee(item)))
        found.push(changed(pair, "revoked", { detail: grantee(item), from: item }));
  }
  const words = (facts: CommonFacts): unknown => [facts.comment, facts.securityLabels];
  if (differ([words(before), words(after)])) found.push(changed(pair, "commented", { from: before.comment, to: after.comment }));
  return found;
}

function grantee(item: string): string {
  return item.slice(0, item.lastIndexOf("="));
}

function privileges(item: string): Set<string> {
  return new Set(item.slice(item.lastIndexOf("=") + 1).split("/")[0] ?? "");
}

/** An entry of an ACL that is new or reads otherwise: what its grantee gained and lost. */
function compareGrant(pair: Pair, before: readonly string[], item: string): Transition[] {
  const was = before.find((other) => grantee(other) === grantee(item));
  const had = was === undefined ? new Set<string>() : privileges(was);
  const has = privileges(item);
  const found: Transition[] = [];
  if ([...has].some((letter) => !had.has(letter))) found.push(changed(pair, "granted", { detail: grantee(item), to: item }));
  if ([...had].some((letter) => !has.has(letter)))
    found.push(changed(pair, "revoked", { detail: grantee(item), from: was ?? null, to: item }));
  return found;
}

/** Everything that differs between two states of one object. */
export function compareObject(pair: Pair): readonly Transition[] {
  const { before, after } = pair;
  const found: Transition[] = [];
  if (before.schema !== after.schema) found.push(changed(pair, "moved", { from: before.schema, to: after.schema }));
  if (before.name !== after.name) found.push(changed(pair, "renamed", { from: before.name, to: after.name }));
  found.push(...compareOwnFacts(pair, before.facts, after.facts));
  found.push(...compareCommon(pair, before.facts, after.facts));
  return found;
}
