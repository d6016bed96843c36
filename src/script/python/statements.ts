import { RaisedError, BreakSignal, NextSignal, ReturnSignal } from "../signals.ts";
import { Stuck } from "../stuck.ts";
import { keyOf, nil, type Value } from "../value.ts";
import { assign } from "./assign.ts";
import type { Frame, Handlers, Interpreter } from "./interpreter.ts";
import { evaluateItems } from "./literals.ts";
import { operate } from "./operators.ts";
import { childrenOf, type SyntaxNode } from "./parse.ts";
import { moduleScope, type Scope } from "./scope.ts";
import { raisedBy } from "./exceptions.ts";
import { isTruthy } from "./truth.ts";

/** One value, or a tuple of several between commas. */
async function valueOf(nodes: readonly SyntaxNode[], frame: Frame, run: Interpreter): Promise<Value> {
  const [first] = nodes;
  if (nodes.length === 1 && first !== undefined) return run.evaluate(first, frame);
  return { kind: "list", form: "tuple", items: await evaluateItems(nodes, frame, run) };
}

export const simpleStatements: Handlers = {
  ExpressionStatement: async (node, frame, run) => {
    const parts = childrenOf(node);
    const value = await valueOf(parts, frame, run);
    return value;
  },
  AssignStatement: async (node, frame, run) => {
    const parts = childrenOf(node).filter(({ name }) => name !== "TypeDef");
    const marks = parts.flatMap(({ name }, index) => (name === "AssignOp" ? [index] : []));
    const last = marks.at(-1);
    // A name that is only declared has no value.
    if (last === undefined) return nil;
    const value = await valueOf(parts.slice(last + 1), frame, run);
    let from = 0;
    for (const mark of marks) {
      await assign(parts.slice(from, mark), value, frame, run);
      from = mark + 1;
    }
    return nil;
  },
  UpdateStatement: async (node, frame, run) => {
    const [target, mark, ...rest] = childrenOf(node);
    if (target === undefined || mark === undefined) return nil;
    const before = await run.evaluate(target, frame);
    const value = await valueOf(rest, frame, run);
    const location = frame.source.locate(node);
    const operator = frame.source.textOf(mark).slice(0, -1);
    if (operator === "+" && before.kind === "list" && before.form === undefined && value.kind === "list") {
      before.items.push(...value.items);
      return nil;
    }
    await assign([target], await operate(operator, [before, value], { location, run }), frame, run);
    return nil;
  },
  PassStatement: async () => nil,
  PrintStatement: async () => nil,
  TypeDefinition: async () => nil,
  BreakStatement: async () => {
    throw new BreakSignal(null, nil);
  },
  ContinueStatement: async () => {
    throw new NextSignal(nil);
  },
  ReturnStatement: async (node, frame, run) => {
    const [, ...rest] = childrenOf(node);
    throw new ReturnSignal(frame.function, rest.length === 0 ? nil : await valueOf(rest, frame, run));
  },
  YieldStatement: async (node, frame, run) => {
    const [, ...rest] = childrenOf(node);
    if (frame.function === null) throw new Stuck("a yield outside of a function", frame.source.locate(node));
    if (rest[0]?.name !== "from") return frame.function.yielded(rest.length === 0 ? nil : await valueOf(rest, frame, run));
    const given = rest[1] === undefined ? nil : await run.evaluate(rest[1], frame);
    for (const item of await run.iterate(given, frame.source.locate(node))) await frame.function.yielded(item);
    return nil;
  },
  RaiseStatement: async (node, frame, run) => {
    const [, what] = childrenOf(node);
    const location = frame.source.locate(node);
    if (what === undefined) throw new RaisedError("RuntimeError", "raised again", location);
    throw await raisedBy(await run.evaluate(what, frame), { location, run, written: frame.source.textOf(what) });
  },
  AssertStatement: async (node, frame, run) => {
    const [, condition] = childrenOf(node);
    const value = condition === undefined ? nil : await run.evaluate(condition, frame);
    // What a check of the running database would find is not asked: a migration that is run passes its own.
    if (value.kind === "unknown" || isTruthy(value, frame.source.locate(node))) return nil;
    throw new RaisedError("AssertionError", frame.source.textOf(condition ?? node), frame.source.locate(node));
  },
  ScopeStatement: async (node, frame) => {
    const [kind, ...names] = childrenOf(node).filter(({ name }) => name !== ",");
    for (const each of names) {
      const name = frame.source.textOf(each);
      const scope = kind?.name === "global" ? moduleScope(frame.scope) : around(name, frame.scope.parent ?? frame.scope);
      frame.scope.elsewhere.set(name, scope);
    }
    return nil;
  },
  DeleteStatement: async (node, frame, run) => {
    for (const target of childrenOf(node).slice(1)) if (target.name !== ",") await remove(target, frame, run);
    return nil;
  },
};

/** The next scope outwards that has the name. */
function around(name: string, scope: Scope): Scope {
  return scope.names.has(name) || scope.parent === null ? scope : around(name, scope.parent);
}

async function remove(target: SyntaxNode, frame: Frame, run: Interpreter): Promise<void> {
  if (target.name === "VariableName") return void frame.scope.names.delete(frame.source.textOf(target));
  const [object, mark, key] = childrenOf(target);
  if (object === undefined || key === undefined || mark?.name !== "[") return;
  const of = await run.evaluate(object, frame);
  const at = await run.evaluate(key, frame);
  if (of.kind === "map") of.entries.delete(keyOf(at));
  else if (of.kind === "list" && at.kind === "integer") of.items.splice(Number(at.value), 1);
  else throw new Stuck("what it deletes is not known", frame.source.locate(target));
}
