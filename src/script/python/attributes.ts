import type { SourceLocation } from "../../model/source.ts";
import { nil, text, type Arguments, type Callable, type Value } from "../value.ts";
import { enumAttribute } from "./enums.ts";
import type { Interpreter } from "./interpreter.ts";
import { sendCore } from "./methods/index.ts";
import {
  functionText,
  given,
  isClass,
  isInstance,
  isLibraryThing,
  isMade,
  isPythonThing,
  linearize,
  type PythonClass,
  type PythonInstance,
} from "./things.ts";

interface At {
  readonly location: SourceLocation;
  readonly run: Interpreter;
}

/** How a function in a class is bound when it is asked for. */
const wrapped = new WeakMap<Callable, "static" | "class" | "property">();

/** `@staticmethod`, `@classmethod`, `@property`: the same function, bound in another way. */
export function wrap(callable: Callable, how: "static" | "class" | "property"): Callable {
  const again: Callable = { ...callable };
  wrapped.set(again, how);
  return again;
}

/** `of.name`; `null` where nobody knows it. */
export async function attributeOf(of: Value, name: string, at: At): Promise<Value | null> {
  if (of.kind === "thing" && isPythonThing(of)) {
    const own = isClass(of)
      ? await ofClass(of, name, at)
      : isInstance(of)
        ? await ofInstance(of, name, at)
        : await of.attribute(name, at.location);
    if (own !== null) return own;
    if (isLibraryThing(of)) return at.run.world.library(`${of.path}.${name}`, at.location);
    if (isMade(of) && name === "__class__") return at.run.world.library(of.path, at.location);
  }
  const known = await at.run.world.member?.(of, name, at.run, at.location);
  if (known !== null && known !== undefined) return known;
  if (of.kind === "callable") return ofFunction(of, name);
  if (of.kind === "thing") return null;
  return coreMethod(of, name, at);
}

function ofFunction(of: Callable, name: string): Value | null {
  if (name === "__name__" || name === "__qualname__") return text(functionText(of)?.name ?? "function");
  return name === "__doc__" ? nil : null;
}

/** A method of Python's own values, bound. */
function coreMethod(of: Value, name: string, { run }: At): Value | null {
  if (!sendCore.knows(of, name)) return null;
  return given((call) => sendCore.send(of, { ...call, name }, run));
}

async function ofClass(of: PythonClass, name: string, at: At): Promise<Value | null> {
  if (name === "__name__") return text(of.qualifiedName.replace(/^.*\./, ""));
  const member = await enumAttribute(of, name, at);
  if (member !== null) return member;
  const found = await inBases(of, name, at);
  if (found?.kind !== "callable") return found;
  return wrapped.get(found) === "class" ? bind(found, of) : found;
}

/** Looks an attribute up in a class and what it stands on. */
async function inBases(of: PythonClass, name: string, { run, location }: At): Promise<Value | null> {
  for (const each of linearize(of)) {
    const found = isClass(each)
      ? each.attributes.get(name)
      : isLibraryThing(each)
        ? await run.world.library(`${each.path}.${name}`, location)
        : null;
    if (found !== null && found !== undefined) return found;
  }
  return null;
}

async function ofInstance(of: PythonInstance, name: string, at: At): Promise<Value | null> {
  const own = of.attributes.get(name);
  if (own !== undefined) return own;
  if (name === "__class__") return of.class;
  if (name === "__dict__") return null;
  const found = await inBases(of.class, name, at);
  if (found === null) return of.attribute(name, at.location);
  return found.kind === "callable" ? boundTo(found, of, at) : found;
}

function boundTo(found: Callable, self: PythonInstance, { run, location }: At): Promise<Value> | Value {
  const how = wrapped.get(found);
  if (how === "static") return found;
  if (how === "property") return run.call(found, { positional: [self], keywords: null, block: null, location });
  // What was assigned to a class and not written in one is a function as it is.
  if (how !== "class" && functionText(found) === null) return found;
  return bind(found, how === "class" ? self.class : self);
}

/** A function with its first argument given. */
export function bind(callable: Callable, self: Value): Callable {
  const bound: Callable = {
    kind: "callable",
    parameters: Math.max(callable.parameters - 1, 0),
    call: (call: Arguments) => callable.call({ ...call, positional: [self, ...call.positional] }),
  };
  return bound;
}
