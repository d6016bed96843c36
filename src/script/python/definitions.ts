import { ReturnSignal } from "../signals.ts";
import { kept, list, nil, type Arguments, type Callable, type Value } from "../value.ts";
import { evaluateArguments } from "./arguments.ts";
import { createClass } from "./classes.ts";
import { runBody } from "./body.ts";
import type { Frame, Handlers, Interpreter } from "./interpreter.ts";
import { bindParameters, declaredParameters, evaluateDefaults, type Parameter } from "./parameters.ts";
import { childrenOf, partOf, type SyntaxNode } from "./parse.ts";
import { createScope, enclosing, scopeOfName } from "./scope.ts";
import { describe, isClass, isPythonThing } from "./things.ts";
import { generators, type Generator } from "./generators.ts";

/** Whether a body yields, functions in it apart. */
function yields(node: SyntaxNode): boolean {
  return childrenOf(node).some(
    (child) =>
      child.name === "YieldStatement" ||
      child.name === "YieldExpression" ||
      (!/^(?:FunctionDefinition|LambdaExpression|ClassDefinition)$/.test(child.name) && yields(child)),
  );
}

interface Written {
  readonly name: string;
  readonly node: SyntaxNode;
  readonly parameters: readonly Parameter[];
  readonly body: SyntaxNode;
}

/** A function or lambda as a value. It looks around in the scopes it was written in. */
function makeFunction({ name, node, parameters, body }: Written, frame: Frame, run: Interpreter): Callable {
  const around = enclosing(frame.scope);
  const isLambda = node.name === "LambdaExpression";
  const perform = async (call: Arguments, yielded: (value: Value) => Promise<Value>): Promise<Value> => {
    const function_ = { owner: ownerOf.get(callable) ?? null, self: call.positional[0] ?? null, yielded };
    const inside: Frame = { source: frame.source, scope: createScope("function", around), function: function_ };
    await bindParameters(parameters, call, { name, scope: inside.scope, run });
    if (isLambda) return run.evaluate(body, inside);
    try {
      return await runBody(body, inside, run);
    } catch (error) {
      if (error instanceof ReturnSignal && error.from === function_) return error.value;
      throw error;
    }
  };
  const generator: Generator | null = !isLambda && yields(body) ? async (call, yielded) => void (await perform(call, yielded)) : null;
  const callable: Callable = {
    kind: "callable",
    parameters: parameters.filter((each) => each.kind === "plain").length,
    async call(call) {
      if (generator === null) return perform(call, async () => nil);
      const items: Value[] = [];
      await generator(call, async (value) => (items.push(kept(value)), nil));
      return list(items);
    },
  };
  if (generator !== null) generators.set(callable, generator);
  describe(callable, { name, location: frame.source.locate(node), text: frame.source.textOf(node) });
  return callable;
}

/** The class in whose body a function stands, for `super`. */
const ownerOf = new WeakMap<Callable, NonNullable<Frame["function"]>["owner"] & object>();

async function define(node: SyntaxNode, frame: Frame, run: Interpreter): Promise<{ readonly name: string; readonly value: Value }> {
  const nameNode = partOf(node, "VariableName");
  const name = nameNode === null ? "" : frame.source.textOf(nameNode);
  if (node.name === "ClassDefinition") return { name, value: await defineClass(name, node, frame, run) };
  const list = partOf(node, "ParamList");
  const body = partOf(node, "Body") ?? node;
  const parameters = await evaluateDefaults(list === null ? [] : declaredParameters(list, frame.source), frame, run);
  return { name, value: makeFunction({ name, node, parameters, body }, frame, run) };
}

async function defineClass(name: string, node: SyntaxNode, frame: Frame, run: Interpreter): Promise<Value> {
  const args = partOf(node, "ArgList");
  const { positional } = args === null ? { positional: [] } : await evaluateArguments(args, frame, run);
  const scope = createScope("class", frame.scope);
  await runBody(partOf(node, "Body"), { ...frame, scope }, run);
  const made = createClass({ name, bases: positional, attributes: scope.names, node, source: frame.source }, run);
  for (const value of scope.names.values()) if (value.kind === "callable" && !ownerOf.has(value)) ownerOf.set(value, made);
  return made;
}

export const definitions: Handlers = {
  FunctionDefinition: async (node, frame, run) => {
    const { name, value } = await define(node, frame, run);
    scopeOfName(name, frame.scope).names.set(name, value);
    return nil;
  },
  ClassDefinition: async (node, frame, run) => {
    const { name, value } = await define(node, frame, run);
    scopeOfName(name, frame.scope).names.set(name, value);
    return nil;
  },
  DecoratedStatement: async (node, frame, run) => {
    const parts = childrenOf(node);
    const definition = parts.find((part) => part.name === "FunctionDefinition" || part.name === "ClassDefinition");
    if (definition === undefined) return nil;
    const decorators: { readonly value: Value; readonly node: SyntaxNode }[] = [];
    for (const part of parts) if (part.name === "Decorator") decorators.push({ value: await decorator(part, frame, run), node: part });
    const defined = await define(definition, frame, run);
    let { value } = defined;
    for (const each of decorators.toReversed()) value = await decorate(value, each, frame, run);
    scopeOfName(defined.name, frame.scope).names.set(defined.name, kept(value));
    return nil;
  },
  LambdaExpression: async (node, frame, run) => {
    const list = partOf(node, "ParamList");
    const body = childrenOf(node).at(-1) ?? node;
    const parameters = await evaluateDefaults(list === null ? [] : declaredParameters(list, frame.source), frame, run);
    return makeFunction({ name: "<lambda>", node, parameters, body }, frame, run);
  },
};

/** What stands behind an `@`. */
async function decorator(node: SyntaxNode, frame: Frame, run: Interpreter): Promise<Value> {
  let value: Value = nil;
  const location = frame.source.locate(node);
  for (const part of childrenOf(node).slice(1)) {
    if (part.name === "." || part.name === "At") continue;
    if (part.name === "ArgList") value = await run.call(value, { ...(await evaluateArguments(part, frame, run)), block: null, location });
    else if (part.name === "PropertyName" || value.kind !== "nil") value = await run.attribute(value, frame.source.textOf(part), location);
    else value = await run.evaluate(part, frame);
  }
  return value;
}

/** A class keeps its attributes under a decorator that nobody knows; a function is not known then. */
async function decorate(
  value: Value,
  { value: by, node }: { readonly value: Value; readonly node: SyntaxNode },
  frame: Frame,
  run: Interpreter,
): Promise<Value> {
  const location = frame.source.locate(node);
  const call = { positional: [value], keywords: null, block: null, location };
  const isWritten = by.kind === "callable" || (by.kind === "thing" && isPythonThing(by));
  const given = isWritten ? await run.call(by, call) : by;
  if (value.kind === "thing" && isClass(value) && !(given.kind === "thing" && isClass(given))) return value;
  return given;
}
