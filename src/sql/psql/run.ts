import type { EdgeCaseDraft } from "../../model/edge-case.ts";
import type { Failure } from "../../model/failure.ts";
import type { Step } from "../../model/history.ts";
import type { SourceLocation } from "../../model/source.ts";
import { trackStatementEnd, type StatementEnd } from "../split.ts";
import type { Condition } from "./conditions.ts";
import { isCopyFromStdin, readCopyLines } from "./copy.ts";
import { readSourceText, type SourceText } from "./source-text.ts";
import type { Variables } from "./variables.ts";

/** Something that the reader of a script should know and that changes nothing. */
export interface PsqlNote {
  /** `psql-…`, kebab-case. */
  readonly code: string;
  readonly message: string;
  readonly location: SourceLocation;
}

/** A variable that is used and that nobody set. */
interface MissingVariable {
  readonly name: string;
  readonly location: SourceLocation;
  readonly uses: number;
}

/** One session of psql, as far as it is interpreted: everything that outlives a file. */
export interface Run {
  /** Absolute. */
  readonly root: string;
  readonly variables: Variables;
  readonly steps: Step[];
  readonly files: Map<string, SourceText>;
  readonly notes: PsqlNote[];
  readonly assumptions: Set<string>;
  readonly edgeCases: EdgeCaseDraft[];
  readonly failures: Failure[];
  readonly missing: Map<string, MissingVariable>;
  /** Relative to the root: where `\i` looks first. */
  workingDirectory: string;
}

/** The statement that is being collected. */
export interface QueryBuffer {
  /** SQL with variables put in, up to `text.slice(from, to)`. */
  sql: string;
  text: string;
  from: number;
  to: number;
  /** The first token's offset in the file; -1 while there is none. */
  start: number;
  /** Why the SQL is not known. */
  unknown: string | null;
  end: StatementEnd;
  /** Open square brackets: inside, a colon separates the bounds of an array slice. */
  brackets: number;
}

/** One file that is being read. */
export interface Frame {
  readonly path: string;
  readonly text: string;
  /** Where reading goes on. */
  at: number;
  /** The token in hand, as an offset in this file even where it comes out of a variable. */
  tokenAt: number;
  buffer: QueryBuffer;
  readonly conditions: Condition[];
  /** The files that led here, this one included. */
  readonly chain: readonly string[];
  readonly locate: (offset: number) => SourceLocation;
}

/** An empty statement. */
export function emptyBuffer(): QueryBuffer {
  return { sql: "", text: "", from: 0, to: 0, start: -1, unknown: null, end: trackStatementEnd(), brackets: 0 };
}

/** Starts reading a file. */
export function openFrame(source: SourceText, chain: readonly string[]): Frame {
  return {
    path: source.path,
    text: source.text,
    at: 0,
    tokenAt: 0,
    buffer: emptyBuffer(),
    conditions: [],
    chain: [...chain, source.path],
    locate: createLocator(source.path, source.text),
  };
}

/** Reads a file once per run. `null` where it could not be read: the failure, placed where the file was asked for, stands in the run. */
export function loadFile(run: Run, path: string, askedAt: SourceLocation): SourceText | null {
  const known = run.files.get(path);
  if (known !== undefined) return known;
  const read = readSourceText(run.root, path);
  if (read.kind === "failed") {
    const place = read.failures[0]?.code === "not-utf-8" ? null : askedAt;
    run.failures.push(...read.failures.map((failure) => ({ ...failure, location: place ?? failure.location })));
    return null;
  }
  run.files.set(path, read.value);
  return read.value;
}

/** Ends the statement in the buffer and makes a step of it. Gives the SQL that psql would send; `null` where there is none. */
export function sendBuffer(run: Run, frame: Frame, after: number): string | null {
  const { buffer } = frame;
  frame.buffer = emptyBuffer();
  if (buffer.start === -1) return null;
  const location = frame.locate(buffer.start);
  const sql = (buffer.sql + buffer.text.slice(buffer.from, buffer.to)).trimEnd();
  if (buffer.unknown !== null) {
    run.steps.push({
      kind: "custom-code",
      language: "psql",
      text: frame.text.slice(buffer.start, after),
      reason: buffer.unknown,
      location,
    });
    return null;
  }
  if (isCopyFromStdin(sql)) copyFromScript({ run, frame, location }, sql);
  else run.steps.push({ kind: "statement", sql, location });
  if (/^set\s+(?:session\s+|local\s+)?standard_conforming_strings\s*(?:=|to)\s*'?(?:off|false|0)/i.test(sql)) {
    run.assumptions.add("standard_conforming_strings is turned off in the file; strings are read as if it were on");
  }
  return sql;
}

/** A COPY step with the lines that follow the current one. */
export function copyFromScript(at: { readonly run: Run; readonly frame: Frame; readonly location: SourceLocation }, sql: string): void {
  const { run, frame, location } = at;
  const lineEnd = frame.text.indexOf("\n", frame.at);
  const rest = frame.text.slice(frame.at, lineEnd === -1 ? frame.text.length : lineEnd);
  if (!/^\s*(?:--.*)?$/.test(rest)) {
    run.failures.push({
      kind: "failure",
      code: "text-after-copy",
      message: `Text follows COPY … FROM STDIN on its line: ${JSON.stringify(rest.trim().slice(0, 60))}.`,
      location,
      hint: "Put the next statement on a line of its own, after the data's closing \\.",
      exitCode: 2,
    });
  }
  if (lineEnd === -1) {
    run.steps.push({ kind: "copy", sql, data: "", location });
    frame.at = frame.text.length;
    return;
  }
  const lines = readCopyLines(frame.text, lineEnd + 1);
  run.steps.push({ kind: "copy", sql, data: lines.data, location });
  frame.at = lines.end;
}

/** Notes that a variable is used and not set. */
export function noteMissing(run: Run, name: string, location: SourceLocation): void {
  const known = run.missing.get(name);
  run.missing.set(name, known === undefined ? { name, location, uses: 1 } : { ...known, uses: known.uses + 1 });
}

/** Lines are counted forward; going back starts over. */
function createLocator(file: string, text: string): (offset: number) => SourceLocation {
  let line = 1;
  let lineStart = 0;
  return (offset) => {
    if (offset < lineStart) {
      line = 1;
      lineStart = 0;
    }
    for (let at = text.indexOf("\n", lineStart); at !== -1 && at < offset; at = text.indexOf("\n", lineStart)) {
      line++;
      lineStart = at + 1;
    }
    return { file, line, column: offset - lineStart + 1 };
  };
}
