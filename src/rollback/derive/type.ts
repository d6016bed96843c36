import type { CatalogObject, TypeFacts } from "../../model/catalog.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import { type Action, change, type KindRules, make, type Pair, RANK, remove } from "./action.ts";
import { adornChanged, adornNew, commentOn } from "./common.ts";
import { changeDomain, createDomain } from "./domain.ts";
import { renameBack, temporaryName } from "./rename.ts";

function factsOf(object: CatalogObject): TypeFacts {
  if (object.facts.kind !== "type") throw new Error(`${object.identity} is no type`);
  return object.facts;
}

function createStatement(object: CatalogObject): string {
  const facts = factsOf(object);
  switch (facts.typeKind) {
    case "enum":
      return `CREATE TYPE ${object.identity} AS ENUM (${facts.labels.map(quoteLiteral).join(", ")})`;
    case "domain":
      return createDomain(object, facts);
    case "range":
    case "base":
      return facts.definition ?? "";
    case "shell":
      return `CREATE TYPE ${object.identity}`;
  }
}

/** Labels that only changed their names, in place; `null` where labels came or went. */
function renamedLabels(
  wanted: readonly string[],
  found: readonly string[],
): readonly { readonly from: string; readonly to: string }[] | null {
  if (wanted.length !== found.length) return null;
  const pairs = wanted.map((to, at) => ({ from: found[at] ?? "", to })).filter(({ from, to }) => from !== to);
  const moved = pairs.some(({ from, to }) => wanted.includes(from) || found.includes(to));
  return moved ? null : pairs;
}

/** Whether the enum must be made again: PostgreSQL adds labels but never removes or reorders them (manual, ALTER TYPE). */
export function mustRecreateEnum({ before, after }: Pair): boolean {
  if (before.facts.kind !== "type" || after.facts.kind !== "type" || before.facts.typeKind !== "enum") return false;
  return after.facts.typeKind === "enum" && renamedLabels(before.facts.labels, after.facts.labels) === null;
}

/** The name under which an enum waits until nothing uses it any more. */
function asideName(object: CatalogObject): string {
  return temporaryName("replaced", object.name);
}

function changeEnum(pair: Pair): readonly Action[] {
  const { before, after } = pair;
  const renames = renamedLabels(factsOf(before).labels, factsOf(after).labels);
  if (renames !== null) {
    const statements = renames.map(
      ({ from, to }) => `ALTER TYPE ${before.identity} RENAME VALUE ${quoteLiteral(from)} TO ${quoteLiteral(to)}`,
    );
    return statements.length === 0 ? [] : [change(RANK.changeTable, before, statements)];
  }
  const aside = qualifiedName(after.schema, asideName(after));
  return [
    change(RANK.moveAside, after, [`ALTER TYPE ${after.identity} RENAME TO ${quoteIdentifier(asideName(after))}`]),
    change(RANK.removeType, after, [`DROP TYPE ${aside}`]),
  ];
}

export const typeRules: KindRules = {
  make(object, context): readonly Action[] {
    const facts = factsOf(object);
    const comments = facts.constraints.flatMap(({ name, comment }) =>
      comment === null ? [] : [commentOn(`CONSTRAINT ${quoteIdentifier(name)} ON DOMAIN ${object.identity}`, comment)],
    );
    return [make(RANK.makeType, object, [createStatement(object), ...adornNew(object, context), ...comments])];
  },
  remove(object): readonly Action[] {
    const facts = factsOf(object);
    const word = facts.typeKind === "domain" ? "DOMAIN" : "TYPE";
    const mentions = [
      facts.baseType ?? "",
      facts.definition ?? "",
      facts.default ?? "",
      ...facts.constraints.map(({ definition }) => definition),
    ].join("\n");
    return [remove(RANK.removeType, object, { statements: [`DROP ${word} ${object.identity}`], mentions })];
  },
  change(pair, context): readonly Action[] {
    const { before } = pair;
    const wanted = factsOf(before);
    const found = factsOf(pair.after);
    if (wanted.typeKind !== found.typeKind) return [...typeRules.remove(pair.after, context), ...typeRules.make(before, context)];
    if (mustRecreateEnum(pair)) return [...changeEnum(pair), ...typeRules.make(before, context)];
    const adorn = adornChanged(pair, context);
    const statements = wanted.typeKind === "domain" ? changeDomain(before, wanted, found) : [];
    return [
      ...renameBack(pair, context),
      ...(wanted.typeKind === "enum" ? changeEnum(pair) : []),
      ...(statements.length === 0 ? [] : [change(RANK.changeTable, before, statements)]),
      ...(adorn.length === 0 ? [] : [change(RANK.adorn, before, adorn)]),
    ];
  },
};
