import type { SourceText } from "../../../src/sql/psql/source-text.ts";
import { failed, ok, type Failure, type Result } from "../../../src/model/failure.ts";
import { checkOrder } from "./check-order.ts";
import { changeId, tagId, type IdContext } from "./ids.ts";
import { readBodyLine, readHeaderLine, type PlannedLine } from "./lines.ts";
import type { Plan, PlanChange, PlanTag } from "./model.ts";
import { projectNameProblem } from "./names.ts";
import { canonicalUri } from "./project-uri.ts";

/** A failure at a line of a plan. */
export function planFailure(path: string, line: number, message: string): Failure {
  return {
    kind: "failure",
    code: "invalid-plan",
    message: `${message.charAt(0).toUpperCase()}${message.slice(1)}.`,
    location: { file: path, line },
    hint: "Sqitch refuses this plan too: mend the line.",
    exitCode: 2,
  };
}

interface Header {
  readonly project: string | null;
  readonly uri: string | null;
  /** The index of the first line after it. */
  readonly end: number;
}

/** A planned line with its number. */
interface Numbered extends PlannedLine {
  readonly line: number;
}

interface Body {
  readonly lines: readonly Numbered[];
  /** Words of the lines that could not be read. */
  readonly unread: ReadonlySet<string>;
}

/**
 * Reads a plan by the rules of Sqitch 1.3 (`App::Sqitch::Plan`, `_parse` and `check_changes`), ids included. Fails with everything that
 * Sqitch would refuse, each with its line: `invalid-plan`.
 */
export function readPlan({ path, text }: Pick<SourceText, "path" | "text">): Result<Plan> {
  const lines = text.split(/\r?\n/);
  const failures: Failure[] = [];
  const problem = (line: number, message: string): void => void failures.push(planFailure(path, line, message));
  const header = readHeader(lines, problem);
  if (header.project === null) problem(1, "the %project pragma is missing");
  const body = readBody({ lines, from: header.end }, problem);
  const placed = placeLines(body.lines, problem);
  const project = header.project ?? "";
  for (const { line, message } of checkOrder(placed, { project, unread: body.unread })) problem(line, message);
  if (failures.length > 0) return failed(...failures.sort((left, right) => lineOf(left) - lineOf(right)));
  return ok({ path, project, uri: header.uri, changes: withIds(placed, { project, uri: header.uri }) });
}

function lineOf({ location }: Failure): number {
  return location === null || typeof location === "string" ? 0 : location.line;
}

type Problem = (line: number, message: string) => void;

function readHeader(lines: readonly string[], problem: Problem): Header {
  let project: string | null = null;
  let uri: string | null = null;
  for (const [index, text] of lines.entries()) {
    const line = readHeaderLine(text);
    if (line.kind === "end") return { project, uri, end: index + 1 };
    if (line.kind === "problem") problem(index + 1, line.message);
    if (line.kind !== "pragma") continue;
    if (line.name === "project") {
      project = line.value ?? "";
      const wrong = projectNameProblem(project);
      if (wrong !== null) problem(index + 1, wrong);
    } else if (line.name === "uri") {
      // A pragma without a value counts as 1.
      uri = canonicalUri(line.value ?? "1");
    }
  }
  return { project, uri, end: lines.length };
}

function readBody({ lines, from }: { readonly lines: readonly string[]; readonly from: number }, problem: Problem): Body {
  const read: Numbered[] = [];
  const unread = new Set<string>();
  for (const [index, text] of lines.slice(from).entries()) {
    const line = readBodyLine(text);
    if (line.kind === "blank") continue;
    if (line.kind === "problem") {
      for (const message of line.messages) problem(from + index + 1, message);
      for (const word of line.words) unread.add(word);
    } else read.push({ ...line, line: from + index + 1 });
  }
  return { lines: read, unread };
}

/** A change with the tags that follow it. */
export interface Placed {
  readonly change: Numbered;
  readonly tags: Numbered[];
}

function placeLines(lines: readonly Numbered[], problem: Problem): readonly Placed[] {
  const placed: Placed[] = [];
  const tagLines = new Map<string, number>();
  let sinceTag = new Map<string, number>();
  for (const line of lines) {
    if (line.kind === "change") {
      const earlier = sinceTag.get(line.name);
      if (earlier !== undefined) problem(line.line, `the change "${line.name}" stands already in line ${earlier}, with no tag in between`);
      sinceTag.set(line.name, line.line);
      placed.push({ change: line, tags: [] });
      continue;
    }
    const change = placed.at(-1);
    const earlier = tagLines.get(line.name);
    if (change === undefined) problem(line.line, `the tag "@${line.name}" stands before any change`);
    else if (earlier === undefined) change.tags.push(line);
    else problem(line.line, `the tag "@${line.name}" stands already in line ${earlier}`);
    tagLines.set(line.name, earlier ?? line.line);
    sinceTag = new Map();
  }
  return placed;
}

function withIds(placed: readonly Placed[], context: IdContext): readonly PlanChange[] {
  let parent: string | null = null;
  return placed.map(({ change, tags }) => {
    const { name, line, operator, timestamp, planner, note, dependencies } = change;
    const requires = dependencies.filter(({ type }) => type === "requires");
    const conflicts = dependencies.filter(({ type }) => type === "conflicts");
    const planned = { name, line, operator, timestamp, planner, note, requires, conflicts };
    const id = changeId(planned, parent, context);
    parent = id;
    return { ...planned, id, tags: tags.map((tag) => tagWithId(tag, id, context)) };
  });
}

function tagWithId({ name, line, timestamp, planner, note }: Numbered, change: string, context: IdContext): PlanTag {
  const tag = { name, line, timestamp, planner, note };
  return { ...tag, id: tagId(tag, change, context) };
}
