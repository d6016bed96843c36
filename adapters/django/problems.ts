import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import type { Step } from "../../src/model/history.ts";
import { formatLocation, type SourceLocation } from "../../src/model/source.ts";
import { RaisedError } from "../../src/script/signals.ts";
import { codeQuestion, type Found } from "../../src/script/questions.ts";
import { Stuck } from "../../src/script/stuck.ts";

/** What of one run could not be followed: one question with the place of the first, however many there are. */
export interface Problems {
  /** `text`: the Python that it is about. */
  stuck(problem: Stuck, text: string): Promise<void>;
  /** A default that the rows which are there would get, and that is not known. */
  unknownDefault(column: string, problem: Stuck): void;
  edgeCases(): readonly EdgeCaseDraft[];
}

interface Missing {
  readonly column: string;
  readonly problem: Stuck;
}

export function createProblems(id: string, emit: (step: Step) => Promise<void>): Problems {
  const found: Found[] = [];
  const defaults: Missing[] = [];
  return {
    async stuck(given, text) {
      const problem = onRows(given);
      found.push({ problem, text });
      if (found.length === 1)
        await emit({ kind: "custom-code", language: "python", text, reason: problem.reason, location: problem.location });
    },
    unknownDefault(column, problem) {
      defaults.push({ column, problem });
    },
    edgeCases: () => [...question(id, found), ...(defaults.length === 0 ? [] : [defaultQuestion(id, defaults)])],
  };
}

/** What is said of the rows of a model; a loop over them or a condition on them says it too. */
export const rowsNotFollowed = "what it does with the rows of a model is not followed";

function onRows(problem: Stuck): Stuck {
  return problem.reason.includes(rowsNotFollowed) ? new Stuck(problem.reason, problem.location, "rows") : problem;
}

/** An error as what could not be followed. Throws it where it is a bug of the program. */
export function toStuck(error: unknown): Stuck {
  if (error instanceof Stuck) return error;
  if (error instanceof RaisedError) return new Stuck(`it raises ${error.type}: ${error.message}`, error.location);
  throw error;
}

function question(id: string, [first, ...others]: readonly Found[]): readonly EdgeCaseDraft[] {
  if (first === undefined) return [];
  const asked = codeQuestion({ id, language: "Python" }, [first, ...others]);
  const rowsAlone = [first, ...others].every(({ problem }) => problem.effect === "rows");
  return [{ ...asked, kind: rowsAlone ? "data-change" : "custom-code", action: asked.action.replace("VERSION", id) }];
}

function defaultQuestion(id: string, defaults: readonly Missing[]): EdgeCaseDraft {
  const columns = defaults.map(({ column }) => column).join(", ");
  const location: SourceLocation = defaults[0]?.problem.location ?? { file: id, line: 1 };
  return {
    kind: "custom-code",
    title: `${id} gives the rows that are there a value which is not known`,
    question: `${formatLocation(location)}: ${defaults[0]?.problem.reason ?? ""}. Which value do the rows that are there get in ${columns}?`,
    action: `Give its SQL with the value (also as overrides/${id}.up.sql), or keep it where the table has no rows: with rows it fails.`,
    risk: "MEDIUM",
    source: { location, text: "" },
    suggestion: null,
    evidence: [{ part: "read", statement: `a default that is not known: ${columns}`, value: 0.85 }],
    choices: ["edit", "keep", "exclude"],
  };
}
