import { count, listNames, plural, sayIdentity, sayKind, sayObject } from "../names.ts";
import type { Transition, TransitionKind } from "../transitions/transition.ts";
import { sayIndexed, sayNewTable } from "./table-phrases.ts";

/** One part of the sentence, without its capital. Lower weight comes first. */
export interface Clause {
  readonly weight: number;
  readonly text: string;
}

type Say = (transitions: readonly Transition[]) => string;

interface Phrase {
  readonly weight: number;
  /** Transitions with one key make one clause. */
  readonly group: (transition: Transition) => string;
  readonly say: Say;
}

const byObject = (t: Transition): string => t.object.identity;
const together = (): string => "";

const labels = (ts: readonly Transition[]): string => listNames([...new Set(ts.map((t) => t.part ?? sayObject(t.object)))]);
const objects = (ts: readonly Transition[]): string => listNames([...new Set(ts.map((t) => sayObject(t.object)))]);
const qualified = (ts: readonly Transition[]): string => listNames(ts.map((t) => `${sayObject(t.object)}.${t.part ?? ""}`));

const kind = (ts: readonly Transition[]): string => (ts[0] === undefined ? "" : sayKind(ts[0].object.kind));

/** `column a to t`, `columns a and b to t`, `column a to t and u`. */
const onOne =
  (verb: string, noun: string, preposition: string): Say =>
  (ts) => {
    const parts = new Set(ts.map((t) => t.part)).size;
    return `${verb} ${parts === 1 ? noun : plural(noun)} ${labels(ts)} ${preposition} ${objects(ts)}`;
  };

const renames: Say = (ts) =>
  `renames ${listNames(ts.map((t) => `${t.part === null ? "" : `${sayObject(t.object)}.`}${t.from ?? ""} to ${t.to ?? ""}`))}`;
const retypes: Say = (ts) => {
  const [only] = ts;
  if (ts.length === 1 && only !== undefined)
    return `changes ${sayObject(only.object)}.${only.part ?? ""} from ${sayIdentity(only.from ?? "")} to ${sayIdentity(only.to ?? "")}`;
  return `changes the type of ${qualified(ts)}`;
};

const CONSTRAINT_WORDS: Readonly<Record<string, string>> = {
  "primary-key": "primary key",
  unique: "unique constraint",
  "foreign-key": "foreign key",
  check: "check constraint",
  exclusion: "exclusion constraint",
  trigger: "constraint trigger",
};

const constraints =
  (verb: string, preposition: string): Say =>
  (ts) => {
    const word = CONSTRAINT_WORDS[ts[0]?.detail ?? ""] ?? "constraint";
    return onOne(verb, word, preposition)(ts);
  };

const indexes: Say = (ts) => {
  const spots = ts.map((t) => sayIndexed(t.object, t.to ?? ""));
  return ts.length === 1 ? `adds an index on ${spots[0] ?? ""}` : `adds ${count(ts.length, "index")} on ${listNames([...new Set(spots)])}`;
};

const created: Say = (ts) => {
  const [only] = ts;
  if (only !== undefined && ts.length === 1) return `creates ${sayNewTable(only.object)}`;
  const parent = partitionParent(only);
  if (parent !== null) return `creates ${count(ts.length, "partition")} of ${parent}`;
  return `creates ${ts.length > 3 ? count(ts.length, kind(ts)) : plural(kind(ts))} ${objects(ts)}`;
};

function partitionParent(transition: Transition | undefined): string | null {
  const facts = transition?.object.facts;
  if (facts?.kind !== "relation" || facts.partitionBound === null) return null;
  return sayIdentity(facts.inherits[0] ?? "a table");
}

const dropped: Say = (ts) => `drops ${ts.length === 1 ? kind(ts) : plural(kind(ts))} ${objects(ts)}`;

const perKind = (t: Transition): string => `${t.object.kind}:${t.kind === "created" ? (partitionParent(t) ?? "") : ""}`;
const perDetail = (t: Transition): string => `${t.detail ?? ""}:${t.object.identity}`;
const changes = (what: string): Phrase => ({ weight: 60, group: together, say: (ts) => `changes ${what} of ${objects(ts)}` });

const PHRASES: Record<TransitionKind, Phrase> = {
  created: { weight: 10, group: perKind, say: created },
  dropped: { weight: 14, group: perKind, say: dropped },
  renamed: { weight: 16, group: together, say: renames },
  moved: { weight: 16, group: together, say: (ts) => `moves ${objects(ts)} to schema ${ts[0]?.to ?? ""}` },
  "column-added": { weight: 20, group: byObject, say: onOne("adds", "column", "to") },
  "required-column-added": { weight: 20, group: byObject, say: onOne("adds", "required column", "to") },
  "column-dropped": { weight: 22, group: byObject, say: onOne("drops", "column", "of") },
  "column-renamed": { weight: 24, group: together, say: renames },
  "column-widened": { weight: 26, group: together, say: retypes },
  "column-narrowed": { weight: 26, group: together, say: retypes },
  "column-retyped": { weight: 26, group: together, say: retypes },
  "not-null-set": { weight: 30, group: together, say: (ts) => `makes ${qualified(ts)} NOT NULL` },
  "not-null-dropped": { weight: 30, group: together, say: (ts) => `lets ${qualified(ts)} be NULL` },
  "default-set": { weight: 32, group: together, say: (ts) => `sets the default of ${qualified(ts)}` },
  "default-dropped": { weight: 32, group: together, say: (ts) => `drops the default of ${qualified(ts)}` },
  "identity-changed": { weight: 32, group: together, say: (ts) => `changes the identity of ${qualified(ts)}` },
  "generation-changed": { weight: 32, group: together, say: (ts) => `changes how ${qualified(ts)} is generated` },
  "column-tuned": { weight: 62, group: together, say: (ts) => `tunes ${qualified(ts)}` },
  "constraint-added": { weight: 28, group: perDetail, say: constraints("adds", "to") },
  "new-column-constrained": { weight: 28, group: perDetail, say: constraints("adds", "to") },
  "constraint-dropped": { weight: 34, group: perDetail, say: constraints("drops", "of") },
  "constraint-changed": { weight: 34, group: perDetail, say: constraints("changes", "of") },
  "constraint-validated": { weight: 36, group: together, say: (ts) => `validates ${labels(ts)}` },
  "constraint-renamed": { weight: 36, group: together, say: (ts) => `renames constraints of ${objects(ts)}` },
  "index-added": { weight: 38, group: together, say: indexes },
  "unique-index-added": {
    weight: 37,
    group: together,
    say: (ts) => `makes ${listNames(ts.map((t) => sayIndexed(t.object, t.to ?? "")))} unique by an index`,
  },
  "index-dropped": {
    weight: 39,
    group: together,
    say: (ts) => `drops ${ts.length === 1 ? "index" : count(ts.length, "index")} ${labels(ts)}`,
  },
  "index-changed": { weight: 39, group: together, say: (ts) => `changes index ${labels(ts)}` },
  "trigger-added": { weight: 40, group: byObject, say: onOne("adds", "trigger", "to") },
  "trigger-dropped": { weight: 41, group: byObject, say: onOne("drops", "trigger", "of") },
  "trigger-changed": { weight: 42, group: byObject, say: onOne("changes", "trigger", "of") },
  "policy-added": { weight: 44, group: byObject, say: onOne("adds", "policy", "to") },
  "policy-dropped": { weight: 44, group: byObject, say: onOne("drops", "policy", "of") },
  "policy-changed": { weight: 44, group: byObject, say: onOne("changes", "policy", "of") },
  "rule-added": { weight: 44, group: byObject, say: onOne("adds", "rule", "to") },
  "rule-dropped": { weight: 44, group: byObject, say: onOne("drops", "rule", "of") },
  "rule-changed": { weight: 44, group: byObject, say: onOne("changes", "rule", "of") },
  "row-security-enabled": { weight: 43, group: together, say: (ts) => `enables row security on ${objects(ts)}` },
  "row-security-disabled": { weight: 43, group: together, say: (ts) => `disables row security on ${objects(ts)}` },
  "partition-attached": { weight: 18, group: together, say: (ts) => `attaches ${objects(ts)} as partition` },
  "partition-detached": { weight: 18, group: together, say: (ts) => `detaches partition ${objects(ts)}` },
  "inheritance-changed": changes("the inheritance"),
  "persistence-changed": {
    weight: 50,
    group: together,
    say: (ts) => `makes ${objects(ts)} ${ts[0]?.to === "unlogged" ? "unlogged" : "logged"}`,
  },
  "storage-changed": changes("storage options"),
  "view-extended": { weight: 46, group: together, say: (ts) => `extends view ${objects(ts)}` },
  "view-rewritten": { weight: 46, group: together, say: (ts) => `replaces the query of view ${objects(ts)}` },
  "view-reshaped": { weight: 46, group: together, say: (ts) => `replaces view ${objects(ts)} with other columns` },
  populated: { weight: 64, group: together, say: (ts) => `refreshes ${objects(ts)}` },
  "sequence-changed": changes("options"),
  "body-changed": { weight: 48, group: perKind, say: (ts) => `replaces ${kind(ts)} ${objects(ts)}` },
  "result-changed": { weight: 48, group: perKind, say: (ts) => `replaces ${kind(ts)} ${objects(ts)} with another result` },
  "label-added": { weight: 26, group: byObject, say: onOne("adds", "value", "to") },
  "label-renamed": { weight: 26, group: together, say: renames },
  "label-removed": { weight: 26, group: byObject, say: onOne("removes", "value", "of") },
  "domain-tightened": { weight: 28, group: together, say: (ts) => `tightens domain ${objects(ts)}` },
  "domain-loosened": { weight: 28, group: together, say: (ts) => `loosens domain ${objects(ts)}` },
  "definition-changed": { weight: 48, group: perKind, say: (ts) => `changes ${kind(ts)} ${objects(ts)}` },
  "owner-changed": { weight: 70, group: (t) => t.to ?? "", say: (ts) => `gives ${objects(ts)} to ${ts[0]?.to ?? ""}` },
  granted: { weight: 72, group: (t) => t.detail ?? "", say: (ts) => `grants privileges on ${objects(ts)}${role("to", ts)}` },
  revoked: { weight: 72, group: (t) => t.detail ?? "", say: (ts) => `revokes privileges on ${objects(ts)}${role("from", ts)}` },
  commented: { weight: 80, group: together, say: (ts) => `comments on ${objects(ts)}` },
};

function role(preposition: string, ts: readonly Transition[]): string {
  const grantee = ts[0]?.detail ?? null;
  return grantee === null ? "" : ` ${preposition} ${grantee === "" ? "PUBLIC" : grantee}`;
}

/** Tables first among what is created, then what stands on them. */
const KIND_ORDER = ["schema", "extension", "table", "enum", "domain", "view", "materialized-view", "function", "procedure"];

function kindWeight(transition: Transition): number {
  const at = KIND_ORDER.indexOf(transition.object.kind);
  // A table says more about a migration than the types and schemas it needs.
  if (transition.object.kind === "table") return 0;
  return (at === -1 ? KIND_ORDER.length : at + 1) / 20;
}

function inGroups<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** Groups that say the same of different objects: the same columns added to two tables are told once. */
function signature(group: readonly Transition[]): string {
  const [first] = group;
  if (first === undefined || first.part === null)
    return `${first?.kind ?? ""}|${first === undefined ? "" : PHRASES[first.kind].group(first)}`;
  const isPerObject = PHRASES[first.kind].group === byObject;
  return isPerObject ? `${first.kind}|${group.map((t) => t.part).join("|")}` : `${first.kind}|${PHRASES[first.kind].group(first)}`;
}

/** Transitions in words, most telling first; equal kinds on one object are told together. */
export function clausesOf(transitions: readonly Transition[]): readonly Clause[] {
  // The oid tells in which order things were made.
  const inOrder = [...transitions].sort((a, b) => a.object.address.oid - b.object.address.oid);
  const groups = inGroups(inOrder, (t) => `${t.kind}|${PHRASES[t.kind].group(t)}`);
  const clauses: Clause[] = [];
  for (const group of inGroups(groups, signature).map((same) => same.flat())) {
    const [first] = group;
    if (first === undefined) continue;
    const phrase = PHRASES[first.kind];
    clauses.push({ weight: phrase.weight + kindWeight(first), text: phrase.say(group) });
  }
  return clauses;
}
