import { RaisedError } from "../signals.ts";
import { Stuck } from "../stuck.ts";
import { keyOf, kept, list, type Value } from "../value.ts";
import type { Frame, Interpreter } from "./interpreter.ts";
import { betweenCommas, childrenOf, type SyntaxNode } from "./parse.ts";
import { scopeOfName } from "./scope.ts";
import { isPythonThing } from "./things.ts";

/** `a, (b, *c) = value`: the nodes of one target, commas among them. */
export async function assign(nodes: readonly SyntaxNode[], value: Value, frame: Frame, run: Interpreter): Promise<void> {
  const targets = betweenCommas(nodes);
  const several = nodes.some(({ name }) => name === ",") || nodes[0]?.name === "*";
  const [only] = nodes;
  if (!several && only !== undefined) return assignOne(only, value, frame, run);
  if (value.kind === "unknown") {
    for (const target of targets) await assignOne(target.at(-1) ?? frame.source.program, value, frame, run);
    return;
  }
  const location = frame.source.locate(only ?? frame.source.program);
  const items = await run.iterate(value, location);
  const starred = targets.findIndex(([first]) => first?.name === "*");
  if (starred === -1 ? items.length !== targets.length : items.length < targets.length - 1)
    throw new RaisedError("ValueError", `${items.length} values for ${targets.length} names`, location);
  const behind = items.length - (targets.length - starred - 1);
  for (const [index, target] of targets.entries()) {
    const node = target.at(-1);
    if (node === undefined) continue;
    if (index === starred) await assignOne(node, list(items.slice(starred, behind)), frame, run);
    else {
      const item = items[starred !== -1 && index > starred ? behind + index - starred - 1 : index];
      if (item !== undefined) await assignOne(node, item, frame, run);
    }
  }
}

async function assignOne(target: SyntaxNode, given: Value, frame: Frame, run: Interpreter): Promise<void> {
  const value = kept(given);
  const location = frame.source.locate(target);
  switch (target.name) {
    case "VariableName": {
      const name = frame.source.textOf(target);
      scopeOfName(name, frame.scope).names.set(name, value);
      return;
    }
    case "ParenthesizedExpression":
    case "TupleExpression":
    case "ArrayExpression":
      return assign(
        childrenOf(target).filter(({ name }) => !"()[]".includes(name)),
        value,
        frame,
        run,
      );
    case "MemberExpression":
      return assignMember(target, value, frame, run);
    default:
      throw new Stuck("this assignment is not followed here", location);
  }
}

async function assignMember(target: SyntaxNode, value: Value, frame: Frame, run: Interpreter): Promise<void> {
  const [object, mark, key] = childrenOf(target);
  const location = frame.source.locate(target);
  if (object === undefined || key === undefined) throw new Stuck("half of an assignment is missing", location);
  const of = await run.evaluate(object, frame);
  if (mark?.name === ".") {
    if (of.kind === "thing" && isPythonThing(of) && of.assign !== undefined) of.assign(frame.source.textOf(key), value);
    else if (of.kind !== "callable")
      throw new Stuck(`nothing can be assigned to ${of.kind === "thing" ? of.name : `a ${of.kind}`} here`, location);
    return;
  }
  const at = await run.evaluate(key, frame);
  if (of.kind === "map") of.entries.set(keyOf(at), { key: at, value });
  else if (of.kind === "list" && at.kind === "integer") {
    const index = Number(at.value);
    of.items[index < 0 ? of.items.length + index : index] = value;
  } else {
    const setter = of.kind === "thing" ? await run.find(of, "__setitem__", location) : null;
    if (setter === null) throw new Stuck("what it puts a value into is not known", location);
    await run.call(setter, { positional: [at, value], keywords: null, block: null, location });
  }
}
