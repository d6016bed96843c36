import type { SourceLocation } from "../../src/model/source.ts";
import { valueOfMember } from "../../src/script/python/enums.ts";
import {
  functionText,
  isClass,
  isInstance,
  isLibraryThing,
  isMade,
  libraryBases,
  type PythonInstance,
} from "../../src/script/python/things.ts";
import { Stuck } from "../../src/script/stuck.ts";
import { keyOf, unknownPart, type Arguments, type Value } from "../../src/script/value.ts";

/** Something that a migration made by calling a class of Django or one that stands on it: a field, an operation, an index, a condition. */
export interface Spec {
  /** Of the class of Django: `django.db.models.CharField`. */
  readonly path: string;
  readonly args: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
  readonly location: SourceLocation;
  /** Where its class is one of the project. */
  readonly instance: PythonInstance | null;
}

/** What a value was made of; `null` where it was not made by a call of something of a library. */
export function specOf(value: Value | undefined): Spec | null {
  if (value === undefined) return null;
  if (isMade(value)) return { path: publicPath(value.path), ...argumentsOf(value.made), instance: null };
  if (!isInstance(value)) return null;
  // A class that does not call `super().__init__()` still stands on what it stands on.
  const [base] = libraryBases(value.class);
  const library = value.library ?? (base === undefined ? null : { path: base, made: value.made });
  if (library === null) return null;
  return { path: publicPath(library.path), ...argumentsOf(library.made), location: value.made.location, instance: value };
}

function argumentsOf(made: Arguments): Pick<Spec, "args" | "keywords" | "location"> {
  return { args: made.positional, keywords: textEntries(made.keywords), location: made.location };
}

/** The entries of a map whose keys are texts. */
export function textEntries(value: Value | null | undefined): ReadonlyMap<string, Value> {
  if (value?.kind !== "map") return new Map();
  return new Map([...value.entries.values()].flatMap(({ key, value: each }) => (key.kind === "text" ? [[key.value, each]] : [])));
}

/** The path under which `deconstruct()` gives a class of Django, wherever it was imported from. */
export function publicPath(path: string): string {
  return path
    .replace(
      /^django\.db\.models\.(?:fields|indexes|constraints|expressions|functions|query_utils|lookups|aggregates|base|enums)(?:\.[a-z_]+)*\./,
      "django.db.models.",
    )
    .replace(/^django\.db\.migrations\.operations(?:\.[a-z_]+)?\./, "django.db.migrations.")
    .replace(/^django\.contrib\.postgres\.fields\.[a-z_]+\./, "django.contrib.postgres.fields.")
    .replace(/^django\.contrib\.gis\.db\.models\.fields\./, "django.contrib.gis.db.models.");
}

/** The last part of a path. */
export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** Positional arguments and keywords as one, by the names of the parameters. Throws `Stuck` where there are more than names. */
export function bind(spec: Spec, parameters: readonly string[]): ReadonlyMap<string, Value> {
  if (spec.args.length > parameters.length) throw new Stuck(`${lastPart(spec.path)} is given too many arguments`, spec.location);
  return new Map([...spec.args.map((value, at) => [parameters[at] ?? "", value] as const), ...spec.keywords]);
}

export type Bound = ReadonlyMap<string, Value>;

/** Whether a value is there and not `None`. */
export function isGiven(value: Value | undefined): value is Value {
  return value !== undefined && value.kind !== "nil";
}

/** The value, a member of an enumeration as what it stands for. Throws `Stuck` where it must be known and is not. */
export function demand(given: Value, what: string): Value {
  const value = valueOfMember(given);
  const open = unknownPart(value);
  if (open !== null) throw new Stuck(`${what} is not known: ${open.reason}`, open.location);
  return value;
}

/** A text. Throws `Stuck` where it is none. */
export function textOf(value: Value | undefined, what: string, location: SourceLocation): string {
  const known = value === undefined ? undefined : demand(value, what);
  if (known?.kind !== "text") throw new Stuck(`${what} is no text`, location);
  return known.value;
}

/** A text; `null` where there is none or it is `None`. */
export function optionalText(value: Value | undefined, what: string, location: SourceLocation): string | null {
  return isGiven(value) ? textOf(value, what, location) : null;
}

/** The items of a list, tuple or set. Throws `Stuck` where it is none. */
export function itemsOf(value: Value | undefined, what: string, location: SourceLocation): readonly Value[] {
  if (!isGiven(value)) return [];
  if (value.kind === "unknown") throw new Stuck(`${what} is not known: ${value.reason}`, value.location);
  if (value.kind !== "list") throw new Stuck(`${what} is no list`, location);
  return value.items;
}

/** A list of texts. */
export function textsOf(value: Value | undefined, what: string, location: SourceLocation): readonly string[] {
  return itemsOf(value, what, location).map((item) => textOf(item, what, location));
}

/** A number; `null` where there is none or it is `None`. */
export function optionalNumber(value: Value | undefined, what: string, location: SourceLocation): number | null {
  if (!isGiven(value)) return null;
  const known = demand(value, what);
  if (known.kind !== "integer" && known.kind !== "float") throw new Stuck(`${what} is no number`, location);
  return Number(known.value);
}

/** Python's truth of a value that must be known. */
export function isTrue(value: Value | undefined, what: string, location: SourceLocation): boolean {
  if (!isGiven(value)) return false;
  const known = demand(value, what);
  switch (known.kind) {
    case "boolean":
      return known.value;
    case "integer":
      return known.value !== 0n;
    case "text":
      return known.value !== "";
    case "list":
      return known.items.length > 0;
    case "thing":
    case "callable":
    case "map":
      return true;
    default:
      throw new Stuck(`whether ${what} is set is not known`, location);
  }
}

/** Equal for what Python holds equal, of what `deconstruct()` gives: literals, and things made by equal calls. */
export function signatureOf(value: Value): string {
  if (value.kind === "list") return `[${value.items.map(signatureOf).join(",")}]`;
  if (value.kind === "map")
    return `{${[...value.entries.values()]
      .map((entry) => `${signatureOf(entry.key)}:${signatureOf(entry.value)}`)
      .sort()
      .join(",")}}`;
  if (value.kind === "unknown") return `?${value.reason}`;
  if (value.kind === "callable") return `function ${JSON.stringify(functionText(value) ?? keyOf(value))}`;
  if (isLibraryThing(value)) return publicPath(value.path);
  if (isClass(value)) return `class ${value.qualifiedName}`;
  const spec = specOf(value);
  if (spec === null) return keyOf(value);
  const keywords = [...spec.keywords].map(([name, each]) => `${name}=${signatureOf(each)}`).sort();
  return `${spec.instance?.class.qualifiedName ?? spec.path}(${[...spec.args.map(signatureOf), ...keywords].join(",")})`;
}
