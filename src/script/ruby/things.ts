import type { ParametersNode } from "@ruby/prism/src/nodes.js";
import type { Arguments, Message, Thing, Value } from "../value.ts";
import type { Node, RubySource } from "./parse.ts";

/** A method as a script wrote it, or as the program offers it. */
export type Method =
  | {
      readonly kind: "written";
      readonly name: string;
      readonly parameters: ParametersNode | null;
      readonly body: Node | null;
      readonly source: RubySource;
      readonly nesting: readonly RubyModule[];
      readonly owner: RubyModule;
    }
  | { readonly kind: "given"; call(call: Arguments, self: Value): Promise<Value> };

/** A class of the libraries that a script's classes can stand on. */
export interface HostClass extends Thing {
  /** `null`: not understood. */
  onInstance(self: Instance, message: Message): Promise<Value | null>;
  onClass(self: RubyModule, message: Message): Promise<Value | null>;
}

export interface RubyModule extends Thing {
  readonly type: "class" | "module";
  superclass: Value | null;
  readonly methods: Map<string, Method>;
  readonly singleton: Map<string, Method>;
  readonly constants: Map<string, Value>;
  readonly variables: Map<string, Value>;
  readonly includes: RubyModule[];
  readonly extended: RubyModule[];
  /** Where it is written; `null` for those that the program makes. */
  readonly written: { readonly source: RubySource; readonly node: Node } | null;
}

export interface Instance extends Thing {
  readonly of: RubyModule;
  readonly variables: Map<string, Value>;
}

const modules = new WeakSet<Thing>();
const instances = new WeakSet<Thing>();

/** Makes a thing known as a module. */
export function registerModule(module: RubyModule): RubyModule {
  modules.add(module);
  return module;
}

/** Makes a thing known as an instance. */
export function registerInstance(instance: Instance): Instance {
  instances.add(instance);
  return instance;
}

export function isModule(thing: Thing): thing is RubyModule {
  return modules.has(thing);
}

export function isInstance(thing: Thing): thing is Instance {
  return instances.has(thing);
}

export function isHostClass(value: Value | null): value is HostClass {
  return value !== null && value.kind === "thing" && "onInstance" in value;
}

/** Instance variables of what has some. */
export function variablesOf(self: Value): Map<string, Value> | null {
  if (self.kind !== "thing") return null;
  return isModule(self) || isInstance(self) ? self.variables : null;
}

/** A module, what it includes, and what it stands on, in the order in which methods are looked for. */
export function ancestorsOf(module: RubyModule): readonly RubyModule[] {
  const above = module.superclass?.kind === "thing" && isModule(module.superclass) ? ancestorsOf(module.superclass) : [];
  return [module, ...[...module.includes].reverse().flatMap((each) => ancestorsOf(each)), ...above];
}

/** The library's class at the root of a class. */
export function hostOf(module: RubyModule): HostClass | null {
  const own = module.superclass;
  if (isHostClass(own)) return own;
  return own?.kind === "thing" && isModule(own) ? hostOf(own) : null;
}

export function findMethod(of: RubyModule, name: string): Method | null {
  for (const module of ancestorsOf(of)) {
    const found = module.methods.get(name);
    if (found !== undefined) return found;
  }
  return null;
}
