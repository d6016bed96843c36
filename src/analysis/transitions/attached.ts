import type { AttachedFacts, ConstraintFacts, IndexFacts, RelationFacts } from "../../model/catalog.ts";
import { changed, type Pair, type Transition, type TransitionKind } from "./transition.ts";

interface Named {
  readonly oid: number;
  readonly name: string;
  readonly comment: string | null;
}

interface Matched<T> {
  readonly both: readonly { readonly was: T; readonly is: T }[];
  readonly added: readonly T[];
  readonly dropped: readonly T[];
}

/** Matches by oid, then by name: what was dropped and made again under its name is one thing that changed. */
function match<T extends Named>(before: readonly T[], after: readonly T[]): Matched<T> {
  const byOid = new Map(before.map((item) => [item.oid, item]));
  const byName = new Map(before.map((item) => [item.name, item]));
  const kept = new Set(after.filter((item) => byOid.has(item.oid)).map((item) => item.oid));
  const both: { was: T; is: T }[] = [];
  const added: T[] = [];
  const used = new Set<number>();
  for (const item of after) {
    const named = byName.get(item.name);
    const was = byOid.get(item.oid) ?? (named !== undefined && !kept.has(named.oid) ? named : undefined);
    if (was === undefined) added.push(item);
    else {
      used.add(was.oid);
      both.push({ was, is: item });
    }
  }
  return { both, added, dropped: before.filter((item) => !used.has(item.oid)) };
}

function compareComment(pair: Pair, was: Named, is: Named): Transition[] {
  return was.comment === is.comment ? [] : [changed(pair, "commented", { part: is.name, from: was.comment, to: is.comment })];
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.match(/"(?:[^"]|"")*"|[\w$]+/g)?.map((word) => word.replace(/^"(.*)"$/, "$1").replaceAll('""', '"')) ?? []);
}

/** Tells whether a definition speaks of a column that is gone: then it went with the column, and is no change of its own. */
function goneColumns(pair: Pair): (definition: string) => boolean {
  const { before, after } = pair;
  if (before.facts.kind !== "relation" || after.facts.kind !== "relation") return () => false;
  const left = new Set(after.facts.columns.map((column) => column.number));
  const gone = before.facts.columns.filter((column) => !left.has(column.number)).map((column) => column.name);
  if (before.address.oid !== after.address.oid || gone.length === 0) return () => false;
  return (definition) => {
    const words = wordsOf(ownPart(definition));
    return gone.some((name) => words.has(name));
  };
}

/** The target of a foreign key and the table of an index have columns of their own. */
function ownPart(definition: string): string {
  return definition.replace(/\bREFERENCES\b.*$/, "").replace(/^.*?\bUSING\b/, "");
}

/** Tells whether a definition speaks only of columns that this migration added: no row had a value in them, no program wrote one. */
function newColumns(pair: Pair): (definition: string) => boolean {
  const { before, after } = pair;
  if (before.facts.kind !== "relation" || after.facts.kind !== "relation") return () => false;
  const old = new Set(before.facts.columns.map((column) => column.number));
  const names = after.facts.columns.map((column) => ({ name: column.name, isNew: !old.has(column.number) }));
  if (before.address.oid !== after.address.oid || !names.some((column) => column.isNew)) return () => false;
  return (definition) => {
    const words = wordsOf(ownPart(definition));
    const used = names.filter((column) => words.has(column.name));
    return used.length > 0 && used.every((column) => column.isNew);
  };
}

function compareConstraints(pair: Pair, before: readonly ConstraintFacts[], after: readonly ConstraintFacts[]): Transition[] {
  const { both, added, dropped } = match(before, after);
  const found: Transition[] = [];
  const isNew = newColumns(pair);
  for (const item of added)
    found.push(
      changed(pair, isNew(item.definition) ? "new-column-constrained" : "constraint-added", {
        part: item.name,
        detail: item.type,
        to: item.definition,
      }),
    );
  const wentWithColumn = goneColumns(pair);
  for (const item of dropped)
    if (!wentWithColumn(item.definition))
      found.push(changed(pair, "constraint-dropped", { part: item.name, detail: item.type, from: item.definition }));
  for (const { was, is } of both) {
    const names = { part: is.name, detail: is.type, from: was.definition, to: is.definition };
    const bare = (text: string): string => text.replace(/ NOT VALID$/, "");
    if (was.name !== is.name) found.push(changed(pair, "constraint-renamed", { ...names, from: was.name, to: is.name }));
    if (!was.validated && is.validated) found.push(changed(pair, "constraint-validated", names));
    if (!pair.echo.sameText(bare(was.definition), bare(is.definition)) || was.enforced !== is.enforced)
      found.push(changed(pair, "constraint-changed", names));
    found.push(...compareComment(pair, was, is));
  }
  return found;
}

/** Indexes that stand for themselves: those of a constraint come and go with it. */
function compareIndexes(pair: Pair, before: readonly IndexFacts[], after: readonly IndexFacts[]): Transition[] {
  const own = (index: IndexFacts): boolean => index.constraint === null;
  const { both, added, dropped } = match(before.filter(own), after.filter(own));
  const found: Transition[] = [];
  const isNew = newColumns(pair);
  const isUnique = (index: IndexFacts): boolean => /^CREATE UNIQUE INDEX/i.test(index.definition);
  for (const item of added)
    found.push(
      changed(pair, isUnique(item) && !isNew(item.definition) ? "unique-index-added" : "index-added", {
        part: item.name,
        to: item.definition,
      }),
    );
  const wentWithColumn = goneColumns(pair);
  const nowOfConstraint = new Set(after.filter((index) => index.constraint !== null).map((index) => index.oid));
  for (const item of dropped)
    if (!nowOfConstraint.has(item.oid) && !wentWithColumn(item.definition))
      found.push(changed(pair, "index-dropped", { part: item.name, from: item.definition }));
  for (const { was, is } of both) {
    const state = (index: IndexFacts): string =>
      JSON.stringify([index.valid, index.clustered, index.replicaIdentity, index.tablespace, index.columnStatistics]);
    const sameText = was.name === is.name && pair.echo.sameText(was.definition, is.definition);
    if (state(was) !== state(is) || !sameText)
      found.push(changed(pair, "index-changed", { part: is.name, from: was.definition, to: is.definition }));
    found.push(...compareComment(pair, was, is));
  }
  return found;
}

type AttachedKind = "trigger" | "policy" | "rule";
const ATTACHED: Record<
  AttachedKind,
  { readonly added: TransitionKind; readonly dropped: TransitionKind; readonly changed: TransitionKind }
> = {
  trigger: { added: "trigger-added", dropped: "trigger-dropped", changed: "trigger-changed" },
  policy: { added: "policy-added", dropped: "policy-dropped", changed: "policy-changed" },
  rule: { added: "rule-added", dropped: "rule-dropped", changed: "rule-changed" },
};

function compareHangers(
  pair: Pair,
  kind: AttachedKind,
  sets: { readonly before: readonly AttachedFacts[]; readonly after: readonly AttachedFacts[] },
) {
  const { both, added, dropped } = match(sets.before, sets.after);
  const kinds = ATTACHED[kind];
  const found: Transition[] = [];
  for (const item of added) if (!item.inherited) found.push(changed(pair, kinds.added, { part: item.name, to: item.definition }));
  for (const item of dropped) if (!item.inherited) found.push(changed(pair, kinds.dropped, { part: item.name, from: item.definition }));
  for (const { was, is } of both) {
    if (!pair.echo.sameText(was.definition, is.definition) || was.enabled !== is.enabled || was.name !== is.name)
      found.push(changed(pair, kinds.changed, { part: is.name, from: was.definition, to: is.definition }));
    found.push(...compareComment(pair, was, is));
  }
  return found;
}

/** What became of the constraints, indexes, triggers, policies and rules of a relation. */
export function compareAttached(pair: Pair, before: RelationFacts, after: RelationFacts): readonly Transition[] {
  return [
    ...compareConstraints(pair, before.constraints, after.constraints),
    ...compareIndexes(pair, before.indexes, after.indexes),
    ...compareHangers(pair, "trigger", { before: before.triggers, after: after.triggers }),
    ...compareHangers(pair, "policy", { before: before.policies, after: after.policies }),
    ...compareHangers(pair, "rule", { before: before.rules, after: after.rules }),
  ];
}
