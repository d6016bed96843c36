import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import type { AdoptedDrift, DriftDecision } from "../model/drift.ts";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { adoptedSchema, type RecordedAdoption } from "./adopted.ts";
import { problem } from "./problem.ts";

/** Beside the plan, made to be committed. Its format is described in `docs/formats.md`. */
export const decisionFileName = "decisions.yaml";

const text = z.string().min(1);
const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);
const entrySchema = z.strictObject({
  id: text,
  migration: text.optional(),
  content: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "It is 64 hexadecimal digits; leave it out, and `pggit migrate` fills it in.")
    .optional(),
  choice: text,
  sql: text.optional(),
  with: z.array(text).optional(),
  by: text,
  at: moment.optional(),
  reason: text.optional(),
  origin: z.literal("model").optional(),
});
const driftSchema = z.strictObject({
  object: text,
  choice: z.enum(["adopt", "ignore", "revert"]),
  reason: text,
  by: text,
  at: moment.optional(),
});
const fileSchema = z.strictObject({
  decisions: z.array(entrySchema).nullish(),
  drift: z.array(driftSchema).nullish(),
  adopted: z.array(adoptedSchema).nullish(),
});

/** One decision as the file has it; `null` where it leaves something out. */
export interface RecordedDecision {
  /** Of the edge case. */
  readonly id: string;
  readonly migration: string | null;
  /** The content that it was made on, see `contentOf`. */
  readonly content: string | null;
  readonly choice: string;
  readonly sql: string | null;
  /** `exclude`: migrations that are left out with it. */
  readonly with: readonly string[];
  readonly by: string;
  /** ISO 8601. */
  readonly at: string | null;
  readonly reason: string | null;
  /** `use-suggestion`: a language model wrote the SQL. */
  readonly origin?: "model";
  /** Its place: the file as the user would type it, from 0 in it, and the line from 1. */
  readonly file: string;
  readonly index: number;
  readonly line: number;
}

/** The file as it was read: a file that is not there has no text and no decisions. */
export interface DecisionFile {
  /** As the user would type it. */
  readonly path: string;
  readonly text: string | null;
  readonly decisions: readonly RecordedDecision[];
  /** About differences of a database; they are taken by what works with one. */
  readonly drift: readonly DriftDecision[];
  /** Differences that were adopted: migrations of the history. */
  readonly adopted: readonly RecordedAdoption[];
}

/** What a decision left out and a run found out. */
export type DecisionFill = Partial<Pick<RecordedDecision, "migration" | "content" | "sql" | "at" | "origin">>;

/** Reads `decisions.yaml` of an output folder. Gives every problem at once, each with its line (exit 2). */
export async function readDecisions(folder: string, cwd: string): Promise<Result<DecisionFile>> {
  const file = join(folder, decisionFileName);
  const path = relative(cwd, file) || file;
  const read = await readText(file);
  if (read.kind === "absent") return ok({ path, text: null, decisions: [], drift: [], adopted: [] });
  if (read.kind === "unreadable") return failed(problem(path, 1, `The decisions cannot be read: ${read.code}.`));
  return parseDecisions(read.text, path);
}

/** Checks the text of a `decisions.yaml`; `path` as the user would type it. Gives every problem at once, each with its line (exit 2). */
export function parseDecisions(text: string, path: string): Result<DecisionFile> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [syntax] = document.errors;
  if (syntax !== undefined) return failed(problem(path, lines.linePos(syntax.pos[0]).line, `Not valid YAML: ${syntax.message}`));
  const lineOf = (keys: readonly PropertyKey[]): number => {
    const node = document.getIn([...keys], true) as { range?: [number, number, number] } | undefined;
    return node?.range === undefined ? 1 : lines.linePos(node.range[0]).line;
  };
  const parsed = fileSchema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (!parsed.success) {
    return failed(
      ...parsed.error.issues.map((issue) => {
        const place = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0] ?? ""] : issue.path;
        // A key that is missing has no place of its own.
        const known = document.hasIn([...place]) ? place : place.slice(0, -1);
        return problem(path, lineOf(known), `${issue.path.join(".") || "The file"}: ${issue.message}`);
      }),
    );
  }
  const decisions = (parsed.data.decisions ?? []).map((entry, index): RecordedDecision => ({
    id: entry.id,
    migration: entry.migration ?? null,
    content: entry.content ?? null,
    choice: entry.choice,
    sql: entry.sql ?? null,
    with: entry.with ?? [],
    by: entry.by,
    at: entry.at ?? null,
    reason: entry.reason ?? null,
    ...(entry.origin === undefined ? {} : { origin: entry.origin }),
    file: path,
    index,
    line: lineOf(["decisions", index]),
  }));
  const drift = (parsed.data.drift ?? []).map((entry): DriftDecision => ({ ...entry, at: entry.at ?? null }));
  const twice = findTwice(decisions, path);
  const adopted = (parsed.data.adopted ?? []).map((entry, index): RecordedAdoption => ({ ...entry, line: lineOf(["adopted", index]) }));
  return twice.length > 0 ? failed(...twice) : ok({ path, text, decisions, drift, adopted });
}

/** The text of the file with what decisions left out, everything else (comments too) as it was. */
export function fillDecisions(file: DecisionFile, fills: ReadonlyMap<number, DecisionFill>): string | null {
  if (file.text === null || fills.size === 0) return file.text;
  const document = parseDocument(file.text);
  for (const [index, fill] of fills) {
    for (const [key, value] of Object.entries(fill)) document.setIn(["decisions", index, key], value);
  }
  return document.toString({ lineWidth: 0 });
}

/** The text of a file with another adopted difference at its end, everything else as it was. */
export function addAdoption({ text }: Pick<DecisionFile, "text">, adoption: AdoptedDrift): string {
  const document = parseDocument(text ?? "");
  if (!document.has("adopted")) document.set("adopted", document.createNode([]));
  document.addIn(["adopted"], document.createNode(adoption));
  return document.toString({ lineWidth: 0 });
}

/** Whether the file has meanwhile another text than the one that was read. */
export async function decisionsChanged(folder: string, file: DecisionFile): Promise<boolean> {
  const now = await readText(join(folder, decisionFileName));
  return now.kind === "unreadable" || (now.kind === "absent" ? null : now.text) !== file.text;
}

function findTwice(decisions: readonly RecordedDecision[], path: string): readonly Failure[] {
  const seen = new Map<string, RecordedDecision>();
  const failures: Failure[] = [];
  for (const decision of decisions) {
    const key = `${decision.id} ${decision.content ?? ""}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, decision);
    else failures.push(problem(path, decision.line, `${decision.id} is decided twice: on line ${first.line} too. Keep one of them.`));
  }
  return failures;
}

type ReadText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly code: string };

async function readText(file: string): Promise<ReadText> {
  return readFile(file, "utf8").then(
    (content): ReadText => ({ kind: "text", text: content }),
    (error: NodeJS.ErrnoException): ReadText =>
      error.code === "ENOENT" || error.code === "ENOTDIR" ? { kind: "absent" } : { kind: "unreadable", code: error.code ?? error.message },
  );
}
