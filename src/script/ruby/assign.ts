import { Stuck } from "../stuck.ts";
import { kept, list, nil, type Value } from "../value.ts";
import type { Frame, Interpreter, Scope } from "./interpreter.ts";
import type { Node } from "./parse.ts";
import { variablesOf } from "./things.ts";

export function scopeOf(scope: Scope, depth: number): Scope {
  let found = scope;
  for (let up = 0; up < depth && found.parent !== null; up++) found = found.parent;
  return found;
}

export function assignLocal(node: { readonly name: string; readonly depth: number }, value: Value, frame: Frame): Value {
  const after = kept(value);
  scopeOf(frame.scope, node.depth).locals.set(node.name, after);
  return after;
}

export function assignInstance(name: string, value: Value, frame: Frame): Value {
  const after = kept(value);
  variablesOf(frame.self)?.set(name, after);
  return after;
}

interface Targets {
  readonly lefts: readonly Node[];
  readonly rest: Node | null;
  readonly rights: readonly Node[];
}

/** `a, (b, *c) = value`, and parameters of blocks that take a list apart. */
export async function assignMany(targets: Targets, value: Value, at: { readonly frame: Frame; readonly run: Interpreter }): Promise<void> {
  const items = value.kind === "list" ? value.items : [value];
  const part = (index: number): Value => items[index] ?? (value.kind === "unknown" ? value : nil);
  for (const [index, target] of targets.lefts.entries()) await assign(target, part(index), at);
  const behind = Math.max(items.length - targets.rights.length, targets.lefts.length);
  if (targets.rest !== null) {
    const { expression } = targets.rest as { readonly expression?: Node | null } & Node;
    if (expression !== undefined && expression !== null) await assign(expression, list(items.slice(targets.lefts.length, behind)), at);
  }
  for (const [index, target] of targets.rights.entries()) await assign(target, part(behind + index), at);
}

async function assign(target: Node, value: Value, { frame, run }: { readonly frame: Frame; readonly run: Interpreter }): Promise<void> {
  const name = target.constructor.name;
  const named = target as { readonly name: string; readonly depth?: number } & Node;
  if (name === "LocalVariableTargetNode") assignLocal({ name: named.name, depth: named.depth ?? 0 }, value, frame);
  else if (name === "RequiredParameterNode") frame.scope.locals.set(named.name, kept(value));
  else if (name === "InstanceVariableTargetNode") assignInstance(named.name, value, frame);
  else if (name === "MultiTargetNode") await assignMany(target as unknown as Targets, value, { frame, run });
  else throw new Stuck("this assignment is not followed here", frame.source.locate(target));
}
