import { sayKind, sayObject } from "../names.ts";
import type { Transition, TransitionKind } from "./transition.ts";

/**
 * What a change means for programs. `backward`: the program of the version before still works afterwards. `forward`: the next
 * one, written for the state after it, works before it already.
 */
export interface Consequence {
  readonly level: "MAJOR" | "MINOR" | "PATCH";
  readonly backward: boolean;
  readonly forward: boolean;
  readonly reason: string;
}

interface Rule {
  readonly effect: Effect;
  readonly says: (transition: Transition) => string;
}

/** The four answers to (backward, forward), and the level that follows: what breaks the program before is MAJOR. */
type Effect = "addition" | "removal" | "break" | "invisible";

const EFFECTS: Record<Effect, Omit<Consequence, "reason">> = {
  addition: { level: "MINOR", backward: true, forward: false },
  removal: { level: "MAJOR", backward: false, forward: true },
  break: { level: "MAJOR", backward: false, forward: false },
  invisible: { level: "PATCH", backward: true, forward: true },
};

const part = (transition: Transition): string => transition.part ?? sayObject(transition.object);
const kindOf = (transition: Transition): string => sayKind(transition.object.kind);
const constraint = (transition: Transition): string =>
  `${(transition.detail ?? "").replaceAll("-", " ")} constraint ${part(transition)}`.trim();

function rule(effect: Effect, says: (transition: Transition) => string): Rule {
  return { effect, says };
}

const RULES: Record<TransitionKind, Rule> = {
  created: rule("addition", (t) => `new ${kindOf(t)}`),
  dropped: rule("removal", (t) => `${kindOf(t)} dropped`),
  renamed: rule("break", (t) => `renamed from ${t.from ?? ""} to ${t.to ?? ""}`),
  moved: rule("break", (t) => `moved from schema ${t.from ?? ""} to ${t.to ?? ""}`),
  "column-added": rule("addition", (t) => `new column ${part(t)}`),
  "required-column-added": rule("break", (t) => `new column ${part(t)} is NOT NULL without a default`),
  "column-dropped": rule("removal", (t) => `column ${part(t)} dropped`),
  "column-renamed": rule("break", (t) => `column ${t.from ?? ""} renamed to ${t.to ?? ""}`),
  "column-widened": rule("addition", (t) => `column ${part(t)} widened from ${t.from ?? ""} to ${t.to ?? ""}`),
  "column-narrowed": rule("removal", (t) => `column ${part(t)} narrowed from ${t.from ?? ""} to ${t.to ?? ""}`),
  "column-retyped": rule("break", (t) => `column ${part(t)} changed from ${t.from ?? ""} to ${t.to ?? ""}`),
  "not-null-set": rule("removal", (t) => `column ${part(t)} became NOT NULL`),
  "not-null-dropped": rule("addition", (t) => `column ${part(t)} may be NULL`),
  "default-set": rule("invisible", (t) => `default of ${part(t)} set`),
  "default-dropped": rule("invisible", (t) => `default of ${part(t)} dropped`),
  "identity-changed": rule("invisible", (t) => `identity of ${part(t)} changed`),
  "generation-changed": rule("break", (t) => `generation of ${part(t)} changed`),
  "column-tuned": rule("invisible", (t) => `storage or statistics of ${part(t)} changed`),
  "constraint-added": rule("removal", (t) => `new ${constraint(t)}`),
  "new-column-constrained": rule("addition", (t) => `new ${constraint(t)}`),
  "constraint-dropped": rule("addition", (t) => `${constraint(t)} dropped`),
  "constraint-changed": rule("break", (t) => `${constraint(t)} changed`),
  "constraint-validated": rule("invisible", (t) => `${constraint(t)} validated`),
  "constraint-renamed": rule("invisible", (t) => `${constraint(t)} renamed from ${t.from ?? ""}`),
  "index-added": rule("invisible", (t) => `new index ${part(t)}`),
  "unique-index-added": rule("removal", (t) => `new unique index ${part(t)}`),
  "index-dropped": rule("invisible", (t) => `index ${part(t)} dropped`),
  "index-changed": rule("invisible", (t) => `index ${part(t)} changed`),
  "trigger-added": rule("addition", (t) => `new trigger ${part(t)}`),
  "trigger-dropped": rule("removal", (t) => `trigger ${part(t)} dropped`),
  "trigger-changed": rule("invisible", (t) => `trigger ${part(t)} changed`),
  "policy-added": rule("addition", (t) => `new policy ${part(t)}`),
  "policy-dropped": rule("removal", (t) => `policy ${part(t)} dropped`),
  "policy-changed": rule("break", (t) => `policy ${part(t)} changed`),
  "rule-added": rule("break", (t) => `new rule ${part(t)}`),
  "rule-dropped": rule("break", (t) => `rule ${part(t)} dropped`),
  "rule-changed": rule("break", (t) => `rule ${part(t)} changed`),
  "row-security-enabled": rule("removal", () => "row security enabled"),
  "row-security-disabled": rule("addition", () => "row security disabled"),
  "partition-attached": rule("addition", () => "attached as a partition"),
  "partition-detached": rule("removal", () => "detached from its parent"),
  "inheritance-changed": rule("break", () => "inheritance changed"),
  "persistence-changed": rule("invisible", (t) => `became ${t.to ?? ""}`),
  "storage-changed": rule("invisible", () => "storage options changed"),
  "view-extended": rule("addition", () => "columns added at the end of the view"),
  "view-rewritten": rule("invisible", () => "query of the view replaced, same columns"),
  "view-reshaped": rule("break", () => "columns of the view changed"),
  populated: rule("invisible", () => "materialized view filled"),
  "sequence-changed": rule("invisible", () => "options of the sequence changed"),
  "body-changed": rule("invisible", (t) => `body of the ${kindOf(t)} replaced, same signature`),
  "result-changed": rule("break", (t) => `result changed from ${t.from ?? "none"} to ${t.to ?? "none"}`),
  "label-added": rule("addition", (t) => `new value ${part(t)}`),
  "label-renamed": rule("break", (t) => `value ${t.from ?? ""} renamed to ${t.to ?? ""}`),
  "label-removed": rule("removal", (t) => `value ${part(t)} removed`),
  "domain-tightened": rule("removal", (t) => `domain tightened by ${part(t)}`),
  "domain-loosened": rule("addition", (t) => `domain loosened: ${part(t)} dropped`),
  "definition-changed": rule("break", (t) => `definition of the ${kindOf(t)} changed`),
  "owner-changed": rule("invisible", (t) => `owner changed from ${t.from ?? ""} to ${t.to ?? ""}`),
  granted: rule("invisible", (t) => `privileges granted${t.detail === null ? "" : ` to ${t.detail === "" ? "PUBLIC" : t.detail}`}`),
  revoked: rule("removal", (t) => `privileges revoked${t.detail === null ? "" : ` from ${t.detail === "" ? "PUBLIC" : t.detail}`}`),
  commented: rule("invisible", (t) => (t.part === null ? "comment changed" : `comment on ${t.part} changed`)),
};

function keyColumns(definition: string | null): ReadonlySet<string> | null {
  const match = /^(?:UNIQUE|PRIMARY KEY)(?: NULLS NOT DISTINCT)? \(([^)]*)\)/.exec(definition ?? "");
  return match?.[1] === undefined ? null : new Set(match[1].split(", "));
}

const ACTION = / ON (?:DELETE|UPDATE) (?:CASCADE|RESTRICT|SET NULL|SET DEFAULT)(?: \([^)]*\))?/g;

/** A foreign key that only got another action: what the key refused before it now carries out, or the other way round. */
function compareActions(from: string | null, to: string | null): Effect | null {
  if (from === null || to === null || from.replaceAll(ACTION, "") !== to.replaceAll(ACTION, "")) return null;
  const acts = (definition: string): boolean => /ON (?:DELETE|UPDATE) (?:CASCADE|SET)/.test(definition);
  if (acts(from) === acts(to)) return null;
  return acts(to) ? "addition" : "removal";
}

/** A unique constraint over more columns allows more rows, one over fewer columns fewer; `null` where it is something else. */
function compareKeys(from: string | null, to: string | null): Effect | null {
  const was = keyColumns(from);
  const is = keyColumns(to);
  if (was === null || is === null) return null;
  if ([...was].every((column) => is.has(column))) return "addition";
  return [...is].every((column) => was.has(column)) ? "removal" : null;
}

/** Where the kind alone does not decide. */
function effectOf(transition: Transition): Effect {
  const facts = transition.object.facts;
  switch (transition.kind) {
    case "default-dropped": {
      // An INSERT that leaves out a NOT NULL column needs the default.
      const column = facts.kind === "relation" ? facts.columns.find((item) => item.name === transition.part) : undefined;
      return column?.notNull === true && column.identity === null ? "removal" : "invisible";
    }
    case "not-null-set": {
      const column = facts.kind === "relation" ? facts.columns.find((item) => item.name === transition.part) : undefined;
      // A default helps the INSERT that leaves the column out; one that writes NULL on purpose fails all the same.
      return column !== undefined && (column.identity !== null || column.generated !== null) ? "invisible" : "removal";
    }
    case "constraint-changed":
      return compareKeys(transition.from, transition.to) ?? compareActions(transition.from, transition.to) ?? "break";
    case "policy-added": {
      // Until row security is on a policy does nothing; then ENABLE is what programs feel.
      const was = transition.before?.facts;
      return was?.kind === "relation" && was.rowSecurity ? "addition" : "invisible";
    }
    case "identity-changed":
      return transition.to === null || transition.to === "always" ? "break" : "addition";
    case "definition-changed":
      return facts.kind === "plain" || facts.kind === "type" ? "addition" : "break";
    default:
      return RULES[transition.kind].effect;
  }
}

/** What a transition means for the programs that use the database, with the reason that the version history prints. */
export function consequenceOf(transition: Transition): Consequence {
  return { ...EFFECTS[effectOf(transition)], reason: RULES[transition.kind].says(transition) };
}
