/**
 * Python within limits: evaluates what a file says, and runs nothing that the world does not offer.
 *
 * How an adapter uses it:
 * - It makes a `World`. `library(path)` answers for dotted paths of libraries (`alembic.op`, `sqlalchemy.Column`): most simply `libraryThing(path)`, whose
 *   calls give a `Made` with `path` and `made.positional`/`made.keywords`; or a thing of its own (`makeThing`, or `libraryThing(path, { invoke })`) that acts when called.
 *   `source(module)` gives the project's own modules by dotted name; what neither knows and is no part of Python's library here is unknown.
 * - `createInterpreter(world).runFile(source)` gives the module: `await module.attribute("Migration", location)`.
 * - A class of the script is `isClass(value)`: `.attributes` (in order, its own), `linearize(value)`, `libraryBases(value)` (paths), `run.find(value, name, location)` for
 *   attributes with those of its bases. `run.call(value, call)` makes an instance; its `.library` is what the class of the library at its root was given in the end.
 * - A function is a `callable`: `run.call(value, callWith(location, …))`; `functionText(value)` is how it is written.
 * - `member` answers for attributes of `Made`, of instances of classes that stand on a library, and of plain values, where the interpreter knows none; `operate` for operators on things (`Q() & Q()`, `table.c.x == 1`).
 * - A statement that cannot be followed is told to `stuck`, and the next one is run; those of imported modules are passed over, and what they would have defined is unknown.
 */
import type { SourceLocation } from "../../model/source.ts";
import { LimitReached, type Budget } from "../limits.ts";
import { Stuck } from "../stuck.ts";
import { nil, unknown, type Arguments, type Value } from "../value.ts";
import { attributeOf } from "./attributes.ts";
import { compoundStatements } from "./compound.ts";
import { comprehensions } from "./comprehensions.ts";
import { definitions } from "./definitions.ts";
import { expressions } from "./expressions.ts";
import { importStatements, createModules, type Modules, type PythonModule } from "./imports.ts";
import { iterate } from "./iterate.ts";
import { literals } from "./literals.ts";
import type { PythonSource, SyntaxNode } from "./parse.ts";
import type { Scope } from "./scope.ts";
import { simpleStatements } from "./statements.ts";
import { isPythonThing, type PythonClass } from "./things.ts";

/** The call of a function; `super` and `yield` refer to it. */
export interface FunctionCall {
  readonly owner: PythonClass | null;
  /** The first argument. */
  readonly self: Value | null;
  /** What happens at a `yield`; `null`: the values are collected. */
  readonly yielded: (value: Value) => Promise<Value>;
}

/** Where a node is evaluated. */
export interface Frame {
  readonly scope: Scope;
  readonly source: PythonSource;
  readonly function: FunctionCall | null;
}

export type Evaluate = (node: SyntaxNode, frame: Frame, run: Interpreter) => Promise<Value>;
export type Handlers = Readonly<Record<string, Evaluate>>;

/** What a script finds around it. Paths are dotted, as they are imported. */
export interface World {
  readonly budget: Budget;
  /** Something of a library that the adapter knows; `null`: it does not. */
  library(path: string, location: SourceLocation): Promise<Value | null>;
  /** A module of the project; `null`: it has none of that name. */
  source(module: string): Promise<PythonSource | null>;
  /** An attribute that the interpreter does not know; `null`: nobody does. */
  member?(of: Value, name: string, run: Interpreter, location: SourceLocation): Promise<Value | null>;
  /** An operator on things: `+`, `==`, `&`, `in`, `[]`, and with one operand `-`, `~`. `null`: not understood. */
  operate?(operator: string, operands: readonly Value[], run: Interpreter, location: SourceLocation): Promise<Value | null>;
  /** A text file of the project, by a path relative to it; `null`: there is none. */
  readFile?(path: string): string | null;
  /** What the environment says (`os.environ`); `null`: it is not set. */
  environment?(name: string, location: SourceLocation): string | null;
  /** A statement could not be followed; the ones after it are. */
  stuck(problem: Stuck, statement: string): Promise<void>;
}

export interface Interpreter {
  readonly world: World;
  readonly modules: Modules;
  evaluate(node: SyntaxNode, frame: Frame): Promise<Value>;
  /** Runs statements for what they do. */
  execute(statements: readonly SyntaxNode[], frame: Frame): Promise<void>;
  /** Calls a function or a class; calling what is not known gives an unknown value. */
  call(callee: Value, call: Arguments): Promise<Value>;
  /** An attribute; an unknown value where there is none. */
  attribute(of: Value, name: string, location: SourceLocation): Promise<Value>;
  /** An attribute; `null` where there is none. */
  find(of: Value, name: string, location: SourceLocation): Promise<Value | null>;
  /** What a loop over it would see. Throws `Stuck` where that is not known. */
  iterate(value: Value, location: SourceLocation): Promise<readonly Value[]>;
  /** Runs a whole file. */
  runFile(source: PythonSource): Promise<PythonModule>;
}

const handlers: Handlers = {
  ...literals,
  ...expressions,
  ...comprehensions,
  ...simpleStatements,
  ...compoundStatements,
  ...definitions,
  ...importStatements,
};

/** Evaluates Python within limits. Nothing is executed that the world does not offer. */
export function createInterpreter(world: World): Interpreter {
  const run: Interpreter = {
    world,
    modules: createModules(() => run),
    async evaluate(node, frame) {
      world.budget.step(() => frame.source.locate(node));
      const handler = handlers[node.name];
      if (handler === undefined) throw new Stuck(`${node.name} is Python that is not followed here`, frame.source.locate(node));
      return handler(node, frame, run);
    },
    async execute(statements, frame) {
      for (const statement of statements) await follow(statement, frame, run);
    },
    async call(callee, call) {
      if (callee.kind === "callable") return world.budget.deeper(call.location, () => callee.call(call));
      if (callee.kind === "unknown") return unknown(callee.reason, call.location, callee.effect === "none" ? "anything" : callee.effect);
      if (callee.kind === "thing" && isPythonThing(callee)) {
        if (callee.invoke !== undefined) return world.budget.deeper(call.location, () => callee.invoke?.(call) ?? Promise.resolve(nil));
        const found = await run.find(callee, "__call__", call.location);
        if (found !== null) return run.call(found, call);
      }
      const what = callee.kind === "thing" ? callee.name : `a ${callee.kind}`;
      return unknown(`nothing is known of calling ${what}`, call.location, "anything");
    },
    find: (of, name, location) => attributeOf(of, name, { location, run }),
    async attribute(of, name, location) {
      if (of.kind === "unknown") return unknown(of.reason, location, of.effect);
      const found = await attributeOf(of, name, { location, run });
      if (found !== null) return found;
      return unknown(`nothing is known of ${name} of ${of.kind === "thing" ? of.name : `a ${of.kind}`}`, location);
    },
    iterate: (value, location) => iterate(value, { location, run }),
    runFile: (source) => run.modules.runMain(source),
  };
  return run;
}

/** A statement that cannot be followed is told to the world, and the next one is run. */
async function follow(statement: SyntaxNode, frame: Frame, run: Interpreter): Promise<void> {
  try {
    const value = await run.evaluate(statement, frame);
    if (value.kind === "unknown" && value.effect !== "none") throw new Stuck(value.reason, value.location, value.effect);
  } catch (error) {
    if (!(error instanceof Stuck) || error instanceof LimitReached) throw error;
    forget(statement, frame, error);
    if (!run.modules.importing()) await run.world.stuck(error, frame.source.textOf(statement));
  }
}

/** What the statement would have assigned is not known from there on. */
function forget(statement: SyntaxNode, { scope, source }: Frame, { reason, location }: Stuck): void {
  if (statement.name !== "AssignStatement") return;
  for (let child = statement.firstChild; child !== null && child.name !== "AssignOp"; child = child.nextSibling)
    if (child.name === "VariableName") scope.names.set(source.textOf(child), unknown(reason, location));
}
