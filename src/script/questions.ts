import type { EdgeCaseDraft } from "../model/edge-case.ts";
import { formatLocation, type SourceLocation } from "../model/source.ts";
import type { Stuck } from "./stuck.ts";

/** A statement that could not be followed. */
export interface Found {
  readonly problem: Stuck;
  readonly text: string;
}

/** A migration, and the language that it is written in. */
export interface Asked {
  readonly id: string;
  readonly language: "Ruby" | "Python";
}

const shown = 2_000;

/** The time of the run stands in what is sent: here that of the version, which is wrong where it is run later. */
export function timeQuestion(id: string, location: SourceLocation): EdgeCaseDraft {
  return {
    kind: "nondeterministic",
    title: `${id} puts the time of its run into its SQL`,
    question: `${formatLocation(location)}: the migration reads the clock. The converted history has the time of its version instead: is that right for databases on which it is still to run?`,
    action: "Keep it where every database has run it, or write its SQL with now() in the place of the text.",
    risk: "MEDIUM",
    source: { location, text: "" },
    suggestion: null,
    evidence: [{ part: "read", statement: "the time of the run is taken to be that of the version", value: 0.9 }],
    choices: ["keep", "exclude"],
  };
}

/** What of a run could not be followed, as one question with the place of the first. */
export function codeQuestion({ id, language }: Asked, [first, ...others]: readonly [Found, ...Found[]]): EdgeCaseDraft {
  const found = [first, ...others];
  const onRows = found.every(({ problem }) => problem.effect === "rows");
  const more = others.map(({ problem }) => `${formatLocation(problem.location)}: ${problem.reason}`);
  const also =
    more.length === 0
      ? ""
      : ` The same question holds for ${more.slice(0, 3).join("; ")}${more.length > 3 ? ` and ${more.length - 3} more` : ""}.`;
  return {
    kind: "custom-code",
    title: onRows ? `${id} changes rows with ${language} code` : `${id} has ${language} that cannot be followed`,
    question: `${formatLocation(first.problem.location)}: ${first.problem.reason}. What does this do to ${onRows ? "the rows" : "the database"}?${also}`,
    action: onRows
      ? "Give the SQL that does the same, or keep it: the rows are then changed by nothing in the converted history."
      : "Give the SQL that does the same (also as overrides/VERSION.up.sql), say the fact with --assume, or leave the migration out.",
    risk: onRows ? "MEDIUM" : "HIGH",
    source: {
      location: first.problem.location,
      text: found
        .map(({ text }) => text)
        .join("\n…\n")
        .slice(0, shown),
    },
    suggestion: null,
    evidence: [{ part: "read", statement: `${language} code, undecided: ${first.problem.reason}`, value: 0.5 }],
    choices: ["edit", "keep", "exclude"],
  };
}
