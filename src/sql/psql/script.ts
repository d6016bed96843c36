import type { EdgeCaseDraft } from "../../model/edge-case.ts";
import { failed, ok, type Failure, type Result } from "../../model/failure.ts";
import type { Step } from "../../model/history.ts";
import { nextToken, type Token } from "../lexer.ts";
import { runMetaCommand } from "./commands.ts";
import { isActive } from "./conditions.ts";
import { loadFile, noteMissing, openFrame, sendBuffer, type Frame, type PsqlNote, type Run } from "./run.ts";
import { readSourceText, type SourceText } from "./source-text.ts";
import { createVariables, expandUse, variableUseAt } from "./variables.ts";

/** A script as psql would be given it. */
export interface PsqlRequest {
  /** Absolute path of the project: nothing outside it is read. */
  readonly root: string;
  /** The script, relative to the root with `/`. */
  readonly file: string;
  /** Its text where the caller has it, or only a part of it counts (the rest blanked out, so that lines stay). */
  readonly text?: string;
  /** What `psql -v` would set. */
  readonly variables: Readonly<Record<string, string>>;
  /** Where psql would be started, relative to the root: `\i` counts from there. Default: the root. */
  readonly workingDirectory?: string;
}

/** What a script does, in order. */
export interface PsqlScript {
  readonly steps: readonly Step[];
  /** Files read by `\i`, `\ir` and `\copy`, in the order of their first use. */
  readonly includes: readonly SourceText[];
  readonly notes: readonly PsqlNote[];
  /** What reading had to assume. */
  readonly assumptions: readonly string[];
  /** Questions that are not about a step: `\connect`. Custom code stands among the steps. */
  readonly edgeCases: readonly EdgeCaseDraft[];
}

/**
 * Reads a script as psql 18 would (`src/bin/psql`: psqlscan.l, psqlscanslash.l, command.c), without running anything: variables put
 * in, conditions decided, files included, COPY data taken from the lines that follow. What depends on a result or a shell becomes a
 * `custom-code` step. Fails with every problem at once: `unclosed-quote` (where it was opened), `unknown-placeholder` (each variable
 * that is used and not set), `file-not-found`, `outside-root`, `include-loop`, `not-utf-8`, `invalid-psql`.
 */
export function readPsqlScript(request: PsqlRequest): Result<PsqlScript> {
  const source =
    request.text === undefined ? readSourceText(request.root, request.file) : ok({ path: request.file, text: request.text, sha256: "" });
  if (source.kind === "failed") return source;
  const run: Run = {
    root: request.root,
    variables: createVariables(request.variables),
    steps: [],
    files: new Map(),
    notes: [],
    assumptions: new Set(),
    edgeCases: [],
    failures: [],
    missing: new Map(),
    workingDirectory: request.workingDirectory ?? ".",
  };
  readFrame(run, openFrame(source.value, []));
  const failures = [...run.failures, ...missingVariables(run)];
  if (failures.length > 0) return failed(...failures);
  return ok({
    steps: run.steps,
    includes: [...run.files.values()],
    notes: run.notes,
    assumptions: [...run.assumptions],
    edgeCases: run.edgeCases,
  });
}

/** Reads one file to its end or to `\q`. */
function readFrame(run: Run, frame: Frame): void {
  for (;;) {
    const token = nextToken(frame.text, frame.at);
    if (token === null) break;
    frame.tokenAt = token.start;
    frame.at = token.end;
    if (token.kind === "symbol" && frame.text[token.start] === "\\") {
      if (takeBackslash(run, frame) === "quit") return;
      continue;
    }
    if (!isActive(frame.conditions)) {
      // psql lexes what it skips, quotes included: a quote that opens there must close there.
      if (token.unclosed !== undefined) return reportUnclosed(run, frame, token);
      continue;
    }
    if (token.unclosed !== undefined) return reportUnclosed(run, frame, token);
    const next = takeToken({ run, frame, opened: [] }, frame.text, token);
    if (next !== null) frame.at = next;
  }
  const open = frame.conditions.at(-1);
  if (open !== undefined) {
    run.failures.push({
      kind: "failure",
      code: "invalid-psql",
      message: "\\if without \\endif: the file ends first.",
      location: frame.locate(open.start),
      hint: "Every \\if needs its \\endif in the same file.",
      exitCode: 2,
    });
    return;
  }
  // psql sends what stands at the end of a file without a semicolon.
  sendBuffer(run, frame, frame.text.length);
}

interface Place {
  readonly run: Run;
  readonly frame: Frame;
  /** The variables whose values are being read, outermost first. */
  readonly opened: readonly string[];
}

/**
 * Adds a token to the statement in hand, or ends it. `text` is the file, or the value of a variable. Gives where reading goes on
 * where that is not the token's end.
 */
function takeToken(place: Place, text: string, token: Token): number | null {
  const { run, frame } = place;
  const { buffer } = frame;
  if (token.kind === "comment") return null;
  if (token.kind === "symbol") {
    const char = text.charAt(token.start);
    const next = char === ":" ? takeColon(place, text, token) : null;
    if (next !== null) return next;
    if (char === "[") buffer.brackets++;
    if (char === "]") buffer.brackets = Math.max(0, buffer.brackets - 1);
  }
  if (buffer.end.endsAt(text, token)) sendBuffer(run, frame, frame.at);
  else append(frame, text, token);
  return null;
}

/** A variable, or one of `::` and `:=`. Gives where it ends; `null` for a colon of its own. */
function takeColon(place: Place, text: string, token: Token): number | null {
  const { run, frame, opened } = place;
  const following = text.charAt(token.end);
  if (following === ":" || following === "=") {
    append(frame, text, { start: token.start, end: token.end + 1 });
    return token.end + 1;
  }
  const use = variableUseAt(text, token.start);
  if (use === null) return null;
  const expanded = opened.includes(use.name) ? null : expandUse(use, run.variables);
  if (expanded?.kind === "known") {
    if (opened.length === 0) frame.at = use.end;
    joinBefore(frame, text, token.start);
    takeValue(place, use.name, expanded.value);
    return use.end;
  }
  append(frame, text, { start: token.start, end: use.end });
  if (expanded !== null) frame.buffer.unknown ??= `it uses the psql variable ${use.name}: ${expanded.reason}`;
  // `[1:n]` bounds an array slice; anywhere else PostgreSQL has no use for a colon and a name.
  else if (frame.buffer.brackets === 0) noteMissing(run, use.name, frame.locate(frame.tokenAt));
  return use.end;
}

/** psql lexes a variable's value as if it stood in the file: it may hold several statements. */
function takeValue(place: Place, name: string, value: string): void {
  const { run, frame } = place;
  const inside: Place = { ...place, opened: [...place.opened, name] };
  let at = 0;
  for (let token = nextToken(value, 0); token !== null; token = nextToken(value, at)) {
    if (token.unclosed !== undefined) {
      run.failures.push({
        kind: "failure",
        code: "unclosed-quote",
        message: `The value of the psql variable ${name} opens a ${token.unclosed} and does not close it.`,
        location: frame.locate(frame.tokenAt),
        hint: `For a string, write :'${name}' where it is used.`,
        exitCode: 2,
      });
      break;
    }
    at = takeToken(inside, value, token) ?? token.end;
  }
  leaveText(frame);
}

/** Adds a token and what stands before it since the last one. */
function append(frame: Frame, text: string, token: Pick<Token, "start" | "end">): void {
  const { buffer } = frame;
  if (buffer.text === "") {
    buffer.text = text;
    buffer.from = buffer.start === -1 ? token.start : leadingSpace(text, token.start);
  }
  if (buffer.start === -1) buffer.start = frame.tokenAt;
  buffer.to = token.end;
}

/** Ends a stretch of one text, with the white space before `start`, where a variable's value goes on. Comments there are left out. */
function joinBefore(frame: Frame, text: string, start: number): void {
  leaveText(frame);
  if (frame.buffer.start !== -1) frame.buffer.sql += text.slice(leadingSpace(text, start), start);
}

/** Moves what was collected as offsets into the statement's text. */
function leaveText(frame: Frame): void {
  const { buffer } = frame;
  buffer.sql += buffer.text.slice(buffer.from, buffer.to);
  buffer.text = "";
  buffer.from = 0;
  buffer.to = 0;
}

function leadingSpace(text: string, at: number): number {
  let from = at;
  while (from > 0 && /\s/.test(text.charAt(from - 1))) from--;
  return from;
}

/** `\;` joins two statements into one message, `\:` is a colon, everything else is a meta-command. */
function takeBackslash(run: Run, frame: Frame): "quit" | "go on" {
  const next = frame.text.charAt(frame.at);
  if (isActive(frame.conditions)) leaveText(frame);
  if (next === ";" || next === ":") {
    frame.at++;
    if (!isActive(frame.conditions)) return "go on";
    if (next === ";") sendBuffer(run, frame, frame.at);
    else append(frame, frame.text, { start: frame.tokenAt + 1, end: frame.tokenAt + 2 });
    return "go on";
  }
  return runMetaCommand({ run, frame, include: (path, askedAt) => includeFile({ run, frame }, path, askedAt) });
}

function includeFile({ run, frame }: Pick<Place, "run" | "frame">, path: string, askedAt: Frame["tokenAt"]): void {
  const location = frame.locate(askedAt);
  if (frame.chain.includes(path)) {
    run.failures.push({
      kind: "failure",
      code: "include-loop",
      message: `${path} includes itself: ${[...frame.chain, path].join(" → ")}.`,
      location,
      hint: "Remove one of these \\i or \\ir lines.",
      exitCode: 2,
    });
    return;
  }
  const source = loadFile(run, path, location);
  if (source !== null) readFrame(run, openFrame(source, frame.chain));
}

function reportUnclosed(run: Run, frame: Frame, token: Token): void {
  run.failures.push(unclosedFailure(token.unclosed ?? "quote", frame.locate(token.start)));
}

/** The failure for a quote or comment that is opened and never closed. */
export function unclosedFailure(what: string, location: Failure["location"]): Failure {
  return {
    kind: "failure",
    code: "unclosed-quote",
    message: `A ${what} is opened here and never closed.`,
    location,
    hint: "Close it. PostgreSQL would refuse the rest of the file.",
    exitCode: 2,
  };
}

function missingVariables(run: Run): readonly Failure[] {
  return [...run.missing.values()].map(({ name, location, uses }) => ({
    kind: "failure",
    code: "unknown-placeholder",
    message: `The psql variable ${name} is used ${uses === 1 ? "here" : `${uses} times`} and set nowhere.`,
    location,
    hint: `Give it: --placeholder ${name}=VALUE.`,
    exitCode: 2,
  }));
}
