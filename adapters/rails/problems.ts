import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import type { Step } from "../../src/model/history.ts";
import { formatLocation, type SourceLocation } from "../../src/model/source.ts";
import { BreakSignal, NextSignal, RaisedError, ReturnSignal } from "../../src/script/signals.ts";
import { Stuck } from "../../src/script/stuck.ts";
import type { MigrationSource } from "./migration.ts";
import { quoteText } from "./values.ts";

/** What of one run could not be followed: one question with the place of the first, however many there are. */
export interface Problems {
  stuck(problem: Stuck, statement: string): Promise<void>;
  /** The run was ended by this. Throws it where it is a bug of the program. */
  ended(error: unknown, direction: "up" | "down"): Promise<void>;
  /** A text was made of the time of the run. */
  timed(location: SourceLocation): void;
  edgeCases(): readonly EdgeCaseDraft[];
}

interface Found {
  readonly problem: Stuck;
  readonly text: string;
}

const shown = 2_000;

export function createProblems({ id, source }: MigrationSource, emit: (step: Step) => Promise<void>): Problems {
  const found: Found[] = [];
  let timed: SourceLocation | null = null;
  const add = async (problem: Stuck, text: string): Promise<void> => {
    found.push({ problem, text });
    if (found.length === 1) await emit({ kind: "custom-code", language: "ruby", text, reason: problem.reason, location: problem.location });
  };
  return {
    stuck: add,
    async ended(error, direction) {
      if (error instanceof ReturnSignal || error instanceof NextSignal || error instanceof BreakSignal) return;
      if (error instanceof RaisedError && error.type === "ActiveRecord::IrreversibleMigration" && direction === "down") {
        // Only its author can say so by raising: what Rails cannot invert has no way back of its own.
        if (error.message === error.type || !/reversible|irreversible/i.test(error.message)) await emit(refusal(error));
        return;
      }
      if (error instanceof RaisedError)
        return add(new Stuck(`it raises ${error.type}: ${error.message}`, error.location), source.textOf(source.program.location));
      if (error instanceof Stuck) return add(error, source.textOf(source.program.location));
      throw error;
    },
    timed(location) {
      timed ??= location;
    },
    edgeCases: () => [...(found.length === 0 ? [] : [question(id, found)]), ...(timed === null ? [] : [timeQuestion(id, timed)])],
  };
}

/** A way back that refuses, as a statement that does. */
function refusal({ location, type }: RaisedError): Step {
  return { kind: "statement", sql: `DO $$ BEGIN RAISE EXCEPTION ${quoteText(type)}; END $$`, location };
}

/** The time of the run stands in what is sent: here that of the version, which is wrong where it is run later. */
function timeQuestion(id: string, location: SourceLocation): EdgeCaseDraft {
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

function question(id: string, found: readonly Found[]): EdgeCaseDraft {
  const [first = { problem: new Stuck("", { file: id, line: 1 }), text: "" }, ...others] = found;
  const onRows = found.every(({ problem }) => problem.effect === "rows");
  const more = others.map(({ problem }) => `${formatLocation(problem.location)}: ${problem.reason}`);
  const also =
    more.length === 0
      ? ""
      : ` The same question holds for ${more.slice(0, 3).join("; ")}${more.length > 3 ? ` and ${more.length - 3} more` : ""}.`;
  return {
    kind: "custom-code",
    title: onRows ? `${id} changes rows with Ruby code` : `${id} has Ruby that cannot be followed`,
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
    evidence: [{ part: "read", statement: `Ruby code, undecided: ${first.problem.reason}`, value: 0.5 }],
    choices: ["edit", "keep", "exclude"],
  };
}
