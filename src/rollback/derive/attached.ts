import type { AttachedFacts, CatalogObject } from "../../model/catalog.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { type Action, change, type DeriveContext, RANK } from "./action.ts";
import { commentOn } from "./common.ts";
import { pairParts, untangleRenames } from "./pair.ts";
import { alterTable, mustReplacePart, type Sides } from "./sides.ts";

/** What hangs on a relation beside its columns, constraints and indexes. */
export type Attached = "triggers" | "rules" | "policies";

const ATTACHED_WORDS: Readonly<Record<Attached, string>> = { triggers: "TRIGGER", rules: "RULE", policies: "POLICY" };

const ENABLED: Readonly<Record<string, string>> = { O: "ENABLE", D: "DISABLE", R: "ENABLE REPLICA", A: "ENABLE ALWAYS" };

/** The statements that make a trigger, rule or policy. */
export function makeAttached(object: CatalogObject, kind: Attached, part: AttachedFacts): readonly string[] {
  const name = quoteIdentifier(part.name);
  const word = ATTACHED_WORDS[kind];
  return [
    part.definition,
    ...(part.enabled === "O" || kind === "policies" ? [] : [`${alterTable(object)} ${ENABLED[part.enabled] ?? "ENABLE"} ${word} ${name}`]),
    ...(part.comment === null ? [] : [commentOn(`${word} ${name} ON ${object.identity}`, part.comment)]),
  ];
}

/** Turns the triggers, rules or policies of a relation that stayed back. */
export function changeAttached(kind: Attached, { before, after, wanted, found }: Sides, context: DeriveContext): readonly Action[] {
  const actions: Action[] = [];
  const word = ATTACHED_WORDS[kind];
  const pairs = pairParts(wanted[kind], found[kind], (left, right) => left.oid === right.oid);
  const drop = (part: AttachedFacts): void => {
    if (!part.inherited)
      actions.push(change(RANK.removeAttached, after, [`DROP ${word} ${quoteIdentifier(part.name)} ON ${after.identity}`]));
  };
  const add = (part: AttachedFacts): void => {
    if (!part.inherited) actions.push({ ...change(RANK.makeAttached, before, makeAttached(before, kind, part)), order: part.oid });
  };
  for (const part of pairs.extra) drop(part);
  for (const part of pairs.missing) add(part);
  const renames: { from: string; to: string }[] = [];
  for (const { before: old, after: now } of pairs.changed) {
    const renamed = old.name !== now.name;
    const sameOid = old.oid === now.oid;
    const textWithNewName = renamed ? now.definition.replace(quoteIdentifier(now.name), quoteIdentifier(old.name)) : now.definition;
    if (mustReplacePart({ wanted: old.definition, found: textWithNewName, sameOid }, context)) {
      drop(now);
      add(old);
      continue;
    }
    if (renamed) renames.push({ from: now.name, to: old.name });
    const name = quoteIdentifier(old.name);
    const statements = [
      ...(old.enabled === now.enabled || kind === "policies" || old.inherited
        ? []
        : [`${alterTable(before)} ${ENABLED[old.enabled] ?? "ENABLE"} ${word} ${name}`]),
      ...(old.comment === now.comment ? [] : [commentOn(`${word} ${name} ON ${before.identity}`, old.comment)]),
    ];
    if (statements.length > 0) actions.push(change(RANK.adorn, before, statements));
  }
  const statements = untangleRenames(renames).map(
    ({ from, to }) => `ALTER ${word} ${quoteIdentifier(from)} ON ${before.identity} RENAME TO ${quoteIdentifier(to)}`,
  );
  return statements.length === 0 ? actions : [...actions, change(RANK.renamePart, before, statements)];
}
