import type { ObjectKind } from "../model/object.ts";
import type { Plan, PlanObject } from "../model/plan.ts";
import type { VersionBump } from "../model/understanding.ts";
import { nextToken } from "../sql/lexer.ts";
import { unquoteIdentifier } from "../sql/names.ts";
import { quoteIdentifier } from "../sql/quote.ts";

export type ObjectType = "SCHEMA" | "TABLE" | "INDEX" | "CONSTRAINT" | "VIEW" | "MATERIALIZED_VIEW" | "FUNCTION" | "PROCEDURE" | "TRIGGER" | "TYPE" | "SEQUENCE"; // prettier-ignore
export type ChangeType = "CREATE" | "ALTER" | "DROP" | "RENAME" | "COMMENT";

/** Kinds that the extension's `object_type` has a word for. The others stand in the metadata of their commits. */
const objectTypes: Partial<Record<ObjectKind, ObjectType>> = {
  schema: "SCHEMA",
  table: "TABLE",
  "foreign-table": "TABLE",
  index: "INDEX",
  constraint: "CONSTRAINT",
  view: "VIEW",
  "materialized-view": "MATERIALIZED_VIEW",
  function: "FUNCTION",
  aggregate: "FUNCTION",
  procedure: "PROCEDURE",
  trigger: "TRIGGER",
  "event-trigger": "TRIGGER",
  enum: "TYPE",
  "composite-type": "TYPE",
  "range-type": "TYPE",
  "base-type": "TYPE",
  domain: "TYPE",
  type: "TYPE",
  sequence: "SEQUENCE",
};

/** The name of an object as the record has it: the schema unquoted, the rest in SQL's spelling (`"Weird Name"`, `f(integer)`). */
export interface RecordedName {
  readonly schema: string;
  readonly name: string;
}

/** One step in the life of an object, with its name after the step. */
export interface LineStep extends VersionBump, RecordedName {
  readonly change: ChangeType;
}

/** One object through the history under all its names. */
export interface ObjectLine {
  /** Stable while the history grows: the migration that brought it and the name that it had then. */
  readonly key: string;
  readonly kind: ObjectKind;
  /** `null` where the extension has no word for the kind. */
  readonly type: ObjectType | null;
  readonly steps: readonly LineStep[];
}

/** The objects of a plan with every step that they took. */
export function objectLines(plan: Pick<Plan, "objects">): readonly ObjectLine[] {
  return plan.objects.filter(({ history }) => history.length > 0).map(lineOf);
}

function lineOf(object: PlanObject): ObjectLine {
  const names = namesAlong(object);
  const steps: LineStep[] = [];
  for (const [index, bump] of object.history.entries()) {
    const name = names[index] ?? splitIdentity(object.identity);
    const next = object.history[index + 1];
    const gone = next === undefined ? object.dropped : next.reason.split("; ").includes(`new ${sayKind(object.kind)}`);
    steps.push({ ...bump, ...name, change: changeOf(object.kind, { bump, before: steps.at(-1)?.change ?? null, gone }) });
  }
  const [first] = steps;
  return {
    key: `${object.kind} ${first?.migration ?? ""} ${first?.schema ?? ""}.${first?.name ?? ""}`,
    kind: object.kind,
    type: objectTypes[object.kind] ?? null,
    steps,
  };
}

/** The name after each step, from the last back to the first: a plan has the last name, and its reasons say every renaming. */
function namesAlong({ identity, history }: PlanObject): readonly RecordedName[] {
  let name = splitIdentity(identity);
  const names: RecordedName[] = [];
  for (const { reason } of history.toReversed()) {
    names.push(name);
    for (const part of reason.split("; ")) {
      const renamed = /^renamed from (.+) to (.+)$/.exec(part);
      const moved = /^moved from schema (.+) to (.+)$/.exec(part);
      if (moved?.[2] === name.schema) name = { ...name, schema: moved[1] ?? name.schema };
      const [, from = "", to = ""] = renamed ?? [];
      const current = quoteIdentifier(to);
      // A routine keeps its arguments behind the name.
      if (renamed !== null && (name.name === current || name.name.startsWith(`${current}(`)))
        name = { ...name, name: `${quoteIdentifier(from)}${name.name.slice(current.length)}` };
    }
  }
  return names.toReversed();
}

/** `public."Weird Name"` in its two parts; what has no schema has the empty one. */
export function splitIdentity(identity: string): RecordedName {
  const first = nextToken(identity, 0);
  if (first === null || identity[first.end] !== ".") return { schema: "", name: identity };
  return { schema: unquoteIdentifier(identity.slice(first.start, first.end)), name: identity.slice(first.end + 1) };
}

/** The name as SQL has it: what `splitIdentity` took apart. */
export function joinIdentity({ schema, name }: RecordedName): string {
  return schema === "" ? name : `${quoteIdentifier(schema)}.${name}`;
}

interface Moment {
  readonly bump: VersionBump;
  readonly before: ChangeType | null;
  /** Whether the object was not there afterwards: a migration that drops it and makes it again changes it. */
  readonly gone: boolean;
}

/** Reads the reasons of `src/analysis/transitions/consequences.ts`, which are all that a plan says. */
function changeOf(kind: ObjectKind, { bump, before, gone }: Moment): ChangeType {
  if (before === null || before === "DROP") return "CREATE";
  const reasons = bump.reason.split("; ");
  if (gone && reasons.includes(`${sayKind(kind)} dropped`)) return "DROP";
  if (reasons.some((reason) => /^(?:renamed from|moved from schema) /.test(reason))) return "RENAME";
  return reasons.every((reason) => /^comment (?:changed|on .* changed)$/.test(reason)) ? "COMMENT" : "ALTER";
}

function sayKind(kind: ObjectKind): string {
  return kind.replaceAll("-", " ");
}
