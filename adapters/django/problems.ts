import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import type { Step } from "../../src/model/history.ts";
import { formatLocation, type SourceLocation } from "../../src/model/source.ts";
import { RaisedError } from "../../src/script/signals.ts";
import { Stuck } from "../../src/script/stuck.ts";

/** What of one run could not be followed: one question with the place of the first, however many there are. */
export interface Problems {
  /** `text`: the Python that it is about. */
  stuck(problem: Stuck, text: string): Promise<void>;
  /** A default that the rows which are there would get, and that is not known. */
  unknownDefault(column: string, problem: Stuck): void;
  edgeCases(): readonly EdgeCaseDraft[];
}

interface Found {
  readonly problem: Stuck;
  readonly text: string;
}

interface Missing {
  readonly column: string;
  readonly problem: Stuck;
}

const shown = 2_000;

export function createProblems(id: string, emit: (step: Step) => Promise<void>): Problems {
  const found: Found[] = [];
  const defaults: Missing[] = [];
  return {
    async stuck(problem, text) {
      found.push({ problem, text });
      if (found.length === 1)
        await emit({ kind: "custom-code", language: "python", text, reason: problem.reason, location: problem.location });
    },
    unknownDefault(column, problem) {
      defaults.push({ column, problem });
    },
    edgeCases: () => [
      ...(found.length === 0 ? [] : [question(id, found)]),
      ...(defaults.length === 0 ? [] : [defaultQuestion(id, defaults)]),
    ],
  };
}

/** An error as what could not be followed. Throws it where it is a bug of the program. */
export function toStuck(error: unknown): Stuck {
  if (error instanceof Stuck) return error;
  if (error instanceof RaisedError) return new Stuck(`it raises ${error.type}: ${error.message}`, error.location);
  throw error;
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
    kind: onRows ? "data-change" : "custom-code",
    title: onRows ? `${id} changes rows with Python code` : `${id} has Python that cannot be followed`,
    question: `${formatLocation(first.problem.location)}: ${first.problem.reason}. What does this do to ${onRows ? "the rows" : "the database"}?${also}`,
    action: onRows
      ? "Give the SQL that does the same, or keep it: the rows are then changed by nothing in the converted history."
      : `Give the SQL that does the same (also as overrides/${id}.up.sql), say the fact with --assume, or leave the migration out.`,
    risk: onRows ? "MEDIUM" : "HIGH",
    source: {
      location: first.problem.location,
      text: found
        .map(({ text }) => text)
        .join("\n…\n")
        .slice(0, shown),
    },
    suggestion: null,
    evidence: [{ part: "read", statement: `Python code, undecided: ${first.problem.reason}`, value: 0.5 }],
    choices: ["edit", "keep", "exclude"],
  };
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
