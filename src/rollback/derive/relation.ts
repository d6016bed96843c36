import type { CatalogObject, RelationFacts } from "../../model/catalog.ts";
import type { Action, DeriveContext, KindRules, Pair } from "./action.ts";
import { compositeTypeRules } from "./composite-type.ts";
import { changeTable } from "./table-change.ts";
import { makeTable, removeTable } from "./table-make.ts";
import { viewRules } from "./view.ts";

/** The facts of a relation. */
export function relationFacts(object: CatalogObject): RelationFacts {
  if (object.facts.kind !== "relation") throw new Error(`${object.identity} is no relation`);
  return object.facts;
}

const tableRules: KindRules = { make: makeTable, remove: removeTable, change: changeTable };

const RULES: Readonly<Record<RelationFacts["relationKind"], KindRules>> = {
  table: tableRules,
  "partitioned-table": tableRules,
  "foreign-table": tableRules,
  view: viewRules,
  "materialized-view": viewRules,
  "composite-type": compositeTypeRules,
};

export const relationRules: KindRules = {
  make: (object, context) => RULES[relationFacts(object).relationKind].make(object, context),
  remove: (object, context) => RULES[relationFacts(object).relationKind].remove(object, context),
  change(pair: Pair, context: DeriveContext): readonly Action[] {
    const wanted = relationFacts(pair.before).relationKind;
    const found = relationFacts(pair.after).relationKind;
    if (wanted === found) return RULES[wanted].change(pair, context);
    return [...RULES[found].remove(pair.after, context), ...RULES[wanted].make(pair.before, context)];
  },
};
