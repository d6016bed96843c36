import type { EdgeCase, EdgeCaseDraft, EdgeCaseKind } from "../../model/edge-case.ts";
import { askClusterWide, askEnvironment, askSecret } from "./beyond-the-database.ts";
import { askDataChange } from "./data-change.ts";
import { askLowConfidence } from "./low-confidence.ts";
import { askNondeterministic } from "./nondeterministic.ts";
import type { Question, QuestionContext } from "./question.ts";
import { askDataLoss, askIrreversible } from "./rollback.ts";
import { askUnmodelled } from "./unmodelled.ts";

const QUESTIONS: readonly Question[] = [
  askIrreversible,
  askDataLoss,
  askDataChange,
  askSecret,
  askClusterWide,
  askEnvironment,
  askNondeterministic,
  askUnmodelled,
];

/** A draft with the migration that it is about; `null` for the history as a whole. */
export interface RaisedQuestion {
  readonly migration: string | null;
  readonly confidence: number;
  readonly draft: EdgeCaseDraft;
}

/** Kinds where another stage's question makes ours superfluous: it knows more. */
const OTHERS_FIRST: ReadonlySet<EdgeCaseKind> = new Set([
  "environment-specific",
  "secret",
  "cluster-wide",
  "rollback-wrong",
  "irreversible",
  "data-loss",
  "unmodelled-object",
  "nondeterministic",
  "data-change",
]);

/**
 * The questions of one migration: what reading, replay and rollback raised, then what analysis adds. A question is asked only where
 * the answer changes what is written or run, and never twice.
 */
export function questionsOf(context: QuestionContext, raised: readonly EdgeCaseDraft[]): readonly EdgeCaseDraft[] {
  const { migration } = context.scope.replay;
  const found = distinct([...migration.edgeCases, ...context.scope.replay.edgeCases, ...raised]);
  const kinds = new Set(found.map((draft) => draft.kind));
  for (const ask of QUESTIONS) {
    const draft = ask(context);
    if (draft !== null && !(OTHERS_FIRST.has(draft.kind) && kinds.has(draft.kind))) found.push(draft);
  }
  if (found.length > 0) return found;
  const last = askLowConfidence(context);
  return last === null ? [] : [last];
}

function fingerprint(draft: EdgeCaseDraft): string {
  const text = draft.source === null ? draft.title : draft.source.text.replaceAll(/\s+/g, " ").trim();
  return `${draft.kind}\n${text === "" ? draft.title : text}`;
}

function distinct(drafts: readonly EdgeCaseDraft[]): EdgeCaseDraft[] {
  const seen = new Set<string>();
  const kept: EdgeCaseDraft[] = [];
  for (const draft of drafts) {
    const place = draft.source === null ? "" : `${draft.source.location.file}:${draft.source.location.line}`;
    const key = `${fingerprint(draft)}\n${place}`;
    if (seen.has(key)) continue;
    seen.add(key);
    kept.push(draft);
  }
  return kept;
}

/** What a shell takes without quotes and a person types without looking twice. */
function typeable(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9._]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
}

const ID_LENGTH = 4;

/**
 * Gives every question its id: `<migration>-<kind>-<four letters of a hash>`. The hash is over the content that the question is about, so
 * the id stays when files move, lines shift, or other questions come and go; equal contents in one migration are numbered in order
 * of their place. `identify` is a hash function that gives at least 16 hexadecimal digits.
 */
export function numberQuestions(questions: readonly RaisedQuestion[], identify: (text: string) => string): readonly EdgeCase[] {
  const taken = new Map<string, string>();
  const copies = new Map<string, number>();
  return questions.map(({ migration, confidence, draft }) => {
    const content = `${migration ?? ""}\n${fingerprint(draft)}`;
    const nth = (copies.get(content) ?? 0) + 1;
    copies.set(content, nth);
    const own = nth === 1 ? content : `${content}\n${nth}`;
    const hash = identify(own);
    const stem = `${typeable(migration ?? "history")}-${draft.kind}-`;
    let length = ID_LENGTH;
    while (length < hash.length && (taken.get(stem + hash.slice(0, length)) ?? own) !== own) length += 1;
    const id = stem + hash.slice(0, length);
    taken.set(id, own);
    return { ...draft, id, migration, confidence, decision: null };
  });
}
