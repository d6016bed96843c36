import { Stuck } from "../stuck.ts";
import { nil, symbol, type Value } from "../value.ts";
import type { Frame, Handlers, Interpreter } from "./interpreter.ts";
import { createModule, isHostClass, isModule, type Method, type RubyModule } from "./modules.ts";
import type { Node } from "./parse.ts";

/** Where `def` and constants go: the innermost module, else the top level. */
function homeOf(frame: Frame, run: Interpreter): RubyModule {
  return frame.nesting[0] ?? run.world.topLevel;
}

async function openModule(
  node: { readonly constantPath: Node; readonly body: Node | null } & Node,
  kind: { readonly type: RubyModule["type"]; readonly superclass: Value | null },
  { frame, run }: { readonly frame: Frame; readonly run: Interpreter },
): Promise<Value> {
  const home = await parentOf(node.constantPath, frame, run);
  const name = (node.constantPath as { readonly name: string } & Node).name;
  const before = home.constants.get(name);
  let module: RubyModule;
  if (before?.kind === "thing" && isModule(before)) module = before;
  else {
    const path = home === run.world.topLevel ? name : `${home.name}::${name}`;
    module = createModule({ name: path, ...kind, written: { source: frame.source, node } }, () => run);
    home.constants.set(name, module);
  }
  const inside: Frame = {
    ...frame,
    self: module,
    nesting: [module, ...frame.nesting],
    scope: { locals: new Map(), parent: null },
    method: null,
    block: null,
  };
  await run.evaluate(node.body, inside);
  return nil;
}

async function parentOf(path: Node, frame: Frame, run: Interpreter): Promise<RubyModule> {
  const parent = (path as { readonly parent?: Node | null } & Node).parent;
  if (path.constructor.name !== "ConstantPathNode") return homeOf(frame, run);
  if (parent === null || parent === undefined) return run.world.topLevel;
  const value = await run.evaluate(parent, frame);
  if (value.kind === "thing" && isModule(value)) return value;
  // A module of a library, opened again: what is put into it is found under its name.
  const name = frame.source.textOf(parent.location).replace(/^::/, "");
  const opened = createModule({ name, type: "module" }, () => run);
  run.world.topLevel.constants.set(name, opened);
  return opened;
}

export const definitionHandlers: Handlers = {
  ClassNode: async (node, frame, run) => {
    const superclass = node.superclass === null ? null : await run.evaluate(node.superclass, frame);
    return openModule(node, { type: "class", superclass }, { frame, run });
  },
  ModuleNode: async (node, frame, run) => openModule(node, { type: "module", superclass: null }, { frame, run }),
  SingletonClassNode: async (node, frame, run) => {
    const self = await run.evaluate(node.expression, frame);
    if (self.kind !== "thing" || !isModule(self)) throw new Stuck("this singleton class is not followed here", frame.source.locate(node));
    const inside = createModule({ name: self.name, type: "module" }, () => run);
    await run.evaluate(node.body, {
      ...frame,
      self: inside,
      nesting: [inside, ...frame.nesting],
      scope: { locals: new Map(), parent: null },
    });
    for (const [name, method] of inside.methods) self.singleton.set(name, method);
    return nil;
  },
  DefNode: async (node, frame, run) => {
    const home = homeOf(frame, run);
    const method: Method = {
      kind: "written",
      name: node.name,
      parameters: node.parameters,
      body: node.body,
      source: frame.source,
      nesting: frame.nesting,
      owner: home,
    };
    if (node.receiver !== null) {
      const receiver = await run.evaluate(node.receiver, frame);
      if (receiver.kind === "thing" && isModule(receiver)) receiver.singleton.set(node.name, method);
      else if (!isHostClass(receiver)) throw new Stuck("a method of this object is not followed here", frame.source.locate(node));
    } else {
      home.methods.set(node.name, method);
      if (home.variables.has(MODULE_FUNCTION)) home.singleton.set(node.name, method);
    }
    return symbol(node.name);
  },
  AliasMethodNode: async (node, frame, run) => {
    const home = homeOf(frame, run);
    const named = (each: Node): string => (each as { readonly unescaped: { readonly value: string } } & Node).unescaped.value;
    const method = home.methods.get(named(node.oldName));
    if (method !== undefined) home.methods.set(named(node.newName), method);
    return nil;
  },
  UndefNode: async () => nil,
};

/** Set on a module after `module_function` without names: the methods that follow are its own, too. */
export const MODULE_FUNCTION = "@module_function";
