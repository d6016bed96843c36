import type { SourceLocation } from "../../../src/model/source.ts";
import { isLibraryThing } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import type { Value } from "../../../src/script/value.ts";
import type { Constraint, Deferrable } from "../state/constraint.ts";
import { isGiven, isTrue, itemsOf, lastPart, optionalText, specOf, textOf, textsOf, type Spec } from "../values.ts";

/** A constraint as data. Throws `Stuck` where it is not understood. */
export function buildConstraint(value: Value | undefined, location: SourceLocation): Constraint {
  const spec = specOf(value);
  if (spec === null)
    throw new Stuck(value?.kind === "unknown" ? `the constraint is not known: ${value.reason}` : "the constraint is not known", location);
  const name = textOf(spec.keywords.get("name"), "the name of the constraint", spec.location);
  switch (lastPart(spec.path)) {
    case "CheckConstraint":
      return check(spec, name);
    case "UniqueConstraint":
      return unique(spec, name);
    case "ExclusionConstraint":
      return exclusion(spec, name);
    default:
      throw new Stuck(`the constraint ${spec.path} is not known`, spec.location);
  }
}

function check({ keywords, location }: Spec, name: string): Constraint {
  // `check` until 5.0, `condition` since 5.1.
  const condition = keywords.get("condition") ?? keywords.get("check");
  if (!isGiven(condition)) throw new Stuck(`the condition of ${name} is missing`, location);
  return { kind: "check", name, condition, location };
}

function unique({ args, keywords, location }: Spec, name: string): Constraint {
  const condition = keywords.get("condition");
  const nulls = keywords.get("nulls_distinct");
  return {
    kind: "unique",
    name,
    fields: textsOf(keywords.get("fields"), "the fields of the constraint", location),
    expressions: args,
    condition: isGiven(condition) ? condition : null,
    deferrable: deferrableOf(keywords.get("deferrable"), location),
    include: textsOf(keywords.get("include"), "include", location),
    opclasses: textsOf(keywords.get("opclasses"), "opclasses", location),
    nullsDistinct: isGiven(nulls) ? isTrue(nulls, "nulls_distinct", location) : null,
    location,
  };
}

function exclusion({ keywords, location }: Spec, name: string): Constraint {
  const condition = keywords.get("condition");
  const expressions = itemsOf(keywords.get("expressions"), "the expressions of the constraint", location).map((pair) => {
    const [expression, operator] = itemsOf(pair, "an expression with its operator", location);
    if (expression === undefined) throw new Stuck("an expression of the constraint is missing", location);
    return { expression, operator: operatorOf(operator, location) };
  });
  return {
    kind: "exclusion",
    name,
    expressions,
    indexType: optionalText(keywords.get("index_type"), "index_type", location) ?? "GIST",
    condition: isGiven(condition) ? condition : null,
    deferrable: deferrableOf(keywords.get("deferrable"), location),
    include: textsOf(keywords.get("include"), "include", location),
    opclasses: textsOf(keywords.get("opclasses"), "opclasses", location),
    location,
  };
}

/** `RangeOperators`. */
const rangeOperators: Readonly<Record<string, string>> = {
  EQUAL: "=",
  NOT_EQUAL: "<>",
  CONTAINS: "@>",
  CONTAINED_BY: "<@",
  OVERLAPS: "&&",
  FULLY_LT: "<<",
  FULLY_GT: ">>",
  NOT_LT: "&>",
  NOT_GT: "&<",
  ADJACENT_TO: "-|-",
};

function operatorOf(value: Value | undefined, location: SourceLocation): string {
  if (value !== undefined && isLibraryThing(value)) {
    const operator = rangeOperators[lastPart(value.path)];
    if (operator !== undefined) return operator;
  }
  return textOf(value, "the operator", location);
}

function deferrableOf(value: Value | undefined, location: SourceLocation): Deferrable {
  if (!isGiven(value)) return "no";
  const name = isLibraryThing(value) ? lastPart(value.path) : textOf(value, "deferrable", location);
  if (/deferred/i.test(name)) return "deferred";
  if (/immediate/i.test(name)) return "immediate";
  throw new Stuck(`deferrable is ${name}`, location);
}
