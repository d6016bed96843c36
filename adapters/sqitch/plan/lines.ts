import { parseDependency, type Dependency } from "./dependency.ts";
import type { Planner } from "./model.ts";
import { BLANKS, NAME, NO_NAME, nameProblem } from "./names.ts";

/** A line of a plan without what surrounds it: its note is apart. */
interface CutLine {
  readonly head: string;
  readonly note: string;
}

export type PragmaLine =
  | { readonly kind: "pragma"; readonly name: string; readonly value: string | null }
  | { readonly kind: "comment" }
  | { readonly kind: "end" }
  | { readonly kind: "problem"; readonly message: string };

/** A change or a tag as its line has it. */
export interface PlannedLine {
  readonly kind: "change" | "tag";
  readonly name: string;
  readonly operator: "" | "+" | "-";
  readonly dependencies: readonly Dependency[];
  readonly timestamp: string;
  readonly planner: Planner;
  readonly note: string;
}

export type BodyLine =
  | PlannedLine
  | { readonly kind: "blank" }
  | {
      readonly kind: "problem";
      readonly messages: readonly string[];
      /** Words of the line, so that what refers to it is not reported as well. */
      readonly words: readonly string[];
    };

/** No plan has longer lines; a bound against texts made to take time. */
const LONGEST_LINE = 32_768;

const COMMENT = new RegExp(`^[${BLANKS}]*(?:#[${BLANKS}]*([^\\n]+)|$)`, "u");
const PUNCTUATION = "-!\"#$%&'()*+,./:;<=>?@[\\\\\\]^`{|}~";
const PRAGMA = new RegExp(
  `^[${BLANKS}]*%[${BLANKS}]*([^${PUNCTUATION}](?:[^${BLANKS}=]*?[^${PUNCTUATION}${BLANKS}])?)(?:[${BLANKS}]*=[${BLANKS}]*(.+))?$`,
  "su",
);
const TIMESTAMP = "([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z";
const HEAD = new RegExp(
  `^[${BLANKS}]*(?:@|[${BLANKS}]*([+-])[${BLANKS}]*)?(${NAME})(?=[${BLANKS}]|$)[${BLANKS}]*(?:\\[([^\\]]+)\\][${BLANKS}]*)?(?:${TIMESTAMP}[${BLANKS}]*)?(.*)$`,
  "su",
);
const PLANNER = /^(.+?)<([^<>]+)>$/s;
const ANY_TIMESTAMP = new RegExp(TIMESTAMP);

/** Reads a line of the header, which the first blank line ends. */
export function readHeaderLine(line: string): PragmaLine {
  const comment = line.length > LONGEST_LINE ? null : COMMENT.exec(line);
  if (comment !== null) {
    const note = (comment[1] ?? "").trim();
    return note === "" || note === "0" ? { kind: "end" } : { kind: "comment" };
  }
  const { head } = cut(line);
  const found = head.length > LONGEST_LINE ? null : PRAGMA.exec(head);
  if (found?.[1] !== undefined) return { kind: "pragma", name: found[1], value: found[2] ?? null };
  return {
    kind: "problem",
    message: head.trimStart().startsWith("%") ? "this is no pragma" : "a blank line must come between the pragmas and the changes",
  };
}

/** Reads a line after the header: a change, a tag, or nothing. */
export function readBodyLine(line: string): BodyLine {
  if (COMMENT.test(line.slice(0, LONGEST_LINE))) return { kind: "blank" };
  const { head, note } = cut(line);
  const words = head.split(/[\s[\]!:@]+/).filter((word) => word !== "");
  const problem = (...messages: readonly string[]): BodyLine => ({ kind: "problem", messages, words });
  if (head.length > LONGEST_LINE) return problem(`the line is longer than ${LONGEST_LINE} characters`);
  const found = HEAD.exec(head);
  if (found?.[2] === undefined) return problem(NO_NAME);
  const [, operator = "", name, brackets, year, , , , , , rest = ""] = found;
  const planner = readPlanner(rest);
  if (rest !== "" && planner === null) return problem(year === undefined && ANY_TIMESTAMP.test(head) ? NO_NAME : missing(year, false));
  if (year === undefined || planner === null) return problem(missing(year, planner !== null));
  const kind = new RegExp(`^[${BLANKS}]*@`, "u").test(head) ? "tag" : "change";
  const timestamp = found.slice(4, 10);
  const messages: string[] = [];
  const unusable = nameProblem(name, kind);
  if (unusable !== null) messages.push(unusable);
  const date = dateText(timestamp);
  if (date === null) messages.push(`there is no such time: ${timestampWords(timestamp)}`);
  if (kind === "tag" && brackets !== undefined) messages.push("a tag cannot have dependencies");
  const { dependencies, problems } = kind === "tag" ? { dependencies: [], problems: [] } : readDependencies(brackets);
  messages.push(...problems);
  if (messages.length > 0 || date === null) return problem(...messages);
  return {
    kind,
    name,
    operator: operator === "+" || operator === "-" ? operator : "",
    dependencies,
    timestamp: date,
    planner,
    note: readNote(note),
  };
}

/** The first `#` begins the note, wherever it stands. */
function cut(line: string): CutLine {
  const at = line.indexOf("#");
  const head = at === -1 ? line : line.slice(0, at);
  const blank = new RegExp(`[${BLANKS}]`, "u");
  let end = head.length;
  while (end > 0 && blank.test(head.charAt(end - 1))) end--;
  return { head: head.slice(0, end), note: at === -1 ? "" : line.slice(at + 1) };
}

function readNote(text: string): string {
  const escapes: Readonly<Record<string, string>> = { "\\n": "\n", "\\r": "\r", "\\\\": "\\" };
  return text.trim().replaceAll(/\\[\\nr]/g, (found) => escapes[found] ?? found);
}

/** `Name <email>`, with a blank between: of several, the last is no part of the name. */
function readPlanner(text: string): Planner | null {
  const found = PLANNER.exec(text);
  const name = found?.[1] ?? "";
  const email = found?.[2];
  if (email === undefined || name.length < 2 || !new RegExp(`[${BLANKS}]$`, "u").test(name)) return null;
  return { name: name.slice(0, -1), email };
}

function missing(year: string | undefined, hasPlanner: boolean): string {
  if (year === undefined && !hasPlanner) return "the time and the planner's name and email are missing";
  return year === undefined ? "the time is missing" : "the planner's name and email are missing";
}

function timestampWords([year, month, day, hour, minute, second]: readonly (string | undefined)[]): string {
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

function dateText(parts: readonly (string | undefined)[]): string | null {
  const text = timestampWords(parts);
  const time = Date.parse(text);
  return Number.isNaN(time) || new Date(time).toISOString() !== text.replace("Z", ".000Z") ? null : text;
}

function readDependencies(brackets: string | undefined): {
  readonly dependencies: readonly Dependency[];
  readonly problems: readonly string[];
} {
  if (brackets === undefined) return { dependencies: [], problems: [] };
  const dependencies: Dependency[] = [];
  const problems: string[] = [];
  const seen = new Set<string>();
  const texts = brackets.split(new RegExp(`[${BLANKS}]+`, "u"));
  while (texts.at(-1) === "") texts.pop();
  for (const text of texts) {
    const dependency = parseDependency(text);
    if (text === "") problems.push("a blank stands behind the opening bracket, which Sqitch takes for an empty dependency");
    else if (dependency === null) problems.push(`"${text}" is no dependency`);
    else if (seen.has(text)) problems.push(`the dependency "${text}" stands here twice`);
    else dependencies.push(dependency);
    seen.add(text);
  }
  return { dependencies, problems };
}
