import type { SourceLocation } from "../../model/source.ts";
import { nil, unknown, type Arguments, type Value } from "../value.ts";
import { bind } from "./attributes.ts";
import { enumOfValue } from "./enums.ts";
import type { Frame, Interpreter } from "./interpreter.ts";
import type { PythonSource, SyntaxNode } from "./parse.ts";
import {
  given,
  isClass,
  isInstance,
  isLibraryThing,
  linearize,
  makeClass,
  makeInstance,
  makeThing,
  type PythonClass,
  type PythonInstance,
} from "./things.ts";

interface ClassParts {
  readonly name: string;
  readonly bases: readonly Value[];
  readonly attributes: Map<string, Value>;
  readonly source: PythonSource;
  readonly node: SyntaxNode;
}

/** A class of the script. Calling it makes an instance. */
export function createClass({ name, bases, attributes, source, node }: ClassParts, run: Interpreter): PythonClass {
  const made: PythonClass = makeClass({
    name: `the class ${name}`,
    qualifiedName: source.module === "" ? name : `${source.module}.${name}`,
    bases,
    attributes,
    source,
    node,
    attribute: async (name) => attributes.get(name) ?? null,
    assign: (name, value) => void attributes.set(name, value),
    invoke: async (call) => enumOfValue(made, call) ?? (await instantiate(made, call, run)),
  });
  return made;
}

async function instantiate(of: PythonClass, call: Arguments, run: Interpreter): Promise<Value> {
  const attributes = new Map<string, Value>();
  const instance: PythonInstance = makeInstance({
    name: `a ${of.qualifiedName.replace(/^.*\./, "")}`,
    class: of,
    attributes,
    made: call,
    library: null,
    attribute: async (name) => attributes.get(name) ?? null,
    assign: (name, value) => void attributes.set(name, value),
  });
  await initialize(instance, linearize(of), call, run);
  return instance;
}

/** Runs the first `__init__` among these classes; that of a library keeps what it is given, and an unknown one does too. */
async function initialize(instance: PythonInstance, classes: readonly Value[], call: Arguments, run: Interpreter): Promise<void> {
  for (const each of classes) {
    if (isLibraryThing(each)) {
      instance.library ??= { path: each.path, made: call };
      return;
    }
    const found = isClass(each) ? each.attributes.get("__init__") : undefined;
    if (found === undefined) continue;
    await run.call(found, { ...call, positional: [instance, ...call.positional] });
    return;
  }
}

/** `super()` and `super(Class, self)`: what stands above the class that it is written in. */
export function superOf(
  positional: readonly Value[],
  { frame, run, location }: { readonly frame: Frame; readonly run: Interpreter; readonly location: SourceLocation },
): Value {
  const [namedOwner, namedSelf] = positional;
  const owner = namedOwner ?? frame.function?.owner ?? null;
  const self = namedSelf ?? frame.function?.self ?? null;
  if (owner === null || self === null || !isClass(owner)) return unknown("what super stands for is not known", location);
  const own = isInstance(self) ? self.class : isClass(self) ? self : owner;
  const order = linearize(own);
  const above = order.slice(order.indexOf(owner) + 1);
  return makeThing({
    name: `what stands above ${owner.name}`,
    attribute: async (name) => {
      if (name === "__init__" && isInstance(self)) return given(async (call) => (await initialize(self, above, call, run), nil));
      for (const each of above) {
        const found = isClass(each)
          ? each.attributes.get(name)
          : isLibraryThing(each)
            ? await run.world.library(`${each.path}.${name}`, location)
            : null;
        if (found?.kind === "callable") return bind(found, self);
        if (found !== null && found !== undefined) return found;
      }
      return (await run.world.member?.(self, name, run, location)) ?? null;
    },
  });
}
