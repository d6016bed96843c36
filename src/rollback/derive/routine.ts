import type { CatalogObject, RoutineFacts } from "../../model/catalog.ts";
import { type Action, change, type DeriveContext, type KindRules, type Pair, RANK, remove } from "./action.ts";
import { adornChanged, adornNew, commandWord } from "./common.ts";
import { mentionsAny } from "./order.ts";
import { renameBack } from "./rename.ts";

function factsOf(object: CatalogObject): RoutineFacts {
  if (object.facts.kind !== "routine") throw new Error(`${object.identity} is no routine`);
  return object.facts;
}

/** What PostgreSQL records as dependencies: the head, and a body only where it is parsed when defined (BEGIN ATOMIC, RETURN). */
function dependencyText({ definition }: RoutineFacts): string {
  const [head = definition] = definition.split(/\nAS (?:\$|')/, 1);
  // Its own name is no dependency.
  return head.replace(/^CREATE (?:OR REPLACE )?\w+ (?:"(?:[^"]|"")+"|[^\s."(])+\.(?:"(?:[^"]|"")+"|[^\s."(])+/, "");
}

/** `CREATE OR REPLACE` keeps result, argument names and defaults (manual, CREATE FUNCTION); for anything else the routine must be dropped. */
export function mustRecreateRoutine({ before, after }: Pair, replaced: ReadonlySet<string>): boolean {
  const wanted = factsOf(before);
  const found = factsOf(after);
  if (mentionsAny(dependencyText(found), replaced)) return true;
  if (wanted.definition === found.definition) return false;
  const signature = ({ definition }: RoutineFacts): string => /^CREATE .*?(?=\n LANGUAGE )/s.exec(definition)?.[0] ?? definition;
  const defaults = (facts: RoutineFacts): number => signature(facts).split(" DEFAULT ").length;
  return (
    wanted.routineKind !== found.routineKind ||
    wanted.result !== found.result ||
    wanted.identityArguments !== found.identityArguments ||
    defaults(wanted) < defaults(found)
  );
}

function extensionStatements(object: CatalogObject, wanted: readonly string[], found: readonly string[]): readonly string[] {
  const alter = `ALTER ${commandWord(object.kind)} ${object.identity}`;
  return [
    ...found.filter((name) => !wanted.includes(name)).map((name) => `${alter} NO DEPENDS ON EXTENSION ${name}`),
    ...wanted.filter((name) => !found.includes(name)).map((name) => `${alter} DEPENDS ON EXTENSION ${name}`),
  ];
}

function makeRoutine(object: CatalogObject, statements: readonly string[]): Action {
  return {
    rank: RANK.makeRoutine,
    order: object.address.oid,
    phase: "make",
    identity: object.identity,
    mentions: dependencyText(factsOf(object)),
    statements,
  };
}

export const routineRules: KindRules = {
  make(object, context): readonly Action[] {
    const facts = factsOf(object);
    return [
      makeRoutine(object, [
        facts.definition.trim(),
        ...adornNew(object, context),
        ...extensionStatements(object, facts.dependsOnExtensions, []),
      ]),
    ];
  },
  remove(object): readonly Action[] {
    const statements = [`DROP ${commandWord(object.kind)} ${object.identity}`];
    return [remove(RANK.removeRoutine, object, { statements, mentions: dependencyText(factsOf(object)) })];
  },
  change(pair, context): readonly Action[] {
    const { before, after } = pair;
    const wanted = factsOf(before);
    const found = factsOf(after);
    if (mustRecreateRoutine(pair, context.replaced)) return recreate(pair, context);
    const actions: Action[] = [...renameBack(pair, context)];
    const renamedText = context.renames && before.address.oid === after.address.oid && before.identity !== after.identity;
    if (wanted.definition !== found.definition && !renamedText) actions.push(makeRoutine(before, [wanted.definition.trim()]));
    const adorn = [...adornChanged(pair, context), ...extensionStatements(before, wanted.dependsOnExtensions, found.dependsOnExtensions)];
    return adorn.length === 0 ? actions : [...actions, change(RANK.adorn, before, adorn)];
  },
};

/** What uses it was removed before, so it can go early; and it must, for its successor may have the same arguments. */
function recreate({ before, after }: Pair, context: DeriveContext): readonly Action[] {
  const removal = routineRules.remove(after, context).map((action) => ({ ...action, rank: RANK.moveAside }));
  return [...removal, ...routineRules.make(before, context)];
}
