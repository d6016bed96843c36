import { ancestorsOf, isInstance, isModule, variablesOf, type RubyModule } from "./things.ts";
import { boolean, dictionary, integer, list, nil, symbol, text, type Message, type Value } from "../value.ts";
import { MODULE_FUNCTION } from "./definitions.ts";
import { formatText } from "./format.ts";
import type { Frame, Interpreter } from "./interpreter.ts";

import { inspectValue, showValue } from "./show.ts";
import { RaisedError } from "../signals.ts";
import { sameValue } from "./methods/same.ts";

interface Place {
  readonly frame: Frame | null;
  readonly run: Interpreter;
}

type Kernel = (self: Value, message: Message, place: Place) => Promise<Value | null> | Value | null;

const nothing: Kernel = () => nil;
const itself: Kernel = (self) => self;

/** What a word at the head of a class body does to the methods of that class. */
const words: Readonly<Record<string, Kernel>> = {
  private: nothing,
  public: nothing,
  protected: nothing,
  private_constant: nothing,
  private_class_method: nothing,
  module_function: (self, { positional }) => {
    if (self.kind !== "thing" || !isModule(self)) return null;
    if (positional.length === 0) self.variables.set(MODULE_FUNCTION, nil);
    for (const name of positional.map(nameIn)) {
      const method = self.methods.get(name);
      if (method !== undefined) self.singleton.set(name, method);
    }
    return nil;
  },
  attr_reader: (self, { positional }) => defineAccessors(self, positional.map(nameIn), ["read"]),
  attr_writer: (self, { positional }) => defineAccessors(self, positional.map(nameIn), ["write"]),
  attr_accessor: (self, { positional }) => defineAccessors(self, positional.map(nameIn), ["read", "write"]),
  define_method: (self, { positional: [name = nil], block }) => {
    if (self.kind !== "thing" || !isModule(self) || block === null) return null;
    self.methods.set(nameIn(name), { kind: "given", call: (call, instance) => block.call(call, instance) });
    return name;
  },
};

function nameIn(value: Value): string {
  return value.kind === "symbol" || value.kind === "text" ? value.value : "";
}

function defineAccessors(self: Value, names: readonly string[], ways: readonly ("read" | "write")[]): Value | null {
  if (self.kind !== "thing" || !isModule(self)) return null;
  const define = (module: RubyModule, name: string): void => {
    if (ways.includes("read"))
      module.methods.set(name, { kind: "given", call: async (_call, of) => variablesOf(of)?.get(`@${name}`) ?? nil });
    if (ways.includes("write"))
      module.methods.set(`${name}=`, {
        kind: "given",
        call: async ({ positional: [value = nil] }, of) => {
          variablesOf(of)?.set(`@${name}`, value);
          return value;
        },
      });
  };
  for (const name of names) define(self, name);
  return nil;
}

/** What every object has, and what can be called anywhere. */
const methods: Readonly<Record<string, Kernel>> = {
  ...words,
  puts: nothing,
  print: nothing,
  p: nothing,
  pp: nothing,
  warn: nothing,
  sleep: nothing,
  freeze: itself,
  dup: (self) => copy(self),
  clone: (self) => copy(self),
  itself,
  object_id: () => null,
  "nil?": (self) => (self.kind === "unknown" ? null : boolean(self.kind === "nil")),
  "==": (self, { positional: [other = nil] }) => sameValue(self, other),
  "eql?": (self, { positional: [other = nil] }) => sameValue(self, other),
  "equal?": (self, { positional: [other = nil] }) => sameValue(self, other),
  "===": (self, { positional: [other = nil] }) => sameValue(self, other),
  "frozen?": () => boolean(false),
  to_s: async (self, { location }, { frame, run }) => (self.kind === "unknown" ? null : showValue(self, { frame, run, location })),
  inspect: (self) => {
    const shown = inspectValue(self);
    return shown === null ? null : text(shown);
  },
  tap: async (self, message, { run }) => {
    if (message.block === null) return null;
    await run.perform(message.block, { ...message, positional: [self], keywords: null, block: null });
    return self;
  },
  yield_self: (self, message) => message.block?.call({ ...message, positional: [self], keywords: null, block: null }) ?? null,
  send: (self, message, { frame, run }) => forward(self, message, { frame, run }),
  public_send: (self, message, { frame, run }) => forward(self, message, { frame, run }),
  __send__: (self, message, { frame, run }) => forward(self, message, { frame, run }),
  instance_exec: (self, message) => message.block?.call({ ...message, block: null }, self) ?? null,
  instance_eval: (self, message) => message.block?.call({ ...message, positional: [self], block: null }, self) ?? null,
  class_eval: (self, message) => message.block?.call({ ...message, positional: [self], block: null }, self) ?? null,
  instance_variable_get: (self, { positional: [name = nil] }) => variablesOf(self)?.get(nameIn(name)) ?? null,
  instance_variable_set: (self, { positional: [name = nil, value = nil] }) => {
    variablesOf(self)?.set(nameIn(name), value);
    return value;
  },
  "is_a?": (self, { positional: [of = nil] }) => isA(self, of),
  "kind_of?": (self, { positional: [of = nil] }) => isA(self, of),
  "instance_of?": (self, { positional: [of = nil] }) => isA(self, of),
  raise: async (_self, { positional, location }, place) => {
    throw await raised(positional, location, place);
  },
  fail: async (_self, { positional, location }, place) => {
    throw await raised(positional, location, place);
  },
  abort: async (_self, { positional: [said = nil], location }, { frame, run }) => {
    const shown = await showValue(said, { frame, run, location });
    throw new RaisedError("SystemExit", shown.kind === "text" ? shown.value : "abort", location);
  },
  lambda: (_self, { block }) => block,
  proc: (_self, { block }) => block,
  method: (self, { positional: [name = nil], location }, { frame, run }) => ({
    kind: "callable",
    parameters: 1,
    call: (call) => run.send(self, { ...call, name: nameIn(name), location }, frame),
  }),
  loop: () => null,
  format: (_self, { positional, keywords, location }) => formatText(positional, { keywords, location }),
  sprintf: (_self, { positional, keywords, location }) => formatText(positional, { keywords, location }),
  Array: (_self, { positional: [value = nil] }) =>
    value.kind === "unknown"
      ? value
      : value.kind === "list"
        ? value
        : value.kind === "nil"
          ? list([])
          : value.kind === "map"
            ? list([...value.entries.values()].map((entry) => list([entry.key, entry.value])))
            : list([value]),
  String: async (_self, { positional: [value = nil], location }, { frame, run }) => showValue(value, { frame, run, location }),
  Integer: (_self, { positional: [value = nil] }) =>
    value.kind === "integer"
      ? value
      : value.kind === "text" && /^-?\d+$/.test(value.value.trim())
        ? integer(BigInt(value.value.trim()))
        : null,
  Float: (_self, { positional: [value = nil] }) =>
    value.kind === "integer" || value.kind === "text"
      ? { kind: "float", value: Number(value.value) }
      : value.kind === "float"
        ? value
        : null,
  Hash: (_self, { positional: [value = nil] }) => (value.kind === "map" ? value : value.kind === "nil" ? dictionary([]) : null),
  require: (_self, message, place) => requireFile(message, place, false),
  require_dependency: (_self, message, place) => requireFile(message, place, false),
  load: (_self, message, place) => requireFile(message, place, false),
  require_relative: (_self, message, place) => requireFile(message, place, true),
  __method__: (_self, _message, { frame }) => (frame?.method === null || frame === null ? nil : symbol(frame.method.name)),
  __dir__: (_self, _message, { frame }) => (frame === null ? null : text(frame.source.file.replace(/\/?[^/]*$/, ""))),
  binding: () => null,
};

/** What can be called on anything; `null` where this is nothing of the kind. */
export async function sendKernel(self: Value, message: Message, place: Place): Promise<Value | null> {
  if (self.kind === "unknown" && !onUnknown.has(message.name)) return null;
  const name = message.name === "then" ? "yield_self" : message.name;
  return Object.hasOwn(methods, name) ? ((await methods[name]?.(self, message, place)) ?? null) : null;
}

/** Methods that do nothing, whatever they are called on. */
const onUnknown: ReadonlySet<string> = new Set(["freeze", "dup", "clone", "itself", "puts", "print", "p", "tap"]);

async function forward(self: Value, message: Message, { frame, run }: Place): Promise<Value | null> {
  const [name, ...positional] = message.positional;
  return name === undefined || nameIn(name) === "" ? null : run.send(self, { ...message, name: nameIn(name), positional }, frame);
}

function isA(self: Value, of: Value): Value | null {
  if (self.kind === "unknown" || of.kind !== "thing") return null;
  if (isModule(of)) return boolean(self.kind === "thing" && isInstance(self) && ancestorsOf(self.of).includes(of));
  const names: Partial<Record<Value["kind"], readonly string[]>> = {
    text: ["String"],
    symbol: ["Symbol"],
    integer: ["Integer", "Numeric"],
    float: ["Float", "Numeric"],
    list: ["Array", "Enumerable"],
    map: ["Hash", "Enumerable"],
    nil: ["NilClass"],
    range: ["Range"],
    pattern: ["Regexp"],
    callable: ["Proc"],
  };
  return boolean(names[self.kind]?.includes(of.name) ?? false);
}

function copy(self: Value): Value {
  if (self.kind === "text") return text(self.value);
  if (self.kind === "list") return list(self.items);
  if (self.kind === "map") return { kind: "map", entries: new Map(self.entries) };
  return self;
}

async function raised(positional: readonly Value[], location: Message["location"], { frame, run }: Place): Promise<RaisedError> {
  const [what = nil, said] = positional;
  if (what.kind === "text") return new RaisedError("RuntimeError", what.value, location);
  const type =
    what.kind === "thing"
      ? what.name.replace(/^an (?:instance of|error) /, "")
      : what.kind === "unknown"
        ? (/known of (\S+)/.exec(what.reason)?.[1] ?? "an error")
        : "RuntimeError";
  const message = said === undefined ? null : await showValue(said, { frame, run, location });
  return new RaisedError(type, message?.kind === "text" ? message.value : type, location);
}

async function requireFile(message: Message, { frame, run }: Place, relative: boolean): Promise<Value | null> {
  const [given = nil] = message.positional;
  const path = await showValue(given, { frame, run, location: message.location });
  if (path.kind !== "text" || frame === null) return boolean(false);
  const source = await run.world.require(path.value, { file: frame.source.file, relative });
  if (source === null) return boolean(false);
  await run.runFile(source, run.world.topLevel);
  return boolean(true);
}
