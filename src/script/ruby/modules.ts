import { boolean, nil, symbol, text, type Arguments, type Message, type Thing, type Value } from "../value.ts";
import type { Frame, Interpreter, MethodCall } from "./interpreter.ts";
import { bindParameters } from "./parameters.ts";
import { ReturnSignal } from "../signals.ts";
import {
  ancestorsOf,
  findMethod,
  hostOf,
  isInstance,
  isModule,
  registerInstance,
  registerModule,
  type Instance,
  type Method,
  type RubyModule,
} from "./things.ts";

export function createModule(
  named: {
    readonly name: string;
    readonly type: RubyModule["type"];
    readonly superclass?: Value | null;
    readonly written?: RubyModule["written"];
  },
  run: () => Interpreter,
): RubyModule {
  const module: RubyModule = {
    kind: "thing",
    name: named.name,
    type: named.type,
    superclass: named.superclass ?? null,
    methods: new Map(),
    singleton: new Map(),
    constants: new Map(),
    variables: new Map(),
    includes: [],
    extended: [],
    written: named.written ?? null,
    async receive(message) {
      const found = singletonMethods(module)
        .find((methods) => methods.has(message.name))
        ?.get(message.name);
      if (found !== undefined) return invoke(found, { self: module, call: message, name: message.name, run: run(), singleton: true });
      const given = (await hostOf(module)?.onClass(module, message)) ?? null;
      if (given !== null) return given;
      return receiveAsModule(module, message, run());
    },
  };
  return registerModule(module);
}

function singletonMethods(module: RubyModule): readonly ReadonlyMap<string, Method>[] {
  const own = [module.singleton, ...module.extended.flatMap((each) => ancestorsOf(each).map(({ methods }) => methods))];
  const above = module.superclass?.kind === "thing" && isModule(module.superclass) ? singletonMethods(module.superclass) : [];
  return [...own, ...above];
}

/** Makes an instance without running `initialize`. */
export function createInstance(of: RubyModule, run: Interpreter): Instance {
  const instance: Instance = {
    kind: "thing",
    name: `an instance of ${of.name}`,
    of,
    variables: new Map(),
    async receive(message) {
      const found = findMethod(of, message.name);
      if (found !== null) return invoke(found, { self: instance, call: message, name: message.name, run, singleton: false });
      const given = (await hostOf(of)?.onInstance(instance, message)) ?? null;
      if (given !== null) return given;
      if (message.name === "class") return of;
      return null;
    },
  };
  return registerInstance(instance);
}

interface Invocation {
  readonly self: Value;
  readonly call: Arguments;
  readonly name: string;
  readonly run: Interpreter;
  readonly singleton: boolean;
}

export async function invoke(method: Method, { self, call, name, run, singleton }: Invocation): Promise<Value> {
  if (method.kind === "given") return method.call(call, self);
  const called: MethodCall = { name, owner: method.owner, singleton, arguments: call };
  const frame: Frame = {
    self,
    scope: { locals: new Map(), parent: null },
    nesting: method.nesting,
    method: called,
    block: null,
    source: method.source,
  };
  return run.world.budget.deeper(call.location, async () => {
    try {
      await bindParameters(method.parameters, call, { frame, run, strict: "method" });
      return await run.evaluate(method.body, frame);
    } catch (error) {
      if (error instanceof ReturnSignal && error.from === called) return error.value;
      throw error;
    }
  });
}

/** Calls the next method of this name above the one that is running; `null` where there is none. */
export async function superMethod(
  self: Thing,
  method: MethodCall,
  { call, run }: { readonly call: Arguments; readonly run: Interpreter },
): Promise<Value | null> {
  if (isModule(self)) {
    const above = hostOf(self);
    return (await above?.onClass(self, { ...call, name: method.name })) ?? null;
  }
  if (!isInstance(self)) return null;
  const ancestors = ancestorsOf(self.of);
  const place = method.owner === null ? -1 : ancestors.indexOf(method.owner);
  for (const module of ancestors.slice(place + 1)) {
    const found = module.methods.get(method.name);
    if (found !== undefined) return invoke(found, { self, call, name: method.name, run, singleton: false });
  }
  if (method.name === "initialize" || method.name === "inherited" || method.name === "included") return nil;
  return (await hostOf(self.of)?.onInstance(self, { ...call, name: method.name })) ?? null;
}

/** What every class and module understands. */
async function receiveAsModule(module: RubyModule, message: Message, run: Interpreter): Promise<Value | null> {
  const [first = nil] = message.positional;
  switch (message.name) {
    case "new": {
      if (module.type !== "class") return null;
      const host = hostOf(module);
      if (module.superclass !== null && module.superclass.kind === "unknown") return null;
      const instance = createInstance(module, run);
      const initialize = findMethod(module, "initialize");
      if (initialize !== null) await invoke(initialize, { self: instance, call: message, name: "initialize", run, singleton: false });
      else if (host !== null) await host.onInstance(instance, { ...message, name: "initialize" });
      return instance;
    }
    case "name":
    case "to_s":
      return text(module.name);
    case "===":
      return boolean(first.kind === "thing" && isInstance(first) && ancestorsOf(first.of).includes(module));
    case "class":
      return symbol(module.type);
    case "include":
    case "prepend":
    case "extend":
      for (const each of message.positional) await mix(module, each, { message, run });
      return module;
    case "constants":
      return null;
    case "const_get":
      return (first.kind === "symbol" || first.kind === "text" ? module.constants.get(first.value) : undefined) ?? null;
    case "instance_methods":
    case "method_defined?":
      return boolean((first.kind === "symbol" || first.kind === "text") && findMethod(module, first.value) !== null);
    default:
      return null;
  }
}

async function mix(
  module: RubyModule,
  mixed: Value,
  { message, run }: { readonly message: Message; readonly run: Interpreter },
): Promise<void> {
  if (mixed.kind !== "thing" || !isModule(mixed)) return;
  (message.name === "extend" ? module.extended : module.includes).push(mixed);
  const hook = mixed.singleton.get("included");
  if (message.name === "include" && hook !== undefined)
    await invoke(hook, { self: mixed, call: { ...message, positional: [module] }, name: "included", run, singleton: true });
}
