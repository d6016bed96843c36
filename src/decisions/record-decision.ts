import { Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";

/** A decision as it is entered in `decisions.yaml`. */
export interface NewDecision {
  /** Of the edge case. */
  readonly id: string;
  readonly migration: string | null;
  /** What it is bound to, see `contentOf`; `null` where the next run has to fill it in. */
  readonly content: string | null;
  readonly choice: string;
  readonly sql: string | null;
  readonly with: readonly string[];
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason: string | null;
}

type Identified = Pick<NewDecision, "id" | "content">;

const keys = ["id", "migration", "choice", "sql", "with", "by", "reason", "at", "content"] as const;
const heading = " What people decided, by migration. Written by pggit and by hand, made to be committed.";

/**
 * The text of a `decisions.yaml` with decisions entered: in the place of the one on the same edge case and content, else behind all others. Everything else,
 * comments too, is as it was. `null` stands for a file that is not there. The text has to be one that `parseDecisions` takes.
 */
export function recordDecisions(text: string | null, decisions: readonly NewDecision[]): string {
  const document = text === null || text.trim() === "" ? emptyDocument() : parseDocument(text);
  const entries = entriesOf(document);
  for (const decision of decisions) {
    const known = entries.items.find((item): item is YAMLMap => isMap(item) && isAbout(item, decision));
    const entry = known ?? document.createNode({});
    fill(entry, decision, document);
    if (known === undefined) entries.items.push(entry);
  }
  entries.flow = false;
  return document.toString({ lineWidth: 0 });
}

/** The text without the decisions on these edge cases and contents; `null` stays `null`. */
export function withdrawDecisions(text: string | null, decided: readonly Identified[]): string | null {
  if (text === null) return null;
  const document = parseDocument(text);
  const entries = entriesOf(document);
  entries.items = entries.items.filter((item) => !isMap(item) || !decided.some((one) => isAbout(item, one)));
  return document.toString({ lineWidth: 0 });
}

function emptyDocument(): Document {
  const document = new Document({ decisions: [] });
  document.commentBefore = heading;
  return document;
}

function entriesOf(document: Document): YAMLSeq {
  const found = document.get("decisions");
  if (isSeq(found)) return found;
  const made = document.createNode([]);
  if (document.contents === null) document.contents = document.createNode({});
  document.set("decisions", made);
  return made;
}

/** On the same question, and on the same content or on none yet. */
function isAbout(entry: YAMLMap, { id, content }: Identified): boolean {
  const bound = entry.get("content");
  return entry.get("id") === id && (bound === undefined || content === null || bound === content);
}

/** Sets what the decision says and takes out what it does not say any more; what stands keeps its place. */
function fill(entry: YAMLMap, decision: NewDecision, document: Document): void {
  for (const key of keys) {
    const value = decision[key];
    const absent = value === null || (Array.isArray(value) && value.length === 0);
    if (absent) entry.delete(key);
    else entry.set(key, document.createNode(value, { flow: key === "with" }));
  }
  // Whose SQL it is, a run fills in with the SQL.
  if (decision.sql === null || decision.choice !== "use-suggestion") entry.delete("origin");
}
