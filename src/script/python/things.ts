import type { SourceLocation } from "../../model/source.ts";
import { keyOf, text, type Arguments, type Callable, type Thing, type Value } from "../value.ts";
import type { PythonSource, SyntaxNode } from "./parse.ts";

/** Something with attributes: a module, a class, an instance, or what an adapter offers to scripts. */
export interface PythonThing extends Thing {
  /** `null`: it has none of that name. */
  attribute(name: string, location: SourceLocation): Promise<Value | null>;
  /** Absent: it cannot be called. */
  invoke?(call: Arguments): Promise<Value>;
  /** Absent: nothing can be assigned to it. */
  assign?(name: string, value: Value): void;
}

/** Something of a library, known by its dotted path. What it has is asked of the world as `path.name`; calling it gives a `Made`. */
export interface LibraryThing extends PythonThing {
  readonly path: string;
}

/** What calling something of a library gave, as data: `sa.Column("id", sa.Integer())`. */
export interface Made extends PythonThing {
  /** The path of what was called. */
  readonly path: string;
  readonly made: Arguments;
  /** What was assigned to it since. */
  readonly attributes: Map<string, Value>;
}

export interface PythonClass extends PythonThing {
  /** With the module before it: `app.models.Post`. */
  readonly qualifiedName: string;
  readonly bases: readonly Value[];
  /** What its body defines, in that order; of its bases nothing. */
  readonly attributes: Map<string, Value>;
  readonly source: PythonSource;
  readonly node: SyntaxNode;
}

export interface PythonInstance extends PythonThing {
  readonly class: PythonClass;
  readonly attributes: Map<string, Value>;
  /** What it was made with. */
  readonly made: Arguments;
  /** The class of a library at its root and what that was given in the end, by `super().__init__` too; `null`: there is none. */
  library: { readonly path: string; readonly made: Arguments } | null;
}

/** A function of a script, as far as it is known by what is written. */
export interface FunctionText {
  readonly name: string;
  readonly location: SourceLocation;
  readonly text: string;
}

const marks = new WeakMap<object, "library" | "made" | "class" | "instance" | "offered">();
const functions = new WeakMap<Callable, FunctionText>();

/** A thing that answers for its attributes. */
export function makeThing(parts: Omit<PythonThing, "kind" | "receive">): PythonThing {
  const thing = asThing(parts);
  marks.set(thing, "offered");
  return thing;
}

function asThing<T extends Omit<PythonThing, "kind" | "receive">>(parts: T): T & PythonThing {
  const thing: T & PythonThing = {
    ...parts,
    kind: "thing",
    async receive(message) {
      const found = await thing.attribute(message.name, message.location);
      if (found?.kind === "callable") return found.call(message);
      return found?.kind === "thing" && isPythonThing(found) && found.invoke !== undefined ? found.invoke(message) : null;
    },
  };
  return thing;
}

/** Something of a library: a class, a function, a module. `given` may say what calling it does, or what it has of its own. */
export function libraryThing(path: string, given: Partial<Pick<PythonThing, "attribute" | "invoke">> = {}): LibraryThing {
  const thing = asThing({
    name: path,
    path,
    attribute: given.attribute ?? (async () => null),
    invoke: given.invoke ?? (async (call: Arguments) => makeMade(path, call)),
  });
  marks.set(thing, "library");
  return thing;
}

/** What calling the thing at `path` gave. */
export function makeMade(path: string, made: Arguments): Made {
  const attributes = new Map<string, Value>();
  const thing = asThing({
    name: `a ${path.replace(/^.*\./, "")}`,
    path,
    made,
    attributes,
    attribute: async (name: string) => attributes.get(name) ?? keywordOf(made, name),
    assign: (name: string, value: Value) => void attributes.set(name, value),
  });
  marks.set(thing, "made");
  return thing;
}

/** Makes a thing known as a class of the script. */
export function makeClass(parts: Omit<PythonClass, "kind" | "receive">): PythonClass {
  const thing = asThing(parts);
  marks.set(thing, "class");
  return thing;
}

/** Makes a thing known as an instance of such a class. */
export function makeInstance(parts: Omit<PythonInstance, "kind" | "receive">): PythonInstance {
  const thing = asThing(parts);
  marks.set(thing, "instance");
  return thing;
}

export function isPythonThing(value: Value): value is PythonThing {
  return value.kind === "thing" && marks.has(value);
}

export function isLibraryThing(value: Value | null): value is LibraryThing {
  return value?.kind === "thing" && marks.get(value) === "library";
}

export function isMade(value: Value | null): value is Made {
  return value?.kind === "thing" && marks.get(value) === "made";
}

export function isClass(value: Value | null): value is PythonClass {
  return value?.kind === "thing" && marks.get(value) === "class";
}

export function isInstance(value: Value | null): value is PythonInstance {
  return value?.kind === "thing" && marks.get(value) === "instance";
}

/** A keyword argument; `null` where it was not given. */
export function keywordOf({ keywords }: Pick<Arguments, "keywords">, name: string): Value | null {
  return keywords?.entries.get(keyOf(text(name)))?.value ?? null;
}

/** Remembers how a function is written. */
export function describe(callable: Callable, written: FunctionText): void {
  functions.set(callable, written);
}

/** How a function of the script is written; `null` for what is none. */
export function functionText(value: Value): FunctionText | null {
  return value.kind === "callable" ? (functions.get(value) ?? null) : null;
}

/** A class and what it stands on, in the order in which attributes are looked for; classes of libraries among them. */
export function linearize(of: PythonClass): readonly Value[] {
  const all: Value[] = [of, ...of.bases.flatMap((base) => (isClass(base) ? linearize(base) : [base]))];
  return all.filter((each, index) => all.lastIndexOf(each) === index);
}

/** The paths of the classes of libraries that a class stands on, the nearest first. */
export function libraryBases(of: PythonClass): readonly string[] {
  return linearize(of).flatMap((each) => (isLibraryThing(each) ? [each.path] : []));
}

/** A function of the program as a value. */
export function given(call: (call: Arguments) => Promise<Value>, parameters = 1): Callable {
  return { kind: "callable", parameters, call };
}

/** A call without keywords. */
export function callWith(location: SourceLocation, ...positional: readonly Value[]): Arguments {
  return { positional, keywords: null, block: null, location };
}
