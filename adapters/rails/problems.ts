import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import type { Step } from "../../src/model/history.ts";
import type { SourceLocation } from "../../src/model/source.ts";
import { codeQuestion, timeQuestion, type Found } from "../../src/script/questions.ts";
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
    edgeCases() {
      const [first, ...others] = found;
      return [
        ...(first === undefined ? [] : [codeQuestion({ id, language: "Ruby" }, [first, ...others])]),
        ...(timed === null ? [] : [timeQuestion(id, timed)]),
      ];
    },
  };
}

/** A way back that refuses, as a statement that does. */
function refusal({ location, type }: RaisedError): Step {
  return { kind: "statement", sql: `DO $$ BEGIN RAISE EXCEPTION ${quoteText(type)}; END $$`, location };
}
