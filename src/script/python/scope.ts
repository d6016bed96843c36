import type { SourceLocation } from "../../model/source.ts";
import type { Value } from "../value.ts";

/** Names and their values: of a module, a function's call, a class body or a comprehension. */
export interface Scope {
  readonly kind: "module" | "function" | "class" | "comprehension";
  readonly names: Map<string, Value>;
  /** What an import will give, once somebody asks for it. */
  readonly imports: Map<string, () => Promise<Value>>;
  /** `from module import *`: asked last. */
  readonly stars: ((name: string) => Promise<Value | null>)[];
  /** Names that `global` and `nonlocal` declared, and the scope that they are of. */
  readonly elsewhere: Map<string, Scope>;
  readonly parent: Scope | null;
}

export function createScope(kind: Scope["kind"], parent: Scope | null, names: Map<string, Value> = new Map()): Scope {
  return { kind, names, imports: new Map(), stars: [], elsewhere: new Map(), parent };
}

/** The scope that a function written here looks around in: a class body is not seen from its methods. */
export function enclosing(scope: Scope): Scope {
  return scope.kind === "class" && scope.parent !== null ? enclosing(scope.parent) : scope;
}

export function moduleScope(scope: Scope): Scope {
  return scope.parent === null ? scope : moduleScope(scope.parent);
}

/** Looks a name up from the inside out; `null`: it is not there. */
export async function lookUp(name: string, scope: Scope): Promise<Value | null> {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const found = await inScope(name, at);
    if (found !== null) return found;
  }
  return null;
}

async function inScope(name: string, at: Scope): Promise<Value | null> {
  const known = at.names.get(name);
  if (known !== undefined) return known;
  const imported = at.imports.get(name);
  if (imported !== undefined) {
    const value = await imported();
    // What was assigned meanwhile counts.
    if (!at.names.has(name)) at.names.set(name, value);
    return at.names.get(name) ?? value;
  }
  for (const star of at.stars.toReversed()) {
    const found = await star(name);
    if (found !== null) return found;
  }
  return null;
}

/** Where an assignment to a name goes. */
export function scopeOfName(name: string, scope: Scope): Scope {
  const elsewhere = scope.elsewhere.get(name);
  if (elsewhere !== undefined) return elsewhere;
  return scope.kind === "comprehension" && scope.parent !== null && scope.parent.names.has(name) && !scope.names.has(name)
    ? scope.parent
    : scope;
}

/** The module's own names alone; `null`: it has none such. */
export function ofModule(name: string, scope: Scope): Promise<Value | null> {
  return inScope(name, scope);
}

/** Where something stands whose place nobody knows better: the head of the file. */
export function headOf(file: string): SourceLocation {
  return { file, line: 1 };
}
