import type { SourceLocation } from "../../model/source.ts";
import type { Budget } from "../limits.ts";
import { LimitReached } from "../limits.ts";
import { Stuck } from "../stuck.ts";
import { nil, unknown, type Arguments, type Callable, type Message, type Value } from "../value.ts";
import { callHandlers } from "./calls.ts";
import { controlHandlers } from "./control.ts";
import { definitionHandlers } from "./definitions.ts";
import { sendKernel } from "./kernel.ts";
import { literalHandlers } from "./literals.ts";
import { sendCore } from "./methods/index.ts";
import type { RubyModule } from "./modules.ts";
import type { Node, RubySource } from "./parse.ts";
import { variableHandlers } from "./variables.ts";

type Nodes = typeof import("@ruby/prism/src/nodes.js");
type NodeOf<K extends keyof Nodes> = Nodes[K] extends new (...parts: never[]) => infer N ? N : never;

/** What evaluates each kind of node; a kind that has none is beyond the interpreter. */
export type Handlers = { readonly [K in keyof Nodes]?: (node: NodeOf<K>, frame: Frame, run: Interpreter) => Promise<Value> };

export interface Scope {
  readonly locals: Map<string, Value>;
  readonly parent: Scope | null;
}

/** The call of a method; `return`, `super` and `yield` refer to it. */
export interface MethodCall {
  readonly name: string;
  readonly owner: RubyModule | null;
  readonly singleton: boolean;
  readonly arguments: Arguments;
}

/** Where an expression is evaluated. */
export interface Frame {
  readonly self: Value;
  readonly scope: Scope;
  /** The modules around the text, the innermost first. */
  readonly nesting: readonly RubyModule[];
  readonly method: MethodCall | null;
  /** The block that this is the body of. */
  readonly block: Callable | null;
  readonly source: RubySource;
}

/** What a script finds around it: the libraries that the tool loads. */
export interface World {
  readonly budget: Budget;
  readonly topLevel: RubyModule;
  /** A constant that the script does not define, by its whole name; `null`: nobody knows it. */
  constant(path: string, location: SourceLocation): Promise<Value | null>;
  /** Methods that libraries add to Ruby's own values; `null`: there is none. */
  extension(receiver: Value, message: Message, run: Interpreter): Promise<Value | null>;
  /** `require` and `require_relative` of one of the project's files; `null`: it is not there, or a library. */
  require(path: string, from: { readonly file: string; readonly relative: boolean }): Promise<RubySource | null>;
  /** A statement could not be followed; the ones after it are. */
  stuck(problem: Stuck, statement: string): Promise<void>;
}

export interface Interpreter {
  readonly world: World;
  evaluate(node: Node | null, frame: Frame): Promise<Value>;
  /** Calls a method; a value whose method nobody knows gives an unknown value. `self`: the sender, which may call what is private. */
  send(receiver: Value, message: Message, frame: Frame | null): Promise<Value>;
  /** Runs a block for what it does. */
  perform(block: Callable, call: Arguments, self?: Value): Promise<void>;
  /** Runs a whole file. */
  runFile(source: RubySource, self: Value): Promise<Value>;
}

const handlers: Handlers = { ...literalHandlers, ...variableHandlers, ...controlHandlers, ...callHandlers, ...definitionHandlers };

/** Evaluates Ruby within limits. Nothing is executed that the world does not offer. */
export function createInterpreter(world: World): Interpreter {
  const run: Interpreter = {
    world,
    async evaluate(node, frame) {
      if (node === null) return nil;
      world.budget.step(() => frame.source.locate(node));
      const name = node.constructor.name;
      if (name === "StatementsNode") return runStatements((node as Extract<Node, { readonly body: Node[] }>).body, frame, run);
      const handler = handlers[name as keyof Nodes] as ((node: Node, frame: Frame, run: Interpreter) => Promise<Value>) | undefined;
      if (handler === undefined)
        throw new Stuck(`${name.replace(/Node$/, "")} is Ruby that is not followed here`, frame.source.locate(node));
      return handler(node, frame, run);
    },
    async send(receiver, message, frame) {
      if (receiver.kind === "unknown") {
        const known = await sendKernel(receiver, message, { frame, run });
        return known ?? unknown(receiver.reason, message.location, receiver.effect === "none" ? "anything" : receiver.effect);
      }
      if (receiver.kind === "thing") {
        const given = await receiver.receive(message);
        if (given !== null) return given;
      }
      const given =
        (await world.extension(receiver, message, run)) ??
        (await sendCore(receiver, message, run)) ??
        (await sendKernel(receiver, message, { frame, run }));
      if (given !== null) return given;
      const of = receiver.kind === "thing" ? receiver.name : `a ${receiver.kind}`;
      return unknown(`nothing is known of the method ${message.name} of ${of}`, message.location, "anything");
    },
    async perform(block, call, self) {
      const value = await block.call(call, self);
      if (value.kind === "unknown" && value.effect !== "none") throw new Stuck(value.reason, value.location, value.effect);
    },
    async runFile(source, self) {
      const scope: Scope = { locals: new Map(), parent: null };
      return run.evaluate(source.program.statements, { self, scope, nesting: [], method: null, block: null, source });
    },
  };
  return run;
}

/** A statement that cannot be followed is told to the world, and the next one is run. */
async function runStatements(statements: readonly Node[], frame: Frame, run: Interpreter): Promise<Value> {
  let last: Value = nil;
  for (const [index, statement] of statements.entries()) {
    try {
      last = await run.evaluate(statement, frame);
      const thrownAway = index < statements.length - 1;
      if (thrownAway && last.kind === "unknown" && last.effect !== "none") throw new Stuck(last.reason, last.location, last.effect);
    } catch (error) {
      if (!(error instanceof Stuck) || error instanceof LimitReached) throw error;
      await run.world.stuck(error, frame.source.textOf(statement.location));
      last = unknown(error.reason, error.location);
    }
  }
  return last;
}
