import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import type { Step } from "../../src/model/history.ts";
import type { SourceLocation } from "../../src/model/source.ts";
import { codeQuestion, type Found } from "../../src/script/questions.ts";
import { RaisedError } from "../../src/script/signals.ts";
import { Stuck } from "../../src/script/stuck.ts";
import { quoteLiteral } from "../../src/sql/quote.ts";
import { queryReason } from "./runtime/statements.ts";

/** What of one run could not be followed: one question with the place of the first, however many there are. */
export interface Problems {
  stuck(problem: Stuck, statement: string): Promise<void>;
  /** The run was ended by this. Throws it where it is a bug of the program. */
  ended(error: unknown, at: { readonly direction: "up" | "down"; readonly text: string }): Promise<void>;
  edgeCases(): readonly EdgeCaseDraft[];
}

/** Words by which a statement says that it changes more than rows. */
const definitions =
  /\b(?:op|batch_op)\.(?!execute\b|get_bind\b|get_context\b|bulk_insert\b|f\b)\w+|\b(?:create|alter|drop|comment\s+on|grant|revoke|rename|truncate)\s/i;

export function createProblems(id: string, emit: (step: Step) => Promise<void>): Problems {
  const found: Found[] = [];
  const add = async (given: Stuck, text: string): Promise<void> => {
    const problem = aboutRows(given, text) ? new Stuck(given.reason, given.location, "rows") : given;
    found.push({ problem, text });
    if (found.length === 1)
      await emit({ kind: "custom-code", language: "python", text, reason: problem.reason, location: problem.location });
  };
  return {
    stuck: add,
    async ended(error, { direction, text }) {
      if (error instanceof RaisedError && direction === "down") return emit(refusal(error));
      if (error instanceof RaisedError)
        return add(new Stuck(`it raises ${error.type}${error.message === "" ? "" : `: ${error.message}`}`, error.location), text);
      if (error instanceof Stuck) return add(error, text);
      throw error;
    },
    edgeCases() {
      const [first, ...others] = found;
      return first === undefined ? [] : [codeQuestion({ id, language: "Python" }, [first, ...others])];
    },
  };
}

/** Code that goes over rows, and says nothing of definitions, can change nothing but rows. */
function aboutRows(problem: Stuck, text: string): boolean {
  return problem.effect === "rows" || (problem.reason.includes(queryReason) && !definitions.test(text));
}

/** A way back that refuses, as a statement that does. */
function refusal({
  location,
  type,
  message,
}: {
  readonly location: SourceLocation;
  readonly type: string;
  readonly message: string;
}): Step {
  return {
    kind: "statement",
    sql: `DO $$ BEGIN RAISE EXCEPTION ${quoteLiteral(`${type}: ${message}`.replaceAll("%", "%%").replaceAll("$$", ""))}; END $$`,
    location,
  };
}
