import { listNames, sayKind, sayRef } from "../names.ts";
import { sourceOf, type Question } from "./question.ts";

/** Kinds that one of the two whole-catalog judges (@supabase/pg-delta) reports and does not model. */
const UNMODELLED: ReadonlySet<string> = new Set([
  "create-cast",
  "create-operator",
  "create-operator-class",
  "create-operator-family",
  "create-statistics",
  "create-text-search",
  "create-language",
  "create-conversion",
  "create-transform",
  "create-access-method",
]);

/** Objects that only one judge can compare. */
export const askUnmodelled: Question = (context) => {
  const sites = context.scope.sites.filter((site) => UNMODELLED.has(site.change.kind) && site.statement.outcome.kind === "done");
  const [first] = sites;
  if (first === undefined) return null;
  const names = sites.flatMap((site) =>
    site.change.object === null ? [] : [`${sayKind(site.change.object.kind)} ${sayRef(site.change.object)}`],
  );
  return {
    kind: "unmodelled-object",
    title: `Only one judge sees ${listNames(names)}`,
    question:
      "pg-delta does not model this kind of object: the row-by-row comparison of the catalogs vouches for it alone. Is that enough?",
    action: "Keep it, or look at its definition in schema.sql.",
    risk: "LOW",
    source: sourceOf(first, context),
    suggestion: { text: "Keep it: the catalogs were compared row by row.", sql: null, origin: "rule", proven: false },
    evidence: [],
    choices: ["keep", "edit", "exclude"],
  };
};
