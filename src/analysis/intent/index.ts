import { count, sayRef } from "../names.ts";
import type { ChangeSite, MigrationScope } from "../scope.ts";
import type { Transition } from "../transitions/transition.ts";
import { clausesOf, type Clause } from "./clauses.ts";
import { dataClausesOf, silentRowClauses } from "./data-clauses.ts";

const LIMIT = 160;

/** What a statement that did not run would have done, as far as its kind says. */
function unexecuted(site: ChangeSite): Clause {
  const name = site.change.object === null ? "" : ` ${sayRef(site.change.object)}`;
  return { weight: 5, text: `${site.change.kind.replaceAll("-", " ")}${name} (did not run)` };
}

/** Takes the clauses in order as far as they fit; what does not fit is counted. */
function joinClauses(clauses: readonly Clause[]): string {
  let sentence = "";
  let left = clauses.length;
  for (const { text } of clauses) {
    const next = sentence === "" ? text : `${sentence}; ${text}`;
    const rest = left === 1 ? "" : `; and ${left - 1} more`;
    if (sentence !== "" && next.length + rest.length > LIMIT) continue;
    sentence = next;
    left -= 1;
  }
  return left === 0 ? sentence : `${sentence}; and ${left} more`;
}

/**
 * What a migration does, as a sentence in plain words, from what it changed on the shadow and the rows it wrote. Deterministic,
 * about 160 characters at most; what does not fit is counted ("and 12 more").
 */
export function describeIntent(scope: MigrationScope, transitions: readonly Transition[]): string {
  const custom = scope.replay.statements.filter((statement) => statement.step.kind === "custom-code");
  const failed = scope.sites.filter((site) => site.statement.outcome.kind !== "done" && site.change.effect !== "session");
  const clauses: Clause[] = [
    ...clausesOf(transitions),
    ...dataClausesOf(scope),
    ...silentRowClauses(scope),
    ...failed.slice(0, 3).map(unexecuted),
    ...custom.slice(0, 1).map(({ step }) => ({
      weight: 1,
      text: `runs custom code${step.kind === "custom-code" ? ` (${step.language})` : ""} that a person must translate`,
    })),
  ];
  const ordered = clauses.map((clause, at) => ({ ...clause, at })).sort((a, b) => a.weight - b.weight || a.at - b.at);
  const sentence = joinClauses(ordered);
  if (sentence !== "") return sentence.charAt(0).toUpperCase() + sentence.slice(1);
  if (scope.sites.length === 0) return "Does nothing";
  return `Changes nothing in the schema (${count(scope.replay.statements.length, "statement")})`;
}
