import { inputFailure } from "../../src/model/failure.ts";
import type { Failure } from "../../src/model/failure.ts";
import type { Step } from "../../src/model/history.ts";
import type { SourceLocation } from "../../src/model/source.ts";
import { lexTokens } from "../../src/sql/lexer.ts";
import { splitStatements } from "../../src/sql/split.ts";
import type { ReplacedText } from "./placeholders.ts";
import type { ScriptStatement } from "./splitter.ts";
import { splitScript } from "./splitter.ts";
import { indexLines } from "./text.ts";

/** A script cut into the steps of a migration, and what kept it from being read whole. */
export interface ScriptSteps {
  readonly steps: readonly Step[];
  readonly failures: readonly Failure[];
  /** Statements by Flyway's own count that it can and cannot run in a transaction; the place of the first of the latter. */
  readonly transactional: number;
  readonly nonTransactional: SourceLocation | null;
  /** Whether the script itself says BEGIN, COMMIT or ROLLBACK. */
  readonly controlsTransaction: boolean;
}

const transactionControl = /^(?:begin|start\s+transaction|commit|end|rollback|abort)\b(?!\s+(?:to|prepared)\b)/i;

/** Where the statements of one script stand in the file. */
interface Places {
  readonly file: string;
  at(offset: number): SourceLocation;
}

function placesOf(file: string, original: string, replaced: ReplacedText): Places {
  const lines = indexLines(original);
  return { file, at: (offset) => ({ file, ...lines.at(replaced.originalOffset(offset)) }) };
}

/** The first parenthesis of a statement that nothing closes, by PostgreSQL's tokens; `null` where there is none. */
function openParenthesis(sql: string): number | null {
  const open: number[] = [];
  for (const token of lexTokens(sql)) {
    if (token.kind !== "symbol") continue;
    if (sql[token.start] === "(") open.push(token.start);
    else if (sql[token.start] === ")") open.pop();
  }
  return open[0] ?? null;
}

/**
 * A statement of Flyway's may hold several of PostgreSQL's: where a `$1` or a `)` too many hid a semicolon. The JDBC driver
 * cuts them again by PostgreSQL's rules before it sends them, so the same is done here.
 */
function stepsOf(statement: ScriptStatement, places: Places, failures: Failure[]): readonly Step[] {
  if (statement.data !== null) {
    return [{ kind: "copy", sql: statement.sql, data: statement.data, location: places.at(statement.offset) }];
  }
  if (!statement.doubtful) {
    return [{ kind: "statement", sql: statement.sql, location: places.at(statement.offset) }];
  }
  const steps: Step[] = [];
  for (const part of splitStatements(statement.sql)) {
    if (part.unclosed !== undefined) {
      const opened = places.at(statement.offset + part.unclosed.offset);
      failures.push(
        inputFailure("unclosed-quote", `a ${part.unclosed.what} is opened here and never closed`, {
          location: opened,
          hint: "Close it where it should end; everything after it belongs to it as the file stands.",
        }),
      );
    }
    const open = part.unclosed === undefined ? openParenthesis(part.sql) : null;
    if (open !== null) {
      failures.push(
        inputFailure("incomplete-statement", "a parenthesis is opened here and never closed", {
          location: places.at(statement.offset + part.offset + open),
          hint: "Close it where it should end; every statement after it belongs to it as the file stands.",
        }),
      );
    }
    steps.push({ kind: "statement", sql: part.sql, location: places.at(statement.offset + part.offset) });
  }
  return steps;
}

const problemCodes = {
  "incomplete-statement": "incomplete-statement",
  "unterminated-copy": "unterminated-copy",
} as const;

/** Cuts a script whose placeholders were replaced; `original` is the text of the file, to which every location points. */
export function readScript(file: string, original: string, replaced: ReplacedText): ScriptSteps {
  const places = placesOf(file, original, replaced);
  const split = splitScript(replaced.text);
  const failures: Failure[] = split.problems.map((problem) =>
    inputFailure(problemCodes[problem.kind], problem.message, {
      location: places.at(problem.offset),
      hint: "Correct the file: Flyway could not have run it as it stands.",
    }),
  );
  const steps: Step[] = [];
  let transactional = 0;
  let nonTransactional: SourceLocation | null = null;
  for (const statement of split.statements) {
    if (statement.transactional) transactional++;
    else nonTransactional ??= places.at(statement.offset);
    for (const step of stepsOf(statement, places, failures)) steps.push(step);
  }
  return {
    steps,
    failures,
    transactional,
    nonTransactional,
    controlsTransaction: steps.some((step) => step.kind === "statement" && transactionControl.test(step.sql)),
  };
}
