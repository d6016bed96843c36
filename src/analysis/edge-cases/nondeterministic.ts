import { sourceOf, andMore, type Question } from "./question.ts";

// A date of creation differs everywhere without harm; a random key or token is a different fact in every database.
const RANDOM = /random|uuid/i;

/** Random values in rows that the history writes: every database gets others. Times, positions and defaults are findings at most. */
export const askNondeterministic: Question = (context) => {
  const sites = context.scope.sites.filter(
    (site) =>
      site.change.effect === "data" &&
      site.change.details.nondeterministic?.some((name) => RANDOM.test(name)) === true &&
      site.statement.outcome.kind === "done" &&
      (site.statement.outcome.rows ?? 0) > 0,
  );
  const [first] = sites;
  if (first === undefined) return null;
  const names = [...new Set(sites.flatMap((site) => site.change.details.nondeterministic ?? []))]
    .filter((name) => RANDOM.test(name))
    .sort();
  return {
    kind: "nondeterministic",
    title: `Random values in rows of ${first.subject?.label ?? "a table"}`,
    question: `${names.join(", ")} gives other values in every database${andMore(sites)}. Is that meant, or must the rows be the same everywhere?`,
    action: "Keep it, or edit the statement so that it lists the values.",
    risk: "LOW",
    source: sourceOf(first, context),
    suggestion: { text: "Keep it, if nothing outside the database knows these values.", sql: null, origin: "rule", proven: false },
    evidence: [],
    choices: ["keep", "edit", "exclude"],
  };
};
