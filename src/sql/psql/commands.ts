import { posix } from "node:path";
import { endOfLine, readArguments, type Argument } from "./arguments.ts";
import { continueCondition, isActive, openCondition, turnCondition, type Verdict } from "./conditions.ts";
import { parseClientCopy } from "./copy.ts";
import { findFile, unquote } from "./find-file.ts";
import { readResultColumns } from "./results.ts";
import { copyFromScript, emptyBuffer, loadFile, noteMissing, sendBuffer, type Frame, type Run } from "./run.ts";
import { parseBoolean } from "./variables.ts";

/** What a meta-command may touch. */
export interface Scene {
  readonly run: Run;
  readonly frame: Frame;
  /** Reads another file in place of the command; `askedAt` is an offset in this file. */
  readonly include: (path: string, askedAt: number) => void;
}

/** One meta-command as it stands in a file. */
interface Call extends Scene {
  /** Without the backslash. */
  readonly name: string;
  readonly start: number;
  readonly words: readonly Argument[];
  /** The rest of the line, as written. */
  readonly line: string;
}

type Outcome = "go on" | "quit";
type Handler = (call: Call) => Outcome | void;

/** Commands that take their line whole, backslashes and quotes included (`OT_WHOLE_LINE`, or a shell's text). */
const WHOLE_LINE = new Set(["copy", "!", "o", "out", "w", "write", "e", "edit", "ef", "ev", "sf", "sf+", "sv", "sv+", "h", "help"]);

/** Commands that show, format or describe: nothing changes in the database. */
const WITHOUT_EFFECT =
  /^(?:echo|qecho|warn|pset|timing|x|a|t|T|f|H|html|C|o|out|p|print|w|write|s|h|help|\?|copyright|conninfo|errverbose|encoding|restrict|unrestrict|setenv|sf\+?|sv\+?|z[S+x]*|l[+x]*|list[+x]*|d[A-Za-z]*[S+x]*|lo_list\+?|dl\+?)$/;

const CONDITIONAL = new Set(["if", "elif", "else", "endif"]);

/**
 * Carries out the meta-command whose backslash stands at `frame.tokenAt` (`src/bin/psql/command.c`, psql manual). Nothing is run:
 * what a shell, another database or a result would decide becomes custom code.
 */
export function runMetaCommand(scene: Scene): Outcome {
  const { run, frame } = scene;
  const start = frame.tokenAt;
  const lineEnd = endOfLine(frame.text, frame.at);
  const name = /^(?:![^\s\\]*|[^\s\\]*)/.exec(frame.text.slice(frame.at, lineEnd))?.[0] ?? "";
  const command = name.startsWith("!") ? "!" : name;
  const from = frame.at + command.length;
  const line = frame.text.slice(from, lineEnd).replace(/\r$/, "");
  const active = isActive(frame.conditions);
  if (WHOLE_LINE.has(command)) {
    frame.at = lineEnd;
    return active ? carryOut({ ...scene, name: command, start, words: [], line }) : "go on";
  }
  const { list, end } = readArguments(frame.text, from, run.variables);
  frame.at = end;
  if (!active && !CONDITIONAL.has(command)) return "go on";
  return carryOut({ ...scene, name: command, start, words: list, line });
}

function carryOut(call: Call): Outcome {
  const handler = Object.hasOwn(HANDLERS, call.name) ? HANDLERS[call.name] : undefined;
  if (handler !== undefined) return handler(call) ?? "go on";
  if (WITHOUT_EFFECT.test(call.name)) {
    const shell = call.words.find((word) => word.value === null && word.raw.includes("`"));
    if (shell !== undefined) customCode(call, "its argument is the output of a shell command, which is never run here");
    return "go on";
  }
  customCode(call, `psql's \\${call.name} is not known`);
  return "go on";
}

const quit: Handler = () => "quit";
const include: Handler = (call) => includeFile(call, call.run.workingDirectory);
const includeRelative: Handler = (call) => includeFile(call, posix.dirname(call.frame.path));

const HANDLERS: Readonly<Record<string, Handler>> = {
  q: quit,
  quit,
  i: include,
  include,
  ir: includeRelative,
  include_relative: includeRelative,
  r: resetBuffer,
  reset: resetBuffer,
  set: setVariable,
  unset: ({ run, words }) => run.variables.unset(words[0]?.value ?? ""),
  getenv: (call) => needGiven(call, call.words[0], "an environment variable, which is not read"),
  prompt: (call) => needGiven(call, call.words.at(-1), "what a person types"),
  cd: changeDirectory,
  if: (call) => {
    openCondition(call.frame.conditions, call.start, () => decide(call));
  },
  elif: (call) =>
    complain(
      call,
      continueCondition(call.frame.conditions, () => decide(call)),
    ),
  else: (call) => complain(call, turnCondition(call.frame.conditions)),
  endif: endCondition,
  g: send,
  gx: send,
  crosstabview: send,
  gdesc: resetBuffer,
  gset: sendAndSet,
  gexec: (call) => withQuery(call, "its result is run as SQL, and only the database knows what it says"),
  watch: (call) => withQuery(call, "it repeats a query until somebody stops it"),
  bind: (call) => withQuery(call, "it sends parameters beside the statement"),
  bind_named: (call) => withQuery(call, "it sends parameters to a prepared statement"),
  parse: (call) => withQuery(call, "it prepares a statement in the protocol"),
  copy: clientCopy,
  c: connect,
  connect,
  password: (call) => customCode(call, "it asks for a password and sets it"),
  "!": (call) => customCode(call, "it runs a shell command, which is never run here"),
};

/** A step that a person must give the SQL for: the command's line. */
function customCode(call: Call, reason: string): void {
  const { run, frame, start } = call;
  const end = Math.max(frame.at, start + 1);
  run.steps.push({
    kind: "custom-code",
    language: "psql",
    text: frame.text.slice(start, end).trim(),
    reason,
    location: frame.locate(start),
  });
}

/** A step that a person must give the SQL for: the query in hand and the command. */
function withQuery(call: Call, reason: string): void {
  const { run, frame, start } = call;
  const from = frame.buffer.start === -1 ? start : frame.buffer.start;
  frame.buffer = emptyBuffer();
  const text = frame.text.slice(from, Math.max(frame.at, start + 1)).trim();
  run.steps.push({ kind: "custom-code", language: "psql", text, reason: `\\${call.name}: ${reason}`, location: frame.locate(from) });
}

function send({ run, frame, start }: Call): void {
  sendBuffer(run, frame, start);
}

/** `\gset`: the statement runs; its columns become variables, whose values are known only where the query is made of constants. */
function sendAndSet({ run, frame, start, words }: Call): void {
  const location = frame.locate(frame.buffer.start === -1 ? start : frame.buffer.start);
  const sql = sendBuffer(run, frame, start);
  const prefix = words[0]?.value ?? "";
  const columns = sql === null ? null : readResultColumns(sql);
  const reason = `\\gset took it from the result of a query (${location.file}:${location.line}); give it with --placeholder`;
  for (const [name, value] of columns?.constants ?? []) run.variables.set(prefix + name, { kind: "known", value });
  for (const name of columns?.named ?? []) run.variables.set(prefix + name, { kind: "unknown", reason });
  if (columns === null || !columns.complete) run.variables.anythingMayExist(reason);
}

function resetBuffer({ frame }: Call): void {
  frame.buffer = emptyBuffer();
}

function setVariable(call: Call): void {
  const { run, words } = call;
  const [name, ...values] = words;
  if (name === undefined) return;
  if (name.value === null) return customCode(call, `the variable's name is not known: ${name.reason ?? ""}`);
  reportMissing(call, words);
  const unknown = values.find((word) => word.value === null);
  if (unknown === undefined) {
    run.variables.set(name.value, { kind: "known", value: values.map((word) => word.value ?? "").join("") });
    if (name.value === "AUTOCOMMIT" && parseBoolean(values[0]?.value ?? "") === false) {
      run.assumptions.add("AUTOCOMMIT is turned off: psql opens a transaction by itself until COMMIT");
    }
    return;
  }
  const reason = unknown.reason ?? "its value is not known";
  const before = run.variables.get(name.value);
  run.variables.set(name.value, { kind: "unknown", reason });
  // A value given with --placeholder stands in for the shell's.
  if (run.variables.get(name.value)?.kind === "unknown") customCode(call, reason);
  else if (before !== null) run.assumptions.add(`the value given for the psql variable ${name.value} stands in for ${unknown.raw}`);
}

function needGiven(call: Call, word: Argument | undefined, what: string): void {
  const { run, frame, start } = call;
  const name = word?.value ?? null;
  if (name === null || run.variables.get(name) !== null) return;
  run.notes.push({
    code: "psql-variable-not-read",
    message: `\\${call.name} sets ${name} to ${what}: give it with --placeholder ${name}=VALUE.`,
    location: frame.locate(start),
  });
}

function changeDirectory(call: Call): void {
  const path = call.words[0]?.value;
  if (path === null || path === undefined || posix.isAbsolute(path))
    return customCode(call, "it changes to a folder that is not known here");
  call.run.workingDirectory = posix.normalize(posix.join(call.run.workingDirectory, path));
}

/** `\if` takes its words as one boolean; anything else counts as false, with a warning (command.c, `is_true_boolean_expression`). */
function decide(call: Call): Verdict {
  reportMissing(call, call.words);
  const unknown = call.words.find((word) => word.value === null);
  if (unknown !== undefined) return { kind: "unknown", reason: unknown.reason ?? "its condition is not known" };
  const text = call.words.map((word) => word.value ?? "").join(" ");
  const value = parseBoolean(text);
  if (value !== null) return { kind: "known", value };
  call.run.notes.push({
    code: "psql-not-boolean",
    message: `\\${call.name} ${text.slice(0, 60)} is no boolean: psql warns and takes it as false.`,
    location: call.frame.locate(call.start),
  });
  return { kind: "known", value: false };
}

function endCondition(call: Call): void {
  const { run, frame } = call;
  const closed = frame.conditions.pop();
  if (closed === undefined) return complain(call, "\\endif without \\if");
  if (closed.state !== "unknown") return;
  const text = frame.text.slice(closed.start, frame.at);
  const reason = `only the database knows which branch runs: ${closed.reason ?? ""}`;
  run.steps.push({ kind: "custom-code", language: "psql", text, reason, location: frame.locate(closed.start) });
}

function complain(call: Call, problem: string | null): void {
  if (problem === null) return;
  call.run.failures.push({
    kind: "failure",
    code: "invalid-psql",
    message: `${problem}.`,
    location: call.frame.locate(call.start),
    hint: "psql refuses it too: mend the \\if … \\endif around it.",
    exitCode: 2,
  });
}

/** `\i` counts from where psql was started: the root, unless the file stands beside the script only. */
function includeFile(call: Call, folder: string): void {
  const { run, frame, words } = call;
  const [word] = words;
  reportMissing(call, words);
  if (word === undefined || word.value === null || word.value === "")
    return customCode(call, `the file's name is not known: ${word?.reason ?? "none is given"}`);
  call.include(findFile({ run, frame, folder }, unquote(word.value)), call.start);
}

function clientCopy(call: Call): void {
  const { run, frame, start } = call;
  const location = frame.locate(start);
  const copy = parseClientCopy(call.line);
  if (copy.kind === "from-script") copyFromScript({ run, frame, location }, copy.sql);
  else if (copy.kind === "program") customCode(call, "it takes rows from a program, which is never run here");
  else if (copy.kind === "unreadable") customCode(call, "this \\copy is not understood");
  else if (copy.kind === "to") {
    run.notes.push({
      code: "psql-copy-to-file",
      message: "\\copy … TO writes a file of the client's: left out, it changes nothing in the database.",
      location,
    });
  } else {
    const source = loadFile(run, findFile({ run, frame, folder: run.workingDirectory }, copy.path), location);
    if (source !== null) run.steps.push({ kind: "copy", sql: copy.sql, data: source.text, location });
  }
}

/** What follows runs in another database or as another role: a person must say whether it belongs to this history. */
function connect(call: Call): void {
  const { run, frame, start, words } = call;
  if (words.length === 0) return;
  const text = frame.text.slice(start, frame.at).trim();
  run.edgeCases.push({
    kind: "unsupported-statement",
    title: "The script connects to another database",
    question: `After ${text} the script goes on in another database or as another role. Does what follows belong to this history?`,
    action: "Keep it if it is the same database; exclude the migration if it is another.",
    risk: "MEDIUM",
    source: { location: frame.locate(start), text },
    suggestion: null,
    evidence: [{ part: "read", statement: `${text} is read as if it stayed in the same database`, value: 0.9 }],
    choices: ["keep", "edit", "exclude"],
  });
}

function reportMissing({ run, frame, start }: Call, words: readonly Argument[]): void {
  for (const name of words.flatMap((word) => word.missing)) noteMissing(run, name, frame.locate(start));
}
