import type { CatalogSlice } from "../model/catalog.ts";
import { failed, inputFailure, ok, type Result } from "../model/failure.ts";
import type { Plan, PlanObject } from "../model/plan.ts";
import { nextToken } from "../sql/lexer.ts";
import { unquoteIdentifier } from "../sql/names.ts";
import { bareName } from "../store/describe-objects.ts";
import { joinIdentity, objectLines, type ObjectLine } from "../store/object-lines.ts";

/** An object of a plan under all its names. */
export interface NamedObject {
  readonly object: PlanObject;
  readonly line: ObjectLine;
}

/** What a user named: an object, and a part of it where more was said than its name. */
export interface Mentioned extends NamedObject {
  /** Unquoted: a column, constraint, index or the like. */
  readonly part: string | null;
}

/** The objects of a plan with the names that they had. */
export function namedObjects(plan: Pick<Plan, "objects">): readonly NamedObject[] {
  const objects = plan.objects.filter(({ history }) => history.length > 0);
  const lines = objectLines(plan);
  return objects.flatMap((object, index) => {
    const line = lines[index];
    return line === undefined ? [] : [{ object, line }];
  });
}

/**
 * Finds what `users`, `public.users`, `users.email` or `public.users.email` mean, in SQL's own spelling: by present names first, then by those that objects had.
 * A name without schema is looked for in `public` first. Fails where nothing has the name, or several objects have it in other schemas.
 */
export function findObject(plan: Pick<Plan, "objects">, text: string): Result<Mentioned> {
  const objects = namedObjects(plan);
  const { names, args } = splitName(text);
  for (const reading of readings(names)) {
    const exact = objects.filter((named) => matches(named, { ...reading, args }, "now"));
    const found = exact.length > 0 ? exact : objects.filter((named) => matches(named, { ...reading, args }, "ever"));
    const living = found.filter(({ object }) => !object.dropped);
    const narrowed = living.length > 0 ? living : found;
    const [first] = narrowed;
    if (first === undefined) continue;
    const inPublic = narrowed.filter(({ line }) => line.steps.at(-1)?.schema === "public");
    const chosen = narrowed.length > 1 && reading.schema === null && inPublic.length === 1 ? inPublic : narrowed;
    const [only] = chosen;
    if (chosen.length === 1 && only !== undefined) return ok({ ...only, part: reading.part });
    return failed(
      inputFailure("ambiguous-object", `${text} may mean ${narrowed.map(({ object }) => object.identity).join(" or ")}.`, {
        location: text,
        hint: `Name one of them in full: ${first.object.identity}.`,
      }),
    );
  }
  return failed(
    inputFailure("unknown-object", `No object of the history is or was called ${text}.`, {
      location: text,
      hint: "`pggit inventory` lists the objects.",
    }),
  );
}

/** An object in a state, under the name that it has behind these migrations; an empty slice where it does not stand there. */
export function standingAs(state: CatalogSlice, { line }: NamedObject, migrations: readonly string[]): CatalogSlice {
  const until = new Set(migrations);
  const step = line.steps.findLast(({ migration }) => until.has(migration));
  if (step === undefined) return new Map();
  const identity = joinIdentity(step);
  return new Map([...state].filter(([, object]) => object.kind === line.kind && object.identity === identity));
}

interface Reading {
  readonly schema: string | null;
  readonly name: string;
  readonly part: string | null;
}

function readings(names: readonly string[]): readonly Reading[] {
  const [first = "", second = "", third = ""] = names;
  if (names.length === 1) return [{ schema: null, name: first, part: null }];
  if (names.length === 3) return [{ schema: first, name: second, part: third }];
  return [
    { schema: first, name: second, part: null },
    { schema: null, name: first, part: second },
  ];
}

function matches(
  { line, object }: NamedObject,
  { schema, name, args }: Reading & { readonly args: string | null },
  when: "now" | "ever",
): boolean {
  const steps = when === "now" ? line.steps.slice(-1) : line.steps;
  return steps.some((step) => {
    const bare = bareName(step.name);
    const sameName = bare.name === name && (args === null || bare.arguments.replaceAll(" ", "") === args.replaceAll(" ", ""));
    return sameName && (schema === null || step.schema === schema || (object.kind === "schema" && step.schema === ""));
  });
}

/** The names between the dots, unquoted, and what stands in parentheses behind them. */
function splitName(text: string): { readonly names: readonly string[]; readonly args: string | null } {
  const open = text.search(/\((?=[^"]*$)/);
  const dotted = open < 0 ? text : text.slice(0, open);
  const names: string[] = [];
  for (let token = nextToken(dotted, 0); token !== null; token = nextToken(dotted, token.end)) {
    const word = dotted.slice(token.start, token.end);
    if (token.kind === "word" || token.kind === "quoted-identifier") names.push(unquoteIdentifier(word));
  }
  return { names, args: open < 0 ? null : text.slice(open + 1).replace(/\)\s*$/, "") };
}
