import { Stuck } from "../stuck.ts";
import { nil, unknown, type Value } from "../value.ts";
import { evaluateArguments } from "./arguments.ts";
import { builtin } from "./builtins.ts";
import type { Handlers } from "./interpreter.ts";
import { itemOf, sliceOf } from "./items.ts";
import { evaluateItems } from "./literals.ts";
import { compare, isComparison, operate, operateOne } from "./operators.ts";
import { betweenCommas, childrenOf, type SyntaxNode } from "./parse.ts";
import { lookUp, scopeOfName } from "./scope.ts";
import { isTruthy, negate } from "./truth.ts";
import type { Frame, Interpreter } from "./interpreter.ts";
import { superOf } from "./classes.ts";

async function both(node: SyntaxNode, frame: Frame, run: Interpreter): Promise<Value> {
  const parts = childrenOf(node);
  const left = parts[0];
  const right = parts.at(-1);
  if (left === undefined || right === undefined) throw new Stuck("half of an expression is missing", frame.source.locate(node));
  const location = frame.source.locate(node);
  const operator = parts
    .slice(1, -1)
    .map((part) => frame.source.textOf(part))
    .join(" ");
  if (operator === "and" || operator === "or") return decide(operator, left, right, frame, run);
  const first = await run.evaluate(left, frame);
  const second = await run.evaluate(right, frame);
  if (!isComparison(operator)) return operate(operator, [first, second], { location, run });
  // a < b < c: of the left part only its own right side is compared again.
  const chained =
    left.name === "BinaryExpression" &&
    isComparison(
      childrenOf(left)
        .slice(1, -1)
        .map((part) => frame.source.textOf(part))
        .join(" "),
    );
  if (!chained) return compare(operator, [first, second], { location, run });
  if (first.kind === "unknown" || !isTruthy(first, location)) return first;
  const middle = childrenOf(left).at(-1);
  return compare(operator, [middle === undefined ? nil : await run.evaluate(middle, frame), second], { location, run });
}

/** `and` and `or`; where the left is not known, a right that settles it counts all the same. */
async function decide(operator: "and" | "or", left: SyntaxNode, right: SyntaxNode, frame: Frame, run: Interpreter): Promise<Value> {
  const first = await run.evaluate(left, frame);
  if (first.kind === "unknown") {
    const second = await run.evaluate(right, frame);
    const settled =
      second.kind !== "unknown" && isTruthy(second, frame.source.locate(right)) === (operator === "or") && second.kind === "boolean";
    return settled ? second : unknown(first.reason, first.location);
  }
  return isTruthy(first, frame.source.locate(left)) === (operator === "and") ? run.evaluate(right, frame) : first;
}

async function member(node: SyntaxNode, frame: Frame, run: Interpreter): Promise<Value> {
  const [object, mark, ...rest] = childrenOf(node);
  if (object === undefined || mark === undefined) throw new Stuck("half of an expression is missing", frame.source.locate(node));
  const of = await run.evaluate(object, frame);
  const location = frame.source.locate(rest[0] ?? node);
  if (mark.name === ".") return run.attribute(of, frame.source.textOf(rest[0] ?? node), location);
  return itemAt(of, rest.slice(0, -1), frame, run);
}

/** `of[…]`: an item, several, or a slice. */
async function itemAt(of: Value, nodes: readonly SyntaxNode[], frame: Frame, run: Interpreter): Promise<Value> {
  const [first] = nodes;
  const location = frame.source.locate(first ?? frame.source.program);
  const groups = betweenCommas(nodes);
  if (groups.length > 1)
    return itemOf(of, { kind: "list", form: "tuple", items: await evaluateItems(nodes, frame, run) }, { location, run });
  if (!nodes.some(({ name }) => name === ":"))
    return itemOf(of, first === undefined ? nil : await run.evaluate(first, frame), { location, run });
  const parts: (SyntaxNode | null)[] = [null];
  for (const each of nodes) {
    if (each.name === ":") parts.push(null);
    else parts[parts.length - 1] = each;
  }
  const ends: Value[] = [];
  for (const part of parts) ends.push(part === null ? nil : await run.evaluate(part, frame));
  return sliceOf(of, ends, location);
}

export const expressions: Handlers = {
  VariableName: async (node, frame, run) => {
    const name = frame.source.textOf(node);
    const location = frame.source.locate(node);
    const found = (await lookUp(name, frame.scope)) ?? builtin(name, { frame, run });
    return found ?? unknown(`the name ${name} is not known`, location);
  },
  MemberExpression: member,
  ParenthesizedExpression: async (node, frame, run) => {
    const inside = childrenOf(node).find(({ name }) => name !== "(" && name !== ")");
    return inside === undefined ? nil : run.evaluate(inside, frame);
  },
  BinaryExpression: both,
  UnaryExpression: async (node, frame, run) => {
    const [operator, operand] = childrenOf(node);
    if (operator === undefined || operand === undefined) throw new Stuck("half of an expression is missing", frame.source.locate(node));
    const value = await run.evaluate(operand, frame);
    const location = frame.source.locate(node);
    if (operator.name === "not") return negate(value, location);
    return operateOne(frame.source.textOf(operator), value, { location, run });
  },
  ConditionalExpression: async (node, frame, run) => {
    const [yes, , condition, , no] = childrenOf(node);
    if (yes === undefined || condition === undefined || no === undefined)
      throw new Stuck("half of an expression is missing", frame.source.locate(node));
    const value = await run.evaluate(condition, frame);
    if (value.kind === "unknown") return unknown(value.reason, value.location);
    return run.evaluate(isTruthy(value, frame.source.locate(condition)) ? yes : no, frame);
  },
  NamedExpression: async (node, frame, run) => {
    const [target, , expression] = childrenOf(node);
    if (target === undefined || expression === undefined) throw new Stuck("half of an expression is missing", frame.source.locate(node));
    const value = await run.evaluate(expression, frame);
    const name = frame.source.textOf(target);
    let scope = scopeOfName(name, frame.scope);
    while (scope.kind === "comprehension" && scope.parent !== null) scope = scope.parent;
    scope.names.set(name, value);
    return value;
  },
  AwaitExpression: async (node, frame, run) => {
    const inside = childrenOf(node)[1];
    return inside === undefined ? nil : run.evaluate(inside, frame);
  },
  YieldExpression: async (node, frame, run) => {
    const [, ...rest] = childrenOf(node);
    const location = frame.source.locate(node);
    if (frame.function === null) throw new Stuck("a yield outside of a function", location);
    if (rest[0]?.name === "from") {
      const given = rest[1] === undefined ? nil : await run.evaluate(rest[1], frame);
      for (const item of await run.iterate(given, location)) await frame.function.yielded(item);
      return nil;
    }
    const items = await evaluateItems(rest, frame, run);
    return frame.function.yielded(items.length > 1 ? { kind: "list", form: "tuple", items } : (items[0] ?? nil));
  },
  CallExpression: async (node, frame, run) => {
    const [callee, args] = childrenOf(node);
    if (callee === undefined || args === undefined) throw new Stuck("half of an expression is missing", frame.source.locate(node));
    const named = callee.name === "MemberExpression" ? (callee.lastChild ?? callee) : callee;
    const location = frame.source.locate(named.name === "]" ? callee : named);
    if (callee.name === "VariableName" && frame.source.textOf(callee) === "super") {
      const given = await evaluateArguments(args, frame, run);
      return superOf(given.positional, { frame, run, location });
    }
    const value = await run.evaluate(callee, frame);
    const given = await evaluateArguments(args, frame, run);
    return run.call(value, { ...given, block: null, location });
  },
};
