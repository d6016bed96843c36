import { assignInstance, assignLocal, assignMany, scopeOf } from "./assign.ts";
import { isTruthy } from "./truth.ts";
import { isModule, variablesOf } from "./things.ts";
import { kept, nil, unknown, type Arguments, type Value } from "../value.ts";
import { evaluateArguments } from "./arguments.ts";
import { findConstant, findConstantIn } from "./constants.ts";

import type { Frame, Handlers, Interpreter } from "./interpreter.ts";

import type { Node } from "./parse.ts";

function operate(
  operator: string,
  [left, right]: readonly [Value, Value],
  { node, frame, run }: { readonly node: Node; readonly frame: Frame; readonly run: Interpreter },
): Promise<Value> {
  return run.send(left, { name: operator, positional: [right], keywords: null, block: null, location: frame.source.locate(node) }, frame);
}

export const variableHandlers: Handlers = {
  LocalVariableReadNode: async (node, frame) => scopeOf(frame.scope, node.depth).locals.get(node.name) ?? nil,
  ItLocalVariableReadNode: async (_node, frame) => frame.scope.locals.get("it") ?? nil,
  LocalVariableWriteNode: async (node, frame, run) => assignLocal(node, await run.evaluate(node.value, frame), frame),
  LocalVariableOperatorWriteNode: async (node, frame, run) => {
    const before = scopeOf(frame.scope, node.depth).locals.get(node.name) ?? nil;
    const value = await operate(node.binaryOperator, [before, await run.evaluate(node.value, frame)], { node, frame, run });
    return assignLocal(node, value, frame);
  },
  LocalVariableOrWriteNode: async (node, frame, run) => {
    const before = scopeOf(frame.scope, node.depth).locals.get(node.name) ?? nil;
    return isTruthy(before, frame.source.locate(node)) ? before : assignLocal(node, await run.evaluate(node.value, frame), frame);
  },
  LocalVariableAndWriteNode: async (node, frame, run) => {
    const before = scopeOf(frame.scope, node.depth).locals.get(node.name) ?? nil;
    return isTruthy(before, frame.source.locate(node)) ? assignLocal(node, await run.evaluate(node.value, frame), frame) : before;
  },
  InstanceVariableReadNode: async (node, frame) => variablesOf(frame.self)?.get(node.name) ?? nil,
  InstanceVariableWriteNode: async (node, frame, run) => assignInstance(node.name, await run.evaluate(node.value, frame), frame),
  InstanceVariableOrWriteNode: async (node, frame, run) => {
    const before = variablesOf(frame.self)?.get(node.name) ?? nil;
    return isTruthy(before, frame.source.locate(node)) ? before : assignInstance(node.name, await run.evaluate(node.value, frame), frame);
  },
  InstanceVariableOperatorWriteNode: async (node, frame, run) => {
    const before = variablesOf(frame.self)?.get(node.name) ?? nil;
    const value = await operate(node.binaryOperator, [before, await run.evaluate(node.value, frame)], { node, frame, run });
    return assignInstance(node.name, value, frame);
  },
  ClassVariableReadNode: async (node, frame) => frame.nesting[0]?.variables.get(node.name) ?? nil,
  ClassVariableWriteNode: async (node, frame, run) => {
    const value = kept(await run.evaluate(node.value, frame));
    frame.nesting[0]?.variables.set(node.name, value);
    return value;
  },
  GlobalVariableReadNode: async (node, frame) => unknown(`the global variable ${node.name} is not known`, frame.source.locate(node)),
  GlobalVariableWriteNode: async (node, frame, run) => kept(await run.evaluate(node.value, frame)),
  ConstantReadNode: async (node, frame, run) => findConstant(node.name, { frame, run, location: frame.source.locate(node) }),
  ConstantPathNode: async (node, frame, run) => {
    const location = frame.source.locate(node);
    if (node.parent === null) return findConstantIn(run.world.topLevel, node.name ?? "", { frame, run, location });
    const parent = await run.evaluate(node.parent, frame);
    return findConstantIn(parent, node.name ?? "", { frame, run, location });
  },
  ConstantWriteNode: async (node, frame, run) => {
    const value = kept(await run.evaluate(node.value, frame));
    (frame.nesting[0] ?? run.world.topLevel).constants.set(node.name, value);
    return value;
  },
  ConstantOrWriteNode: async (node, frame, run) => {
    const owner = frame.nesting[0] ?? run.world.topLevel;
    const before = owner.constants.get(node.name);
    if (before !== undefined) return before;
    const value = kept(await run.evaluate(node.value, frame));
    owner.constants.set(node.name, value);
    return value;
  },
  ConstantPathWriteNode: async (node, frame, run) => {
    const value = kept(await run.evaluate(node.value, frame));
    const parent = await run.evaluate(node.target.parent, frame);
    if (parent.kind === "thing" && isModule(parent)) parent.constants.set(node.target.name ?? "", value);
    return value;
  },
  MultiWriteNode: async (node, frame, run) => {
    const value = kept(await run.evaluate(node.value, frame));
    await assignMany(node, value, { frame, run });
    return value;
  },
  IndexOrWriteNode: async (node, frame, run) => {
    const { receiver, at } = await indexed(node, frame, run);
    const before = await run.send(receiver, { ...at, name: "[]" }, frame);
    if (isTruthy(before, at.location)) return before;
    const value = kept(await run.evaluate(node.value, frame));
    await run.send(receiver, { ...at, name: "[]=", positional: [...at.positional, value] }, frame);
    return value;
  },
  IndexOperatorWriteNode: async (node, frame, run) => {
    const { receiver, at } = await indexed(node, frame, run);
    const before = await run.send(receiver, { ...at, name: "[]" }, frame);
    const value = await operate(node.binaryOperator, [before, await run.evaluate(node.value, frame)], { node, frame, run });
    await run.send(receiver, { ...at, name: "[]=", positional: [...at.positional, value] }, frame);
    return kept(value);
  },
  CallOrWriteNode: async (node, frame, run) => {
    const receiver = node.receiver === null ? frame.self : await run.evaluate(node.receiver, frame);
    const at = { positional: [], keywords: null, block: null, location: frame.source.locate(node) };
    const before = await run.send(receiver, { ...at, name: node.readName }, frame);
    if (isTruthy(before, at.location)) return before;
    const value = await run.evaluate(node.value, frame);
    return run.send(receiver, { ...at, name: node.writeName, positional: [value] }, frame);
  },
  CallOperatorWriteNode: async (node, frame, run) => {
    const receiver = node.receiver === null ? frame.self : await run.evaluate(node.receiver, frame);
    const at = { positional: [], keywords: null, block: null, location: frame.source.locate(node) };
    const before = await run.send(receiver, { ...at, name: node.readName }, frame);
    const value = await operate(node.binaryOperator, [before, await run.evaluate(node.value, frame)], { node, frame, run });
    return run.send(receiver, { ...at, name: node.writeName, positional: [value] }, frame);
  },
};

async function indexed(
  node: { readonly receiver: Node | null; readonly arguments_: Parameters<typeof evaluateArguments>[0] } & Node,
  frame: Frame,
  run: Interpreter,
): Promise<{ readonly receiver: Value; readonly at: Arguments }> {
  const receiver = node.receiver === null ? frame.self : await run.evaluate(node.receiver, frame);
  const given = await evaluateArguments(node.arguments_, frame, run);
  return { receiver, at: { ...given, block: null, location: frame.source.locate(node) } };
}
